"""Which rows a condition keeps, as SQL would: an empty cell makes a comparison neither true nor false.

A condition names columns of the schema and nothing else; its values are checked against their types before any row is
read. Comparisons of texts are those of their bytes in UTF-8, case included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Unknown
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Column, Compare, Condition, Either, Every, Not

DEEPEST: Final = 50
MOST: Final = 2_000
LONGEST: Final = 100_000
_WIDEST: Final = 1 << 63
_COMPARED: Final[Mapping[str, Callable[..., Any]]] = {
    "eq": pc.equal, "ne": pc.not_equal, "lt": pc.less, "le": pc.less_equal, "gt": pc.greater, "ge": pc.greater_equal,
}  # fmt: skip
_FOUND: Final[Mapping[str, Callable[..., Any]]] = {
    "startswith": pc.starts_with, "endswith": pc.ends_with, "contains": pc.match_substring,
}  # fmt: skip
_EXPECTED: Final[Mapping[str, str]] = {
    "text": "un texte", "integer": "un nombre", "number": "un nombre", "boolean": "vrai ou faux",
    "date": "une date écrite AAAA-MM-JJ", "geometry": "aucune valeur : un contour ne se compare pas",
}  # fmt: skip


def kept(condition: Condition, columns: Mapping[str, Column], table: pa.Table) -> pa.ChunkedArray | pa.Array:
    """For each row of ``table``: true where ``condition`` holds, false where it does not, null where nobody can say.

    ``columns`` are the declared columns by name. A column that is not there, a value of another type, more than 50
    conditions one inside the other: :class:`~carreau.errors.Unknown`, in words.
    """
    measured(condition)
    return _kept(condition, columns, table)


def measured(condition: Condition) -> None:
    """Nothing, when ``condition`` is of a reasonable depth and size; :class:`~carreau.errors.Unknown` otherwise."""
    level, depth, total = [condition], 0, 0
    while level:
        depth, total = depth + 1, total + len(level)
        if depth > DEEPEST or total > MOST:
            raise Unknown(
                "la question est trop compliquée",
                given=f"plus de {DEEPEST} conditions imbriquées" if depth > DEEPEST else f"{total} conditions",
                expected=f"au plus {DEEPEST} conditions imbriquées, {MOST} en tout",
                advice="poser plusieurs questions plus simples, ou employer « in » pour une liste de valeurs",
            )
        level = [inner for outer in level for inner in _inner(outer)]


def said_condition(condition: Condition) -> dict[str, Any]:
    """A condition in plain JSON values."""
    if isinstance(condition, Compare):
        value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
        return {"column": condition.column, "operator": condition.operator, "value": value}
    if isinstance(condition, Not):
        return {"not": said_condition(condition.condition)}
    word = "every" if isinstance(condition, Every) else "either"
    return {word: [said_condition(inner) for inner in condition.conditions]}


def _inner(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that a condition is made of, one level down."""
    if isinstance(condition, Not):
        return (condition.condition,)
    return condition.conditions if isinstance(condition, Every | Either) else ()


def _kept(condition: Condition, columns: Mapping[str, Column], table: pa.Table) -> pa.ChunkedArray | pa.Array:
    """The three-valued answer to a condition of reasonable depth."""
    if isinstance(condition, Compare):
        return _compared(condition, columns, table)
    if isinstance(condition, Not):
        return pc.invert(_kept(condition.condition, columns, table))
    both = pc.and_kleene if isinstance(condition, Every) else pc.or_kleene
    answer: Any = pa.nulls(table.num_rows, pa.bool_()).fill_null(isinstance(condition, Every))
    for inner in condition.conditions:
        answer = both(answer, _kept(inner, columns, table))
    return answer


