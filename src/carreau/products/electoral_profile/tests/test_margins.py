"""Margins: wider with what is not known, nothing where nothing is; grades at their boundaries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import estimates_of
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.indicators import Indicator, Kind
from carreau.products.electoral_profile.refined import Refined

Made = Callable[..., Refined]
SMALL = {"population": {"P_POP": [900.0, 900.0, 900.0], "P_X": [90.0, 300.0, 600.0], "C_X": [90.0, 300.0, 600.0]}}


def indicator(number: str, base: str = "", kind: Kind = "share") -> Indicator:
    base_formula = Formula.parse(base) if base else None
    return Indicator("x", "population", "X", "%", "X", kind, Formula.parse(number), base_formula)


def margin(refined: Refined, number: str = "population.P_X", base: str = "population.P_POP") -> np.ndarray:
    kind: Kind = "share" if base else "count"
    (found,) = estimates_of([indicator(number, base, kind)], refined, carrier_of(refined))
    return found.margin


def test_a_whole_commune_surveyed_exhaustively_has_no_margin(territory: Made) -> None:
    refined = territory([[1.0], [1.0], [1.0]], SMALL, methods=["identite"] * 3)
    assert margin(refined)[0] == 0
    assert margin(refined, base="")[0] == 0


def test_the_complementary_exploitation_is_wider_than_the_principal_one(territory: Made) -> None:
    refined = territory([[1.0], [1.0], [1.0]], SMALL)
    assert margin(refined, "population.C_X")[0] > margin(refined)[0]


def test_a_large_commune_is_surveyed_by_sampling_for_both(territory: Made) -> None:
    large = {"population": {name: [10 * value for value in values] for name, values in SMALL["population"].items()}}
    refined = territory([[1.0], [1.0], [1.0]], large)
    assert carrier_of(refined).large.tolist() == [True]
    assert margin(refined)[0] > 0
    assert margin(refined)[0] == margin(refined, "population.C_X")[0]


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_the_more_of_its_zones_a_station_holds_the_narrower_the_margin(
    territory: Made, one: float, other: float
) -> None:
    def held(part: float) -> np.ndarray:
        return margin(territory([[part, 1 - part]] * 3, SMALL))

    (low, high) = sorted((one, other))
    assert held(high)[0] <= held(low)[0] + 1e-9


def test_the_margin_grows_with_its_measured_factor(territory: Made, clean_margins: dict[str, Any]) -> None:
    widths = []
    for factor in (0.0, 0.3, 0.6, 1.2):
        clean_margins["surface"].update(share=factor, count=factor)
        refined = territory([[0.4, 0.6]] * 3, SMALL)
        widths.append([margin(refined)[0], margin(refined, base="")[0]])
    assert (np.diff(np.array(widths), axis=0) > 0).all()


def test_a_better_weighting_has_a_narrower_count(territory: Made) -> None:
    widths = [
        margin(territory([[0.4, 0.6]] * 3, SMALL, methods=[method] * 3), base="")[0]
        for method in ("identite", "adresses", "carreaux", "surface", "commune")
    ]
    assert widths == sorted(widths)
    assert 0 < widths[0] < widths[1]


def test_what_the_source_does_not_say_widens_the_margin(territory: Made) -> None:
    hole = {"population": SMALL["population"] | {"P_X": [90.0, 300.0, float("nan")]}}
    full = {"population": SMALL["population"] | {"P_X": [90.0, 300.0, 195.0]}}
    assert margin(territory([[1.0]] * 3, hole))[0] > margin(territory([[1.0]] * 3, full))[0] == 0


def test_a_borrowed_share_has_the_margin_of_its_commune(territory: Made) -> None:
    refined = territory([[1.0, 0.0]] * 3, SMALL, placed=["contour", ""])
    assert margin(refined)[1] > margin(refined)[0]


def test_income_and_benefits_are_not_sampled(territory: Made) -> None:
    large = np.array([1.0, 0.0, 0.5])
    for text in ("revenu.TP60 * population.P_POP / 100", "caf.A"):
        assert margins.sampling_factor(indicator(text, "population.P_POP"), large).tolist() == [0.0, 0.0, 0.0]


def test_a_place_that_spans_communes_is_sampled_as_its_people_are() -> None:
    large = np.array([1.0, 0.0, 0.5])
    effect = margins.facts()["confidence"]["design_effect"]["value"]
    principal, complementary = (margins.sampling_factor(indicator(f"population.{one}_X"), large) for one in "PC")
    assert principal == pytest.approx([effect * 1.5, 0, effect * 0.75])
    assert complementary == pytest.approx([effect * 1.5, effect * 4, effect * 2.75])


def test_the_sampling_of_a_share_follows_the_published_approximation() -> None:
    share = indicator("population.C_X", "population.P_POP")
    found = margins.sampling_deviation(share, np.array([20.0]), np.array([1000.0]), np.array([1.5 * 0.6 / 0.4]))
    assert found[0] == pytest.approx(100 * np.sqrt(1.5 * 0.2 * 0.8 / 1000 * 0.6 / 0.4))


def test_the_sampling_of_a_count_and_of_a_ratio_follow_their_size() -> None:
    count, ratio = (replace(indicator("population.C_X"), kind=kind) for kind in ("count", "ratio"))
    n, f = np.array([400.0]), np.array([1.5 * 1.5])
    assert margins.sampling_deviation(count, n, n, f)[0] == pytest.approx(np.sqrt(1.5 * 400 * 1.5))
    assert margins.sampling_deviation(ratio, np.array([2.0]), n, f)[0] == pytest.approx(2 * np.sqrt(1.5 * 1.5 / 400))


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_a_share_of_none_or_all_of_a_sample_is_not_certain(value: float) -> None:
    share = indicator("population.C_X", "population.P_POP")
    found = margins.sampling_deviation(share, np.array([value]), np.array([50.0]), np.array([1.5]))
    assert found[0] > 0


def spread(value: list[float], communes: list[int], departments: list[int], weight: list[float] | None = None) -> Any:
    nest = margins.Nest(np.array(communes), np.array(departments), max(communes) + 1, max(departments) + 1)
    return margins.spread_within(np.array(value), np.array(weight or [1.0] * len(value)), nest)


def test_the_spread_is_that_within_communes_and_not_between_them() -> None:
    near = spread([10.0, 12.0, 90.0, 92.0], [0, 0, 1, 1], [0] * 4)
    assert near[0] == pytest.approx(np.std([10.0, 12.0], ddof=1))


def clustering(share: list[float], communes: list[int], people: float, factor: float = 0.0) -> Any:
    nest = margins.Nest(np.array(communes), np.zeros(len(share), dtype=int), max(communes) + 1, 1)
    every = np.full(len(share), people)
    return margins.clustering_within(np.array(share), every, np.full(len(share), factor), nest)[0]


def test_zones_of_all_or_none_are_wholly_clustered() -> None:
    assert clustering([0.0, 100.0] * 10, [0] * 20, 1e6) == pytest.approx(1, abs=0.06)


def test_zones_that_differ_by_chance_alone_are_not_clustered() -> None:
    drawn = 100 * np.random.default_rng(7).binomial(500, 0.3, 4000) / 500
    communes = [k // 8 for k in range(4000)]
    assert clustering(drawn.tolist(), communes, 500.0) < 2e-4
    assert clustering(drawn.tolist(), communes, 1e9) > 1.5e-3


@given(st.lists(st.floats(0, 100), min_size=3, max_size=12), st.floats(50, 5000), st.floats(0, 5))
def test_clustering_is_a_part_and_less_where_more_is_chance(share: list[float], people: float, factor: float) -> None:
    sure, surveyed = (clustering(share, [0] * len(share), people, part) for part in (0.0, factor))
    assert 0 <= surveyed <= sure <= 1


def test_nothing_known_is_not_clustered() -> None:
    assert clustering([float("nan")] * 4, [0] * 4, 300.0) == 0


def test_a_department_of_fewer_than_three_zones_takes_the_spread_of_the_country() -> None:
    found = spread([0.0, 10.0, 20.0, 30.0, 34.0, 90.0], [0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 2])
    assert found[0] == pytest.approx(10.0)
    assert found[1] == found[2] == pytest.approx(np.sqrt((3 * 100 + 2 * 8) / 5))


def test_a_country_of_communes_of_one_zone_takes_the_spread_between_them() -> None:
    assert spread([0.0, 10.0, 20.0], [0, 1, 2], [0, 0, 0])[0] == pytest.approx(np.std([0, 10, 20]))


def test_where_nothing_is_known_there_is_no_spread() -> None:
    assert spread([float("nan")] * 3, [0, 0, 0], [0, 0, 0])[0] == 0


def test_unknown_and_empty_zones_do_not_count_in_the_spread() -> None:
    found = spread([0.0, 10.0, 20.0, float("nan"), 500.0], [0] * 5, [0] * 5, [1.0, 1.0, 1.0, 1.0, 0.0])
    assert found[0] == pytest.approx(10.0)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=12), st.floats(-50, 50), st.floats(0.1, 10))
def test_the_spread_ignores_a_shift_and_follows_a_scale(value: list[float], shift: float, scale: float) -> None:
    zeros = [0] * len(value)
    moved = spread([scale * one + shift for one in value], zeros, zeros)
    assert moved[0] == pytest.approx(scale * spread(value, zeros, zeros)[0], abs=1e-6)


@pytest.mark.parametrize(
    ("width", "grade"),
    [(0, "A"), (2, "A"), (2.001, "B"), (4, "B"), (4.001, "C"), (8, "C"), (8.001, "D"), (16, "D"), (16.001, "E")],
)
def test_a_share_is_graded_by_its_margin_in_points(width: float, grade: str) -> None:
    index = margins.grade_of(np.array([width]), np.array([50.0]), "%")
    assert margins.GRADES[index[0]] == grade


@pytest.mark.parametrize(
    ("width", "grade"), [(5, "A"), (5.1, "B"), (10, "B"), (20, "C"), (20.1, "D"), (40, "D"), (40.1, "E"), (1e9, "E")]
)
def test_the_rest_is_graded_by_its_margin_in_parts_of_the_value(width: float, grade: str) -> None:
    index = margins.grade_of(np.array([width]), np.array([-100.0]), "personnes")
    assert margins.GRADES[index[0]] == grade


def test_a_sure_zero_is_an_a_and_an_unsure_one_an_e() -> None:
    index = margins.grade_of(np.array([0.0, 1.0, np.nan]), np.array([0.0, 0.0, 3.0]), "personnes")
    assert margins.GRADES[index].tolist() == ["A", "E", "E"]


@pytest.mark.parametrize("way", sorted(margins.facts()["widths"]))
def test_narrower_intervals_are_nested_within_the_margin(way: str) -> None:
    kinds: dict[str, Kind] = {"share": "share", "ratio": "ratio", "income": "quantile", "count": "count"}
    declared = margins.facts()["widths"][way]
    assert declared
    for name in declared:
        found = margins.narrower(way, kinds[name])
        assert 0 < found[50] < found[80] < 1


def test_every_measured_fact_has_its_unit_date_and_source() -> None:
    def facts_in(section: dict[str, Any]) -> list[dict[str, Any]]:
        return [section] if "source" in section else [one for part in section.values() for one in facts_in(part)]

    every = facts_in(dict(margins.facts()))
    assert len(every) > 40
    assert all(fact["unit"] and fact["date"] and fact["source"] for fact in every)


@given(st.floats(0, 100), st.floats(0, 30), st.integers(20, 2000), st.integers(20, 2000))
def test_a_borrowed_share_is_the_less_sure_the_fewer_its_people(
    value: float, spread: float, one: int, two: int
) -> None:
    few, many = sorted((one, two))
    people = np.array([float(few), float(many)])
    shares, spreads = np.full(2, value), np.full(2, spread)
    for found in (
        margins.borrowed_deviation("share", shares, spreads, people),
        margins.borrowed_vote_deviation(shares, spreads, people),
    ):
        assert found[0] >= found[1] > 0


def test_a_borrowed_figure_of_nobody_keeps_the_spread_of_its_commune() -> None:
    nobody = np.array([0.0, np.nan])
    found = margins.borrowed_vote_deviation(np.array([20.0, 20.0]), np.array([5.0, 5.0]), nobody)
    assert found == pytest.approx(margins.facts()["votes"]["scattered"]["value"] * 5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_less_the_source_says_the_wider_the_margin(one: float, other: float) -> None:
    less, more = sorted((one, other))
    for kind in ("share", "ratio", "quantile", "count"):
        found = margins.unsaid_deviation(kind, np.array([7.0, 7.0]), np.array([less, more]))
        assert found[0] >= found[1] >= 0


def test_people_who_come_with_whole_zones_add_no_grain() -> None:
    value, people = np.array([30.0, 30.0]), np.array([400.0, 400.0])
    kinds: tuple[Kind, ...] = ("share", "count")
    for kind in kinds:
        one = indicator("population.P_X", "population.P_POP", kind)
        found = margins.grain_deviation(one, value, people, np.array([0.0, 1.0]))
        assert found[0] == 0 < found[1]
    ratio = indicator("population.P_X", "population.P_POP", "ratio")
    assert margins.grain_deviation(ratio, value, people, np.array([0.0, 1.0])).tolist() == [0.0, 0.0]


def test_a_share_of_tenure_is_that_of_buildings_and_not_of_dwellings_one_by_one() -> None:
    value, people, whole = np.array([30.0]), np.array([400.0]), np.ones(1)
    tenants = indicator("logement.P_RP_LOC - logement.P_RP_LOCHLMV", "logement.P_RP")
    empty = indicator("logement.P_LOGVAC", "logement.P_LOG")
    assert margins.of_tenure(tenants) and not margins.of_tenure(empty)
    assert not margins.of_tenure(indicator("logement.P_RP_LOC", kind="count"))
    ratio = margins.facts()["grain"]["tenure"]["value"] / margins.facts()["grain"]["share"]["value"]
    found = [margins.grain_deviation(one, value, people, whole)[0] for one in (tenants, empty)]
    assert ratio > 1 and found[0] / found[1] == pytest.approx(ratio**0.5)


def test_a_count_of_those_who_live_apart_from_the_others_is_less_sure(territory: Made) -> None:
    alike = {"population": {"P_POP": [900.0] * 3, "P_X": [300.0] * 3}}
    apart = {"population": {"P_POP": [900.0] * 3, "P_X": [0.0, 300.0, 600.0]}}
    widths = [margin(territory([[0.5, 0.5]] * 3, columns), base="")[0] for columns in (alike, apart)]
    assert widths[0] < widths[1]


def spread_over(shared: float, kappa: float = 0.5, count: float = 0.0) -> margins.Spread:
    error = np.array([kappa * np.sqrt(shared)])
    return margins.Spread(error, error, error, np.array([count]), np.array([shared]))


PART = st.floats(0, 1)


@given(st.floats(0, 100), st.floats(1, 1e6), PART, PART, PART)
def test_a_carried_share_is_the_less_sure_the_more_clustered_and_the_more_it_is_in_pieces(
    value: float, people: float, rho: float, shared: float, less: float
) -> None:
    def error(rho: float, shared: float) -> float:
        parts = (np.array([value]), np.array([people]), np.array([rho]), spread_over(shared))
        return float(margins.clustered_deviation(*parts)[0])

    assert error(rho, shared) >= error(rho * less, shared) >= 0
    assert error(rho, shared) >= error(rho, shared * less)
    assert error(rho, 0.0) == 0


@given(st.floats(1, 99), st.integers(20, 5000), st.integers(20, 5000), PART, st.floats(0, 5))
def test_a_share_of_more_people_is_never_less_sure_and_never_sure(
    value: float, one: int, other: int, rho: float, factor: float
) -> None:
    people, values = np.array([float(min(one, other)), float(max(one, other))]), np.full(2, value)
    share, spread = indicator("population.C_X", "population.P_POP"), spread_over(0.7)
    parts = (
        margins.sampling_deviation(share, values, people, np.full(2, factor)) * margins.held_whole(spread),
        margins.clustered_deviation(values, people, np.full(2, rho), spread),
        margins.grain_deviation(share, values, people, spread.shared),
        margins.untold_deviation(values, people, spread.shared),
    )
    few, many = np.sqrt(sum(part**2 for part in parts))
    least = 100 * np.sqrt(value / 100 * (1 - value / 100) * 0.7 * margins.facts()["floor"]["untold"]["value"])
    assert few >= many - 1e-9
    assert many >= least - 1e-9


@given(st.floats(1, 1e5), st.floats(1, 1e5), st.floats(0, 3))
def test_people_are_drawn_towards_those_expected_and_never_beyond(
    counted: float, expected: float, doubt: float
) -> None:
    spread = spread_over(0.5, count=doubt)
    found = margins.people_of(np.array([counted]), np.array([expected]), spread)[0]
    low, high = sorted((counted, expected))
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)
    assert margins.people_of(np.array([counted]), np.array([np.nan]), spread)[0] == counted
    assert margins.people_of(np.array([counted]), np.array([expected]), spread_over(0.5))[0] == counted


def test_sampling_is_that_of_whole_zones_and_the_draw_of_people_that_of_pieces() -> None:
    assert margins.held_whole(spread_over(0.0))[0] == 1
    assert margins.held_whole(spread_over(1.0))[0] == 0


@given(st.floats(5_000, 60_000), st.floats(0, 1), PART)
def test_an_income_is_the_less_sure_the_larger_and_at_the_ends_than_in_the_middle(
    value: float, between: float, shared: float
) -> None:
    values, differ = np.array([value, 2 * value]), np.full(2, between)
    low, middle, high = (margins.income_deviation(values, q, differ, spread_over(shared)) for q in (0.1, 0.5, 0.9))
    assert middle[1] == pytest.approx(2 * middle[0])
    assert low == pytest.approx(high)
    assert (low >= middle).all()
    assert (margins.income_deviation(values, 0.5, differ, spread_over(0.0)) == 0).all()


@given(st.floats(0, 800), st.floats(0, 800), st.floats(0, 800), st.sampled_from([0.1, 0.2, 0.5]))
def test_a_margin_is_never_negative_and_grows_with_what_is_missing(
    territory: Made, one: float, other: float, third: float, part: float
) -> None:
    def columns(last: float) -> dict[str, dict[str, list[float]]]:
        return {"population": {"P_POP": [900.0] * 3, "P_X": [one, other, last]}}

    whole, holed = (margin(territory([[1 - part, part]] * 3, columns(last))) for last in (third, float("nan")))
    assert (whole >= 0).all()
    assert (holed[np.isfinite(holed)] >= 0).all()
    known = np.array([1.0, 0.8, 0.5])
    assert (np.diff(margins.unsaid_deviation("share", np.full(3, one), known)) >= 0).all()


def test_a_vote_that_may_have_moved_promises_its_margin_alone() -> None:
    assert margins.narrower("moved", "share") == {}
    assert margins.narrower("moved", "count").keys() == {50, 80}


def test_the_card_tells_the_factors_that_were_measured() -> None:
    card = (Path(margins.__file__).parent / "card.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| (0,\d\d \| 0,\d\d) \|$", card, re.MULTILINE))
    ways = {
        "part portée sur un bureau (adresses, carreaux, surface)": ("adresses", "carreaux", "surface", "share"),
        "revenu, porté": ("adresses", "carreaux", "surface", "quantile"),
        "nombre, porté": ("adresses", "carreaux", "surface", "count"),
        "part de la commune": ("borrowed", "share"),
    }
    assert rows.keys() == ways.keys()
    for name, (*many, kind) in ways.items():
        told = [float(cell.replace(",", ".")) for cell in rows[name].split(" | ")]
        widths = [margins.narrower(way, kind) for way in many]
        measured = [float(np.mean([width[level] for width in widths])) for level in (50, 80)]
        assert told == pytest.approx(measured, abs=0.006), name
