"""The two habits that a town can be given: loyalty between elections, and the lean of a neighbourhood."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from carreau.errors import Refused
from carreau.testing.town import Town, town
from carreau.testing.town.model import FIRST_CANDIDATE

CHOICES = "4f1b63a0d77d1270e0d113b8e09e5b7610ec4d534ed4bafea2d8c595cd101d45"


def again(place: Town) -> float:
    """The part of the voters of one candidate of 2017 who choose the same person in 2022."""
    first, second = place.ballots[:2]
    names = [[each["last"] for each in ballots.candidates[0]] for ballots in (first, second)]
    before, after = (FIRST_CANDIDATE + each.index("MACRON") for each in names)
    voted = (first.choice == before) & (second.choice >= FIRST_CANDIDATE)
    return float((second.choice[voted] == after).mean())


def between(place: Town) -> float:
    """The standard deviation between stations of the part of one candidate."""
    station = place.addresses.station[place.homes.address[place.people.home]]
    cast = place.ballots[1].choice >= FIRST_CANDIDATE
    chosen = np.bincount(station, weights=place.ballots[1].choice == FIRST_CANDIDATE + 6)
    return float((chosen / np.bincount(station, weights=cast)).std())


def test_a_town_without_habits_votes_as_it_always_did() -> None:
    choices = b"".join(ballots.choice.tobytes() for ballots in town(30_000, 7).ballots)
    assert hashlib.sha256(choices).hexdigest() == CHOICES


def test_the_loyal_choose_the_same_person_again() -> None:
    assert again(town(20_000, 3, loyalty=1.0)) == 1.0
    assert again(town(20_000, 3)) < again(town(20_000, 3, loyalty=0.5)) < 1.0


def test_a_leaning_neighbourhood_sets_stations_apart() -> None:
    assert between(town(20_000, 3, neighbourhood=-0.5)) < between(town(20_000, 3)) < between(
        town(20_000, 3, neighbourhood=1.0)
    )


def test_a_loyalty_that_is_no_part_is_refused() -> None:
    with pytest.raises(Refused, match="la fidélité est une part"):
        town(2_000, 1, loyalty=1.5)
