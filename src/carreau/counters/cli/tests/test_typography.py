from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.counters.cli.typography import counted, decimals_for, plain_form, quantity, shortened, with_margin
from carreau.typography import NARROW_SPACE, number


def plain(text: str) -> str:
    return text.replace(NARROW_SPACE, " ")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1000, 0, "1 000"),
        (-1234.5, 1, "−1 234,5"),
        (-0.04, 1, "0,0"),
        (2.5, 0, "2"),
    ],
)
def test_a_number_has_a_decimal_comma_and_groups_of_three(value: float, decimals: int, text: str) -> None:
    assert plain(number(value, decimals)) == text


@given(st.integers(-(10**12), 10**12))
def test_an_integer_is_found_again_in_its_french_writing(value: int) -> None:
    assert int(number(value).replace(NARROW_SPACE, "").replace("−", "-")) == value


@pytest.mark.parametrize(
    ("value", "margin", "unit", "text"),
    [
        (31.2, 3.1, "%", "31 % ± 3"),
        (31.24, 0.94, "%", "31,2 % ± 0,9"),
        (31.24, 0.95, "%", "31 % ± 1"),
        (31.24, None, "%", "31,2 %"),
        (31.24, 0.0, "%", "31,2 %"),
        (21450.0, 400, "euros", "21 450 € ± 400"),
        (27338.0, 4375.0, "€ par an", "27 300 € ± 4 400"),
        (1088.0, 99.6, "personnes", "1 088 pers. ± 100"),
        (1088.0, 173.0, "personnes", "1 090 pers. ± 170"),
        (1080, None, "inscrits", "1 080 inscr."),
        (2.3, 0.2, "personnes", "2,3 pers. ± 0,2"),
        (12, None, "", "12"),
        (3, 1, "tonnes", "3 tonnes ± 1"),
    ],
)
def test_a_figure_is_no_finer_than_its_margin(
    value: float, margin: float | None, unit: str, text: str
) -> None:
    assert plain(with_margin(value, margin, unit)) == text


def test_a_large_figure_without_margin_has_no_decimals() -> None:
    assert decimals_for(100.5, None) == 0
    assert decimals_for(99.5, None) == 1


def test_a_quantity_without_unit_is_a_number() -> None:
    assert quantity(3) == "3"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes"), (1500, "1 500 lignes")]
)
def test_a_noun_agrees_with_its_count(count: int, text: str) -> None:
    assert plain(counted(count, "ligne")) == text


def test_an_irregular_plural_is_given() -> None:
    assert counted(2, "bureau", "bureaux") == "2 bureaux"


@given(st.text(), st.integers(0, 20))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert len(shortened(text, width)) <= width


def test_a_text_that_fits_is_left_alone() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"


def test_a_terminal_without_a_character_gets_its_plain_form() -> None:
    codecs.register_error("carreau", plain_form)
    assert f"31{NARROW_SPACE}% ± 3 █ éÀ€…☃".encode("ascii", errors="carreau") == b"31 % +/- 3 # eAEUR...?"


def test_a_decoding_failure_is_not_hidden() -> None:
    with pytest.raises(UnicodeDecodeError):
        plain_form(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"))
