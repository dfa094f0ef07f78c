"""One table out of a published file, whatever it is packed in and whoever saved it: CSV or workbook.

The separator, the encoding and the kind of file are found from the bytes; what the form of a publisher
fixes (the member of the archive, the lines before the header, the sheet) is said by a :class:`Form`. Cells
stay text, or the numbers that a workbook holds; :mod:`carreau.sources.tidy` makes figures of them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.reading import expect_columns
from carreau.sources.tidy import codes, encoding_of, encoding_remark, one_row_per, table_of
from carreau.sources.workbooks import is_workbook, sheet_of

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
    if is_workbook(content):
        return sheet_of(content, form.sheets, form.sheet_skip, file.name), ()
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


def keyed(
    file: Fetched, table: pa.Table, widths: Mapping[str, int], others: Sequence[str] = ()
) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` with its key columns as codes of the given ``widths``, blank rows out, one row per key.

    ``others`` completes the key with columns that are not codes. The remarks count what was put aside. Raises
    :class:`~carreau.errors.Broken` when a key column is missing, is not made of codes, or when rows
    contradict.
    """
    expect_columns(file, table, (*widths, *others))
    table, remarks = _without_blank_rows(table, next(iter(widths)))
    for column, width in widths.items():
        position = table.column_names.index(column)
        table = table.set_column(position, column, codes(table[column], width, column))
    kept, counted = one_row_per(table, [*widths, *others], file.name)
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
