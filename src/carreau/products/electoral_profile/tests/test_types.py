"""Types of stations: the same wherever a station is profiled, never from how it votes, never of a handful of people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.products import Draft, Hands, Product
from carreau.products.electoral_profile.build import build
from carreau.products.electoral_profile.estimate import COMMUNE_SHARE, Estimate
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.places import all_stations, voters_of_communes
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.refined import blank
from carreau.products.electoral_profile.types import (
    BORROWED,
    NO_VOTERS,
    TOO_LITTLE,
    Typology,
    facts,
    read_by_types,
    shown_values,
    type_columns,
    typed,
    typology,
)
from carreau.terms import Provenance, Territory

NAMES = ("type", "groupe_de_types", "type_statut", "type_certitude")
SOURCE = Provenance("insee", "2022", "type", "original")


VILLAGE, CITY = 800.0, 250_000.0  # registered voters of a commune


def columns(values: np.ndarray, statuses: np.ndarray | None = None) -> dict[str, list[object]]:
    """The four columns of stations of villages that have these figures."""
    status = blank(len(values)) if statuses is None else statuses
    shown = [(values[:, k], status) for k in range(values.shape[1])]
    voters = np.full(len(values), VILLAGE)
    return {column.name: array.to_pylist() for column, array in type_columns(shown, voters, SOURCE)}


def at(points: np.ndarray) -> np.ndarray:
    """The figures of stations that lie at these points of the axis, all of them known."""
    types = typology()
    return types.mean + types.deviation * np.outer(points, types.part / types.weight)


def voters_of(types: Typology) -> np.ndarray:
    """The voters of a commune of each type's group: just under the bound, or a great city."""
    below = types.below[types.group]
    return np.where(np.isfinite(below), below - 1, CITY)


