"""Tables that are known: what each part of the method gives on them, and what they impose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.inference import Crossing, Floats, Margins, groups_crossing, transfers_crossing
from carreau.inference.context import strange
from carreau.inference.crossing import LEVELS
from carreau.inference.estimate import ALIKE, SILENT, doubts_of, seen_of
from carreau.inference.fitting import even, fitted, imposed
from carreau.inference.regression import goodman, heard, moments_of, projected, shrunk
from carreau.inference.spread import DOUBTS, Doubted, Doubts, calibration, intervals_of


def test_both_regressions_find_the_shares_of_stations_that_are_all_alike(
    homogeneous: Callable[[int], Margins], shares: Floats
) -> None:
    margins = homogeneous(30)
    assert goodman(moments_of(margins)) == pytest.approx(shares, abs=1e-6)
    assert shrunk(moments_of(margins), 0.0) == pytest.approx(shares, abs=2e-3)


def test_the_true_shares_fit_stations_that_are_all_alike_without_a_change(
    homogeneous: Callable[[int], Margins], shares: Floats
) -> None:
    margins = homogeneous(30)
    counts = fitted(shares, margins).stations(slice(None))
    assert counts == pytest.approx(margins.origins[:, :, None] * shares, abs=1e-4)


def test_a_crossing_lies_between_the_even_split_and_the_regression(
    homogeneous: Callable[[int], Margins], shares: Floats
) -> None:
    margins = homogeneous(30)
    split = even(margins).total() / margins.origins.sum(axis=0)[:, None]
    found = transfers_crossing(margins, replicates=4).shares
    own = np.diag_indices(3)
    assert (found[own] > split[own] + 0.05).all()
    assert (found[own] < shares[own] + 0.05).all()


def test_a_crossing_beats_the_baseline_where_neighbours_vote_alike() -> None:
    # Each group adds 20 points of its own, and neighbours 30: the regression takes all 50 for the group's.
    random = np.random.default_rng(5)
    part = random.beta(2, 2, 200)[:, None]
    origins = np.round(800 * np.concatenate([part, 1 - part], axis=1))
    left = np.concatenate([0.4 + 0.3 * part, 0.2 + 0.3 * part], axis=1)
    truth = (origins * left).sum(axis=0) / origins.sum(axis=0)
    votes = (origins * left).sum(axis=1)
    margins = Margins(origins, np.stack([votes, origins.sum(axis=1) - votes], axis=1))
    crossing = groups_crossing(margins, replicates=20)
    wrong = np.abs(crossing.shares[:, 0] - truth).max()
    assert wrong < np.abs(crossing.baseline[:, 0] - truth).max() / 1.5
    low, high = crossing.intervals[90]
    assert (low[:, 0] <= truth).all()
    assert (truth <= high[:, 0]).all()


def test_the_bounds_are_those_of_duncan_and_davis() -> None:
    # 60 of 100 are of the group and 70 voted: at least 30 of the 60 did, at most all of them.
    low, high = imposed(Margins(np.array([[60.0, 40.0]]), np.array([[70.0, 30.0]])))
    assert low.tolist() == [[30, 0], [10, 0]]
    assert high.tolist() == [[60, 30], [40, 30]]


def test_a_station_where_all_vote_alike_is_known_for_sure() -> None:
    margins = Margins(np.array([[30.0, 70.0], [55.0, 45.0]]), np.array([[100.0, 0.0], [100.0, 0.0]]))
    crossing = groups_crossing(margins, replicates=4)
    assert crossing.shares == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]), abs=1e-6)
    assert crossing.intervals[90][0][:, 0] == pytest.approx([1.0, 1.0], abs=1e-6)
    assert crossing.told.all()
    assert crossing.stations().deviation == pytest.approx(0, abs=1e-6)


def test_a_row_projected_onto_shares_is_the_nearest_one() -> None:
    random = np.random.default_rng(1)
    values = random.normal(0.3, 1, (50, 4))
    found = projected(values)
    assert found.sum(axis=1) == pytest.approx(np.ones(50))
    assert (found >= 0).all()
    away = ((values - found) ** 2).sum(axis=1)
    for other in random.dirichlet(np.ones(4), 300):
        assert (((values - other) ** 2).sum(axis=1) >= away - 1e-12).all()


def test_a_great_strength_leaves_what_the_stations_of_the_origin_vote(lucky: Callable[[int], Margins]) -> None:
    moments = moments_of(lucky(30))
    assert shrunk(moments, 1e6) == pytest.approx(moments.prior, abs=1e-4)


def test_stations_of_one_origin_each_tell_all_and_stations_all_alike_tell_nothing() -> None:
    votes = np.array([[70.0, 30.0], [20.0, 80.0]])
    sorted_ones = Margins(np.array([[100.0, 0.0], [0.0, 100.0]]), votes)
    alike = Margins(np.array([[30.0, 70.0], [30.0, 70.0]]), votes)
    assert heard(moments_of(sorted_ones), 0.001) == pytest.approx([1.0, 1.0], abs=0.01)
    assert heard(moments_of(alike), 0.001) == pytest.approx([0.0, 0.0], abs=0.01)


@pytest.mark.parametrize("cross", [groups_crossing, transfers_crossing])
def test_where_stations_hardly_differ_intervals_are_wider_or_groups_are_not_told(
    cross: Callable[..., Crossing],
) -> None:
    random = np.random.default_rng(2)
    widths = []
    for apart in (0.5, 0.02):
        part = np.clip(0.5 + apart * (random.random(80) - 0.5), 0, 1)[:, None]
        origins = 600 * np.concatenate([part, 1 - part], axis=1)
        rate = np.clip(origins @ [0.6, 0.3] / 600 + random.normal(0, 0.03, 80), 0, 1)[:, None]
        crossing = cross(Margins(origins, 600 * np.concatenate([rate, 1 - rate], axis=1)))
        low, high = crossing.intervals[90]
        widths.append((high - low).mean())
    assert widths[1] > widths[0] or not crossing.told.any()
    assert widths[1] > 0.1


def test_an_origin_that_no_station_tells_takes_what_all_vote() -> None:
    margins = Margins(np.array([[50.0, 0.0], [80.0, 0.0]]), np.array([[20.0, 30.0], [40.0, 40.0]]))
    crossing = groups_crossing(margins, replicates=4)
    assert crossing.shares[1] == pytest.approx([60 / 130, 70 / 130])
    assert crossing.intervals[90][1][1] == pytest.approx([1.0, 1.0], abs=0.6)
    assert not crossing.told[1]
    assert crossing.reasons[1].startswith("Personne")


def test_the_unit_of_an_interval_is_the_root_of_its_squares() -> None:
    parts = [np.full((1, 1), float(rank)) for rank in range(1, len(DOUBTS) + 1)]
    coefficients = {name: 1.0 if rank < 2 else 0.0 for rank, name in enumerate(DOUBTS)}
    assert Doubts(*parts).unit(coefficients)[0, 0] == pytest.approx(np.sqrt(1 + 4))


def test_an_interval_of_shares_not_told_goes_its_level_of_the_way_to_the_baseline() -> None:
    shares, reach = np.array([[0.3, 0.7]]), (np.array([[0.0, -0.2]]), np.array([[0.2, 0.0]]))
    whole = (np.zeros((1, 2)), np.ones((1, 2)))
    found = intervals_of({"50": 1.0, "80": 2.0, "90": 3.0}, Doubted(shares, np.full((1, 2), 0.01), reach, whole))
    assert found[90][0] == pytest.approx(np.array([[0.27, 0.49]]))
    assert found[90][1] == pytest.approx(np.array([[0.51, 0.73]]))
    assert found[50][1] == pytest.approx(np.array([[0.41, 0.71]]))


def mixed(part: float, seed: int = 3) -> tuple[Margins, Floats]:
    """Stations whose voters are placed at random for this part, sorted by group for the rest; and their true shares."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(4), 4)
    voters = np.repeat(np.arange(4), 200 * 200)
    loose = np.flatnonzero(random.random(len(voters)) < part)
    voters[loose] = voters[random.permutation(loose)]
    origins = np.stack([np.bincount(each, minlength=4) for each in voters.reshape(200, 800)])
    truth = np.stack([random.multinomial(origins[:, group], each) for group, each in enumerate(shares)], axis=1)
    margins = Margins(origins, truth.sum(axis=1))
    return margins, truth.sum(axis=0) / truth.sum(axis=(0, 2))[:, None]


