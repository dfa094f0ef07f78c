"""The English of what the house answers: of each text of an answer, by the French that stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from carreau.house.english.phrasebook import Phrasebook

ALREADY: Final = "_en"  # the end of the name of a member whose text is English
UNSAID: Final = frozenset({"key", "margin"})  # columns of codes, and of grades: they hold no words
_BESIDE: Final = ("title", "asked", "rows_are", "remarks", "standing")
_COLUMN: Final = ("title", "description", "unit")


def english_of(book: Phrasebook, facts: Mapping[str, Any]) -> dict[str, str]:
    """The English of the texts of an answer, by the French; what the book does not know is left out.

    In an answer made of rows, each distinct text is looked up once, however many rows bear it.
    """
    return book.english_of(texts_of_rows(facts) if "rows" in facts and "columns" in facts else texts_in(facts))


def texts_of_rows(facts: Mapping[str, Any]) -> Iterator[str]:
    """The texts of an answer that a reader is shown: titles, remarks, heads of columns, words of its rows."""
    yield from texts_in([facts[name] for name in _BESIDE])
    rows = facts["rows"]
    for column in facts["columns"]:
        yield from (str(column[name]) for name in _COLUMN if column[name])
        if column["type"] == "text" and column["role"] not in UNSAID:
            name = column["name"]
            yield from (text for text in dict.fromkeys(row[name] for row in rows) if text)


def texts_in(facts: Any) -> Iterator[str]:
    """Every text of plain facts, in order, but for those that stand in English; names of members are none."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, Mapping):
        for name, value in facts.items():
            if not str(name).endswith(ALREADY):
                yield from texts_in(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from texts_in(value)
