"""Contours matched and simplified together, on invented places and on those of the Rhône."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.guard.tiles.coverage import grouped, in_degrees, matched, projected, simplified

DATA = next((p / "shared" / "data" for p in Path(__file__).parents if (p / "shared" / "data").is_dir()), None)
CONTOURS = DATA / "etalab_contours-bureaux-vote" if DATA else None


def holes_of(shape: Any) -> float:
    """The area of the holes in a shape."""
    rings = [ring for part in shapely.get_parts(shape) for ring in part.interiors]
    return float(sum(shapely.area(shapely.polygons(ring)) for ring in rings))


def array(*shapes: Any) -> Any:
    return np.array(shapes, dtype=object)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), detail=st.sampled_from([0.0, 100.0, 800.0]))
def test_borders_drawn_twice_become_one(squares: Callable[..., dict[str, Any]], seed: int, detail: float) -> None:
    shapes = projected(array(*squares(3, 0.02, seed).values()))
    fitted = simplified(matched(shapes, [np.arange(9)], lambda _: None), detail)
    union = shapely.union_all(fitted)
    assert shapely.area(fitted).sum() == pytest.approx(shapely.area(union), rel=1e-9)
    assert holes_of(union) == 0
    assert shapely.coverage_is_valid(fitted)
    assert shapely.area(fitted) == pytest.approx(shapely.area(shapes), rel=0.12)


def test_a_place_that_its_neighbour_covers_keeps_its_contour() -> None:
    shapes = projected(array(shapely.box(4, 45, 5, 46), shapely.box(4.4, 45.4, 4.5, 45.5)))
    fitted = matched(shapes, [np.arange(2)], lambda _: None)
    assert not shapely.is_empty(fitted).any()
    assert shapely.area(fitted[1]) == pytest.approx(shapely.area(shapes[1]), rel=0.01)


def test_a_contour_that_crosses_itself_is_repaired_and_what_is_no_surface_is_none() -> None:
    bow = shapely.Polygon([(4, 45), (5, 46), (5, 45), (4, 46)])
    shapes = projected(array(bow, shapely.Point(4, 45), shapely.Polygon(), None))
    assert shapely.is_valid(shapes[0])
    assert shapely.area(shapes[0]) > 0
    assert [shape is None for shape in shapes] == [False, True, True, True]


def test_metres_come_back_to_the_same_degrees() -> None:
    shape = shapely.box(-61.8, 14.4, 55.8, 51.1)
    assert shapely.equals_exact(in_degrees(projected(array(shape)))[0], shape, 1e-9)


def test_places_are_grouped_key_by_key() -> None:
    assert [group.tolist() for group in grouped(["69", "01", "69"])] == [[1], [0, 2]]


@pytest.mark.mirror
@pytest.mark.skipif(CONTOURS is None or not CONTOURS.is_dir(), reason="the published contours are not here")
def test_the_stations_of_paris_fit_together() -> None:
    """Published: 0.5 % of Paris is in two stations, and 4.5 % of it in none, in two thousand slivers."""
    assert CONTOURS is not None
    path = next(CONTOURS.glob("*.parquet"))
    name = next(column for column in pq.read_schema(path).names if "commune" in column.lower())
    table = pq.read_table(path, columns=[name, "geometry"], filters=[(name, "==", "75056")])
    shapes = projected(np.asarray(shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False)), dtype=object))
    shapes = shapes[~shapely.is_missing(shapes)]
    published = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() / shapely.area(published) > 1.003
    fitted = matched(shapes, [np.arange(len(shapes))], lambda _: None)
    for detail in (0.0, 107.0):
        drawn = simplified(fitted, detail)
        union = shapely.union_all(drawn)
        assert shapely.area(drawn).sum() == pytest.approx(shapely.area(union), rel=1e-4)
        rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
        assert len(rings) <= 5  # 2,072 as published; what stays is a wood or a river, and no sliver
