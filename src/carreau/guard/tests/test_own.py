"""The route OWN: to the owner alone, with points hidden under the threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.errors import Unknown
from carreau.guard import Release
from carreau.guard.own import OWN, Held, counted, given_back, no_item

ROWS = np.array([0, 1, 10, 11, 250])


def held(*, points: bool) -> Held:
    return Held("anne", "ab" * 16, points, ROWS, {} if points else {"voix": np.array([np.nan, 1, 2.5, 3, 4])})


def test_another_person_gets_the_answer_of_what_never_was() -> None:
    with pytest.raises(Unknown) as error:
        given_back(held(points=False), "bruno", "n")
    assert error.value.as_dict() == no_item("ab" * 16).as_dict()


def test_a_count_of_points_is_shown_from_the_threshold_on_and_hidden_below() -> None:
    shown = np.frombuffer(given_back(held(points=True), "anne", "n").vector("n"), "<f4")
    assert [None if np.isnan(value) else value for value in shown] == [None, None, None, 11, 250]
    assert OWN.k == 11


def test_figures_come_back_in_the_order_of_the_places() -> None:
    back = given_back(held(points=False), "anne", "n")
    assert np.frombuffer(back.vector("voix"), "<f4")[1:].tolist() == [1, 2.5, 3, 4]
    assert back.cells(0) == {"voix": None, "n": None}
    assert back.cells(2) == {"voix": 2.5, "n": 10.0}
    assert back.filled() == [1, 2, 3, 4]


def test_the_figures_of_a_file_of_points_are_its_counts_alone() -> None:
    with pytest.raises(Unknown) as error:
        given_back(held(points=True), "anne", "n").vector("voix")
    assert "n" in error.value.expected


def test_a_point_is_counted_in_its_contour_and_once(released: Callable[..., Release]) -> None:
    # contours(): 96001_0002 is [4.8, 4.9] x [45.7, 45.8], 96001_0001 is [4.9, 5.0] x [45.7, 45.8], and 0003 has none
    longitudes, latitudes = np.array([4.85, 4.85, 4.9, 4.99, 7.0]), np.array([45.75, 45.75, 45.75, 45.71, 45.75])
    counts = counted(released(), longitudes, latitudes)
    assert counts.sum() == 4
    assert counts[2] == 0
    assert sorted(counts[:2].tolist()) == [1, 3] or counts[:2].tolist() == [2, 2]
