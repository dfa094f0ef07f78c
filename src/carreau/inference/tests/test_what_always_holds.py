"""What holds for any stations: sums, bounds, nesting, order, size, side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.inference import Crossing, Margins, balanced, groups_crossing, transfers_crossing
from carreau.inference.estimate import blend_of

CROSSINGS = (groups_crossing, transfers_crossing)
FEW = {"replicates": 8}


@st.composite
def any_margins(draw: st.DrawFn) -> Margins:
    """Stations of any size, some of one origin or one destination only, some empty."""
    stations, origins, destinations = (draw(st.integers(1, most)) for most in (12, 4, 4))
    persons = st.integers(0, 500) | st.sampled_from([0, 1])

    def side(columns: int) -> np.ndarray:
        rows = st.lists(persons, min_size=columns, max_size=columns)
        return np.array(draw(st.lists(rows, min_size=stations, max_size=stations)), dtype=np.float64)

    first, second = side(origins), side(destinations)
    kept = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    return balanced(first * kept[:, None], second * kept[:, None])


def assert_sound(crossing: Crossing, margins: Margins) -> None:
    """The guarantees that the docstring of Crossing gives."""
    assert np.allclose(crossing.shares.sum(axis=1), 1, atol=1e-6)
    assert np.allclose(crossing.counts.sum(axis=1), margins.origins.sum(axis=0), rtol=1e-6, atol=1e-6)
    assert np.allclose(crossing.counts.sum(axis=0), margins.destinations.sum(axis=0), rtol=1e-6, atol=1e-6)
    assert np.allclose(crossing.baseline.sum(axis=1), 1, atol=1e-6)
    low, high = crossing.bounds
    outer = (low, high)
    for level in (90, 80, 50):
        inner = crossing.intervals[level]
        assert (inner[0] >= outer[0] - 1e-9).all()
        assert (inner[1] <= outer[1] + 1e-9).all()
        outer = inner
    assert (outer[0] <= crossing.shares + 1e-9).all()
    assert (crossing.shares <= outer[1] + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(any_margins(), st.sampled_from(CROSSINGS))
def test_rows_sum_to_one_and_intervals_are_nested_within_the_bounds(
    margins: Margins, cross: Callable[..., Crossing]
) -> None:
    assert_sound(cross(margins, **FEW), margins)


@settings(max_examples=40, deadline=None)
@given(any_margins(), st.sampled_from(CROSSINGS))
def test_the_counts_of_every_station_sum_to_its_margins(margins: Margins, cross: Callable[..., Crossing]) -> None:
    stations = cross(margins, **FEW).stations()
    assert (stations.counts >= 0).all()
    assert np.allclose(stations.counts.sum(axis=2), margins.origins, rtol=1e-5, atol=1e-3)
    assert np.allclose(stations.counts.sum(axis=1), margins.destinations, rtol=1e-5, atol=1e-3)


@settings(max_examples=40, deadline=None)
@given(any_margins(), st.sampled_from(CROSSINGS))
def test_a_station_is_never_less_sure_than_what_its_own_margins_allow(
    margins: Margins, cross: Callable[..., Crossing]
) -> None:
    stations = cross(margins, **FEW).stations()
    persons = np.maximum(margins.origins, 1.0)[:, :, None]
    most = np.minimum(margins.origins[:, :, None], margins.destinations[:, None, :]) / persons
    assert (stations.deviation >= 0).all()
    assert (stations.deviation <= np.maximum(most, stations.counts / persons) + 1e-5).all()


@pytest.mark.parametrize("cross", CROSSINGS)
def test_the_order_of_the_stations_changes_nothing(
    cross: Callable[..., Crossing], lucky: Callable[[int], Margins]
) -> None:
    margins = lucky(60)
    order = np.random.default_rng(3).permutation(60)
    first = cross(margins, **FEW)
    second = cross(Margins(margins.origins[order], margins.destinations[order]), **FEW)
    assert np.allclose(first.shares, second.shares, atol=1e-7)
    for level, pair in first.intervals.items():
        assert np.allclose(pair, second.intervals[level], atol=1e-6)
    assert np.allclose(first.stations().counts[order], second.stations().counts, atol=1e-2)


@pytest.mark.parametrize("cross", CROSSINGS)
def test_a_station_cut_in_two_equal_halves_changes_no_share(
    cross: Callable[..., Crossing], lucky: Callable[[int], Margins]
) -> None:
    margins = lucky(40)
    halves = Margins(np.tile(margins.origins / 2, (2, 1)), np.tile(margins.destinations / 2, (2, 1)))
    assert np.allclose(cross(margins, **FEW).shares, cross(halves, **FEW).shares, atol=1e-6)


@pytest.mark.parametrize("cross", CROSSINGS)
def test_ten_times_as_many_persons_in_each_station_vote_alike_and_are_no_less_sure(
    cross: Callable[..., Crossing], lucky: Callable[[int], Margins]
) -> None:
    margins = lucky(40)
    small, large = cross(margins, **FEW), cross(Margins(10 * margins.origins, 10 * margins.destinations), **FEW)
    assert np.allclose(small.shares, large.shares, atol=1e-6)
    assert (large.spread <= small.spread + 1e-9).all()


@pytest.mark.parametrize("kind", ["groups", "transfers"])
def test_exchanging_the_sides_exchanges_the_table(kind: str, lucky: Callable[[int], Margins]) -> None:
    margins = lucky(50)
    back = Margins(margins.destinations, margins.origins)
    assert np.allclose(blend_of(kind, margins).total(), blend_of(kind, back).total().T, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("cross", CROSSINGS)
def test_the_same_seed_gives_the_same_answer_and_another_one_moves_the_intervals_only(
    cross: Callable[..., Crossing], lucky: Callable[[int], Margins]
) -> None:
    margins = lucky(40)
    first, again, other = (cross(margins, seed=seed, **FEW) for seed in (1, 1, 2))
    assert np.array_equal(first.intervals[90], again.intervals[90])
    assert not np.array_equal(first.intervals[90], other.intervals[90])
    assert np.array_equal(first.shares, other.shares)


@pytest.mark.parametrize("cross", CROSSINGS)
def test_nothing_that_is_given_is_changed(cross: Callable[..., Crossing], lucky: Callable[[int], Margins]) -> None:
    margins = lucky(20)
    before = margins.origins.copy(), margins.destinations.copy()
    cross(margins, **FEW).stations()
    assert np.array_equal(before[0], margins.origins)
    assert np.array_equal(before[1], margins.destinations)


def test_many_stations_are_told_part_by_part_as_few_are(lucky: Callable[[int], Margins]) -> None:
    margins = lucky(5000)
    crossing = transfers_crossing(margins, replicates=2)
    stations = crossing.stations()
    assert np.allclose(stations.counts.sum(axis=0), crossing.counts, rtol=1e-4)
    assert np.allclose(stations.counts[4990:], crossing.blend.stations(slice(4990, 5000)), rtol=1e-5)
