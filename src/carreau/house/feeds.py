"""The tables that spreadsheets (OData) and notebooks (Delta Sharing) are fed with, cut from what is served.

Each level of places gives one main table and one per theme; the votes, one per election. All of a release in one table
would have some 1,500 columns, more than a spreadsheet reads or a person looks through.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from carreau.house.reading import remembered
from carreau.house.reading_catalogue import elections_of, indicator_columns, indicators_of
from carreau.house.served import Served
from carreau.terms import Column, Schema

Reader = Literal["spreadsheet", "notebook"]
FACTS: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("feeds.toml").read_text("utf-8"))
MAIN: Final = str(FACTS["main"]["table"])


@dataclass(frozen=True, slots=True)
class Feed:
    """One table: the level of its rows, its name among those of that level, what it shows, its columns in order.

    The first column is the key: never empty, different in each row.
    """

    level: str
    name: str
    title: str
    description: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """The name of the key."""
        return self.columns[0].name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def entity_set(self) -> str:
        """How OData calls it: ``Bureaux``, ``Bureaux_metiers``, ``Communes_pres_2022_t1``…

        >>> column = Column("bv_id", "text", "Code du bureau de vote")
        >>> Feed("bureau", "metiers", "Bureaux de vote : métiers", "", (column,)).entity_set
        'Bureaux_metiers'
        """
        level = str(FACTS["levels"][self.level]["set"])
        return level if self.name == MAIN else f"{level}_{self.name}"

    @property
    def table(self) -> str:
        """How Delta Sharing calls it: ``bureau``, ``bureau_metiers``, ``commune_pres_2022_t1``…"""
        return self.level if self.name == MAIN else f"{self.level}_{self.name}"

    def narrowed(self, names: Iterable[str]) -> Feed:
        """The same table with those of its columns that are among ``names``."""
        wanted = set(names)
        return replace(self, columns=tuple(column for column in self.columns if column.name in wanted))


def feeds(served: Served, reader: Reader) -> tuple[Feed, ...]:
    """Every table that ``reader`` is offered, level by level, the main one of each first."""
    return remembered(
        served,
        ("feeds", reader),
        lambda: tuple(feed for level in served.levels for feed in _of_level(served, level, reader)),
    )


def _of_level(served: Served, level: str, reader: Reader) -> list[Feed]:
    """The tables of one level: the main one, those of themes, those of elections."""
    schema = served.levels[level].schema
    indicators = indicator_columns(schema)
    names = {column.name for column in indicators}
    places = [column for column in schema.columns if column.name not in names and column.of not in names]
    columns, endings = {column.name: column for column in schema.columns}, FACTS["companions"]
    level_title = str(FACTS["levels"][level]["title"])
    found = []
    for name, title, members in _tables(served, schema, reader):
        chosen = endings[f"main_{reader}" if name == MAIN else reader]
        wanted = [f"{member}{ending}" for member in members for ending in chosen]
        shown = (*places, *(columns[one] for one in wanted if one in columns))
        found.append(Feed(level, name, f"{level_title} : {title}", f"{schema.rows} ; {title}", shown))
    return found


def _tables(served: Served, schema: Schema, reader: Reader) -> Iterable[tuple[str, str, Sequence[str]]]:
    """The name, the title and the indicators of each table of a level."""
    told = indicators_of(schema, served.facts)
    votes = elections_of(told, served.facts)
    every = [str(one["name"]) for one in told]
    yield MAIN, str(FACTS["main"]["title"]), every if reader == "notebook" else _headlines(every, votes)
    for theme, title in served.facts["themes"].items():
        members = [str(one["name"]) for one in told if one["theme"] == theme and not one["family"]]
        if members:
            yield theme, str(title).lower(), members
    for vote in votes:
        yield str(vote["id"]), str(vote["title"]), vote["indicators"]


def _headlines(every: Sequence[str], votes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures that a spreadsheet shows first, among those that exist."""
    wanted = list(FACTS["main"]["indicators"])
    for vote in reversed(votes):
        of_vote = [f"{vote['id']}_{name}" for name in FACTS["main"]["election"]]
        if set(of_vote) <= set(every):
            wanted += of_vote
            break
    return [name for name in wanted if name in every]
