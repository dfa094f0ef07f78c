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

NAMES = ("type", "groupe_de_types", "type_statut", "type_certitude")
SOURCE = Provenance("insee", "2022", "type", "original")


def columns(values: np.ndarray, statuses: np.ndarray | None = None) -> dict[str, list[object]]:
    """The four columns of stations that have these figures."""
    status = blank(len(values)) if statuses is None else statuses
    shown = [(values[:, k], status) for k in range(values.shape[1])]
    return {column.name: array.to_pylist() for column, array in type_columns(shown, SOURCE)}


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


def test_the_types_are_stable_between_seeds_and_say_how_stable_they_are_otherwise() -> None:
    said = facts()["stability"]
    assert said["graines"] >= 0.9
    assert 0.5 < said["indicateurs"] <= 1 and 0.5 < said["indicateurs_groupes"] <= 1


def test_a_station_at_the_centre_of_a_type_is_of_that_type_and_sure() -> None:
    types = typology()
    back = np.linalg.pinv(types.axes)
    values = types.mean + types.deviation * (types.centroids @ back)
    found = typed(values, types)
    assert found.type.tolist() == list(range(len(types.titles)))
    assert (found.certainty > 0.9).all()


def test_a_station_half_way_between_two_types_is_not_sure() -> None:
    types = typology()
    far = np.linalg.norm(types.centroids[0] - types.centroids, axis=1)
    near = int(np.argsort(far)[1])
    middle = (types.centroids[0] + types.centroids[near]) / 2
    values = types.mean + types.deviation * (middle @ np.linalg.pinv(types.axes))
    assert typed(values[None], types).certainty[0] < 0.05


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
