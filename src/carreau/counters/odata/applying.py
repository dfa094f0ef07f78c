"""What ``$apply`` asks, as a Grouping: ``filter(…)``, then ``groupby((…),aggregate(…))`` or ``aggregate(…)``.

Of the OData extension for data aggregation 4.0: methods ``sum average min max countdistinct`` and ``$count as NAME``.
What may not be summed or averaged (a share, a median, a margin) is refused by the guard.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, get_args

from carreau.counters.odata.filters import Reader
from carreau.errors import Unknown
from carreau.terms import Aggregate, Condition, Every, Grouping, Method

MOST: Final = 40
METHODS: Final = ("sum", "average", "min", "max", "countdistinct")
_NAME: Final = re.compile(r"[A-Za-z_]\w{0,127}", re.ASCII)


def grouping_of(text: str, columns: Collection[str]) -> Grouping:
    """The grouping that ``text`` states on ``columns``; :class:`~carreau.errors.Unknown` for all that is not read.

    >>> grouping_of("groupby((code_commune),aggregate(inscrits with sum as total))", ["code_commune", "inscrits"]).by
    ('code_commune',)
    """
    reader = Reader(text, columns, "$apply")
    filters: list[Condition] = []
    while reader.took_name("filter"):
        reader.need("(")
        filters.append(reader.condition())
        reader.need(")")
        reader.need("/")
    by, aggregates = _grouped(reader)
    if reader.word.kind != "end":
        raise reader.misread("la fin : une seule étape de regroupement, après celles de filtre")
    where = None if not filters else filters[0] if len(filters) == 1 else Every(tuple(filters))
    _checked(by, aggregates)
    return Grouping(by, aggregates, where)


def _grouped(reader: Reader) -> tuple[tuple[str, ...], tuple[Aggregate, ...]]:
    """The columns to group by and the figures to make."""
    if reader.word.is_name("aggregate"):
        return (), _aggregates(reader)
    if not reader.took_name("groupby", "groupBy"):
        raise reader.misread("filter(…)/, groupby((…),aggregate(…)) ou aggregate(…)")
    reader.need("(")
    reader.need("(")
    by = [reader.column()]
    while reader.took(","):
        by.append(reader.column())
    reader.need(")")
    aggregates = _aggregates(reader) if reader.took(",") else ()
    reader.need(")")
    return tuple(by), aggregates


def _aggregates(reader: Reader) -> tuple[Aggregate, ...]:
    """The figures of ``aggregate(…)``."""
    if not reader.took_name("aggregate"):
        raise reader.misread("aggregate(…)")
    reader.need("(")
    found = [_aggregate(reader)]
    while reader.took(","):
        found.append(_aggregate(reader))
    reader.need(")")
    return tuple(found)


def _aggregate(reader: Reader) -> Aggregate:
    """``COLUMN with METHOD as NAME`` or ``$count as NAME``."""
    method, column = "count", ""
    if not reader.took_name("$count"):
        column = reader.column()
        if not reader.took_name("with"):
            raise reader.misread("« with », puis la méthode")
        method = reader.took_name(*METHODS)
        if not method:
            raise reader.misread(f"une méthode : {', '.join(METHODS)}")
    if not reader.took_name("as"):
        raise reader.misread("« as », puis le nom du résultat")
    if reader.word.kind != "name" or not _NAME.fullmatch(reader.word.text):
        raise reader.misread("un nom de lettres sans accent, chiffres et _")
    return Aggregate(_method(method), column, reader.taken().text)


def _checked(by: tuple[str, ...], aggregates: tuple[Aggregate, ...]) -> None:
    """Nothing, when each column of the result has its own name and there are not too many."""
    names = [*by, *(aggregate.name for aggregate in aggregates)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or len(names) > MOST:
        raise Unknown(
            "$apply donne deux colonnes du même nom" if twice else "$apply demande trop de colonnes",
            given=", ".join(twice) or str(len(names)),
            expected="un nom différent pour chaque colonne du résultat" if twice else f"{MOST} colonnes au plus",
            advice="corriger $apply",
        )


def _method(name: str) -> Method:
    """The method of the terms that is called ``name``."""
    return next(method for method in get_args(Method) if method == name)
