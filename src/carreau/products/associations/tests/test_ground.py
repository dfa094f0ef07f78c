"""What the profile is compared on: who lives there, never a vote; standardised, and what is unknown is ordinary."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.associations.ground import SIZE, ground_of, is_predictor, mean_by, standard
from carreau.products.associations.places_apart import missing_ways, shared_out, ways_apart
from carreau.products.associations.tests.conftest import codes_of, figure, indicator, profile_of
from carreau.products.declare import Reading
from carreau.terms import Column, Role

Planted = Callable[..., Reading]


def test_only_what_is_no_vote_is_compared(planted: Planted) -> None:
    assert [column.name for column in ground_of(planted()).indicators] == ["ouvriers", "bruit"]


@pytest.mark.parametrize(
    ("name", "role", "theme", "told"),
    [
        ("part_cadres", Role.SHARE, "metiers", True),
        ("revenu_median", Role.MEASURE, "revenus", True),
        ("population", Role.COUNT, "population", False),
        ("legi_2024_t1_participation", Role.SHARE, "elections", False),
        ("euro_2024_bloc_gauche", Role.SHARE, "", False),
        ("part_cadres_marge", Role.MARGIN, "metiers", False),
    ],
)
def test_a_vote_a_count_and_a_margin_are_no_indicators(name: str, role: Role, theme: str, told: bool) -> None:
    column = Column(name, "number", "Essai", role=role, theme=theme)
    assert is_predictor(column, frozenset({name, f"{name}_marge"})) is told
    assert not is_predictor(column, frozenset({name}))


def test_the_size_of_the_commune_counts_only_where_communes_differ() -> None:
    codes = codes_of(1, 2, 3)
    values = np.arange(6.0)
    same = profile_of(codes, {"inscrits": figure("inscrits", np.full(6, 500.0))}, indicator("x", values))
    assert [column.name for column in ground_of(same).indicators] == ["x"]
    unlike = profile_of(codes, {"inscrits": figure("inscrits", [500.0] * 3 + [900.0] * 3)}, indicator("x", values))
    assert ground_of(unlike).indicators[-1] is SIZE


def test_an_indicator_that_hardly_anyone_has_or_that_never_varies_is_left_out() -> None:
    codes, nan = codes_of(1, 5, 4), float("nan")
    rare = [1.0, *[nan] * 19]
    profile = profile_of(
        codes,
        {"inscrits": figure("inscrits", np.full(20, 500.0))},
        indicator("rare", rare),
        indicator("egal", np.full(20, 3.0)),
    )
    ground = ground_of(profile)
    assert ground.indicators == () and ground.features.shape == (20, 0)


def test_what_is_unknown_is_ordinary_and_counted_as_unknown() -> None:
    codes, values = codes_of(1, 5, 4), np.arange(20.0)
    values[3] = np.nan
    profile = profile_of(codes, {"inscrits": figure("inscrits", np.full(20, 500.0))}, indicator("x", values))
    ground = ground_of(profile)
    assert ground.known.tolist() == [1, 1, 1, 0, *[1] * 16]
    assert np.isfinite(ground.features).all()
    assert ground.features[3, 0] == pytest.approx(0, abs=1e-6)


def test_many_departments_are_told_apart_and_few_are_not(planted: Planted) -> None:
    few, many = ground_of(planted(6, 4, 2)), ground_of(planted(24, 4, 2))
    assert few.block(0).stop < many.block(0).stop
    assert np.abs(many.features[:, many.block(0)][:, -1]).max() <= 0.4


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0.1, 1e4)), min_size=2, max_size=30),
    st.floats(0.1, 100),
    st.floats(-1e3, 1e3),
)
def test_standard_figures_have_no_unit(pairs: list[tuple[float, float]], scale: float, shift: float) -> None:
    values, weights = (np.array(column) for column in zip(*pairs, strict=True))
    told = standard(values, weights)
    assert np.isfinite(told).all() and np.abs(told).max() <= 4
    if np.ptp(values) > 1:
        assert told == pytest.approx(standard(scale * values + shift, weights), abs=1e-3)


def test_nobody_and_nothing_known_are_ordinary() -> None:
    assert standard(np.array([1.0, 2.0]), np.zeros(2)).tolist() == [0, 0]
    assert np.isnan(mean_by(np.array([np.nan, 1.0]), np.array([0, 1]), np.ones(2))).tolist() == [True, False]


def test_places_are_left_out_whole_and_each_once(planted: Planted) -> None:
    ground = ground_of(planted())
    departments, communes = ways_apart(ground)
    assert (departments.name, communes.name) == ("departements", "communes")
    for way, places in ((departments, ground.departments), (communes, ground.communes)):
        for place in np.unique(places):
            assert len(np.unique(way.folds[places == place])) == 1
        assert set(way.folds) == set(range(way.count))
    assert missing_ways(ground) == ""


def test_folds_hold_about_as_many_voters() -> None:
    places = np.repeat(np.arange(40), 5)
    weights = np.random.default_rng(3).uniform(100, 2000, 200)
    held = np.bincount(shared_out(places, weights), weights=weights)
    assert len(held) == 10 and held.max() < 1.3 * held.min()


def test_a_territory_too_small_says_which_places_could_not_be_left_out(planted: Planted) -> None:
    town = ground_of(planted(1, 1, 40))
    (way,) = ways_apart(town)
    assert way.name == "bureaux" and (np.diff(way.folds) >= 0).all()
    assert "groupes de bureaux" in missing_ways(town)
    department = ground_of(planted(1, 12, 4))
    assert [way.name for way in ways_apart(department)] == ["communes"]
    assert "seules des communes" in missing_ways(department)
