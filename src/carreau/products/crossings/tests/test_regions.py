"""A crossing of the country: department by department, then summed, with intervals that the sum does not narrow."""

from __future__ import annotations

import numpy as np
import pytest

from carreau.inference import Margins, groups_crossing
from carreau.products.crossings.regions import BY_DEPARTMENT, crossed_by_department, crossing_of
from carreau.terms import Territory

TRUTHS = {"01": np.array([[0.7, 0.3], [0.2, 0.8]]), "69": np.array([[0.4, 0.6], [0.5, 0.5]])}


def country(size: int = 80) -> tuple[Margins, np.ndarray]:
    """Stations of two departments, mixed, each with a truth of its own; and their communes."""
    random = np.random.default_rng(1)
    communes = np.array([("01004", "69123")[place % 2] for place in range(2 * size)])
    origins = np.round(random.dirichlet([1.5, 2], 2 * size) * 1000)
    votes = np.stack([row @ TRUTHS[commune[:2]] for row, commune in zip(origins, communes, strict=True)])
    return Margins(origins, votes), communes


def test_the_country_is_the_sum_of_its_departments() -> None:
    margins, communes = country()
    whole = crossed_by_department(margins, communes, groups_crossing)
    apart = [groups_crossing(Margins(margins.origins[of], margins.destinations[of])) for of in _rows(communes)]
    np.testing.assert_allclose(whole.counts, sum(one.counts for one in apart))
    np.testing.assert_allclose(whole.shares.sum(axis=1), 1)
    assert whole.method == BY_DEPARTMENT.format(method=apart[0].method)


def test_the_intervals_of_the_sum_are_the_mean_of_those_of_its_parts_and_hold_its_truth() -> None:
    margins, communes = country()
    whole = crossed_by_department(margins, communes, groups_crossing)
    people = np.stack([margins.origins[of].sum(axis=0) for of in _rows(communes)])
    truth = sum((part / people.sum(axis=0))[:, None] * TRUTHS[name] for part, name in zip(people, TRUTHS, strict=True))
    low, high = whole.intervals[90]
    assert ((low <= truth + 0.005) & (truth <= high + 0.005)).all()
    assert (whole.bounds[0] <= low + 1e-9).all()
    assert (high <= whole.bounds[1] + 1e-9).all()
    assert whole.told.all()
    assert whole.reasons == ("", "")


def test_stations_come_back_in_the_order_in_which_they_were_given() -> None:
    margins, communes = country()
    counts = crossed_by_department(margins, communes, groups_crossing).stations().counts
    np.testing.assert_allclose(counts.sum(axis=2), margins.origins, rtol=1e-3, atol=0.1)
    np.testing.assert_allclose(counts.sum(axis=1), margins.destinations, rtol=1e-3, atol=0.1)


def test_departments_with_too_few_stations_are_crossed_together() -> None:
    margins, communes = country(20)
    found = crossed_by_department(margins, communes, groups_crossing)
    np.testing.assert_allclose(found.shares, groups_crossing(margins).shares)


def test_overseas_departments_and_corsica_are_departments_and_stations_abroad_are_one() -> None:
    communes = np.repeat(np.array(["97411", "97209", "2A004", "2B033", "ZZ001", "ZZ150"]), 40)
    origins = np.tile([[60.0, 40.0]], (len(communes), 1))
    whole = crossed_by_department(Margins(origins, origins), communes, groups_crossing)
    assert sorted(len(rows) for rows, _ in whole.parts) == [40, 40, 40, 40, 80]


@pytest.mark.parametrize(("territory", "by_department"), [("france", True), ("dep:69", False), ("com:69123", False)])
def test_only_the_country_is_crossed_department_by_department(territory: str, by_department: bool) -> None:
    margins, communes = country()
    method = crossing_of(Territory.parse(territory), communes, margins, groups_crossing).method
    assert ("département par département" in method) is by_department


def _rows(communes: np.ndarray) -> list[np.ndarray]:
    """The stations of each department."""
    return [np.flatnonzero(np.char.startswith(communes, name)) for name in TRUTHS]
