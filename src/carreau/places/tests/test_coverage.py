"""Coverage and shares: what was carried, what was lost and why; a share is recomputed, never averaged."""

from __future__ import annotations

import json

import numpy as np
import pytest

from carreau.places.coverage import OUTSIDE, PARTLY, TWICE, coverage_of
from carreau.places.shares import carried_share, share_of


def test_what_is_lost_is_listed_from_the_largest_with_its_reason(walk) -> None:
    one = walk([[1, 0], [0.5, 0], [0, 0], [0.9, 0.9], [0, 0]])
    report = coverage_of(one, [10, 20, 30, 40, np.nan], "P_POP")
    assert report.came_in == 100
    assert report.came_in == pytest.approx(report.carried + report.lost)
    assert report.zones.tolist() == ["o3", "o2", "o1"]
    assert report.why == (TWICE, OUTSIDE, PARTLY)
    assert report.excess == pytest.approx(32)
    assert report.unknown == 1


def test_a_better_reason_may_be_given_and_the_report_is_plain_json(walk) -> None:
    report = coverage_of(walk([[0.0], [1.0]]), [5, 5], "P_POP", reasons={"o0": "contour absent du fichier"})
    facts = json.loads(json.dumps(report.as_dict()))
    assert facts["zones"] == [{"zone": "o0", "perdu": 5.0, "raison": "contour absent du fichier"}]
    assert facts["part_perdue"] == 0.5
    assert coverage_of(walk([[1.0]]), [0], "P_POP").as_dict()["part_perdue"] is None


def test_a_share_is_the_ratio_of_carried_counts_and_not_the_mean_of_shares(walk) -> None:
    found = carried_share(walk([[1.0], [1.0]]), [1, 90], [10, 100])
    assert found.value[0] == pytest.approx(91 / 110)
    assert found.known[0] == 1


def test_a_secret_numerator_leaves_its_denominator_out_and_is_told(walk) -> None:
    found = carried_share(walk([[1.0], [1.0]]), [np.nan, 25], [300, 100])
    assert found.value[0] == 0.25
    assert found.known[0] == 0.25


def test_nothing_over_nothing_is_unknown() -> None:
    np.testing.assert_array_equal(share_of([1, 1, np.nan], [2, 0, 1]), [0.5, np.nan, np.nan])
