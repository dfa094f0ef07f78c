"""Shared cleaning of published files: encodings, text tables, French numbers, secrecy marks, repeated rows.

All is pure: bytes or columns in, columns out. A blank cell is null and never zero; a secrecy mark is a status
and never a number; what cannot be understood is refused with its value, its column and its file.
Texts themselves are read by :mod:`carreau.sources.delimited`, whose names are offered here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.delimited import AGAIN, encoding_of, encoding_remark, refuse_wide, table_of

__all__ = [
    "SECRECY_CODES",
    "codes",
    "encoding_of",
    "encoding_remark",
    "integers",
    "numbers",
    "numbers_and_statuses",
    "one_row_per",
    "padded",
    "refuse_wide",
    "table_of",
]

SECRECY_CODES: Final = ("s", "ns", "nd", "so")
"""INSEE's marks in place of a figure: secret, non significatif, non disponible, sans objet."""

_SPACES: Final = " \u00a0\u202f"
# digits grouped by three or not at all, or a bare decimal part; then an exponent; then a percent sign
_NUMBER: Final = (
    rf"^[+-]?((\d{{1,3}}([{_SPACES}]\d{{3}})+|\d+)([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?[{_SPACES}]*%?$"
)


def numbers(column: pa.ChunkedArray | pa.Array, name: str = "") -> pa.Array:
    """The numbers of a text column, as float64; a blank cell is null.

    Read alike: ``11,20``, ``70.1``, ``78,94%`` (78.94), ``1 036`` with a plain, no-break or narrow no-break
    space. Anything else is :class:`~carreau.errors.Broken`, which gives the value and the column ``name``.

    >>> numbers(pa.array(["11,20", "70.1", "78,94%", "1\u202f036", None])).to_pylist()
    [11.2, 70.1, 78.94, 1036.0, None]
    """
    text = _one(column)
    if not pa.types.is_string(text.type):
        return text.cast(pa.float64())
    try:
        values = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return _french_numbers(text, name)
    finite = pc.is_finite(values)
    if pc.all(finite, min_count=0).as_py():
        return values
    raise _not_numbers(text.filter(pc.invert(finite)), name)


def integers(column: pa.ChunkedArray | pa.Array, name: str = "") -> pa.Array:
    """The whole numbers of a text column, as int64, read as :func:`numbers` does; a blank cell is null.

    >>> integers(pa.array(["0", "2 021", None])).to_pylist()
    [0, 2021, None]
    """
    values = numbers(column, name)
    whole = pc.equal(values, pc.floor(values))
    if not pc.all(whole, min_count=0).as_py():
        raise _not_numbers(_one(column).cast(pa.string()).filter(pc.invert(whole)), name)
    return values.cast(pa.int64())


def _french_numbers(text: pa.Array, name: str) -> pa.Array:
    """The numbers of a column where some are written the French way."""
    trimmed = pc.utf8_trim(text, _SPACES + "\t")
    text = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    shaped = pc.match_substring_regex(text, _NUMBER)
    if not pc.all(shaped, min_count=0).as_py():
        raise _not_numbers(text.filter(pc.invert(shaped)), name)
    for sign in (*_SPACES, "%", "+"):
        text = pc.replace_substring(text, sign, "")
    return pc.replace_substring(text, ",", ".").cast(pa.float64())


def _not_numbers(cells: pa.Array, name: str) -> Broken:
    """The error for cells that are not numbers: how many, and the first ones."""
    shown = ", ".join(f"« {value} »" for value in cells.unique()[:3].to_pylist())
    return Broken(
        f"{len(cells)} cellule(s) de la colonne « {name} » ne sont pas des nombres",
        given=shown, expected="un nombre comme 1036, 11,20 ou 78,94%, ou une cellule vide",
        advice="vérifier que le fichier est celui du producteur et que ses colonnes ne sont pas décalées",
    )