@pytest.mark.parametrize("part", [0.97, 1.0])
def test_groups_that_weigh_nearly_alike_everywhere_are_not_told_and_their_intervals_say_how_little_is_known(
    part: float,
) -> None:
    margins, truth = mixed(part)
    crossing = groups_crossing(margins, replicates=20)
    assert not crossing.told.any()
    assert set(crossing.reasons) == {ALIKE}
    low, high = crossing.intervals[90]
    near = np.clip(crossing.shares + 0.9 * (crossing.baseline - crossing.shares), *crossing.bounds)
    assert ((low <= near + 1e-9) & (near <= high + 1e-9)).all()
    if part < 1:
        assert ((low <= truth) & (truth <= high)).mean() >= 0.85


@pytest.mark.parametrize("cross", [groups_crossing, transfers_crossing])
def test_of_stations_that_are_all_the_same_only_what_the_margins_impose_is_known(
    cross: Callable[..., Crossing],
) -> None:
    crossing = cross(Margins(np.tile([[300.0, 500.0]], (50, 1)), np.tile([[320.0, 480.0]], (50, 1))), replicates=5)
    assert set(crossing.reasons) == {SILENT}
    wide, allowed = (high - low for low, high in (crossing.intervals[90], crossing.bounds))
    assert (wide >= 0.9 * allowed - 1e-9).all()
    assert (crossing.stations().deviation >= 0.3).all()


