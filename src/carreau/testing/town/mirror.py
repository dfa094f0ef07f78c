"""The town written as a mirror: a folder of the publishers' files, their manifest, and the truth beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from carreau.errors import Retry
from carreau.testing.town.files import File, parquet
from carreau.testing.town.model import Town
from carreau.testing.town.write_benefits import benefit_files
from carreau.testing.town.write_cells import cell_files
from carreau.testing.town.write_census import census_files
from carreau.testing.town.write_codes import code_files
from carreau.testing.town.write_history import history_files
from carreau.testing.town.write_incomes import income_files
from carreau.testing.town.write_places import place_files
from carreau.testing.town.write_results import result_files

TRUTH: Final = "truth.parquet"
_COLUMNS: Final = (
    "file", "MB", "status", "publisher", "vintage", "rows", "licence", "where the figures come from",
    "caveats",
)


def written(town: Town, folder: Path) -> Path:
    """``folder`` once it holds the mirror of the town: each file under its publisher's name and layout.

    ``MANIFEST.md`` gives each file the status ``synthetic``; ``truth.parquet`` holds the truth of the
    stations. The same town writes the same bytes. What was already in the folder under the same names is
    replaced. :class:`~carreau.errors.Retry` when the folder cannot be written to.
    """
    files = sorted(files_of(town), key=lambda file: file.path)
    try:
        for file in files:
            _put(folder / file.path, file.content)
        _put(folder / "MANIFEST.md", _manifest(town, files).encode())
    except OSError as error:
        raise Retry(
            "la ville n'a pas pu être écrite",
            given=f"{folder} ({error.strerror})",
            expected=f"un dossier où écrire {sum(len(file.content) for file in files) / 1e6:.0f} Mo",
            advice="choisir un autre dossier ou libérer de la place, puis relancer la même commande",
        ) from error
    return folder


def _put(path: Path, content: bytes) -> None:
    """The file at ``path`` replaced at once by ``content``: no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def files_of(town: Town) -> Iterator[File]:
    """Every file of the mirror, the truth included."""
    for family in (
        census_files, income_files, cell_files, benefit_files, place_files, code_files, result_files,
        history_files,
    ):
        yield from family(town)
    yield File(
        TRUTH, parquet(town.truth), "Carreau", f"seed {town.seed}", town.truth.num_rows,
        "not a source: one row per station of today, exact counts on the persons",
    )


def _manifest(town: Town, files: Sequence[File]) -> str:
    """The manifest of the mirror, in the table that a mirror's reader expects."""
    lines = [
        "# MANIFEST of a synthetic town",
        f"A fictive town of {len(town.people.age)} inhabitants (seed {town.seed}), written in the layouts "
        "of the official publishers. Nobody in it exists: its figures describe no place and are no findings.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
    ]
    for file in files:
        cells = (
            file.path, f"{len(file.content) / 1e6:.2f}", "synthetic", file.publisher, file.vintage,
            str(file.rows),
            "Apache-2.0", f"carreau.testing.town, seed {town.seed}", file.caveats,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
