"""A slice of a released content: which columns, which rows, in which order, how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Unknown
from carreau.guard._seal import digest_of
from carreau.guard.content import GEOMETRY, Content, column_digests
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Column, Schema


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked of a slice; ``columns`` None keeps all, ``where`` maps a column to a value or a list of values."""

    columns: tuple[str, ...] | None
    where: Mapping[str, object]
    order: tuple[str, ...]
    limit: int | None


def cut_content(content: Content, cut: Cut) -> Content:
    """The part of ``content`` that ``cut`` asks for, with its own digests; it records what it is a part of."""
    schema = content.schema
    rows = _rows(content, cut)
    table = content.table.take(rows)
    geometry = None if content.geometry is None else content.geometry.take(rows)
    if cut.columns is not None:
        wanted = tuple(name for name in cut.columns if name != GEOMETRY.name)
        schema = Schema(schema.rows, tuple(schema.column(name) for name in wanted))
        table = table.select(list(wanted))
        geometry = geometry if GEOMETRY.name in cut.columns else None
    columns = schema.columns if geometry is None else (*schema.columns, GEOMETRY)
    digests = column_digests(columns, table, geometry)
    said = _said(content, cut, table.num_rows)
    return replace(content, schema=schema, table=table, geometry=geometry, digests=digests, cut=said)


def _rows(content: Content, cut: Cut) -> pa.Array:
    """The places of the rows that are kept, in the order asked."""
    keep = pa.array([True] * content.table.num_rows)
    for name, value in cut.where.items():
        keep = pc.and_(keep, _matches(content.schema.column(name), content.table[name], value))
    places = pc.indices_nonzero(keep)
    if cut.order:
        ways = [(name.removeprefix("-"), "descending" if name.startswith("-") else "ascending") for name in cut.order]
        sorted_by = content.table.select([content.schema.column(name).name for name, _ in ways]).take(places)
        places = places.take(pc.sort_indices(sorted_by, sort_keys=ways))
    if cut.limit is not None and cut.limit < 0:
        raise Unknown(
            "un nombre de lignes ne peut pas être négatif", given=str(cut.limit), expected="zéro ou plus"
        )
    return places[: cut.limit]


def _matches(column: Column, values: pa.ChunkedArray, wanted: object) -> pa.ChunkedArray:
    """Where ``values`` are one of those wanted (None stands for an empty cell)."""
    many = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    try:
        return pc.is_in(values, value_set=pa.array(many, ARROW_TYPES[column.type]))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise Unknown(
            f"la colonne « {column.name} » ne contient pas de telles valeurs",
            given=", ".join(repr(value) for value in many[:5]),
            expected=f"des valeurs de type {column.type} : {column.description}",
            advice="corriger le filtre",
        ) from error


def _said(content: Content, cut: Cut, rows: int) -> Mapping[str, Any]:
    """The slice in plain JSON values, with the digest of what it was cut from."""
    where = {name: _plain(value) for name, value in cut.where.items()}
    said = {"columns": cut.columns and list(cut.columns), "where": where, "order": list(cut.order), "limit": cut.limit}
    parent = {} if content.cut is None else {"parent": content.cut}
    return {"of": content.digest, "rows": rows, **said, **parent, "id": digest_of(said)[:16]}


def _plain(value: object) -> Any:
    """A filter's value as JSON can write it."""
    if isinstance(value, list | tuple | set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