@pytest.mark.parametrize("part", [0.5, 0.8, 0.9])
def test_groups_that_are_told_are_held_however_mixed_they_are(part: float) -> None:
    held = []
    for seed in range(10):
        margins, truth = mixed(part, seed)
        crossing = groups_crossing(margins, replicates=20)
        assert crossing.told.all()
        low, high = crossing.intervals[90]
        held.append(((low <= truth) & (truth <= high)).mean())
    assert np.mean(held) >= 0.85


def test_an_answer_far_from_the_baseline_is_less_sure() -> None:
    margins, _ = mixed(0.7)
    seen = seen_of("groups", margins)
    known, doubts = calibration()["groups"]["unit"], doubts_of("groups", seen, (0, 5))
    assert doubts.apart == pytest.approx(np.abs(goodman(moments_of(margins)) - seen.shares))
    assert doubts.astray == pytest.approx(doubts.apart * strange(margins))
    assert (doubts.unit(known) >= known["astray"] * doubts.astray - 1e-12).all()
    assert known["astray"] > 0


def test_transfers_lean_with_no_place_and_doubt_nothing_of_it() -> None:
    doubts = doubts_of("transfers", seen_of("transfers", mixed(0.7)[0]), (0, 2))
    assert np.abs(doubts.bend).max() == 0
    assert np.abs(doubts.sway).max() == 0


@pytest.mark.parametrize("kind", ["groups", "transfers"])
def test_the_calibration_says_what_it_is_made_of_and_its_widths_grow(kind: str) -> None:
    known = calibration()
    assert known["source"].startswith("python bench/ecological.py")
    assert known["date"].year >= 2026
    assert 0 <= known[kind]["even"] <= known[kind]["even"] + known[kind]["curve"] <= 1
    assert set(known[kind]["unit"]) == set(DOUBTS)
    assert 0 < known[kind]["least"] < 1
    widths = [known[kind]["widths"][str(level)] for level in LEVELS]
    assert widths == sorted(widths)
    assert widths[0] > 0
