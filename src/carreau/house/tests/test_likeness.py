"""Stations like one: near in what is sure, never itself, and the reasons are true of both."""

from __future__ import annotations

import time

import numpy as np
import pytest

from carreau.errors import Unknown
from carreau.guard import Release
from carreau.house import Home
from carreau.house.likeness import Ground, Likeness, likeness_of
from carreau.terms import Column, Role


@pytest.fixture(scope="module")
def release(home: Home) -> Release:
    return home.release("dep:96")


@pytest.fixture(scope="module")
def town(release: Release) -> Likeness:
    return likeness_of(release)


def made(standard: list[list[float]], sure: list[list[float]] | None = None, themes: str = "abcdef") -> Likeness:
    """Stations s0, s1… of these standardised figures, each of its own theme."""
    values = np.array(standard, dtype=np.float32)
    weight = np.where(np.isfinite(values), 1.0 if sure is None else np.array(sure), 0.0).astype(np.float32)
    filled = np.nan_to_num(values)
    columns = tuple(
        Column(f"x{k}", "number", "Un chiffre", "%", Role.MEASURE, title=f"X{k}", theme=themes[k])
        for k in range(values.shape[1])
    )
    codes = tuple(f"s{k}" for k in range(len(values)))
    return Likeness(
        codes,
        codes,
        Ground(columns, values, filled, weight),
        weight * filled,
        weight * filled**2,
        {code: row for row, code in enumerate(codes)},
    )


def test_the_nearest_are_near_in_order_and_never_itself(town: Likeness) -> None:
    found = town.nearest("96001_0001", limit=8)
    assert len(found) == 8
    assert "96001_0001" not in {one["code"] for one in found}
    distances = [one["distance"] for one in found]
    assert distances == sorted(distances) and distances[0] >= 0


def test_the_fast_distance_finds_what_the_exact_one_does(town: Likeness) -> None:
    for row, code in enumerate(town.codes):
        exact = {other: town._distance(row, place) for place, other in enumerate(town.codes) if place != row}
        best = min(exact, key=lambda other: exact[other])
        assert town.nearest(code, limit=1)[0]["distance"] == pytest.approx(exact[best], abs=1e-3)


def test_within_chooses_among_some_and_what_is_unknown_among_them_is_left_out(town: Likeness) -> None:
    few = ["96001_0002", "96001_0003", "inconnu", "96001_0001"]
    assert {one["code"] for one in town.nearest("96001_0001", few)} == {"96001_0002", "96001_0003"}
    assert town.nearest("96001_0001", []) == []
    assert town.nearest("96001_0001", ["96001_0001"]) == []


def test_the_reasons_are_figures_of_both_stations_one_by_theme(town: Likeness, release: Release) -> None:
    rows = {row["bv_id"]: row for row in release.rows()}
    themes = {column.name: column.theme for column in release.schema.columns}
    for one in town.nearest("96001_0004", limit=5):
        assert 1 <= len(one["why"]) <= 3
        assert len({themes[reason["name"]] for reason in one["why"]}) == len(one["why"])
        for reason in one["why"]:
            assert reason["value"] == pytest.approx(rows["96001_0004"][reason["name"]], abs=0.01)
            assert reason["theirs"] == pytest.approx(rows[one["code"]][reason["name"]], abs=0.01)
            assert reason["title"] and reason["unit"]


def test_a_station_that_is_not_there_is_unknown_with_near_codes(town: Likeness) -> None:
    with pytest.raises(Unknown, match="96001_9999") as error:
        town.nearest("96001_9999")
    assert "96001_" in error.value.expected


def test_what_is_missing_on_either_side_does_not_count() -> None:
    nan = float("nan")
    likeness = made([[1, 1, nan], [1, nan, 3], [1.2, 1, 0]])
    assert [one["code"] for one in likeness.nearest("s0")] == ["s1", "s2"]
    assert likeness.nearest("s0")[0]["distance"] == 0


def test_two_stations_that_share_too_little_are_not_compared() -> None:
    nan = float("nan")
    likeness = made([[1, 1, 1, 1, 1], [1, nan, nan, nan, nan], [3, 3, 3, 3, 3]])
    assert [one["code"] for one in likeness.nearest("s0")] == ["s2"]


def test_a_fragile_figure_counts_less() -> None:
    fragile = made([[0, 0], [0, 2], [1, 0]], [[1, 0.1]] * 3)
    assert fragile.nearest("s0")[0]["code"] == "s1"
    assert made([[0, 0], [0, 2], [1, 0]]).nearest("s0")[0]["code"] == "s2"


def test_a_reason_is_near_in_both_and_unusual() -> None:
    likeness = made([[3.0, 0.1, 2.0], [2.9, 0.1, -2.0], [0, 0, 0]])
    (first, *_) = next(one for one in likeness.nearest("s0") if one["code"] == "s1")["why"]
    assert first["name"] == "x0"


def test_counts_and_candidates_are_no_ground_to_compare_on(town: Likeness) -> None:
    names = {column.name for column in town.ground.indicators}
    assert not [name for name in names if "_voix_" in name or name.endswith("_inscrits") or name == "population"]
    assert {"part_cadres", "revenu_median", "pres_2022_t1_bloc_gauche", "pres_2022_t1_participation"} <= names


def test_seventy_thousand_stations_are_answered_at_once() -> None:
    generator = np.random.default_rng(1)
    likeness = made(generator.normal(size=(70_000, 6)).tolist())
    likeness.nearest("s1")
    start = time.process_time()
    for row in range(10):
        likeness.nearest(f"s{row}")
    assert (time.process_time() - start) / 10 < 0.1


def test_what_sets_two_stations_apart_is_the_figure_that_makes_most_of_their_distance() -> None:
    likeness = made([[0, 1, 0], [0.5, -1, 3], [0, 0, 0]], [[1, 1, 0.1]] * 3)
    apart = likeness.apart("s0", "s1")
    assert apart is not None and apart["name"] == "x1"
    nan = float("nan")
    assert made([[1, nan], [nan, 1]]).apart("s0", "s1") is None


def test_what_is_not_known_of_a_station_is_missing() -> None:
    nan = float("nan")
    assert [column.name for column in made([[1, nan, 2], [1, 1, 1]]).missing("s0")] == ["x1"]
