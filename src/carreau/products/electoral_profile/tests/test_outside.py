"""Those who live outside households: whoever may or may not have them in a station is told with a margin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import estimates_of
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.indicators import Indicator, Kind
from carreau.products.electoral_profile.outside import (
    Outside,
    counts_inhabitants,
    in_households,
    leaning,
    outside_deviation,
    outside_of,
)
from carreau.products.electoral_profile.refined import Refined

Made = Callable[..., Refined]
HOMES = [0.0, 200.0, 0.0, 0.0]
PEOPLE = [1000.0, 1200.0, 800.0, 1000.0]
HALVES = [[0.5, 0.5]] * 4


def share(number: str = "population.P_POP65P", base: str = "population.P_POP", kind: Kind = "share") -> Indicator:
    return Indicator("x", "population", "X", "%", "X", kind, Formula.parse(number), Formula.parse(base))


def columns(old: float = 0.2, of_homes: float = 1.0) -> dict[str, dict[str, list[float]]]:
    """Four zones where a part of those in households is old, and another of those outside."""
    in_homes = [people - homes for people, homes in zip(PEOPLE, HOMES, strict=True)]
    number = [old * one + of_homes * other for one, other in zip(in_homes, HOMES, strict=True)]
    return {"population": {"P_POP": PEOPLE, "P_POP65P": number, "P_PHORMEN": HOMES}}


def zones(old: float, of_homes: float) -> np.ndarray:
    table = columns(old, of_homes)["population"]
    return np.column_stack([table["P_POP65P"], table["P_POP"]])


def outside(people: list[float] = HOMES) -> Outside:
    return Outside(np.array(people), np.zeros(2), np.zeros(2))


@given(st.floats(0.05, 0.95), st.floats(0, 1))
def test_what_one_person_outside_households_adds_is_found(old: float, of_homes: float) -> None:
    found = leaning(zones(old, of_homes), outside(), np.array(PEOPLE), np.zeros(4, dtype=np.int64))
    assert found == pytest.approx(of_homes - old, abs=1e-9)


def test_without_anybody_outside_or_another_zone_of_the_commune_nothing_is_added() -> None:
    mass, one, each = np.array(PEOPLE), np.zeros(4, dtype=np.int64), np.arange(4)
    assert leaning(zones(0.2, 1.0), outside([0.0] * 4), mass, one) == 0
    assert leaning(zones(0.2, 1.0), outside(), mass, each) == 0
    assert leaning(np.full((4, 2), np.nan), outside(), mass, one) == 0


def test_a_zone_that_says_nothing_is_left_out() -> None:
    told = zones(0.2, 1.0)
    told[3] = np.nan
    found = leaning(told, outside(), np.array(PEOPLE), np.zeros(4, dtype=np.int64))
    assert found == pytest.approx(0.8, abs=1e-9)


def test_without_them_zones_that_differ_by_them_alone_are_alike() -> None:
    assert in_households(zones(0.2, 1.0), outside(), 0.8) == pytest.approx(20.0)


@given(st.floats(0.01, 0.99))
def test_a_station_has_all_of_them_or_none(territory: Made, part: float) -> None:
    refined = territory([[part, 1 - part]], {"population": {"P_POP": [1000.0], "P_PHORMEN": [100.0]}})
    found = outside_of(refined, np.array([1000.0]))
    assert found.variance == pytest.approx(part * (1 - part) * 100.0**2)
    few, many = outside_deviation(0.8, found, np.array([500.0, 1000.0]))
    assert few == pytest.approx(2 * many) and outside_deviation(0.0, found, np.ones(2)).tolist() == [0.0, 0.0]


def test_where_a_home_may_be_in_either_station_the_share_of_the_old_is_less_sure(territory: Made) -> None:
    def margin(of_homes: float, homes: list[float] = HOMES, weights: list[list[float]] = HALVES) -> float:
        table = columns(0.2, of_homes)
        table["population"]["P_PHORMEN"] = homes
        refined = territory(weights, table)
        (found,) = estimates_of([share()], refined, carrier_of(refined))
        return float(found.margin[0])

    assert margin(1.0) > 2 * margin(0.2)  # those outside are like the others: nothing to be unsure of
    assert margin(1.0) > margin(1.0, weights=[[0.5, 0.5], [1.0, 0.0], [0.5, 0.5], [0.5, 0.5]])
    untold = margin(0.2, homes=[np.nan] * 4)
    assert untold > margin(0.2, homes=[0.0] * 4)


@pytest.mark.parametrize(
    ("number", "base", "kind", "counts"),
    [
        ("population.P_POP65P", "population.P_POP", "share", True),
        ("population.C_X", "population.C_POP15P", "share", True),
        ("diplomes.P_NSCOL15P_BAC", "diplomes.P_NSCOL15P", "share", True),
        ("caf.PERCOU", "population.P_POP", "share", True),
        ("logement.P_RP_LOC", "logement.P_RP", "share", False),
        ("population.P_POP", "menages.C_MEN", "ratio", False),
        ("revenu.TP60 * population.P_POP / 100", "population.P_POP", "share", False),
        ("activite.P_CHOM1564", "activite.P_ACT1564", "share", False),
    ],
)
def test_shares_of_inhabitants_are_told_from_those_of_households(
    number: str, base: str, kind: Kind, counts: bool
) -> None:
    assert counts_inhabitants(share(number, base, kind)) == counts
    assert not counts_inhabitants(replace(share(number, base), kind="count", base=None))


def test_a_zone_that_does_not_tell_is_counted_by_its_people(territory: Made) -> None:
    table = {"population": {"P_POP": [300.0, 100.0], "P_PHORMEN": [np.nan, 10.0]}}
    refined = territory([[0.5, 0.5], [0.5, 0.5]], table)
    found = outside_of(refined, np.array([300.0, 100.0]))
    assert found.untold.tolist() == [0.75, 0.75] and found.people.tolist() == [0.0, 10.0]
