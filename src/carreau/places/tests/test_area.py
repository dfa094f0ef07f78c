"""Areas: the kernel without polygons against GEOS, on towns where borders and corners coincide."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from carreau.errors import Broken
from carreau.places.area import area_crosswalk, exact_pieces
from carreau.places.crosswalk import Crosswalk
from carreau.places.incidences import exact_sign, side
from carreau.places.overlay import overlay_areas
from carreau.places.zones import Zones


def plain(kernel: Callable[..., object]) -> Callable[..., object]:
    """The Python function under a compiled kernel (itself when NUMBA_DISABLE_JIT leaves it plain)."""
    return getattr(kernel, "py_func", kernel)


labels = hnp.arrays(np.int64, (5, 5), elements=st.integers(0, 4)).filter(np.any)
corners = st.tuples(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1 / 3]), st.sampled_from([0.0, -0.5, 2.0, 0.1]))
sides = st.sampled_from([1.0, 0.5, 2.0, 0.7])
whole = st.integers(-1000, 1000)


def zones(*shapes: object, crs: int = 2154) -> Zones:
    codes = np.asarray([f"z{k}" for k in range(len(shapes))], dtype=np.str_)
    return Zones("zone", "2024", codes, np.asarray(shapes, dtype=object), crs)


def summed(one: Zones, two: Zones) -> tuple[Crosswalk, tuple[str, ...]]:
    return area_crosswalk(one, two, kernel="incidences")


def differences(one: Zones, two: Zones) -> float:
    """The greatest difference between the weights of the two kernels.

    GEOS 3.14 sometimes takes a part of a zone that only touches another by a vertex for a shared one, in one
    order of the arguments and not in the other: a pair is compared with the nearer of its two answers.
    """
    walk, _ = summed(one, two)
    own = shapely.area(one.geometry)
    pairs = [(i, j) for i in range(len(one)) for j in range(len(two))]
    found = 0.0
    for i, j in pairs:
        first, second = one.geometry[i], two.geometry[j]
        exact = [
            shapely.area(shapely.intersection(*both)) / own[i] for both in ((first, second), (second, first))
        ]
        found = max(found, min(abs(walk.weights[i, j] - value) for value in exact))
    return found


@settings(max_examples=60)
@given(labels, labels, corners, sides)
def test_both_kernels_agree_where_borders_and_corners_coincide(town, one, two, corner, side_) -> None:
    assert differences(town(one), town(two, corner, side_)) < 1e-9


@given(labels)
def test_a_town_laid_on_itself_is_the_identity(town, one) -> None:
    same = town(one)
    found, _ = summed(same, same)
    np.testing.assert_allclose(found.weights.toarray(), np.eye(len(same)), atol=1e-12)


@st.composite
def stars(draw: st.DrawFn) -> shapely.Polygon:
    """A polygon around a centre, with a hole, its vertices at any distance."""
    size = draw(st.integers(3, 12))
    reach = draw(hnp.arrays(np.float64, size, elements=st.floats(1, 10)))
    centre = np.array([draw(st.floats(-5, 5)), draw(st.floats(-5, 5))])
    angle = np.linspace(0, 2 * np.pi, size, endpoint=False)
    ring = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    hole = draw(st.booleans())
    return shapely.Polygon(ring + centre, [ring * 0.4 + centre] if hole else None)


@settings(max_examples=60)
@given(st.lists(stars(), min_size=1, max_size=4), st.lists(stars(), min_size=1, max_size=4))
def test_both_kernels_agree_on_any_valid_polygons(one, two) -> None:
    assert differences(zones(*one), zones(*two)) < 1e-9


def test_a_small_territory_is_left_to_geos_and_a_large_one_is_summed(town) -> None:
    labels_ = np.arange(1, 101).reshape(10, 10)
    for one, two in (
        (town(labels_), town(labels_, (0.5, 0.5))),
        (town(labels_), zones(*[shapely.box(0, 0, 9, 9)] * 101)),
    ):
        exact, auto = area_crosswalk(one, two, kernel="exact")[0], area_crosswalk(one, two)[0]
        assert abs(exact.weights - auto.weights).max() < 1e-12


def test_both_kernels_give_one_crosswalk(town) -> None:
    one, two = town(np.arange(1, 26).reshape(5, 5)), town(np.arange(1, 10).reshape(3, 3), (0.25, 0.5), 1.5)
    exact, _ = area_crosswalk(one, two, kernel="exact")
    walk, _ = summed(one, two)
    assert abs(exact.weights - walk.weights).max() < 1e-12


@given(stars(), st.integers(0, 1_000_000), st.integers(0, 7_000_000))
def test_moving_everything_changes_nothing(star, east, north) -> None:
    square = shapely.box(-3, -2, 4, 5)
    here, _ = summed(zones(square), zones(star))
    there, _ = summed(
        *(zones(shapely.transform(s, lambda xy: xy + np.array([east, north]))) for s in (square, star))
    )
    np.testing.assert_allclose(there.weights.toarray(), here.weights.toarray(), atol=1e-7)


def test_two_zones_that_touch_by_a_vertex_share_nothing_even_where_geos_errs() -> None:
    large = shapely.Polygon(
        [
            (55.345143532217634, 277.37504409625285),
            (110.85261867322644, 194.19499718913525),
            (27.672571766108817, 138.68752204812643),
            (-27.834903374899994, 221.86756895524405),
        ]
    )
    small = shapely.Polygon(
        [
            (27.591405961713228, 318.9650675498117),
            (69.18142941527202, 346.71880512031606),
            (96.93516698577642, 305.1287816667573),
            (55.345143532217634, 277.37504409625285),
        ]
    )
    found, _ = summed(zones(large), zones(small))
    assert found.lost[0] == 1


def test_multipolygons_holes_and_islands_in_holes_are_counted_right() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 10, 10).exterior, [shapely.box(2, 2, 8, 8).exterior])
    isle = shapely.box(4, 4, 6, 6)
    one = zones(shapely.MultiPolygon([ring, isle]))
    two = zones(
        shapely.box(0, 0, 5, 10),
        shapely.box(3, 3, 7, 7),
        shapely.box(2, 2, 8, 8),
        shapely.box(20, 20, 21, 21),
    )
    found, _ = summed(one, two)
    np.testing.assert_allclose(found.weights.toarray()[0], [34 / 68, 4 / 68, 4 / 68, 0], atol=1e-12)


def test_an_edge_that_runs_along_another_the_other_way_is_no_ground() -> None:
    found, _ = summed(
        zones(shapely.box(0, 0, 1, 1)), zones(shapely.box(1, 0.2, 2, 0.8), shapely.box(0, 1, 1, 2))
    )
    assert found.weights.nnz == 0
    assert found.lost[0] == 1


def test_a_large_zone_over_many_small_ones_is_shared_by_bins() -> None:
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    disc = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * 50)
    wave = shapely.Polygon(
        np.column_stack([np.cos(angle), np.sin(angle)]) * (40 + np.sin(angle * 60))[:, None]
    )
    assert differences(zones(disc), zones(wave)) < 1e-9


def test_an_invalid_zone_is_repaired_and_left_to_geos() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found, remarks = summed(zones(bow_tie), zones(shapely.box(0, 0, 1, 2), shapely.box(5, 5, 6, 6)))
    assert found.weights.toarray()[0, 0] == pytest.approx(0.5, abs=1e-12)
    assert any("au contour invalide" in remark for remark in remarks)
    assert any("GEOS" in remark for remark in remarks)
    exact, again = area_crosswalk(zones(bow_tie), zones(shapely.box(0, 0, 1, 2)), kernel="exact")
    assert exact.weights.toarray()[0, 0] == pytest.approx(0.5, abs=1e-12)
    assert any("au contour invalide" in remark for remark in again)


def test_a_zone_reduced_to_a_line_is_lost_whole() -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    for kernel in ("exact", "incidences"):
        found, _ = area_crosswalk(zones(flat), zones(shapely.box(0, 0, 3, 3)), kernel=kernel)
        assert found.lost[0] == 1


def test_a_pair_out_of_its_bounds_is_marked_unsound() -> None:
    twice = shapely.Polygon([(0, 0), (2, 0), (2, 2), (0, 2), (0, 0), (2, 0), (2, 2), (0, 2)])
    found = overlay_areas(
        np.asarray([twice], dtype=object), np.asarray([shapely.box(0, 0, 1, 1)], dtype=object)
    )
    assert found.unsound.all()


def test_overlapping_targets_are_counted_in_a_remark() -> None:
    found, remarks = summed(
        zones(shapely.box(0, 0, 1, 1)), zones(shapely.box(0, 0, 1, 1), shapely.box(0, 0, 0.5, 1))
    )
    assert found.lost[0] == pytest.approx(-0.5)
    assert "1 zone d'origine est couverte plus d'une fois" in remarks[0]


def test_zones_in_two_planes_are_refused() -> None:
    with pytest.raises(Broken, match="projection"):
        summed(zones(shapely.box(0, 0, 1, 1)), zones(shapely.box(0, 0, 1, 1), crs=3035))


def test_the_pieces_of_zones_that_touch_by_a_line_are_surfaces_only() -> None:
    step = shapely.Polygon([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)])
    rows, columns, pieces = exact_pieces(
        np.asarray([step], dtype=object),
        np.asarray([shapely.box(1, 0.5, 3, 2), shapely.box(2, 0, 3, 1)], dtype=object),
    )
    assert rows.tolist() == [0]
    assert columns.tolist() == [0]
    assert shapely.area(pieces).tolist() == [0.5]


@given(whole, whole, whole, whole, st.integers(-3, 3), st.integers(0, 40))
def test_signs_are_exact(ax, ay, bx, by, bit, power) -> None:
    ax, ay, bx, by = ax * 2.0**power + bit, float(ay), bx * 2.0**power, float(by) + bit
    exact = Fraction(ax) * Fraction(by) - Fraction(ay) * Fraction(bx)
    expected = (exact > 0) - (exact < 0)
    assert exact_sign(ax, ay, bx, by) == plain(exact_sign)(ax, ay, bx, by) == expected


def test_signs_are_exact_where_rounded_products_are_equal() -> None:
    big = 2.0**51 + 1
    assert exact_sign(big, big, big - 2, big - 2) == 0
    assert exact_sign(big, big - 1, big + 1, big) == 1  # big² - (big - 1)(big + 1) = 1
    assert exact_sign(big - 1, big, big, big + 1) == -1


@given(whole, whole, whole, whole, st.sampled_from([1.0, -1.0]))
def test_a_point_on_an_edge_has_a_side_and_the_other_one_when_the_edge_turns(x, y, dx, dy, move) -> None:
    if dx or dy:
        start, end = (float(x), float(y)), (float(x + 2 * dx), float(y + 2 * dy))
        middle = (float(x + dx), float(y + dy))
        assert plain(side)(middle, start, end, move) == -plain(side)(middle, end, start, move) != 0
        assert side(middle, start, end, move) == plain(side)(middle, start, end, move)


def test_a_zone_marked_valid_is_not_checked_again() -> None:
    one = dataclasses.replace(zones(shapely.box(0, 0, 2, 2)), valid=True)
    found, remarks = summed(one, dataclasses.replace(one, valid=True))
    assert found.weights.toarray() == pytest.approx(1)
    assert remarks == ()
