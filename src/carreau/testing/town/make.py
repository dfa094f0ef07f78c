"""The town made from a number of inhabitants and a seed: the same seed makes the same town."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from carreau.errors import Refused
from carreau.testing.town.budgets import budgets_of
from carreau.testing.town.contours import contours_of
from carreau.testing.town.homes import homes_of
from carreau.testing.town.land import land_of
from carreau.testing.town.model import Town, stream
from carreau.testing.town.residents import people_of
from carreau.testing.town.streets import addresses_of, with_stations
from carreau.testing.town.tallies import truth_of
from carreau.testing.town.votes import Habits, ballots_of

SMALLEST: Final = 2_000


def town(
    people: int = 30_000,
    seed: int = 20261124,
    segregation: float = 0.45,
    *,
    loyalty: float = 0.0,
    neighbourhood: float = 0.0,
) -> Town:
    """A town of exactly ``people`` inhabitants: 3 communes, 12 IRIS and 25 stations per 30,000 of them.

    ``segregation``, 0 to 1, is the share of the differences in social standing between households that
    their neighbourhood explains: 0 mixes all alike everywhere, 1 makes each street of one kind.
    ``loyalty``, 0 to 1, is the part of the voters who choose again as in the election before, and
    ``neighbourhood`` how much each leans to what their station leans to (:class:`Habits`): both are absent by
    default. Pure: no clock, no disk. :class:`~carreau.errors.Refused` under 2,000 inhabitants, over what one
    department can number, and for a segregation or a loyalty that is not a share.
    """
    if people < SMALLEST:
        raise Refused(
            "une ville aussi petite n'a pas assez d'habitants pour ses bureaux de vote",
            given=f"{people} habitants",
            expected=f"au moins {SMALLEST} habitants",
            advice="demander une ville plus grande",
        )
    if not 0.0 <= segregation <= 1.0:
        raise Refused(
            "la ségrégation est une part",
            given=str(segregation),
            expected="un nombre entre 0 (tout est mêlé) et 1 (chaque rue est d'un seul milieu)",
            advice="choisir par exemple 0,45",
        )
    if not 0.0 <= loyalty <= 1.0:
        raise Refused(
            "la fidélité est une part",
            given=str(loyalty),
            expected="un nombre entre 0 (chaque élection est choisie à neuf) et 1 (chacun refait le même choix)",
            advice="choisir par exemple 0,4",
        )
    land = land_of(people, stream(seed, "land"))
    addresses, stations = with_stations(
        land, addresses_of(land, people, stream(seed, "addresses")), stream(seed, "stations")
    )
    stations = replace(stations, contour=contours_of(land, addresses, stations))
    homes = homes_of(land, addresses, people, segregation, stream(seed, "homes"))
    residents = people_of(land, addresses, homes, stream(seed, "people"))
    budgets = budgets_of(homes, residents, stream(seed, "budgets"))
    lived = (addresses, stations, homes, residents, budgets)
    ballots = ballots_of(lived, stream(seed, "votes"), Habits(loyalty, neighbourhood))
    return Town(seed, land, *lived, ballots=ballots, truth=truth_of(lived, ballots))
