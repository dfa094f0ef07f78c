"""Formulas: only sums, differences and products of source columns, and linear in the columns they add."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.products.electoral_profile.formula import Formula, Values

COLUMNS = {("a", "X"): np.array([1.0, 2.0, np.nan]), ("a", "XY"): np.array([10.0, 20.0, 30.0])}
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(np.array)


def looked_up(alias: str, column: str) -> Values:
    return COLUMNS[alias, column]


def values(text: str, first: Values, second: Values) -> Values:
    return Formula.parse(text).values(lambda alias, column: first if column == "X" else second)


@given(NUMBERS, NUMBERS)
def test_a_formula_adds_subtracts_and_multiplies_as_it_reads(first: Values, second: Values) -> None:
    np.testing.assert_array_equal(values("a.X + a.Y", first, second), first + second)
    np.testing.assert_array_equal(values("a.X - a.Y", first, second), first - second)
    np.testing.assert_array_equal(values("a.X * a.Y / 100", first, second), first * second / 100)


@given(NUMBERS, NUMBERS, st.floats(-100, 100))
def test_a_sum_is_linear_in_its_columns(first: Values, second: Values, factor: float) -> None:
    whole = values("a.X - a.Y", factor * first, factor * second)
    np.testing.assert_allclose(whole, factor * values("a.X - a.Y", first, second), rtol=1e-9, atol=1e-6)


def test_what_is_missing_stays_missing_and_is_never_a_zero() -> None:
    found = Formula.parse("a.XY - a.X").values(looked_up)
    np.testing.assert_array_equal(found, [9.0, 18.0, np.nan])


def test_columns_are_told_once_each_in_the_order_of_the_formula() -> None:
    assert Formula.parse("a.XY + b.X * (a.X + 2) - a.XY").columns == (("a", "XY"), ("b", "X"), ("a", "X"))


def test_blanks_around_and_within_a_formula_do_not_matter() -> None:
    np.testing.assert_array_equal(Formula.parse("  a . XY\t* 2 ").values(looked_up), [20.0, 40.0, 60.0])


@pytest.mark.parametrize(
    "text",
    [
        "a.X / a.Y",
        "a.X / 0",
        "a.X / (1 + 1)",
        "-a.X",
        "a.X ** 2",
        "a.X // 2",
        "a.X > 1",
        "max(a.X, a.Y)",
        "a.X if a.Y else a.Z",
        "a.X + True",
        "a.X + 'mot'",
        "a.X * 1e999",
        "a.b.X",
        "X + a.X",
        "[a.X]",
        "a['X']",
        "(lambda: a.X)()",
        "__import__('os').system",
    ],
)
def test_anything_else_is_refused_and_the_formula_is_named(text: str) -> None:
    with pytest.raises(Broken) as error:
        Formula.parse(text)
    assert error.value.given == text
    assert "alias.COLONNE" in error.value.expected
    assert "base" in error.value.advice


@pytest.mark.parametrize("text", ["a.X +", "", "a.X a.Y", "a.X; a.Y", "a.\0X", "a.X" + " + a.X" * 20_000])
def test_what_cannot_be_read_is_said_so(text: str) -> None:
    with pytest.raises(Broken, match="ne se lit pas"):
        Formula.parse(text)


def test_a_formula_without_any_column_counts_nothing() -> None:
    with pytest.raises(Broken, match="aucune colonne"):
        Formula.parse("1 + 1")
