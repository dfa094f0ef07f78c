"""Tables asked of what is served: some columns of some places, in an order, as JSON or as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from carreau.errors import Unknown
from carreau.guard import Release
from carreau.house import reading
from carreau.house.reading_catalogue import indicator_columns
from carreau.house.served import Served
from carreau.terms import Column, Compare, Condition, Order, Slice

BESIDE: Final = ("marge", "note", "statut")
LEADING: Final = ("libelle", "libelle_commune", "code_commune", "code_departement", "inscrits")


@dataclass(frozen=True, slots=True)
class Question:
    """Some ``columns`` of the places of a ``level`` that lie in ``territories`` or are among ``codes``.

    With neither, all the places. ``order`` names columns, ``-`` before those with the largest first. The key and the
    names of the places are always given; ``certain`` adds to each indicator its margin, grade and status, ``drawn`` the
    contours; without any column, ``whole`` gives all of them.
    """

    level: str = "bureau"
    territories: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    offset: int = 0
    limit: int | None = None
    certain: bool = False
    drawn: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a question finds, how many there are before its offset and limit, and its columns."""

    release: Release
    total: int


def found(served: Served, question: Question) -> Found:
    """What a question finds; :class:`~carreau.errors.Unknown` for a level, territory, code or column that is not."""
    where = _where(served, question)
    release = served.levels[question.level]
    columns = _columns(release, question)
    order = tuple(Order(name.removeprefix("-"), name.startswith("-")) for name in question.order)
    asked = Slice(columns, where, order, question.offset, question.limit)
    if asked == Slice():
        return Found(release, release.row_count)  # the whole is kept as a file: it is not made again
    return Found(release.asked(asked), release.count(where))


def rows_json(served: Served, question: Question) -> bytes:
    """The same as JSON: ``columns`` described, ``rows`` as objects, ``total``."""
    answer = found(served, question)
    columns = [_described(column) for column in answer.release.schema.columns]
    head = json.dumps({"columns": columns, "total": answer.total}, ensure_ascii=False).encode()
    return head[:-1] + b', "rows": [' + answer.release.json_rows() + b"]}"


def _where(served: Served, question: Question) -> Condition | None:
    """The condition that keeps the places asked for; None for all of them."""
    known = reading.places(served, question.level)
    if not question.territories and not question.codes:
        return None
    wanted = [_code(known.row, code) for code in question.codes]
    if question.territories:
        rows = reading.rows_in(served, question.level, question.territories)
        if len(rows) == len(known.codes):
            return None
        wanted += [known.codes[row] for row in rows]
    key = served.levels[question.level].schema.names[0]
    return Compare(key, "in", tuple(dict.fromkeys(wanted)))


def _code(known: Iterable[str], code: str) -> str:
    """The code of a place, written with its kind or without; unknown ones get near names."""
    bare = code.partition(":")[2] or code
    if bare not in known:
        start = [name for name in known if name[:3] == bare[:3]]
        raise Unknown.named(bare, "lieu", start, "chercher un lieu : GET /api/v1/search?q=…")
    return bare


def _columns(release: Release, question: Question) -> tuple[str, ...] | None:
    """The columns of the answer: those that say which place a row is, then those asked for; None for all of them."""
    if question.whole and not question.columns:
        return None
    names = set(release.schema.names)
    indicators = {column.name for column in indicator_columns(release.schema)} if question.certain else set()
    wanted = [release.schema.names[0], *(name for name in LEADING if name in names)]
    for name in question.columns:
        wanted.append(release.schema.column(name).name)
        if name in indicators:
            wanted += [f"{name}_{suffix}" for suffix in BESIDE if f"{name}_{suffix}" in names]
    return tuple(dict.fromkeys([*wanted, *(["geometry"] if question.drawn else [])]))


def _described(column: Column) -> dict[str, str]:
    """A column of the answer, described."""
    said = {"name": column.name, "title": column.title, "unit": column.unit, "type": column.type}
    return {**said, "of": column.of, "description": column.description}
