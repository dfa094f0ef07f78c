"""Files made of what is served, on request: written whole, entered in the ledger, read out, taken away."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from carreau.errors import Refused
from carreau.guard import Release, format_of
from carreau.guard.encode.csv import SIDECAR
from carreau.house.home import Home
from carreau.house.reading_rows import Question, found
from carreau.house.served import Served

VERB: Final = "deliver"
MOST_ROWS: Final[Mapping[str, int]] = {".xlsx": 50_000, ".geojson": 20_000}
MOST_CELLS: Final[Mapping[str, int]] = {
    ".xlsx": 2_500_000, ".geojson": 2_000_000, ".json": 10_000_000, ".csv": 20_000_000, ".parquet": 200_000_000,
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


def made(home: Home, served: Served, question: Question, format: str, reader: str) -> Made:
    """The file in ``format`` that answers ``question``, asked for by ``reader``, entered in the ledger.

    :class:`TooLarge` when it is more than a server makes at once.
    """
    kind = format_of(format)
    release = found(served, question).release
    _within(release, kind.suffix, served.territory)
    folder = served.folder / "deliveries"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = release.write(Path(place) / f"file{kind.suffix}")
        path.with_name(path.name + SIDECAR).unlink(missing_ok=True)
        file = path.open("rb")
    try:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        facts = {"bytes": size, "digest": digest, "format": kind.suffix, "certificate": release.certificate["id"]}
        home.workspace.ledger.append(VERB, {**facts, **_said(release, question, reader)}, home.clock())
    except BaseException:
        file.close()
        raise
    return Made(file, size, kind.media_type, kind.suffix, str(release.certificate["id"]))


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