def _compared(compare: Compare, columns: Mapping[str, Column], table: pa.Table) -> pa.ChunkedArray:
    """The three-valued answer to one comparison."""
    if compare.column not in columns:
        raise Unknown.named(compare.column, "colonne", columns, "reprendre l'un des noms de la table")
    column, values = columns[compare.column], table[compare.column]
    if compare.operator == "in":
        return _among(compare, column, values)
    if isinstance(compare.value, tuple):
        raise _misfit(compare, column, "une seule valeur, ou « in » pour une liste")
    if compare.value is None:
        empty = {"eq": pc.is_null, "ne": pc.is_valid}.get(compare.operator)
        return pa.chunked_array([pa.nulls(len(values), pa.bool_())]) if empty is None else empty(values)
    wanted = _value(compare, column, compare.value)
    if compare.operator in _FOUND:
        if column.type != "text":
            raise _misfit(compare, column, "une colonne de texte, ou une comparaison")
        return _FOUND[compare.operator](values, pattern=wanted)
    if column.type == "boolean":
        values, wanted = values.cast(pa.int8()), int(wanted)
    elif column.type == "integer" and isinstance(wanted, float):
        values = values.cast(pa.float64(), safe=False)
    return _COMPARED[compare.operator](values, pa.scalar(wanted, values.type))


def _among(compare: Compare, column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether each value is one of a list; as in SQL, an empty cell in the list makes « no » into « nobody knows »."""
    if not isinstance(compare.value, tuple) or len(compare.value) > LONGEST:
        raise _misfit(compare, column, f"une liste d'au plus {LONGEST} valeurs")
    if not compare.value:
        return pc.and_(pc.is_null(values), pa.scalar(False))
    wanted = [_value(compare, column, value) for value in compare.value if value is not None]
    kind = ARROW_TYPES[column.type]
    if column.type == "integer" and any(isinstance(value, float) for value in wanted):
        wanted = [value for value in wanted if value == int(value)]
        wanted = [int(value) for value in wanted if abs(value) < _WIDEST]
    if column.type == "number" and 0.0 in wanted:
        wanted += [0.0, -0.0]  # the same number, told apart by Arrow
    found = pc.is_in(values, value_set=pa.array(wanted, kind))
    unknown = pc.is_null(values) if None not in compare.value else pc.or_(pc.is_null(values), pc.invert(found))
    return pc.if_else(unknown, pa.scalar(None, pa.bool_()), found)


def _value(compare: Compare, column: Column, value: object) -> Any:
    """A value that can be compared with those of ``column``; :class:`~carreau.errors.Unknown` when it cannot."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if column.type == "text" and isinstance(value, str):
        return _readable(compare, column, value)
    if column.type == "boolean" and isinstance(value, bool):
        return value
    if column.type == "date" and isinstance(value, str):
        return _day(compare, column, value)
    if column.type in {"integer", "number"} and number:
        return _number(compare, column, value)
    raise _misfit(compare, column, _EXPECTED[column.type])


def _number(compare: Compare, column: Column, value: Any) -> int | float:
    """A number within reach: finite, and of 64 bits when it is whole."""
    if isinstance(value, float) and not isfinite(value):
        raise _misfit(compare, column, "un nombre fini")
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        raise _misfit(compare, column, "un nombre de moins de dix-neuf chiffres")
    return float(value) if column.type == "number" else value


def _readable(compare: Compare, column: Column, text: str) -> str:
    """A text that can be written in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _misfit(compare, column, "un texte lisible, en UTF-8") from error
    return text


def _day(compare: Compare, column: Column, text: str) -> date:
    """The day that a text names."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _misfit(compare, column, _EXPECTED["date"]) from error


def _misfit(compare: Compare, column: Column, expected: str) -> Unknown:
    """The error for a value that the column cannot be compared with."""
    value = compare.value[:5] if isinstance(compare.value, tuple) else compare.value
    return Unknown(
        f"la colonne « {column.name} » ne se compare pas ainsi",
        given=f"{compare.operator} {value!r}"[:200],
        expected=f"{expected} ({column.description})",
        advice="corriger la valeur ou l'opérateur",
    )
