"""What is asked of a plan, checked: a goal, doors, teams, hours, the election that is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from carreau.errors import Unknown
from carreau.products.crossings import Election, election_named, elections_of
from carreau.products.crossings.elections import widely_told
from carreau.products.declare import Reading
from carreau.terms import Territory

MOST_DOORS: Final = 1_000_000
MOST_TEAMS: Final = 1_000
MOST_HOURS: Final = 12.0


@dataclass(frozen=True, slots=True)
class Order:
    """A plan that is asked: the doors to knock at, by teams, in outings of some hours; ``team`` 0 for all of them."""

    goal: str
    doors: int
    teams: int
    hours: float
    team: int


def order_of(choices: Mapping[str, str]) -> Order:
    """The order that the choices say; :class:`~carreau.errors.Unknown` for a number that is not one."""
    teams = _whole(choices["teams"], "teams", 1, MOST_TEAMS)
    return Order(
        choices["goal"],
        _whole(choices["doors"], "doors", 1, MOST_DOORS),
        teams,
        _hours(choices["hours"]),
        _whole(choices["team"], "team", 1, teams) if choices["team"] else 0,
    )


def election_of(profile: Reading, territory: Territory, given: str) -> Election:
    """The election asked for; else the last presidential one, or the last of all, that most stations tell.

    An election told by less than half as many stations as the best told one is not taken unless it is asked for.
    """
    elections = elections_of(profile, territory)
    if given:
        return election_named(given, elections)
    wide = widely_told(profile, elections)
    presidential = [one for one in wide if one.family == "pres"]
    return (presidential or list(wide))[-1]


def _whole(given: str, name: str, least: int, most: int) -> int:
    """A whole number between two others."""
    if given.isdecimal() and least <= int(given) <= most:
        return int(given)
    raise Unknown(
        f"--{name} n'est pas un nombre qui convient",
        given=given,
        expected=f"un nombre entier de {least} à {most}",
        advice=f"par exemple --{name} {least}",
    )


def _hours(given: str) -> float:
    """The hours of an outing: French or English decimals."""
    try:
        hours = float(given.replace(",", "."))
    except ValueError:
        hours = 0.0
    if 0 < hours <= MOST_HOURS:
        return hours
    raise Unknown(
        "--hours n'est pas une durée qui convient",
        given=given,
        expected=f"un nombre d'heures, au plus {MOST_HOURS:.0f}",
        advice="par exemple --hours 3",
    )
