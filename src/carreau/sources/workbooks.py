"""One sheet of a workbook as a table of text, for xlsx (and its kin) and for the xls of before 2007.

Rows stream from an xlsx; an xls is small enough to be held. Cells become text, so that the same cleaning
serves workbooks and delimited files: a whole number loses its « .0 », a blank cell is null.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any, Final

import openpyxl
import pyarrow as pa
import xlrd  # type: ignore[import-untyped] # publishes no types

from carreau.errors import Broken

_XLSX: Final = b"PK\x03\x04"
_XLS: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK: Final = 4096
_AGAIN: Final = "télécharger de nouveau le fichier du producteur"


def is_workbook(content: bytes) -> bool:
    """Whether the bytes start as a workbook does (xlsx or xls)."""
    return content.startswith((_XLSX, _XLS))


def sheet_of(content: bytes, sheets: Sequence[str], skip: int, name: str) -> pa.Table:
    """The table of a workbook's sheet: text columns under the header that follows ``skip`` lines.

    The sheet is the first of ``sheets`` that the workbook has (case left aside), or its first one when none
    is named; unnamed columns are left out. Raises :class:`~carreau.errors.Broken` when the workbook
    ``name`` cannot be opened, lacks the sheet, or has no header or no row where they are expected.
    """
    try:
        titles, rows = _xls(content, sheets) if content.startswith(_XLS) else _xlsx(content, sheets)
        if rows is not None:
            return _table(islice(rows, skip, None), name, skip + 1)
    except Broken:
        raise
    except Exception as error:
        # on altered bytes the two libraries raise anything, while opening as while reading rows
        raise Broken(
            f"{name} n'est pas un classeur lisible", given=str(error)[:120] or type(error).__name__,
            expected="un classeur xlsx ou xls entier", advice=_AGAIN,
        ) from error
    raise Broken(
        f"{name} n'a pas la feuille attendue", given=", ".join(titles),
        expected=f"une feuille nommée {' ou '.join(sheets)}",
        advice="vérifier que le classeur est celui du millésime déclaré",
    )


def _xlsx(content: bytes, sheets: Sequence[str]) -> tuple[list[str], Iterator[tuple[Any, ...]] | None]:
    """The titles of an xlsx's sheets and the rows of the one wanted, if it is there."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    titles: list[str] = book.sheetnames
    title = _title(titles, sheets)
    return titles, book[title].iter_rows(values_only=True) if title else None


def _xls(content: bytes, sheets: Sequence[str]) -> tuple[list[str], Iterator[tuple[Any, ...]] | None]:
    """The titles of an xls's sheets and the rows of the one wanted, if it is there."""
    # the log of xlrd goes to the screen unless it is given somewhere else
    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=True)
    titles: list[str] = book.sheet_names()
    title = _title(titles, sheets)
    if title is None:
        return titles, None
    sheet = book.sheet_by_name(title)
    return titles, (tuple(sheet.row_values(row)) for row in range(sheet.nrows))


def _title(titles: Sequence[str], sheets: Sequence[str]) -> str | None:
    """The title of the wanted sheet among those of a workbook."""
    known = {title.lower(): title for title in titles}
    wanted = (known[sheet.lower()] for sheet in sheets if sheet.lower() in known)
    return next(wanted, None) if sheets else titles[0]


def _table(rows: Iterator[tuple[Any, ...]], name: str, line: int) -> pa.Table:
    """The rows under their header, unnamed columns left out."""
    header = [_text(cell) or "" for cell in next(rows, ())]
    places = [position for position, label in enumerate(header) if label]
    names = [header[place].strip() for place in places]
    if not names or len(set(names)) < len(names):
        raise Broken(
            f"{name} n'a pas l'en-tête attendu", given=f"ligne {line} : {', '.join(header[:8]) or 'vide'}",
            expected=f"des noms de colonnes, tous différents, en ligne {line}",
            advice="vérifier que le classeur est celui du millésime déclaré",
        )
    parts: list[pa.Table] = []
    while block := list(islice(rows, _BLOCK)):
        # a row of a workbook may stop at its last filled cell
        columns = list(zip_longest(*block))
        columns += [(None,) * len(block)] * (len(header) - len(columns))
        parts.append(pa.table([_texts(columns[place]) for place in places], names))
    if not parts:
        raise Broken(
            f"{name} n'a aucune ligne de données", given="un en-tête seul",
            expected="des lignes après l'en-tête", advice=_AGAIN,
        )
    return pa.concat_tables(parts)


def _texts(cells: Iterable[Any]) -> pa.Array:
    """Cells of a sheet as an array of text."""
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    """One cell as text; a blank one is null."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return None if cell is None or cell == "" else str(cell)
