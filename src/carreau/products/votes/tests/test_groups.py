"""The groups of each station: sums of the profile's columns, or parts between quantiles of income."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from carreau.errors import Missing
from carreau.products import catalogue
from carreau.products.crossings.tests.conftest import figure
from carreau.products.declare import Reading
from carreau.products.votes.groups import BORROWED, UNKNOWN, groups_of
from carreau.terms import Column, Role

Made = Callable[..., Reading]
GROUPS = catalogue()["votes"].facts["groups"]
AGES = ("part_0_14_ans", "part_0_19_ans", "part_15_24_ans", "part_25_54_ans", "part_55_64_ans", "part_65_79_ans",
        "part_80_ans_ou_plus")  # fmt: skip


def counted(**columns: Sequence[float]) -> dict[str, Any]:
    """Columns of numbers of the profile."""
    return {name: figure(name, values) for name, values in columns.items()}


def aged(*stations: Sequence[float]) -> dict[str, Any]:
    """The columns of age of stations, each given in the order of AGES."""
    turned = zip(*stations, strict=True)
    return counted(**{f"{name}_nombre": list(values) for name, values in zip(AGES, turned, strict=True)})


def test_each_set_of_groups_says_its_unit_and_what_to_be_careful_about() -> None:
    assert set(GROUPS) == {"age", "metiers", "diplome", "logement", "revenu", "prestations"}
    for declared in GROUPS.values():
        assert declared["title"] and declared["unit"] and declared["caution"].endswith(".")
        assert len({member["code"] for member in declared["members"]}) == len(declared["members"]) >= 2


def test_two_fifths_of_those_aged_15_to_19_are_of_age_to_vote(reading: Made) -> None:
    # 0 to 14: 100; 15 to 19: 50, of whom 20 are 18 or 19; 20 to 24: 30.
    found = groups_of(reading(1, aged([100, 150, 80, 200, 60, 40, 10])), GROUPS["age"])
    assert found.codes[0] == "18_24"
    np.testing.assert_allclose(found.counts, [[50, 200, 60, 40, 10]])
    assert found.reasons.tolist() == [""]


def test_a_group_under_nobody_is_nobody(reading: Made) -> None:
    found = groups_of(reading(1, aged([0, 50, 20, 200, 60, 40, 10])), GROUPS["age"])
    assert found.counts[0, 0] == 0


def test_a_station_of_which_a_group_is_hidden_is_not_read_and_says_so(reading: Made) -> None:
    found = groups_of(reading(2, aged([100, 150, 80, 200, 60, 40, 10], [1, 2, 3, 4, np.nan, 6, 7])), GROUPS["age"])
    assert found.reasons.tolist() == ["", UNKNOWN]
    assert np.isnan(found.counts[1]).all()


def test_a_station_without_inhabitants_is_not_read(reading: Made) -> None:
    found = groups_of(reading(2, aged([100, 150, 80, 200, 60, 40, 10], [0] * 7)), GROUPS["age"])
    assert found.reasons.tolist() == ["", UNKNOWN]


def test_a_station_without_contour_only_borrows_its_groups_and_is_not_read(reading: Made) -> None:
    how = Column("rattachement", "text", "Essai rattachement", role=Role.PLACE)
    borrowed = {"rattachement": (how, pa.array(["contour", "sans contour"], pa.string()))}
    age = [100, 150, 80, 200, 60, 40, 10]
    found = groups_of(reading(2, aged(age, age), borrowed), GROUPS["age"])
    assert found.reasons.tolist() == ["", BORROWED]


def test_groups_that_the_profile_lacks_are_refused_with_what_to_do(reading: Made) -> None:
    with pytest.raises(Missing, match="Âge") as caught:
        groups_of(reading(1), GROUPS["age"])
    assert "--by" in caught.value.advice
    with pytest.raises(Missing):
        groups_of(reading(1, aged([np.nan] * 7)), GROUPS["age"])


@settings(deadline=None)
@given(median=st.floats(12_000, 60_000), spread=st.floats(0.15, 0.9))
def test_bands_of_income_are_those_of_a_log_normal_station(reading: Made, median: float, spread: float) -> None:
    tenth = ndtri(0.9) * spread
    incomes = counted(
        revenu_premier_decile=[median * np.exp(-tenth)],
        revenu_median=[median],
        revenu_neuvieme_decile=[median * np.exp(tenth)],
    )
    found = groups_of(reading(1, incomes), GROUPS["revenu"])
    under = ndtr((np.log(np.array([18_000, 28_000])) - np.log(median)) / spread)
    np.testing.assert_allclose(found.counts[0], np.diff([0, *under, 1]), atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(5_000, 90_000), min_size=3, max_size=3))
def test_bands_of_income_are_parts_of_one_whatever_the_quantiles(reading: Made, incomes: list[float]) -> None:
    low, middle, high = sorted(incomes)
    told = counted(revenu_premier_decile=[low], revenu_median=[middle], revenu_neuvieme_decile=[high])
    found = groups_of(reading(1, told), GROUPS["revenu"])
    assert found.counts.min() >= 0
    np.testing.assert_allclose(found.counts.sum(), 1, atol=1e-9)
