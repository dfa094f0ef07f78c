"""The table of a delimited text: UTF-8 or the older encodings of French publishers, whatever the separator."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Final

import pyarrow as pa

from carreau.errors import Broken
from carreau.sources.brought.bounds import Bounds, figure, too_much
from carreau.sources.brought.headers import headers_of
from carreau.sources.delimited import encoding_of, encoding_remark

_SEPARATORS: Final = (";", ",", "\t", "|")
_HEAD: Final = 1 << 16
_BLOCK: Final = 8192
_FIRST: Final = 30  # lines looked at to find the header
_WIDE: Final = 3  # filled cells that no title has
_AGAIN: Final = "l'exporter de nouveau en CSV UTF-8 (séparateur point-virgule), ou en XLSX"


def text_table(path: Path, name: str, bounds: Bounds) -> tuple[pa.Table, tuple[str, ...]]:
    """The table of the delimited text at ``path``: text columns, blank cells null, and how it was read.

    Rows shorter or longer than the header are kept, completed or cut, and counted; so are the lines above it.
    :class:`~carreau.errors.Broken` for bytes that are no text.
    """
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text(name) from error
    if "\0" in text:
        raise _no_text(name)
    separator = _separator(text[:_HEAD])
    csv.field_size_limit(bounds.cell)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        above, header, rest = headed(rows)
        table, odd = table_of_rows(header, rest, bounds)
    except csv.Error as error:
        raise Broken(
            f"« {name} » n'est pas un tableau lisible", given="une cellule sans fin : un guillemet jamais refermé",
            expected=f"des cellules de {figure(bounds.cell)} signes au plus", advice=_AGAIN,
        ) from error  # fmt: skip
    remarks = encoding_remark("utf-8" if encoding == "utf-16" else encoding) + above_remark(above)
    return table, remarks + ((f"{figure(odd)} ligne(s) n'ont pas la largeur de l'en-tête",) if odd else ())


def headed(rows: Iterator[list[str]]) -> tuple[int, list[str], Iterator[list[str]]]:
    """How many filled lines stand above the header (a title, a date), the header, and the rows after it.

    The header is the first line with three filled cells, or as many as the first lines of a narrower table have.
    """
    first = [row for row in islice(rows, _FIRST) if any(cell.strip() for cell in row)]
    filled = [sum(bool(cell.strip()) for cell in row) for row in first]
    place = next((place for place, count in enumerate(filled) if count >= min(_WIDE, max(filled))), 0)
    return place, first[place] if first else [], chain(first[place + 1 :], rows)


def above_remark(above: int) -> tuple[str, ...]:
    """One sentence on the lines above the header; nothing when there is none."""
    return (f"{above} ligne(s) au-dessus de l'en-tête laissée(s)",) if above else ()


def table_of_rows(header: Iterable[object], rows: Iterable[list[str]], bounds: Bounds) -> tuple[pa.Table, int]:
    """The rows under their header, as text, without the blank ones; and how many have another width.

    :class:`~carreau.errors.Refused` as soon as there is more than ``bounds``.
    """
    names = headers_of(header)
    if len(names) > bounds.columns:
        raise too_much("ses colonnes", figure(len(names)), f"{figure(bounds.columns)} colonnes au plus")
    odd = [0]
    parts: list[pa.RecordBatch] = []
    size = count = 0
    filled = _filled(rows, len(names), odd)
    while block := list(islice(filled, _BLOCK)):
        columns = list(islice(zip_longest(*block), len(names)))
        columns += [(None,) * len(block)] * (len(names) - len(columns))
        parts.append(pa.record_batch([pa.array(column, pa.string()) for column in columns], names))
        size, count = size + parts[-1].nbytes, count + len(block)
        if count > bounds.rows:
            raise too_much("ses lignes", f"plus de {figure(bounds.rows)}", f"{figure(bounds.rows)} lignes au plus")
        if size > bounds.unfolded:
            raise too_much("une fois déplié", f"plus de {size >> 20} Mio", f"{bounds.unfolded >> 20} Mio au plus")
    schema = pa.schema([(label, pa.string()) for label in names])
    return pa.Table.from_batches(parts, schema), odd[0]


def _filled(rows: Iterable[list[str]], width: int, odd: list[int]) -> Iterator[list[str | None]]:
    """The rows that hold something, blank cells as None; ``odd`` counts those of another width."""
    for row in rows:
        cells = [cell.strip() or None if cell else None for cell in row]
        if any(cells):
            odd[0] += len(row) != width
            yield cells


def _separator(head: str) -> str:
    """The separator of a text: of the usual four, the one that most often parts its first lines."""
    lines = [line for line in head.splitlines() if line.strip()][:_FIRST]
    return max(_SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), sum(map(_counter(sign), lines))))


def _counter(sign: str) -> Callable[[str], int]:
    """What counts a sign in a line."""
    return lambda line: line.count(sign)


def _no_text(name: str) -> Broken:
    """The error for bytes that are no text."""
    return Broken(
        f"« {name} » n'est pas un texte", given="des octets qui ne sont pas des lettres",
        expected="un fichier CSV, XLSX ou Parquet", advice=_AGAIN,
    )  # fmt: skip
