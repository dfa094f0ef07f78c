"""The force of evidence: never less when a gap grows, never more when a margin does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.advice.evidence import Evidence, Figures, Rules, evidence_of, grades, ranked
from carreau.products.advice.themes import Support, Theme

NAMES = ("a", "b", "c")
THEME = Theme("essai", "Essai", (Support("a", 1.0, 1.0), Support("b", -1.0, 1.0), Support("c", 1.0, 0.5)), "x", "y")
RULES = Rules(0.3, 0.3, 2, "C", 5, 0.05, np.array([3.0, 3.0, 3.0]), (0.98, 0.95, 0.9, 0.75))
VALUES = st.floats(0, 100)
MARGINS = st.floats(0.1, 60)


def evidence(values: list[float], margins: list[float], near: float = 50.0, country: float = 40.0) -> Evidence:
    """The evidence of one place for one theme."""
    row, same = np.array([values]), np.ones((1, 3))
    notes = np.array([["B", "B", "B"]], dtype=object)
    compared = (near * same, same, country * same, same)
    figures = Figures(NAMES, row, np.array([margins]), 500 * same, *compared, notes, notes)
    return evidence_of(figures, [THEME], RULES)


@given(st.lists(VALUES, min_size=3, max_size=3), st.lists(MARGINS, min_size=3, max_size=3), VALUES)
def test_the_force_never_falls_when_a_figure_moves_the_way_of_the_theme(
    values: list[float], margins: list[float], more: float
) -> None:
    before, after = evidence(values, margins), evidence([values[0] + more, values[1] - more, values[2]], margins)
    assert after.score[0, 0] >= before.score[0, 0] - 1e-12
    assert after.kept[0, 0] >= before.kept[0, 0]


@given(st.lists(VALUES, min_size=3, max_size=3), st.lists(MARGINS, min_size=3, max_size=3), st.floats(1, 10))
def test_neither_force_nor_sureness_rises_when_margins_widen(
    values: list[float], margins: list[float], times: float
) -> None:
    narrow, wide = evidence(values, margins), evidence(values, [margin * times for margin in margins])
    assert wide.score[0, 0] <= narrow.score[0, 0] + 1e-12
    assert wide.sure[0, 0] <= narrow.sure[0, 0] + 1e-12
    assert wide.kept[0, 0] <= narrow.kept[0, 0]


@given(st.lists(st.floats(0, 100) | st.just(float("nan")), min_size=3, max_size=3))
def test_the_force_lies_between_none_and_all_and_unknown_figures_count_for_nothing(values: list[float]) -> None:
    found = evidence(values, [2.0] * 3)
    assert 0 <= found.score[0, 0] <= 1 and found.margin[0, 0] >= 0
    assert np.all(found.force[0][0][~np.isfinite(values)] == 0)


def test_a_gap_as_large_as_the_smallest_that_matters_has_no_force_yet() -> None:
    at_the_edge = evidence([53.0, 47.0, 53.0], [1.0] * 3, country=50.0)
    assert at_the_edge.force[0][0] == pytest.approx(np.zeros(3), abs=1e-9)
    assert evidence([60.0, 40.0, 60.0], [1.0] * 3, country=50.0).score[0, 0] > 0.9


def test_a_figure_known_against_one_reference_only_is_held_to_that_one() -> None:
    nan = float("nan")
    both, near = evidence([90.0, 0.0, 90.0], [1.0] * 3), evidence([90.0, 0.0, 90.0], [1.0] * 3, country=nan)
    assert near.score[0, 0] == pytest.approx(both.score[0, 0], abs=0.01)
    alone = evidence([90.0, 0.0, 90.0], [1.0] * 3, near=nan, country=nan)
    assert alone.score[0, 0] == 0 and not alone.kept[0, 0]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.integers(1, 5))
def test_ranks_follow_the_scores_and_stop_at_the_most(scores: list[float], most: int) -> None:
    row = np.array([scores])
    kept, rank = ranked(row, row > 0.2, most)
    assert kept.sum() == min(most, (row > 0.2).sum())
    assert sorted(rank[kept].tolist()) == list(range(1, int(kept.sum()) + 1))
    for number in range(1, int(kept.sum())):
        assert row[rank == number][0] >= row[rank == number + 1][0]


def test_grades_go_from_sure_to_frail() -> None:
    assert "".join(grades(np.array([1.0, 0.98, 0.96, 0.92, 0.8, 0.1]), RULES.sureness)) == "AABCDE"
