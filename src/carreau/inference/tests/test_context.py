"""Shares that lean with the place: found where neighbours matter, left alone where they do not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.inference import Floats, Margins
from carreau.inference.context import curved, strange
from carreau.inference.regression import goodman, moments_of


def test_what_neighbours_add_to_all_alike_is_not_all_taken_for_the_origins_own() -> None:
    # Each group adds 20 points of its own, and neighbours 30: votes are straight in the part of the group, so that only
    # the prior shares the slope between both; the plain regression takes all 50 for the group's.
    random = np.random.default_rng(4)
    part = random.beta(2, 2, 400)[:, None]
    origins = 800 * np.concatenate([part, 1 - part], axis=1)
    voting = np.concatenate([0.4 + 0.3 * part, 0.2 + 0.3 * part], axis=1)
    votes = (origins * voting).sum(axis=1)
    truth = (origins * voting).sum(axis=0) / origins.sum(axis=0)
    margins = Margins(origins, np.stack([votes, origins.sum(axis=1) - votes], axis=1))
    ours, plain = (np.abs(found[:, 0] - truth).max() for found in (curved(margins), goodman(moments_of(margins))))
    assert ours < plain / 2


def test_a_vote_that_leans_with_the_place_for_one_group_is_read_where_its_voters_live() -> None:
    random = np.random.default_rng(6)
    part = random.beta(2, 2, 400)[:, None]
    origins = 800 * np.concatenate([part, 1 - part], axis=1)
    voting = np.concatenate([0.2 + 0.6 * part, np.full_like(part, 0.3)], axis=1)
    votes = (origins * voting).sum(axis=1)
    truth = (origins * voting).sum(axis=0) / origins.sum(axis=0)
    margins = Margins(origins, np.stack([votes, origins.sum(axis=1) - votes], axis=1))
    ours, plain = (np.abs(found[:, 0] - truth).max() for found in (curved(margins), goodman(moments_of(margins))))
    assert ours < plain / 2
    assert ours < 0.08


def test_a_great_strength_on_the_lean_leaves_the_plain_regression(
    homogeneous: Callable[[int], Margins], shares: Floats
) -> None:
    assert curved(homogeneous(300), (1e-6, 1e3)) == pytest.approx(shares, abs=1e-3)


def test_rows_of_shares_sum_to_one_and_stay_between_nothing_and_all(lucky: Callable[[int], Margins]) -> None:
    found = curved(lucky(30))
    assert found.sum(axis=1) == pytest.approx(np.ones(len(found)))
    assert ((found > 0) & (found < 1)).all()


def test_stations_that_are_all_alike_lean_nowhere() -> None:
    margins = Margins(np.tile([[300.0, 500.0]], (50, 1)), np.tile([[320.0, 480.0]], (50, 1)))
    assert curved(margins) == pytest.approx(np.array([[0.4, 0.6], [0.4, 0.6]]), abs=1e-6)
    assert strange(margins) == 0.0


def test_a_group_of_nobody_changes_nothing_for_the_others(lucky: Callable[[int], Margins]) -> None:
    margins = lucky(40)
    more = Margins(np.concatenate([margins.origins, np.zeros((40, 1))], axis=1), margins.destinations)
    assert curved(more)[:-1] == pytest.approx(curved(margins), abs=1e-6)


def test_two_choices_are_on_one_axis_and_choices_drawn_apart_are_strange() -> None:
    random = np.random.default_rng(8)
    yes, voters = random.uniform(100, 900, 300), np.full((300, 1), 1000.0)
    assert strange(Margins(voters, np.stack([yes, 1000 - yes], axis=1))) == 0.0
    assert strange(Margins(voters, 1000 * random.dirichlet(np.full(5, 3.0), 300))) == 1.0
    part = random.uniform(0.2, 0.8, (300, 1))
    nearly = part * [0.7, 0.3, 0.0] + (1 - part) * [0.1, 0.3, 0.6] + 0.06 * random.uniform(-1, 1, (300, 1)) * [1, -2, 1]
    assert 0 < strange(Margins(voters, 1000 * nearly)) < 1


def test_the_sign_of_the_axis_and_the_order_of_the_stations_change_nothing(lucky: Callable[[int], Margins]) -> None:
    margins = lucky(40)
    order = np.random.default_rng(2).permutation(40)
    again = Margins(margins.origins[order], margins.destinations[order])
    assert curved(again) == pytest.approx(curved(margins), abs=1e-9)
