"""One table out of a published file, whatever it is packed in and whoever saved it: CSV or workbook.

The separator, the encoding and the kind of file are found from the bytes; what the form of a publisher
fixes (the member of the archive, the lines before the header, the sheet) is said by a :class:`Form`. Cells
stay text, or the numbers that a workbook holds; :mod:`carreau.sources.tidy` makes figures of them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any, Final

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils.exceptions import InvalidFileException

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.tidy import codes, encoding_of, encoding_remark, one_row_per, table_of

_ZIP: Final = b"PK\x03\x04"
_SEPARATORS: Final = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Form:
    """How a publisher lays out a table: member of the archive, lines before the header, sheet of a workbook.

    ``skip`` is for text, ``sheets`` and ``sheet_skip`` for workbooks: the first of ``sheets`` that the
    workbook has, or its first sheet when none is named.
    """

    member: str = "*"
    skip: int = 0
    sheets: tuple[str, ...] = ()
    sheet_skip: int = 5


def published_table(file: Fetched, form: Form = Form()) -> tuple[pa.Table, tuple[str, ...]]:
    """The table of a fetched file under the names of its header, and a remark when it is not UTF-8.

    Raises :class:`~carreau.errors.Broken` or :class:`~carreau.errors.Missing` for what cannot be read.
    """
    with opened(file.path, form.member) as stream:
        content = stream.read()
    if content.startswith(_ZIP):
        return sheet_of(content, form, file.name), ()
    encoding = encoding_of(content)
    table = table_of(
        io.BytesIO(content), delimiter=separator_of(content, form.skip), encoding=encoding,
        name=file.name, skip=form.skip,
    )
    return table, encoding_remark(encoding)


def separator_of(content: bytes, skip: int = 0) -> str:
    """The separator of a text: of ``;``, ``,``, tab and ``|``, the most frequent in its header line.

    >>> separator_of(b"IRIS;COM;P22_POP")
    ';'
    """
    header = content.split(b"\n", skip + 1)[min(skip, content.count(b"\n"))]
    return max(_SEPARATORS, key=lambda separator: header.count(separator.encode()))


def sheet_of(content: bytes, form: Form, name: str) -> pa.Table:
    """The table of a workbook's sheet, read row by row: a column of text, integers or numbers each.

    Raises :class:`~carreau.errors.Broken` when the workbook ``name`` cannot be opened, lacks the sheet, or
    has no header where it is expected.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise Broken(
            f"{name} n'est pas un classeur lisible", given=str(error) or type(error).__name__,
            expected="un classeur xlsx entier", advice="télécharger de nouveau le fichier du producteur",
        ) from error
    try:
        rows = _sheet(book, form.sheets, name).iter_rows(min_row=form.sheet_skip + 1, values_only=True)
        return _table(rows, name, form.sheet_skip + 1)
    finally:
        book.close()


def _sheet(book: Any, wanted: tuple[str, ...], name: str) -> Any:
    """The first of the ``wanted`` sheets that the workbook has (case left aside), or its first one."""
    titles = {title.lower(): title for title in book.sheetnames}
    found = [titles[title.lower()] for title in wanted if title.lower() in titles]
    if wanted and not found:
        raise Broken(
            f"{name} n'a pas la feuille attendue", given=", ".join(book.sheetnames),
            expected=f"une feuille nommée {' ou '.join(wanted)}",
            advice="vérifier que le classeur est celui du millésime déclaré",
        )
    return book[found[0] if found else book.sheetnames[0]]


def _table(rows: Iterator[tuple[Any, ...]], name: str, line: int) -> pa.Table:
    """The rows of a sheet under its header, unnamed columns left out."""
    header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
    places = [position for position, label in enumerate(header) if label]
    if not places or len({header[place] for place in places}) < len(places):
        raise Broken(
            f"{name} n'a pas l'en-tête attendu", given=f"ligne {line} : {', '.join(header[:8]) or 'vide'}",
            expected=f"des noms de colonnes, tous différents, en ligne {line}",
            advice="vérifier que le classeur est celui du millésime déclaré",
        )
    parts: list[pa.Table] = []
    while block := list(islice(rows, 4096)):
        # a row of a workbook stops at its last cell
        columns = list(zip_longest(*block))
        arrays = [_texts(columns[place] if place < len(columns) else [None] * len(block)) for place in places]
        parts.append(pa.table(arrays, [header[place] for place in places]))
    if not parts:
        raise Broken(f"{name} n'a aucune ligne de données", expected="des lignes après l'en-tête",
                     advice="télécharger de nouveau le fichier du producteur")
    return pa.concat_tables(parts)


def _texts(cells: Iterable[Any]) -> pa.Array:
    """Cells of a sheet as text, with a whole number free of its « .0 »; a blank one is null."""
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    """One cell as text."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return None if cell is None or cell == "" else str(cell)


def require_columns(table: pa.Table, columns: Iterable[str], name: str) -> None:
    """Nothing when ``table`` has these columns; :class:`~carreau.errors.Broken` names the first one missing."""
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise Broken(
            f"{name} n'a pas la colonne « {missing[0]} »", given=", ".join(table.column_names[:12]),
            expected=f"les colonnes {', '.join(columns)}",
            advice="vérifier que le fichier est celui du millésime déclaré, sans colonne renommée",
        )


def keyed(
    table: pa.Table, widths: dict[str, int], name: str, others: Sequence[str] = ()
) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` with its key columns as codes of the given ``widths``, blank rows out, one row per key.

    ``others`` completes the key with columns that are not codes. The remarks count what was put aside. Raises
    :class:`~carreau.errors.Broken` when a key column is missing, is not made of codes, or when rows
    contradict.
    """
    require_columns(table, (*widths, *others), name)
    table, remarks = _without_blank_rows(table, next(iter(widths)))
    for column, width in widths.items():
        position = table.column_names.index(column)
        table = table.set_column(position, column, codes(table[column], width, column))
    kept, counted = one_row_per(table, [*widths, *others], name)
    return kept, remarks + counted


def _without_blank_rows(table: pa.Table, key: str) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` without the rows that hold nothing, which spreadsheets leave at the end of their exports."""
    if not table[key].null_count:
        return table, ()
    held = pc.is_valid(table[key])
    for column in table.columns:
        held = pc.or_(held, pc.is_valid(column))
    kept = table.filter(held)
    extra = table.num_rows - kept.num_rows
    return kept, (f"{extra} ligne(s) entièrement vide(s) écartée(s)",) if extra else ()
