"""Figures in words: what any room writes reads as French, whatever the number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.typography import NARROW_SPACE, bytes_shown, change, number


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_a_number_is_digits_by_three_a_comma_and_a_true_minus(value: float, decimals: int) -> None:
    text = number(value, decimals)
    tail = rf",\d{{{decimals}}}" if decimals else ""
    assert re.fullmatch(rf"\u2212?\d{{1,3}}(\u202f\d{{3}})*{tail}", text)
    assert float(text.replace(NARROW_SPACE, "").replace(",", ".").replace("\u2212", "-")) == pytest.approx(
        value, abs=0.51 * 10**-decimals
    )


@given(st.floats(-1e6, 1e6))
def test_a_change_bears_a_sign_unless_it_rounds_to_nothing(value: float) -> None:
    text = change(value, 1)
    assert (text == "0,0") == (abs(round(value, 1)) == 0)
    assert text == "0,0" or text[0] == ("+" if value > 0 else "\u2212")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 octets"),
        (999, "999 octets"),
        (1000, "1,0 ko"),
        (9_960, "10 ko"),
        (999_970, "1,0 Mo"),
        (42e6, "42 Mo"),
        (3e9, "3,0 Go"),
    ],
)
def test_a_weight_is_said_in_the_unit_that_reads_best(size: float, said: str) -> None:
    assert bytes_shown(size).replace(NARROW_SPACE, " ") == said
