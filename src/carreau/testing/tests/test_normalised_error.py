"""The normalised error says the same thing whatever the column."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.testing.error import normalised_error

counts = st.lists(st.integers(0, 10_000), min_size=2, max_size=30).filter(lambda each: sum(each) > 0)


@given(counts)
def test_the_truth_has_no_error(truth: list[int]) -> None:
    assert normalised_error(truth, truth) == 0.0


@given(counts, st.integers(1, 1000))
def test_the_error_does_not_depend_on_the_unit(truth: list[int], scale: int) -> None:
    estimate = truth[::-1]
    scaled = normalised_error([scale * each for each in estimate], [scale * each for each in truth])
    assert math.isclose(scaled, normalised_error(estimate, truth), abs_tol=1e-12)


@given(counts)
def test_an_estimate_of_the_right_total_is_at_most_wholly_wrong(truth: list[int]) -> None:
    assert 0.0 <= normalised_error(truth[::-1], truth) <= 1.0


def test_a_quarter_of_the_mass_in_the_wrong_zone_is_an_error_of_a_quarter() -> None:
    assert normalised_error([75, 25], [100, 0]) == 0.25


def test_a_zone_without_estimate_is_wrong_by_all_it_holds() -> None:
    assert normalised_error([np.nan, 10], [10, 10]) == 0.25


def test_tables_of_different_lengths_are_refused() -> None:
    with pytest.raises(Broken, match="même nombre de zones"):
        normalised_error([1, 2], [1, 2, 3])


def test_an_empty_truth_is_refused() -> None:
    with pytest.raises(Broken, match="vide"):
        normalised_error([0, 0], [0, 0])
