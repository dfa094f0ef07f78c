"""The sections of a station's screen: one per theme, or one per date where a theme holds several.

Indicators whose titles end alike, « Participation (législatives 2024, 1er tour) », belong together: the end
is the title of their section. Declared order is oldest first; a screen shows the latest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

Facts = Mapping[str, Any]

_ENDING: Final = re.compile(r"^(?P<title>.+?) \((?P<ending>[^()]*\d{4}[^()]*)\)$")


@dataclass(frozen=True, slots=True)
class Section:
    """A title and the indicators under it; ``turns`` is how many lines it gets each time room is shared."""

    title: str
    indicators: tuple[Facts, ...]
    turns: int = 1


def sections(themes: Sequence[Facts], *, latest: bool) -> list[Section]:
    """The sections of the ``themes`` that hold something; with ``latest``, only the latest of each."""
    found: list[Section] = []
    for theme in themes:
        dated = list(_dated(theme))[::-1]
        found += dated[:1] if latest else dated
    return found


def _dated(theme: Facts) -> Iterator[Section]:
    """The sections of one theme, in declared order."""
    for ending, group in groupby(theme["indicators"], key=lambda each: ending_of(str(each["title"]))):
        if not ending:
            yield Section(str(theme["title"]), tuple(group))
        else:
            kept = tuple({**indicator, "title": short_title(str(indicator["title"]))} for indicator in group)
            yield Section(f"{theme['title']}, {ending}", kept, turns=3)


def ending_of(title: str) -> str:
    """The date that a title ends with, in parentheses; nothing when it has none.

    >>> ending_of("Participation (législatives 2024, 1er tour)"), ending_of("Emplois stables (CDI)")
    ('législatives 2024, 1er tour', '')
    """
    found = _ENDING.match(title)
    return found["ending"] if found else ""


def short_title(title: str) -> str:
    """A title without the date that it ends with, its first letter a capital."""
    found = _ENDING.match(title)
    short = found["title"] if found else title
    return short[:1].upper() + short[1:]


def shares_of_room(listed: Sequence[Section], room: int) -> list[int]:
    """How many lines each section gets out of ``room``: its turns, again and again, until all is full.

    >>> shares_of_room([Section("a", ({},) * 1), Section("b", ({},) * 5), Section("c", ({},) * 3)], 6)
    [1, 3, 2]
    """
    given = [0] * len(listed)
    left = room
    wanted = sum(len(section.indicators) for section in listed)
    while left > 0 and sum(given) < wanted:
        for index, section in enumerate(listed):
            more = min(section.turns, len(section.indicators) - given[index], left)
            given[index] += more
            left -= more
    return given
