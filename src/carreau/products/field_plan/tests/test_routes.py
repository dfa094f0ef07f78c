"""Routes: every point once, never longer than the order given, outings no longer than asked."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.field_plan.routes import (
    BLOCK,
    length,
    nearest_next,
    outings_of,
    shared_out,
    short_order,
    untangled,
)

POINTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=0, max_size=25)


def plane(points: list[tuple[int, int]]) -> np.ndarray:
    """Points as rows of metres."""
    return np.array(points, dtype=float).reshape(-1, 2)


@given(POINTS)
def test_a_short_order_visits_every_point_once_and_is_never_longer_than_the_one_given(
    points: list[tuple[int, int]],
) -> None:
    spots = plane(points)
    order = short_order(spots)
    assert sorted(order.tolist()) == list(range(len(points)))
    if len(points) > 1:
        assert length(spots, order) <= length(spots, np.arange(len(points))) + 1e-6


@given(POINTS.filter(lambda points: len(points) > 3))
def test_turning_stretches_round_never_makes_a_path_longer(points: list[tuple[int, int]]) -> None:
    spots = plane(points)
    near = nearest_next(spots)
    assert length(spots, untangled(spots, near)) <= length(spots, near) + 1e-6


def test_points_on_a_line_are_walked_from_one_end_to_the_other() -> None:
    spots = np.column_stack([np.random.default_rng(3).permutation(40) * 10.0, np.zeros(40)])
    assert length(spots, short_order(spots)) == pytest.approx(390.0)


def test_a_path_on_a_square_grid_is_near_the_shortest() -> None:
    spots = np.array([(x, y) for x in range(8) for y in range(8)], dtype=float)
    shuffled = spots[np.random.default_rng(5).permutation(64)]
    assert length(shuffled, short_order(shuffled)) <= 1.15 * 63


def test_many_points_are_ordered_by_blocks_of_neighbours() -> None:
    spots = np.random.default_rng(1).random((2 * BLOCK + 50, 2)) * 1000
    order = short_order(spots)
    assert sorted(order.tolist()) == list(range(len(spots)))
    assert length(spots, order) < 0.2 * length(spots, np.arange(len(spots)))


@given(POINTS, st.integers(10, 300))
def test_outings_take_every_point_once_and_no_longer_than_asked(points: list[tuple[int, int]], longest: int) -> None:
    spots, minutes = plane(points), np.full(len(points), 9.0)
    found = outings_of(spots, minutes, float(longest), 0.01)
    assert sorted(found.order.tolist()) == list(range(len(points)))
    for number in np.unique(found.outing):
        here = found.outing == number
        assert (found.start[here] + 9.0).max() <= longest + 1e-9
        assert found.metres[here][0] == 0 and found.start[here][0] == 0


def test_a_point_that_takes_longer_than_an_outing_has_one_of_its_own() -> None:
    found = outings_of(plane([(0, 0), (1, 0), (2, 0)]), np.array([5.0, 500.0, 5.0]), 60.0, 0.01)
    assert len(np.unique(found.outing)) == 3


def test_outings_are_even_when_their_number_allows() -> None:
    spots = plane([(100 * place, 0) for place in range(10)])
    found = outings_of(spots, np.full(10, 10.0), 60.0, 0.0)
    assert np.bincount(found.outing).tolist() == [5, 5]


def test_a_team_keeps_to_the_neighbourhood_where_it_began() -> None:
    middles = np.array([[0, 0], [9000, 0], [8900, 50], [100, 50], [50, 90], [9100, 10], [40, 40]], dtype=float)
    assert shared_out(middles, 2).tolist() == [0, 1, 1, 0, 0, 1, 0]


@given(st.integers(0, 40), st.integers(1, 6))
def test_every_team_takes_one_outing_a_turn(many: int, teams: int) -> None:
    taken = shared_out(np.random.default_rng(many).random((many, 2)) * 5000, teams)
    for start in range(0, many, teams):
        turn = taken[start : start + teams].tolist()
        assert len(set(turn)) == len(turn) and set(turn) <= set(range(teams))


def test_many_teams_are_served_at_once() -> None:
    middles = np.random.default_rng(2).random((700, 2)) * 60
    start = time.process_time()
    assert np.bincount(shared_out(np.round(middles, -1), 200)).max() == 4
    assert time.process_time() - start < 2.0
