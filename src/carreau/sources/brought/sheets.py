"""The table of a workbook (XLSX): the first sheet that holds one, as text, without running or following anything."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow as pa

from carreau.errors import Broken, CarreauError, Refused
from carreau.sources.brought.bounds import Bounds, too_much
from carreau.sources.brought.headers import plain
from carreau.sources.brought.texts import above_remark, headed, table_of_rows

_DOCUMENT: Final = "[Content_Types].xml"
_MEMBERS: Final = 2000
_BLOCK: Final = 1 << 20
_AGAIN: Final = "l'enregistrer de nouveau en XLSX ou en CSV"


def sheet_table(path: Path, name: str, bounds: Bounds) -> tuple[pa.Table, tuple[str, ...]]:
    """The table of the workbook at ``path``: that of its first visible sheet with at least a header and a row.

    :class:`~carreau.errors.Refused` for a zip that is no workbook, or that unfolds beyond ``bounds``;
    :class:`~carreau.errors.Broken` for one that cannot be read.
    """
    try:
        _unfold(path, name, bounds)
        with path.open("rb") as file:  # by its bytes: openpyxl would go by the suffix of its name
            return _first_table(openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False), bounds)
    except (CarreauError, MemoryError):
        raise
    except Exception as error:
        # on bytes made by anyone, the zip, XML and workbook libraries raise anything
        raise Broken(
            f"« {name} » n'est pas un classeur lisible", given=type(error).__name__,
            expected="un classeur XLSX entier, sans mot de passe", advice=_AGAIN,
        ) from error  # fmt: skip


def _first_table(book: Any, bounds: Bounds) -> tuple[pa.Table, tuple[str, ...]]:
    """The table of the first visible sheet that has one, and a remark when there are other sheets."""
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        table, above = _sheet(sheet, bounds)
        if table.num_rows:
            others = ", ".join(plain(title, 40) for title in book.sheetnames if title != sheet.title)
            said = (f"feuille lue : « {plain(sheet.title)} » ; laissées : {others[:200]}",) if others else ()
            return table, said + above_remark(above)
    return pa.table({}), ()


def _unfold(path: Path, name: str, bounds: Bounds) -> None:
    """Read every member to its end, counting: what the archive says of its sizes is not believed."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if _DOCUMENT not in archive.namelist():
            raise Refused(
                f"« {name} » est une archive zip", given=", ".join(member.filename[:40] for member in members[:4]),
                expected="un fichier CSV, XLSX ou Parquet", advice="apporter le tableau qu'elle contient, décompressé",
            )  # fmt: skip
        if len(members) > _MEMBERS:
            raise too_much("ses parties", str(len(members)), f"{_MEMBERS} parties au plus")
        size = 0
        for read in _pieces(archive):
            size += read
            if size > bounds.unfolded:
                most = f"{bounds.unfolded >> 20} Mio au plus"
                raise too_much("une fois décompressé", f"plus de {size >> 20} Mio", most)


def _pieces(archive: zipfile.ZipFile) -> Iterator[int]:
    """The sizes of the pieces that come out of all the members of an archive."""
    for member in archive.infolist():
        with archive.open(member) as part:
            while read := len(part.read(_BLOCK)):
                yield read


def _sheet(sheet: Any, bounds: Bounds) -> tuple[pa.Table, int]:
    """The table of one sheet, its width that of its header, and how many filled lines stand above it."""
    sheet.reset_dimensions()  # what a sheet says of its size may be false
    rows: Iterator[list[str]] = ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    above, header, rest = headed(rows)
    while header and not header[-1]:
        header.pop()
    width = len(header)
    return table_of_rows(header, (row[:width] for row in rest), bounds)[0], above


def _text(cell: Any) -> str:
    """One cell as text; a whole number loses its « .0 », a date is written as ISO 8601 says."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "vrai" if cell else "faux"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
