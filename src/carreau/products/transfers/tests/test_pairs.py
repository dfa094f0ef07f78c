"""The two elections of a transfer: those said, or those that a reader most likely wants."""

from __future__ import annotations

import pytest

from carreau.errors import Missing, Unknown
from carreau.products.crossings import Election
from carreau.products.transfers.pairs import chosen_pair

PREFIXES = ("pres_2017_t1", "pres_2017_t2", "pres_2022_t1", "pres_2022_t2", "euro_2024")
ALL = tuple(Election(prefix, prefix) for prefix in PREFIXES)


def named(first: str, second: str, *prefixes: str) -> tuple[str, str]:
    """The names of the pair chosen among elections."""
    elections = tuple(Election(prefix, prefix) for prefix in prefixes) or ALL
    one, other = chosen_pair((first, second), elections)
    return one.name, other.name


def test_without_a_word_the_two_rounds_of_the_latest_election_that_has_both() -> None:
    assert named("", "") == ("2022_pres_t1", "2022_pres_t2")


def test_without_two_rounds_the_two_latest_of_one_kind() -> None:
    found = named("", "", "pres_2017_t1", "euro_2019", "pres_2022_t1", "muni_2026_t1")
    assert found == ("2017_pres_t1", "2022_pres_t1")


def test_with_nothing_alike_the_two_latest() -> None:
    assert named("", "", "pres_2017_t1", "euro_2019", "muni_2020_t1") == ("2019_euro", "2020_muni_t1")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("2017_pres_t1", "2022_pres_t1", ("2017_pres_t1", "2022_pres_t1")),
        ("2017_pres_t1", "", ("2017_pres_t1", "2017_pres_t2")),
        ("2017_pres_t2", "", ("2017_pres_t2", "2022_pres_t1")),
        ("2022_pres_t2", "", ("2022_pres_t2", "2024_euro")),
        ("", "2022_pres_t1", ("2017_pres_t2", "2022_pres_t1")),
        ("", "2024_euro", ("2022_pres_t2", "2024_euro")),
    ],
)
def test_one_that_is_said_takes_its_other_round_else_the_nearest(
    first: str, second: str, found: tuple[str, str]
) -> None:
    assert named(first, second) == found


@pytest.mark.parametrize(("first", "second"), [("2022_pres_t1", "2017_pres_t1"), ("2022_pres_t1", "2022_pres_t1")])
def test_two_elections_out_of_the_order_of_time_are_refused(first: str, second: str) -> None:
    with pytest.raises(Unknown, match="ordre du temps") as caught:
        named(first, second)
    assert caught.value.advice


def test_an_election_with_none_after_it_or_before_it_is_refused() -> None:
    with pytest.raises(Missing, match="après") as caught:
        named("2024_euro", "")
    assert "2022_pres_t1" in caught.value.advice
    with pytest.raises(Missing, match="avant"):
        named("", "2017_pres_t1")


def test_a_single_election_has_no_transfer() -> None:
    with pytest.raises(Missing, match="deux élections") as caught:
        named("", "", "pres_2022_t1")
    assert "carreau votes" in caught.value.advice
