"""What is asked of a plan, checked: a goal, doors, teams, hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from carreau.errors import Unknown

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
