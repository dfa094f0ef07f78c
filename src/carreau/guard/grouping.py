"""Figures of groups of rows, as SQL would make them: empty cells are passed over, and counted by no one.

Counts add up; shares, medians, margins and grades do not: they are never summed nor averaged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Refused, Unknown
from carreau.guard.conditions import said_condition
from carreau.guard.content import Content
from carreau.guard.cut import cut_content, part_of
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Aggregate, Column, Grouping, Method, Role, Schema, Slice

_NAME: Final = re.compile(r"[^\W\d]\w{0,62}")
_MOST: Final = 100
_ARROW: Final[Mapping[Method, str]] = {
    "sum": "sum", "average": "mean", "min": "min", "max": "max", "count": "count", "countdistinct": "count_distinct",
}  # fmt: skip
_WORDS: Final[Mapping[Method, str]] = {
    "sum": "Somme", "average": "Moyenne", "min": "Plus petite valeur", "max": "Plus grande valeur",
    "count": "Nombre de lignes remplies", "countdistinct": "Nombre de valeurs différentes",
}  # fmt: skip


def grouped_content(content: Content, grouping: Grouping) -> Content:
    """One row per group of the rows of ``content``, in the order of what they are grouped by, empty cells last.

    A share is not summed nor averaged (:class:`~carreau.errors.Refused`, with the way to do it right); what is grouped
    by must be text. Without ``by`` there is one row, even of nothing.
    """
    columns = {column.name: column for column in content.schema.columns}
    by = [_key(columns, name) for name in dict.fromkeys(grouping.by)]
    made = [_figure(columns, aggregate) for aggregate in _checked(grouping)]
    table = _table(content, grouping, by)
    schema = Schema(_rows(by), (*by, *made))
    arrays = [_array(table, grouping, column) for column in schema.columns]
    part = replace(content, schema=schema, table=pa.table(arrays, names=list(schema.names)), geometry=None)
    return part_of(content, part, _said(grouping))


def _table(content: Content, grouping: Grouping, by: list[Column]) -> pa.Table:
    """The groups as Arrow makes them, sorted."""
    read = dict.fromkeys([*(column.name for column in by), *(one.column for one in grouping.aggregates if one.column)])
    names = [column.name for column in by]
    rows = content.table.select(list(read))
    if not read or grouping.where is not None:
        key = next(iter(read), content.schema.names[0])
        part = cut_content(content, Slice(tuple(read) or (key,), grouping.where))
        rows = part.table
    groups = rows.group_by(names, use_threads=False).aggregate([_asked(one) for one in _distinct(grouping)])
    if not names:
        return groups
    return groups.take(pc.sort_indices(groups.select(names), sort_keys=[(name, "ascending") for name in names]))


def _distinct(grouping: Grouping) -> list[Aggregate]:
    """The figures to be made, each once, whatever the names that they are given."""
    return list({(one.method, one.column): one for one in grouping.aggregates}.values())


def _asked(one: Aggregate) -> tuple[Any, ...]:
    """One figure as Arrow asks for it: nothing is the sum of nothing, and empty cells are not counted."""
    if not one.column:
        return ([], "count_all")
    if one.method in {"count", "countdistinct"}:
        return (one.column, _ARROW[one.method], pc.CountOptions(mode="only_valid"))
    return (one.column, _ARROW[one.method], pc.ScalarAggregateOptions(skip_nulls=True, min_count=1))


def _array(table: pa.Table, grouping: Grouping, column: Column) -> pa.ChunkedArray:
    """The values of one column of the result."""
    made = next((one for one in grouping.aggregates if one.name == column.name), None)
    if made is None:
        return table[column.name]
    name = f"{made.column}_{_ARROW[made.method]}" if made.column else "count_all"
    return table[name].cast(ARROW_TYPES[column.type])


def _checked(grouping: Grouping) -> tuple[Aggregate, ...]:
    """The figures asked for, their names good and different; at most a hundred, one at least unless there are keys."""
    names = [*dict.fromkeys(grouping.by), *(one.name for one in grouping.aggregates)]
    wrong = [one.name for one in grouping.aggregates if not _NAME.fullmatch(one.name)]
    if wrong or len(set(names)) < len(names) or not 0 < len(names) <= _MOST:
        raise Unknown(
            "les noms donnés aux chiffres d'un regroupement ne conviennent pas",
            given=", ".join(wrong or names)[:200] or "aucun",
            expected=f"de 1 à {_MOST} noms différents, faits de lettres, de chiffres et de « _ »",
            advice="renommer, par exemple total_inscrits",
        )
    return grouping.aggregates


def _key(columns: Mapping[str, Column], name: str) -> Column:
    """A column that rows are grouped by."""
    column = _known(columns, name)
    if column.type != "text":
        raise Unknown(
            f"on ne regroupe pas par « {name} »",
            given=f"une colonne de type {column.type}",
            expected="une colonne de texte, par exemple code_commune",
            advice="regrouper par un lieu ou un libellé",
        )
    return replace(column, role=Role.KEY if column.role is Role.KEY else Role.PLACE)


def _figure(columns: Mapping[str, Column], one: Aggregate) -> Column:
    """The column that a figure of each group makes, described."""
    if not one.column:
        if one.method != "count":
            said = f"de quelle colonne faire « {one.name} » ?"
            raise Unknown(said, given=one.method, expected="le nom d'une colonne")
        return Column(one.name, "integer", "Nombre de lignes du groupe", "lignes", Role.COUNT, nullable=False)
    column = _known(columns, one.column)
    _allowed(column, one.method)
    counted = one.method in {"count", "countdistinct"}
    kind = "integer" if counted else "number" if one.method == "average" else column.type
    title = column.title or column.name
    return Column(
        one.name,
        kind,
        f"{_WORDS[one.method]} de « {title} » dans le groupe, cellules vides à part ; sans marge. {column.description}",
        "lignes" if counted else column.unit,
        Role.COUNT if counted or (one.method == "sum" and column.role is Role.COUNT) else Role.MEASURE,
        title=f"{title} ({_WORDS[one.method].lower()})",
        theme=column.theme,
        provenance=column.provenance,
    )


def _allowed(column: Column, method: Method) -> None:
    """Nothing, when the figure has a meaning; the rule and the right way otherwise."""
    if method in {"sum", "average"} and column.type not in {"integer", "number"}:
        raise Unknown(
            f"« {column.name} » n'est pas un nombre : on n'en fait ni somme ni moyenne",
            given=f"{method} de {column.name}", expected="une colonne de nombres", advice="compter les lignes",
        )  # fmt: skip
    additive = column.role in {Role.COUNT, Role.WEIGHT} or (column.role is Role.MEASURE and not column.of)
    if method in {"sum", "average"} and not additive:
        name = column.name if column.role is Role.SHARE else column.of
        raise Refused(
            f"« {column.name} » ne se somme pas et sa moyenne tromperait : une part se refait de ses effectifs",
            given=f"{method} de {column.name}",
            expected="un effectif, par exemple inscrits ou une colonne en _nombre ou _base",
            advice=f"sommer {name}_nombre et {name}_base, puis diviser",
        )


def _known(columns: Mapping[str, Column], name: str) -> Column:
    """The column of that name, out of those of the table."""
    if name not in columns:
        raise Unknown.named(name, "colonne", columns, "reprendre l'un des noms de la table")
    return columns[name]


def _rows(by: list[Column]) -> str:
    """What one row is."""
    return f"une ligne par {', '.join(column.title or column.name for column in by)}" if by else "une ligne en tout"


def _said(grouping: Grouping) -> dict[str, Any]:
    """The question in plain JSON values."""
    figures = [{"method": one.method, "column": one.column, "name": one.name} for one in grouping.aggregates]
    where = None if grouping.where is None else said_condition(grouping.where)
    return {"grouped": {"by": list(grouping.by), "aggregates": figures}, "where": where}
