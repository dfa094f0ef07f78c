"""Types of stations: the same wherever a station is profiled, never from how it votes, never of a handful of people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products import Draft, Hands, Product
from carreau.products.electoral_profile.build import build
from carreau.products.electoral_profile.estimate import COMMUNE_SHARE, Estimate
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.refined import blank
from carreau.products.electoral_profile.types import (
    BORROWED,
    TOO_LITTLE,
    facts,
    read_by_types,
    shown_values,
    type_columns,
    typed,
    typology,
)
from carreau.terms import Provenance, Territory

TENURES = ("part_proprietaires", "part_locataires", "part_locataires_hlm", "part_locataires_prives")
NAMES = ("type", "groupe_de_types", "type_statut", "type_certitude")
SOURCE = Provenance("insee", "2022", "type", "original")


def columns(values: np.ndarray, statuses: np.ndarray | None = None) -> dict[str, list[object]]:
    """The four columns of stations of villages that have these figures."""
    status = blank(len(values)) if statuses is None else statuses
    shown = [(values[:, k], status) for k in range(values.shape[1])]
    return {column.name: array.to_pylist() for column, array in type_columns(shown, SOURCE)}


def at(points: np.ndarray) -> np.ndarray:
    """The likeliest figures of stations that lie at these points of the axes, all of them known.

    With covariances S and axes A, a normal station that lies at p has the mean figures S A (A' S A)^-1 p.
    """
    types = typology()
    spread = types.relations @ types.axes
    return types.mean + types.deviation * (points @ np.linalg.solve(types.axes.T @ spread, spread.T))


def rand_index(left: np.ndarray, right: np.ndarray) -> float:
    """The adjusted Rand index of two typologies of the same stations (Hubert and Arabie, 1985)."""
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)
    pairs, rows, columns = ((n * (n - 1) / 2).sum() for n in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / (len(left) * (len(left) - 1) / 2)
    return float((pairs - expected) / ((rows + columns) / 2 - expected))


def drawn_stations(size: int) -> np.ndarray:
    """Figures of stations drawn from the normal law whose covariances are the relations."""
    types, random = typology(), np.random.default_rng(5)
    values, vectors = np.linalg.eigh(types.relations)
    drawn = random.normal(0, 1, (size, len(values))) * np.sqrt(np.maximum(values, 0))
    return types.mean + types.deviation * (drawn @ vectors.T)


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


def test_the_types_are_stable_across_seeds_and_resampled_indicators_and_say_where_they_are_not() -> None:
    said = facts()["stability"]
    held = {"graines", "indicateurs", "indicateurs_avec_remise"}
    read = {"lecture_avec_un_cinquieme_en_moins", "lecture_avec_remise"}
    alone = {"indicateurs_seuls", "indicateurs_seuls_avec_remise"}
    assert set(said) == held | read | alone
    assert all(said[name][over] >= 0.9 for name in held | read for over in ("ensemble", "familles"))
    assert all(said[name]["ponderes_par_certitude"] >= said[name]["ensemble"] for name in said)
    assert all(0.3 < value <= 1 for figures in said.values() for value in figures.values())


def test_the_rand_index_is_one_of_a_typology_with_itself_and_near_zero_with_chance() -> None:
    random = np.random.default_rng(1)
    left = random.integers(0, 10, 5000)
    assert rand_index(left, (left + 3) % 10) == pytest.approx(1)
    assert abs(rand_index(left, random.integers(0, 10, 5000))) < 0.01


def test_a_fifth_of_figures_unknown_leaves_most_stations_in_their_type() -> None:
    types = typology()
    values = drawn_stations(2000)
    whole, random = typed(values, types).type, np.random.default_rng(2)
    found = []
    for _ in range(5):
        known = values.copy()
        known[:, random.choice(values.shape[1], values.shape[1] // 5, replace=False)] = np.nan
        found.append(rand_index(whole, typed(known, types).type))
    assert np.mean(found) >= 0.85  # 0.9 and more on the stations of France: their tails are longer, types less mixed


def test_a_station_at_the_centre_of_a_type_is_of_that_type_and_sure() -> None:
    types = typology()
    found = typed(at(types.centres), types)
    assert found.type.tolist() == list(range(len(types.titles)))
    assert (found.certainty > 0.8).all()


def test_types_are_what_their_titles_say() -> None:
    types = typology()
    figures = dict(zip(types.indicators, at(types.centres).T, strict=True))
    places = {key: place for place, key in enumerate(facts()["types"])}
    most = {
        "habitat_social": "part_locataires_hlm",
        "jeunes_locataires": "part_15_24_ans",
        "cadres_diplomes": "part_cadres",
        "retraite_residences": "part_65_ans_ou_plus",
        "couronnes_familiales": "part_couples_avec_enfants",
    }
    assert {key: int(figures[name].argmax()) for key, name in most.items()} == {key: places[key] for key in most}


def test_a_station_half_way_between_two_types_is_not_sure() -> None:
    types = typology()
    apart = np.linalg.norm(types.centres[:, None] - types.centres[None], axis=2) + 9 * np.eye(len(types.centres))
    left, right = np.unravel_index(apart.argmin(), apart.shape)
    middle = (types.centres[[left]] + types.centres[[right]]) / 2
    assert typed(at(middle), types).certainty[0] < 0.05


@given(st.integers(0, 2**32 - 1))
def test_an_unknown_figure_that_others_make_up_changes_no_type_but_at_the_border(seed: int) -> None:
    """Owners, tenants and those housed free make all: each is the rest of the others."""
    types = typology()
    values = drawn_stations(50)
    column = np.random.default_rng(seed).choice([types.indicators.index(name) for name in TENURES])
    known = values.copy()
    known[:, column] = np.nan
    whole, less = typed(values, types), typed(known, types)
    assert ((whole.type == less.type) | (whole.certainty < 0.2)).all()


def test_the_order_of_stations_does_not_change_their_types() -> None:
    values = drawn_stations(40)
    values[::3, :7] = np.nan
    whole, back = typed(values, typology()), typed(values[::-1], typology())
    assert (whole.type[::-1] == back.type).all()
    assert back.certainty[::-1] == pytest.approx(whole.certainty)


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


def test_only_stations_have_a_type(product: Product, hands: Hands) -> None:
    material = refine(product, Territory.parse("dep:96"), hands, lambda _, make: make(), "commune")
    assert not set(NAMES) & set(build(product, material).table.column_names)
