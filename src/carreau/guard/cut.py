"""A slice of a released content: which columns, which rows, in which order, how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Unknown
from carreau.guard._seal import digest_of
from carreau.guard.conditions import kept, said_condition
from carreau.guard.content import GEOMETRY, Content, column_digests
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Column, Compare, Condition, Either, Every, Order, Schema, Slice

ADVICE: Final = "reprendre l'un des noms de la table"
_FEW_ROWS: Final = 50
_MANY_COLUMNS: Final = 300


def cut_content(content: Content, asked: Slice, said: Mapping[str, Any] | None = None) -> Content:
    """The part of ``content`` that is ``asked`` for; it says what it is a part of, and digests itself when asked to.

    Only the columns that are asked for, and those that the question names, are read. ``said`` is the question in
    plain JSON values, where it is not that of ``asked`` itself.
    """
    columns = {column.name: column for column in content.schema.columns}
    wanted = _wanted(content, asked, columns)
    rows = _rows(content, asked, columns)
    schema = Schema(content.schema.rows, tuple(columns[name] for name in wanted if name != GEOMETRY.name))
    table = _taken(content, schema, rows)
    geometry = content.geometry if GEOMETRY.name in wanted else None
    if rows is not None and geometry is not None:
        geometry = geometry.take(rows)
    part = replace(content, schema=schema, table=table, geometry=geometry)
    return part_of(content, part, said or said_slice(asked))


def counted(content: Content, where: Condition) -> int:
    """How many rows of ``content`` a condition keeps."""
    columns = {column.name: column for column in content.schema.columns}
    return int(pc.sum(kept(where, columns, content.table)).as_py() or 0)


def part_of(content: Content, part: Content, question: Mapping[str, Any]) -> Content:
    """``part``, made of ``content`` by the ``question``: it says so, and its digests are its own."""

    @cache
    def said() -> Mapping[str, Any]:
        parent = {} if content.cut is None else {"parent": content.cut}
        return {"of": content.digest, "rows": part.table.num_rows, **question, **parent, "id": digest_of(question)[:16]}

    @cache
    def digested() -> tuple[str, ...]:
        return column_digests(part.columns, part.table, part.geometry)

    return replace(part, digested=digested, said=said, box=None, row=None, whole=content.whole or content)


def equals_of(content: Content, where: Mapping[str, object]) -> Condition:
    """The condition that each column named by ``where`` has the value, or one of the values, given for it."""
    columns = {column.name: column for column in content.schema.columns}
    return Every(tuple(_equal(columns, name, value) for name, value in where.items()))


def orders_of(names: Sequence[str]) -> tuple[Order, ...]:
    """The order that names with ``-`` before the largest-first ones ask for."""
    return tuple(Order(name.removeprefix("-"), name.startswith("-")) for name in names)


def said_slice(asked: Slice) -> dict[str, Any]:
    """What is asked, in plain JSON values."""
    order = [f"-{one.column}" if one.descending else one.column for one in asked.order]
    return {
        "columns": None if asked.columns is None else list(asked.columns),
        "where": None if asked.where is None else said_condition(asked.where),
        "order": order,
        "offset": asked.offset,
        "limit": asked.limit,
    }


def _wanted(content: Content, asked: Slice, columns: Mapping[str, Column]) -> Sequence[str]:
    """The names of the columns asked for, each checked; all of them when none is named."""
    known = [*columns, *([] if content.geometry is None else [GEOMETRY.name])]
    if asked.columns is None:
        return known
    for name in asked.columns:
        if name not in columns and name != GEOMETRY.name:
            raise Unknown.named(name, "colonne", known, ADVICE)
    if len(set(asked.columns)) < len(asked.columns) or set(asked.columns) <= {GEOMETRY.name}:
        raise Unknown(
            "les colonnes demandées ne font pas une table",
            given=", ".join(asked.columns)[:200] or "aucune colonne",
            expected="une colonne au moins, une fois chacune",
        )
    return [name for name in asked.columns if name in known]


def _rows(content: Content, asked: Slice, columns: Mapping[str, Column]) -> pa.Array | None:
    """The places of the rows that are kept, in the order asked; None when they are all there, in their own order."""
    places = None
    if asked.where is not None:
        places = _places(kept(asked.where, columns, content.table))
    if asked.order:
        places = _sorted(content, asked.order, columns, places)
    if asked.offset == 0 and (asked.limit is None or asked.limit >= content.table.num_rows):
        return places
    end = content.table.num_rows if asked.limit is None else min(content.table.num_rows, asked.offset + asked.limit)
    if places is None:
        return pa.array(range(min(asked.offset, end), end), pa.int64())
    return places[asked.offset : end]


def _taken(content: Content, schema: Schema, rows: pa.Array | None) -> pa.Table:
    """The columns of ``schema``, in the rows asked for: read cell by cell where they are few out of a file.

    Taken from a memory map, a row of all the columns would bring 64 kB of each into the memory of a server.
    """
    table = content.table.select(list(schema.names))
    if rows is None:
        return table
    if content.row is None or len(rows) > _FEW_ROWS or len(schema.names) < _MANY_COLUMNS:
        return table.take(rows)
    found = [content.row(place) for place in rows.to_pylist()]
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in found], table.schema)


def _places(keep: Any) -> pa.Array:
    """Where a three-valued answer is true."""
    return pc.indices_nonzero(pc.fill_null(keep, False))


def _sorted(
    content: Content, order: tuple[Order, ...], columns: Mapping[str, Column], places: pa.Array | None
) -> pa.Array:
    """``places`` (None: all) sorted; rows that are equal keep their order, empty cells come last."""
    for one in order:
        if one.column not in columns:
            raise Unknown.named(one.column, "colonne", columns, ADVICE)
    ways = {one.column: one.descending for one in reversed(order)}
    keys = [(name, "descending" if ways[name] else "ascending") for name in dict.fromkeys(one.column for one in order)]
    table = content.table.select([name for name, _ in keys])
    if places is None:
        return pc.sort_indices(table, sort_keys=keys)
    return places.take(pc.sort_indices(table.take(places), sort_keys=keys))


def _equal(columns: Mapping[str, Column], name: str, value: object) -> Condition:
    """The condition that a column has a value, or one of several; None stands for an empty cell."""
    if name not in columns:
        raise Unknown.named(name, "colonne", columns, ADVICE)
    many = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    try:
        pa.array(many, ARROW_TYPES[columns[name].type])
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise _other(columns[name], many) from error
    full = tuple(_plain(one) for one in many if one is not None)
    among = Compare(name, "in", full)
    return Either((among, Compare(name, "eq", None))) if None in many else among


def _other(column: Column, many: list[object]) -> Unknown:
    """The error for values that a column does not hold."""
    return Unknown(
        f"la colonne « {column.name} » ne contient pas de telles valeurs",
        given=", ".join(repr(value) for value in many[:5]),
        expected=f"des valeurs de type {column.type} : {column.description}",
        advice="corriger le filtre",
    )


def plain_where(where: Mapping[str, object]) -> dict[str, Any]:
    """The values of a filter as JSON can write them."""
    return {name: _plain(value) for name, value in where.items()}


def _plain(value: object) -> Any:
    """A filter's value as JSON can write it."""
    if isinstance(value, list | tuple | set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
