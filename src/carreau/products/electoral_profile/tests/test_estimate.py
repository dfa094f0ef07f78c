"""Estimates: counts carried, shares recomputed from them, holes never counted as zeros, reasons said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from carreau.products.electoral_profile import estimate as said
from carreau.products.electoral_profile.carrier import carrier_of, main_zone_of
from carreau.products.electoral_profile.estimate import Estimate, estimates_of
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import Refined

Made = Callable[..., Refined]
NAN = float("nan")


def indicator(number: str, base: str = "", **facts: Any) -> Indicator:
    kind = facts.get("kind", "share" if base else "count")
    weight = Formula.parse(facts["weight"]) if "weight" in facts else None
    base_formula = Formula.parse(base) if base else None
    return Indicator("x", "population", "X", "%", "X", kind, Formula.parse(number), base_formula, weight)


def estimated(refined: Refined, number: str, base: str = "", **facts: Any) -> Estimate:
    (found,) = estimates_of([indicator(number, base, **facts)], refined, carrier_of(refined))
    return found


def test_a_share_is_the_ratio_of_carried_counts_and_not_a_mean_of_shares(territory: Made) -> None:
    refined = territory([[1.0], [0.5]], {"population": {"P_POP": [100, 800], "X": [90, 80]}})
    found = estimated(refined, "population.X", "population.P_POP")
    assert found.number[0] == pytest.approx(90 + 40)
    assert found.base[0] == pytest.approx(100 + 400)
    assert found.value[0] == pytest.approx(130 / 500 * 100)


@given(
    arrays(float, (4, 3), elements=st.floats(0, 1, allow_subnormal=False)),
    arrays(float, 4, elements=st.floats(1, 1e4)),
    arrays(float, 4, elements=st.floats(0, 1)),
)
def test_every_share_lies_between_those_of_its_zones(
    territory: Made, weights: np.ndarray, people: np.ndarray, shares: np.ndarray
) -> None:
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1)
    refined = territory(weights, {"population": {"P_POP": people, "X": people * shares}})
    value = estimated(refined, "population.X", "population.P_POP").value
    for station in np.flatnonzero(np.isfinite(value)):
        own = shares[weights[:, station] > 0] * 100
        assert own.min() - 1e-6 <= value[station] <= own.max() + 1e-6


def test_a_zone_without_numerator_enters_neither_sum(territory: Made) -> None:
    refined = territory([[1.0], [1.0]], {"population": {"P_POP": [600, 400], "X": [60, NAN]}})
    found = estimated(refined, "population.X", "population.P_POP")
    assert found.value[0] == pytest.approx(10.0)
    assert found.base[0] == pytest.approx(600.0)


def test_a_share_known_of_half_the_people_is_shown_with_a_worse_grade_and_a_wider_margin(territory: Made) -> None:
    columns = {"P_POP": [500, 500], "X": [50, 50]}
    whole = estimated(territory([[1.0], [1.0]], {"population": columns}), "population.X", "population.P_POP")
    columns = {"P_POP": [500, 500], "X": [50, NAN]}
    half = estimated(territory([[1.0], [1.0]], {"population": columns}), "population.X", "population.P_POP")
    assert half.value[0] == pytest.approx(whole.value[0])
    assert half.grade[0] == whole.grade[0] + 1


def test_under_half_the_people_a_share_is_hidden(territory: Made) -> None:
    refined = territory([[1.0], [1.0]], {"population": {"P_POP": [499, 501], "X": [50, NAN]}})
    found = estimated(refined, "population.X", "population.P_POP")
    assert np.isnan([found.value[0], found.number[0], found.base[0]]).all()
    assert found.status[0] == said.NOT_SAID


@pytest.mark.parametrize(("hole", "is_shown"), [(99, True), (100, True), (101, False)])
def test_a_count_with_a_hole_is_hidden_under_nine_tenths(territory: Made, hole: int, is_shown: bool) -> None:
    refined = territory([[1.0], [1.0]], {"population": {"P_POP": [1000 - hole, hole], "X": [50, NAN]}})
    assert np.isfinite(estimated(refined, "population.X").value[0]) == is_shown


def test_a_base_of_nobody_gives_no_share_and_says_that_nobody_is_concerned(territory: Made) -> None:
    refined = territory([[1.0]], {"population": {"P_POP": [100], "X": [0], "Y": [0]}})
    found = estimated(refined, "population.X", "population.Y")
    assert np.isnan(found.value[0])
    assert found.status[0] == said.NOBODY.format(this="ce bureau")


def test_nobody_at_all_is_a_count_of_zero(territory: Made) -> None:
    refined = territory([[1.0]], {"population": {"P_POP": [100], "X": [0]}})
    found = estimated(refined, "population.X")
    assert (found.value[0], found.status[0]) == (0.0, "")


def test_a_station_without_contour_takes_its_communes_share_and_says_so(territory: Made) -> None:
    refined = territory(
        [[1.0, 0.0], [1.0, 0.0]],
        {"population": {"P_POP": [300, 700], "X": [30, 140]}},
        placed=["contour", ""],
    )
    found = estimated(refined, "population.X", "population.P_POP")
    assert found.value[1] == pytest.approx(17.0)
    assert (found.status[1], found.grade[1]) == (said.COMMUNE_SHARE, 4)
    assert np.isnan([found.number[1], found.base[1]]).all()


def test_a_count_is_not_borrowed_from_the_commune(territory: Made) -> None:
    refined = territory([[1.0, 0.0]], {"population": {"P_POP": [300]}}, placed=["contour", ""])
    found = estimated(refined, "population.P_POP")
    assert np.isnan(found.value[1])
    assert found.status[1] == said.NO_CONTOUR


def test_a_station_that_no_zone_reaches_says_so(territory: Made) -> None:
    refined = territory([[1.0, 0.0]], {"population": {"P_POP": [300]}})
    assert estimated(refined, "population.P_POP").status[1] == said.NOT_REACHED.format(this="ce bureau")


def test_a_territory_that_the_source_does_not_cover_is_out_of_scope_and_never_zero(territory: Made) -> None:
    refined = territory([[1.0, 0.0]], {"population": {"P_POP": [300], "X": [3]}}, of_stations=["96001", "97411"])
    for found in (estimated(refined, "population.X"), estimated(refined, "population.X", "population.P_POP")):
        assert np.isnan(found.value[1])
        assert found.status[1] == said.NOT_COVERED


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("s", "secret statistique (s)"),
        ("ns", "non significatif (ns)"),
        ("nd", "non disponible (nd)"),
        ("so", "sans objet (so)"),
        ("", said.NOT_SAID),
        ("une raison en toutes lettres", "une raison en toutes lettres"),
    ],
)
def test_the_publishers_mark_is_said_in_words(territory: Made, mark: str, reason: str) -> None:
    refined = territory(
        [[1.0, 0.0], [0.0, 1.0]],
        {"caf": {"A": [10, NAN]}, "population": {"P_POP": [100, 100]}},
        reasons={"caf": {"A": ["", mark]}},
    )
    assert estimated(refined, "caf.A").status.tolist() == ["", reason]


def test_the_reason_is_that_of_the_zone_that_gives_the_most_people(territory: Made) -> None:
    refined = territory(
        [[1.0], [0.6]],
        {"caf": {"A": [NAN, NAN]}, "population": {"P_POP": [10, 1000]}},
        reasons={"caf": {"A": ["nd", "s"]}},
    )
    assert main_zone_of(refined.weights, np.array([10.0, 1000.0])).tolist() == [1]
    status = said.status_of(indicator("caf.A"), np.array([NAN]), refined, carrier_of(refined))
    assert status.tolist() == ["secret statistique (s)"]


def test_an_indicator_whose_source_is_empty_everywhere_is_left_out(territory: Made) -> None:
    refined = territory([[1.0]], {"population": {"P_POP": [100], "X": [NAN]}})
    assert list(estimates_of([indicator("population.X")], refined, carrier_of(refined))) == []
    assert list(estimates_of([indicator("absent.X")], refined, carrier_of(refined))) == []


def test_the_weight_counts_the_persons_behind_a_sum_of_incomes(territory: Made) -> None:
    columns = {"P_POP": [100, 300], "MED": [20_000, 10_000], "PART": [50, 100]}
    refined = territory([[1.0], [1.0]], {"population": columns})
    income = "population.MED * population.P_POP"
    found = estimated(refined, f"population.PART * {income} / 100", income, weight="population.P_POP")
    assert found.value[0] == pytest.approx((0.5 * 2e6 + 3e6) / 5e6 * 100)
    assert found.base[0] == pytest.approx(400.0)


def test_a_ratio_is_not_in_percent(territory: Made) -> None:
    refined = territory([[1.0]], {"population": {"P_POP": [100], "M": [40]}})
    assert estimated(refined, "population.P_POP", "population.M", kind="ratio").value[0] == pytest.approx(2.5)


def test_each_level_is_the_sum_over_its_own_zones_whole(territory: Made) -> None:
    refined = territory(
        [[0.5], [0.0], [0.0], [0.0]],
        {"population": {"P_POP": [100, 200, 300, 400], "X": [10, 40, 90, 400]}},
        communes=["96001", "96001", "96002", "34172"],
    )
    compared = estimated(refined, "population.X", "population.P_POP").compared
    assert compared["commune"][0] == pytest.approx(50 / 300 * 100)
    assert compared["departement"][0] == pytest.approx(140 / 600 * 100)
    assert compared["france"][0] == pytest.approx(540 / 1000 * 100)


def test_a_level_known_of_less_than_half_its_people_is_compared_with_nothing(territory: Made) -> None:
    refined = territory(
        [[1.0], [0.0]],
        {"population": {"P_POP": [100, 200], "X": [10, NAN]}},
        communes=["96001", "96002"],
    )
    compared = estimated(refined, "population.X", "population.P_POP").compared
    assert compared["commune"][0] == pytest.approx(10.0)
    assert np.isnan([compared["departement"][0], compared["france"][0]]).all()
