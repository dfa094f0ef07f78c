"""Files made of what is served, on request: written whole, entered in the ledger, read out, taken away."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from carreau.errors import Refused
from carreau.guard import Presentation, Release, format_of
from carreau.guard.presentation import Language
from carreau.house.home import Home
from carreau.house.reading import catalogue, name_of
from carreau.house.reading_rows import Question, found
from carreau.house.served import FOLDER, Served

VERB: Final = "deliver"
MOST_ROWS: Final[Mapping[str, int]] = {".xlsx": 50_000, ".geojson": 20_000, ".png": 20_000}
MOST_CELLS: Final[Mapping[str, int]] = {  # what is made in ten seconds or so
    ".xlsx": 500_000, ".geojson": 2_000_000, ".json": 5_000_000, ".csv": 5_000_000, ".parquet": 20_000_000,
}  # fmt: skip
CHUNK: Final = 1 << 18


class TooLarge(Refused):
    """The file asked for is larger than a server makes at once; the advice says how to have it otherwise (HTTP 413)."""

    http_status: ClassVar[int] = 413


@dataclass(frozen=True, slots=True)
class Made:
    """A file made and entered in the ledger: open, already without a name on the disk, and what it is."""

    file: BinaryIO
    size: int
    media_type: str
    suffix: str
    certificate: str

    def chunks(self) -> Iterator[bytes]:
        """The bytes, piece by piece; the file is closed at the end, whatever happens."""
        with self.file as file:
            while chunk := file.read(CHUNK):
                yield chunk


@dataclass(frozen=True, slots=True)
class Ordered:
    """A file that is asked for: what is in it, its format, how it is shown, and the name of who will have it."""

    question: Question
    format: str
    reader: str
    title: str = ""
    language: Language = "fr"
    indicator: str = ""


def made(home: Home, served: Served, order: Ordered) -> Made:
    """The file that is ordered, entered in the ledger.

    :class:`TooLarge` when it is more than a server makes at once.
    """
    kind = format_of(order.format)
    whole = kind.suffix == ".pdf"
    question = replace(order.question, columns=() if whole else order.question.columns, drawn=True, whole=True)
    release = found(served, question).release
    _within(release, kind.suffix, served.territory)
    shown = _presented(served, order, release.row_count)
    return _handed(home, release, (kind.suffix, shown), _said(release, question, order.reader))


def handed_over(home: Home, release: Release, suffix: str, reader: str) -> Made:
    """The file of a whole release that answers a question, entered in the ledger; :class:`TooLarge` as above."""
    _within(release, suffix, release.territory)
    facts = {
        "path": "",
        "territory": release.territory,
        "product": release.product,
        "rows": release.row_count,
        "columns": len(release.schema.columns),
        "recipient": reader,
    }
    return _handed(home, release, (suffix, Presentation()), facts)


def _handed(home: Home, release: Release, how: tuple[str, Presentation], said: Mapping[str, Any]) -> Made:
    """The file of ``release``, in a format and as it is to be shown; what is ``said`` of it is in the ledger."""
    kind, shown = format_of(how[0]), how[1]
    folder = home.root / FOLDER / "deliveries"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = release.write(Path(place) / f"file{kind.suffix}", shown=shown)
        file = path.open("rb")
    try:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        facts = {"bytes": size, "digest": digest, "format": kind.suffix, "certificate": release.certificate["id"]}
        home.workspace.ledger.append(VERB, {**facts, **said}, home.clock())
    except BaseException:
        file.close()
        raise
    return Made(file, size, kind.media_type, kind.suffix, str(release.certificate["id"]))


def _presented(served: Served, order: Ordered, rows: int) -> Presentation:
    """How the document is shown: its title, its language, the columns and the indicator that it is about."""
    columns, indicator = order.question.columns, order.indicator
    if not columns and not indicator and order.format.strip(".") == "xlsx":
        return Presentation(language=order.language)  # a whole workbook, and not that of a selection
    titles: dict[str, str] = {}
    if order.language == "en":
        told = catalogue(served)
        titles = {one["name"]: one["title_en"] for one in told["indicators"]}
        titles |= {theme["id"]: theme["title_en"] for theme in told["themes"]}
    chosen = _chosen(served, order.question, rows, order.language)
    return Presentation(order.title, order.language, columns, indicator, titles, chosen)


def _chosen(served: Served, question: Question, rows: int, language: Language) -> str:
    """What was selected, in words: « 305 lieux : Lyon », « 10 places chosen »."""
    names = [name_of(served, territory) for territory in question.territories[:5]]
    names += ["…"] if len(question.territories) > 5 else []
    count = f"{rows} lieux" if language == "fr" else f"{rows} places"
    if names:
        return f"{count} : {', '.join(names)}" if language == "fr" else f"{count}: {', '.join(names)}"
    if question.codes:
        return f"{count} choisis un à un" if language == "fr" else f"{count} chosen one by one"
    return f"{count} : {name_of(served, served.territory)}"


def _said(release: Release, question: Question, reader: str) -> dict[str, Any]:
    """What the ledger says of a delivery beside its bytes: what of, to whom."""
    return {
        "path": "",
        "territory": ", ".join(question.territories[:20]) or release.territory,
        "product": release.product,
        "level": question.level,
        "rows": release.row_count,
        "columns": len(release.schema.columns),
        "recipient": reader,
    }


def _within(release: Release, suffix: str, territory: str) -> None:
    """Nothing when a file of this size may be made here; :class:`TooLarge` otherwise."""
    rows, cells = release.row_count, release.row_count * len(release.schema.columns)
    if suffix == ".parquet" and release.cut is None:
        return  # the whole release rests as this very file
    most_rows, most_cells = MOST_ROWS.get(suffix, 1 << 40), MOST_CELLS.get(suffix, 1 << 40)
    if rows <= most_rows and cells <= most_cells:
        return
    limit = f"{most_rows} lignes" if rows > most_rows else f"{most_cells} cellules"
    raise TooLarge(
        f"ce fichier {suffix} serait trop grand pour être fait ici",
        given=f"{rows} lignes, {len(release.schema.columns)} colonnes",
        expected=f"{limit} au plus",
        advice=f"choisir moins de lieux ou de colonnes, demander un .parquet, ou : carreau deliver {territory} -o "
        f"profil{suffix}",
    )