def rand_index(left: np.ndarray, right: np.ndarray) -> float:
    """The adjusted Rand index of two typologies of the same stations (Hubert and Arabie, 1985)."""
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)
    pairs, rows, columns = ((n * (n - 1) / 2).sum() for n in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / (len(left) * (len(left) - 1) / 2)
    return float((pairs - expected) / ((rows + columns) / 2 - expected))


def drawn_stations(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Figures and commune's voters of stations drawn around the types, in the shares that they have in France.

    Their figures follow the axis and stray from it by a tenth of a deviation.
    """
    types, random = typology(), np.random.default_rng(5)
    shares = np.array([one["part_inscrits"] for one in facts()["types"].values()])
    kind = random.choice(len(shares), size, p=shares / shares.sum())
    values = at(types.centres[kind])
    return values + random.normal(0, 0.1, values.shape) * types.deviation, voters_of(types)[kind]


def test_there_are_8_to_14_types_in_two_levels_each_with_its_words_and_share() -> None:
    types, groups = facts()["types"], facts()["groups"]
    assert 8 <= len(types) <= 14
    assert {one["group"] for one in types.values()} == set(groups)
    assert len({one["title"] for one in types.values()}) == len(types)
    assert all(one["title_en"] and one["portrait"] for one in types.values())
    assert 90 < sum(one["part_inscrits"] for one in types.values()) <= 100
    assert facts()["date"] and facts()["source"] and facts()["method"]


def test_how_a_station_votes_is_no_part_of_its_type() -> None:
    assert not [name for name in read_by_types() if name.startswith(("pres_", "legi_", "euro_", "muni_"))]
    assert not [name for name in read_by_types() if name in {"part_immigres", "part_etrangers"}]


def test_the_types_are_stable_across_seeds_and_resampled_indicators_and_say_it_within_each_group() -> None:
    said = facts()["stability"]
    tried = {"graines", "indicateurs", "indicateurs_avec_remise", "lecture_avec_un_cinquieme_en_moins"}
    assert set(said) == tried
    assert all(said[name]["ensemble"] >= 0.9 for name in tried)
    assert all(set(said[name]) == {"ensemble", *facts()["groups"]} for name in tried)
    assert all(0.5 < value <= 1 for by_group in said.values() for value in by_group.values())


def test_the_rand_index_is_one_of_a_typology_with_itself_and_near_zero_with_chance() -> None:
    random = np.random.default_rng(1)
    left = random.integers(0, 10, 5000)
    assert rand_index(left, (left + 3) % 10) == pytest.approx(1)
    assert abs(rand_index(left, random.integers(0, 10, 5000))) < 0.01


def test_a_fifth_of_figures_unknown_leaves_most_stations_in_their_type() -> None:
    types = typology()
    values, voters = drawn_stations(2000)
    whole, random = typed(values, voters, types).type, np.random.default_rng(2)
    found = []
    for _ in range(5):
        known = values.copy()
        known[:, random.choice(values.shape[1], values.shape[1] // 5, replace=False)] = np.nan
        found.append(rand_index(whole, typed(known, voters, types).type))
    assert np.mean(found) >= 0.9


def test_a_station_at_the_centre_of_a_type_is_of_that_type_and_sure() -> None:
    types = typology()
    found = typed(at(types.centres), voters_of(types), types)
    assert found.type.tolist() == list(range(len(types.titles)))
    assert (found.certainty > 0.9).all()


def test_the_parts_of_the_axis_make_one_and_income_pulls_it_up() -> None:
    types = typology()
    assert types.part.sum() == pytest.approx(1, abs=1e-4)
    assert types.weight[types.indicators.index("revenu_median")] > 0
    assert types.weight[types.indicators.index("taux_chomage")] < 0


def test_the_size_of_the_commune_says_the_group_whatever_the_figures() -> None:
    types = typology()
    values = at(np.zeros(5))
    bounds = types.below[:-1]
    found = typed(values, np.array([1.0, bounds[0] - 1, bounds[0], bounds[1], bounds[2]]), types)
    assert types.group[found.type].tolist() == [0, 0, 1, 2, 3]


def test_a_commune_without_a_known_voter_has_no_type() -> None:
    types = typology()
    found = typed(at(np.zeros(1)), np.zeros(1), types)
    assert found.type.tolist() == [-1] and found.status.tolist() == [NO_VOTERS] and np.isnan(found.certainty).all()


def test_a_station_half_way_between_two_types_is_not_sure() -> None:
    types = typology()
    middle = types.centres[types.group == 0][:2].mean()
    assert typed(at(np.array([middle])), np.array([VILLAGE]), types).certainty[0] < 0.05


def test_an_unknown_figure_is_taken_to_be_like_the_others() -> None:
    types = typology()
    values = at(types.centres)
    values[:, [k for k, name in enumerate(types.indicators) if name.startswith("revenu_neuvieme")]] = np.nan
    found = typed(values, voters_of(types), types)
    assert found.type.tolist() == list(range(len(types.titles)))
    assert (found.certainty > 0.9).all()


def test_a_station_that_lacks_too_many_figures_has_no_type_and_says_so() -> None:
    size = len(read_by_types())
    values = np.tile(typology().mean, (2, 1))
    values[0, : size // 2] = np.nan
    values[1, :3] = np.nan
    found = columns(values)
    assert found["type"][0] is None and found["groupe_de_types"][0] is None and found["type_certitude"][0] is None
    assert found["type_statut"] == [TOO_LITTLE, None]
    assert found["type"][1] in typology().titles


def test_a_type_that_rests_on_the_commune_says_so() -> None:
    found = columns(typology().mean[None], np.array([COMMUNE_SHARE], dtype=object))
    assert found["type_statut"] == [BORROWED]


def test_figures_on_a_handful_of_people_say_no_type() -> None:
    indicator = Indicator("x", "population", "X", "%", "X", "share", Formula.parse("a.X"), Formula.parse("a.Y"))
    figures = np.array([50.0, 50.0, 50.0])
    base = np.array([10.9, 11.0, np.nan])
    estimate = Estimate(indicator, figures, base, base, figures, np.zeros(3, dtype=np.int64), blank(3), {})
    values, _ = shown_values(estimate, 3, 11)
    assert np.isfinite(values).tolist() == [False, True, True]  # an unknown base is the commune's share
    values, status = shown_values(None, 2, 11)
    assert np.isnan(values).all() and status.tolist() == ["", ""]


def test_every_station_of_the_town_has_a_type_and_a_group_that_go_together(draft: Draft) -> None:
    types = {one["title"]: facts()["groups"][one["group"]]["title"] for one in facts()["types"].values()}
    rows = draft.table.select(NAMES).to_pylist()
    assert any(row["type"] for row in rows)
    assert all(row["groupe_de_types"] == types.get(row["type"]) for row in rows)
    assert all((row["type_certitude"] is None) == (row["type"] is None) for row in rows)
    assert all(row["type"] or row["type_statut"] for row in rows)


def test_a_commune_alone_gets_the_types_it_has_in_the_department(
    product: Product, draft: Draft, hands: Hands, refined_as: Callable[..., Material]
) -> None:
    alone = build(product, refined_as(hands, "com:96003")).table.select(["bv_id", *NAMES]).to_pylist()
    whole = {row["bv_id"]: row for row in draft.table.select(["bv_id", *NAMES]).to_pylist()}
    assert len(alone) == 3
    for row in alone:
        assert row["type"] == whole[row["bv_id"]]["type"]
        assert row["type_certitude"] == pytest.approx(whole[row["bv_id"]]["type_certitude"], abs=1e-9)


def test_the_voters_of_a_commune_are_those_of_all_its_stations(hands: Hands) -> None:
    places = all_stations(hands)
    name = places.communes[0]
    whole = np.nan_to_num(places.registered)[places.communes == name].sum()
    assert voters_of_communes(places, np.array([name, "99999"])).tolist() == [whole, 0.0]


def test_only_stations_have_a_type(product: Product, hands: Hands) -> None:
    material = refine(product, Territory.parse("dep:96"), hands, lambda _, make: make(), "commune")
    assert not set(NAMES) & set(build(product, material).table.column_names)
