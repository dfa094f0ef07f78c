"""Cells: the edge sweep against exact intersections, and weights through the people of the cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from carreau.errors import Broken
from carreau.places import sweep
from carreau.places.area import area_crosswalk
from carreau.places.cells import Cells, cell_coverage, cell_crosswalk, covered_by
from carreau.places.rings import rings_of
from carreau.places.zones import Zones


def plain(kernel: Callable[..., object]) -> Callable[..., object]:
    """The Python function under a compiled kernel (itself when NUMBA_DISABLE_JIT leaves it plain)."""
    return getattr(kernel, "py_func", kernel)


SIDE = 10.0


def grid(width: int = 8, height: int = 8, weight: np.ndarray | None = None) -> Cells:
    rows, columns = np.indices((height, width))
    people = np.ones(width * height) if weight is None else weight
    return Cells(columns.ravel() * SIDE, rows.ravel() * SIDE, people, SIDE, 3035)


def zones(*shapes: object, crs: int = 3035, system: str = "iris") -> Zones:
    codes = np.asarray([f"{system}{k}" for k in range(len(shapes))], dtype=np.str_)
    return Zones(system, "2024", codes, np.asarray(shapes, dtype=object), crs)


def dense(shape: object, cells: Cells) -> np.ndarray:
    """The coverage of every cell by one shape."""
    cell, _, fraction = covered_by(np.asarray([shape], dtype=object), cells)
    return np.bincount(cell, fraction, len(cells.east))


def exact(shape: object, cells: Cells) -> np.ndarray:
    boxes = shapely.box(cells.east, cells.north, cells.east + SIDE, cells.north + SIDE)
    return shapely.area(shapely.intersection(boxes, shape)) / SIDE**2


@st.composite
def shapes(draw: st.DrawFn) -> object:
    """Multipolygons with holes, vertices often on corners and edges of cells, partly out of the grid."""
    size = draw(st.integers(3, 9))
    reach = draw(hnp.arrays(np.float64, size, elements=st.sampled_from([10.0, 20.0, 25.0, 33.3, 45.0])))
    centre = np.array([draw(st.sampled_from([0.0, 40.0, 37.3])), draw(st.sampled_from([40.0, 80.0, 12.5]))])
    angle = np.linspace(0, 2 * np.pi, size, endpoint=False)
    ring = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    star = shapely.Polygon(ring + centre, [ring * 0.4 + centre] if draw(st.booleans()) else None)
    island = shapely.box(60, 60, 75, draw(st.sampled_from([61.0, 70.0, 90.0])))
    return shapely.union(star, island)


@settings(max_examples=60)
@given(shapes())
def test_the_sweep_covers_each_cell_as_exact_intersections_do(shape) -> None:
    np.testing.assert_allclose(dense(shape, grid()), exact(shape, grid()), atol=1e-11)


@settings(max_examples=30)
@given(shapes(), st.integers(-3, 3), st.integers(-3, 3))
def test_moving_by_whole_cells_changes_nothing(shape, columns, rows) -> None:
    cells = grid(20, 20)
    moved = shapely.transform(shape, lambda xy: xy + np.array([columns + 6, rows + 6]) * SIDE)
    still = shapely.transform(shape, lambda xy: xy + np.array([6, 6]) * SIDE)
    before, after = dense(still, cells).reshape(20, 20), dense(moved, cells).reshape(20, 20)
    np.testing.assert_allclose(
        np.roll(before, (rows, columns), (0, 1))[4:-4, 4:-4], after[4:-4, 4:-4], atol=1e-12
    )


@given(shapes())
def test_coverage_sums_to_the_area_of_the_zone(shape) -> None:
    cells = Cells(
        *(a.ravel() * SIDE for a in np.meshgrid(np.arange(-10.0, 20), np.arange(-10.0, 20))),
        np.ones(900),
        SIDE,
    )
    assert dense(shape, cells).sum() * SIDE**2 == pytest.approx(shapely.area(shape), rel=1e-9)


def test_a_cell_inside_is_covered_whole_and_a_cell_outside_not_at_all() -> None:
    found = dense(shapely.box(0, 0, 25, 10), grid(4, 2))
    np.testing.assert_array_equal(found, [1, 1, 0.5, 0, 0, 0, 0, 0])


def test_vertices_on_corners_and_edges_are_counted_once() -> None:
    diamond = shapely.Polygon([(10, 0), (20, 10), (10, 20), (0, 10)])
    np.testing.assert_array_equal(dense(diamond, grid(2, 2)), [0.5, 0.5, 0.5, 0.5])


def test_cells_absent_from_the_table_are_passed_over() -> None:
    cells = Cells(np.array([20.0, 0.0]), np.array([0.0, 10.0]), np.ones(2), SIDE)
    np.testing.assert_array_equal(dense(shapely.box(-5, -5, 25, 15), cells), [0.5, 0.5])


def test_a_tall_zone_is_swept_by_bands() -> None:
    rings = rings_of(np.asarray([shapely.Polygon([(0.5, 0.25), (7.75, 3), (4, 40)])], dtype=object))
    flat = (rings.x, rings.y, rings.start, rings.zone)
    in_bands = [plain(sweep.accumulated)(flat, 0, (0, 8), (k, min(k + 7, 40))) for k in range(0, 40, 7)]
    whole = sweep.accumulated(flat, 0, (0, 8), (0, 40))
    for part in (0, 1):
        np.testing.assert_allclose(np.concatenate([band[part] for band in in_bands]), whole[part], atol=1e-12)


def test_a_zone_wider_than_the_window_gives_the_same() -> None:
    flat = shapely.Polygon([(0, 0), (5_000_000 * SIDE, 5), (5_000_000 * SIDE, 15), (0, 10)])
    cells = Cells(np.array([0.0, 0.0, 2_500_000 * SIDE]), np.array([0.0, SIDE, 0.0]), np.ones(3), SIDE)
    np.testing.assert_allclose(dense(flat, cells), exact(flat, cells), atol=1e-6)


def test_nothing_covers_nothing() -> None:
    assert [len(part) for part in covered_by(np.empty(0, dtype=object), grid())] == [0, 0, 0]
    none = Cells(np.empty(0), np.empty(0), np.empty(0), SIDE)
    assert [len(part) for part in covered_by(np.asarray([shapely.box(0, 0, 9, 9)]), none)] == [0, 0, 0]


def test_coverage_projects_the_zones_to_the_grid() -> None:
    square = zones(shapely.box(4_000_000, 2_900_000, 4_000_400, 2_900_200)).projected(2154)
    cells = Cells(np.array([4_000_000.0, 4_000_200.0]), np.full(2, 2_900_000.0), np.ones(2))
    _, _, fraction = cell_coverage(square, cells)
    np.testing.assert_allclose(fraction[fraction > 1e-3], [1, 1], atol=1e-5)


def test_people_are_shared_where_they_live() -> None:
    people = np.zeros(64)
    people[[0, 1]] = 30, 10  # the two westmost cells of the first row
    origin, target = (
        zones(shapely.box(0, 0, 80, 80)),
        zones(shapely.box(0, 0, 10, 80), shapely.box(10, 0, 80, 80), system="bv"),
    )
    walk, remarks = cell_crosswalk(origin, target, grid(weight=people))
    np.testing.assert_allclose(walk.weights.toarray(), [[0.75, 0.25]])
    assert (walk.method, remarks) == ("carreaux", ())


def test_a_cell_that_straddles_two_zones_and_two_stations_is_shared_by_exact_area() -> None:
    origin = zones(shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10))
    target = zones(shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10), system="bv")
    walk, _ = cell_crosswalk(origin, target, grid())
    np.testing.assert_allclose(walk.weights.toarray(), np.eye(2), atol=1e-12)


def test_the_people_of_a_coastal_cell_live_on_its_land_side() -> None:
    origin = zones(shapely.box(0, 0, 13, 10))
    target = zones(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), system="bv")
    walk, _ = cell_crosswalk(origin, target, grid())
    np.testing.assert_allclose(walk.weights.toarray(), [[0.5, 0.5]])


def test_a_zone_without_people_in_cells_is_shared_by_area_and_people_outside_are_counted() -> None:
    people = np.zeros(64)
    people[63] = 7
    origin, target = zones(shapely.box(0, 0, 10, 10)), zones(shapely.box(0, 0, 4, 10), system="bv")
    walk, remarks = cell_crosswalk(origin, target, grid(weight=people))
    assert walk.weights.toarray()[0, 0] == pytest.approx(0.4)
    assert remarks == (
        "1 zone « iris » sans habitant dans les carreaux a été répartie par surface",
        "7 habitants de carreaux hors de toute zone « iris » n'ont pas servi",
    )


def test_with_one_person_per_cell_everywhere_cells_are_areas() -> None:
    origin = zones(shapely.Polygon([(0, 0), (70, 5), (30, 60)]))
    target = zones(shapely.box(0, 0, 33, 80), shapely.box(33, 0, 80, 27.5), system="bv")
    by_cells, _ = cell_crosswalk(origin, target, grid())
    by_area, _ = area_crosswalk(origin, target)
    assert abs(by_cells.received - by_area.received).max() < 0.1  # whole border cells stay on their land side


@pytest.mark.parametrize(
    "columns",
    [
        ([0.0], [0.0, 10.0], [1.0, 1.0]),
        ([0.0, 13.0], [0.0, 0.0], [1.0, 1.0]),
        ([0.0, 0.0], [0.0, 7.0], [1.0, 1.0]),
    ],
)
def test_cells_that_are_not_one_grid_are_refused(columns) -> None:
    with pytest.raises(Broken):
        Cells(*(np.asarray(column) for column in columns), SIDE)


def test_invalid_and_collapsed_zones_are_repaired_and_counted() -> None:
    bow_tie = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)])
    flat = shapely.Polygon([(0, 0), (10, 10), (20, 20)])
    cell, zone, fraction = cell_coverage(zones(bow_tie, flat), grid())
    np.testing.assert_allclose(np.bincount(cell, fraction, 64)[[0, 1, 8, 9]], 0.5)
    assert set(zone.tolist()) == {0}
    walk, remarks = cell_crosswalk(
        zones(bow_tie, flat), zones(shapely.box(0, 0, 20, 20), bow_tie, system="bv"), grid()
    )
    np.testing.assert_allclose(walk.weights.toarray(), [[1, 1], [0, 0]], atol=1e-9)
    assert remarks[:2] == (
        "2 zones « iris » au contour invalide ont été réparées",
        "1 zone « bv » au contour invalide a été réparée",
    )


def test_no_cell_at_all_is_a_grid() -> None:
    assert len(Cells(np.empty(0), np.empty(0), np.empty(0)).east) == 0