def numbers_and_statuses(column: pa.ChunkedArray | pa.Array, name: str = "") -> tuple[pa.Array, pa.Array]:
    """The numbers of a column and, beside, the secrecy mark where there is one.

    A mark (``s`` secret, ``ns`` non significatif, ``nd`` non disponible, ``so`` sans objet) gives a null
    number and its lower-case text as status; elsewhere the status is null. A mark is never zero.

    >>> [part.to_pylist() for part in numbers_and_statuses(pa.array(["12,5", "ns", ""]))]
    [[12.5, None, None], [None, 'ns', None]]
    """
    text = _one(column)
    if not pa.types.is_string(text.type):
        return numbers(text, name), pa.nulls(len(text), pa.string())
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    secret = pc.is_in(lower, value_set=pa.array(SECRECY_CODES))
    blank = pa.scalar(None, pa.string())
    return numbers(pc.if_else(secret, blank, text), name), pc.if_else(secret, lower, blank)


def padded(column: pa.ChunkedArray | pa.Array, width: int) -> pa.Array:
    """The codes of a column, stripped and given back the leading zeros that a spreadsheet takes away.

    A code longer than ``width`` is kept as it is.

    >>> padded(pa.array(["1001", " 2A004", None]), 5).to_pylist()
    ['01001', '2A004', None]
    """
    return pc.utf8_lpad(pc.utf8_trim_whitespace(_one(column).cast(pa.string())), width, "0")


def codes(column: pa.ChunkedArray | pa.Array, width: int, name: str) -> pa.Array:
    """INSEE's codes of a key column: padded to ``width``, none blank, digits with A or B second in Corsica.

    Raises :class:`~carreau.errors.Broken` with the first cells of column ``name`` that are no such code.

    >>> codes(pa.array(["10010000", "2A0040101"]), 9, "IRIS").to_pylist()
    ['010010000', '2A0040101']
    """
    texts = padded(column, width)
    pattern = rf"^\d[0-9AB]\d{{{width - 2}}}$" if width > 1 else r"^\d$"
    wrong = pc.invert(pc.fill_null(pc.match_substring_regex(texts, pattern), False))
    if not pc.any(wrong, min_count=0).as_py():
        return texts
    cells = _one(column).filter(wrong)
    shown = ", ".join(f"« {'' if value is None else value} »" for value in cells.unique()[:3].to_pylist())
    raise Broken(
        f"{len(cells)} cellule(s) de la colonne « {name} » ne sont pas des codes",
        given=shown, expected=f"un code de {width} chiffres, ou 2A, 2B et des chiffres en Corse",
        advice="vérifier que le fichier est celui du producteur et que ses colonnes ne sont pas décalées",
    )


def one_row_per(table: pa.Table, keys: Sequence[str], name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` with one row per ``keys``, and a remark that counts the identical rows put aside.

    The first of identical rows is kept, in the order of the file ``name``. Two different rows under one key
    are :class:`~carreau.errors.Broken`: nothing says which is right.

    >>> one_row_per(pa.table({"IRIS": ["a", "b", "a"], "n": [1, 2, 1]}), ["IRIS"], "x.csv")[1]
    ('1 ligne(s) en double, identique(s), écartée(s)',)
    """
    position = "__position"
    numbered = table.append_column(position, pa.array(np.arange(table.num_rows)))
    first = numbered.group_by(list(keys)).aggregate([(position, "min")])[f"{position}_min"].to_numpy()
    extra = table.num_rows - len(first)
    if not extra:
        return table, ()
    distinct = table.group_by(table.column_names).aggregate([])
    if distinct.num_rows > len(first):
        raise _contradiction(distinct, keys, name)
    return table.take(np.sort(first)), (f"{extra} ligne(s) en double, identique(s), écartée(s)",)


def _contradiction(distinct: pa.Table, keys: Sequence[str], name: str) -> Broken:
    """The error for different rows under one key, which names the first such key."""
    counted = distinct.group_by(list(keys)).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1)).sort_by(keys[0]).select(list(keys))
    code = ", ".join(f"{key} {value}" for key, value in twice.slice(0, 1).to_pylist()[0].items())
    return Broken(
        f"{name} se contredit", given=f"des lignes différentes pour {code} ({twice.num_rows} cas)",
        expected=f"une ligne par {', '.join(keys)}", advice=AGAIN,
    )


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
