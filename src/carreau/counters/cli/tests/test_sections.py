from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.counters.cli.sections import Section, ending_of, sections, shares_of_room, short_title


def theme(title: str, *titles: str) -> dict[str, Any]:
    """A theme with indicators of the given titles."""
    return {"title": title, "indicators": [{"title": each} for each in titles]}


VOTES = theme(
    "Élections",
    "Inscrits (présidentielle 2022, 1er tour)",
    "bloc gauche (présidentielle 2022, 1er tour)",
    "Inscrits (législatives 2024, 1er tour)",
)


def test_a_theme_without_dates_is_one_section() -> None:
    (section,) = sections([theme("Métiers", "Cadres", "Emplois stables (CDI)")], latest=False)
    assert (section.title, len(section.indicators), section.turns) == ("Métiers", 2, 1)


def test_a_theme_with_dates_has_one_section_each_the_latest_first() -> None:
    found = sections([VOTES], latest=False)
    assert [section.title for section in found] == [
        "Élections, législatives 2024, 1er tour", "Élections, présidentielle 2022, 1er tour",
    ]
    assert [indicator["title"] for indicator in found[1].indicators] == ["Inscrits", "Bloc gauche"]


def test_one_screen_shows_the_latest_date_only() -> None:
    assert [section.title for section in sections([VOTES, theme("Vide")], latest=True)] == [
        "Élections, législatives 2024, 1er tour",
    ]


@pytest.mark.parametrize(
    ("title", "ending", "short"),
    [
        ("Cadres", "", "Cadres"),
        ("Emplois stables (CDI, fonction publique)", "", "Emplois stables (CDI, fonction publique)"),
        ("JOLY (Verts) (présidentielle 2012, 1er tour)", "présidentielle 2012, 1er tour", "JOLY (Verts)"),
    ],
)
def test_only_a_date_in_parentheses_is_an_ending(title: str, ending: str, short: str) -> None:
    assert (ending_of(title), short_title(title)) == (ending, short)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=9), st.integers(-3, 90))
def test_the_room_is_shared_and_never_exceeded(sizes: list[tuple[int, int]], room: int) -> None:
    listed = [Section("x", ({},) * size, turns) for size, turns in sizes]
    counts = shares_of_room(listed, room)
    assert all(0 <= count <= size for count, (size, _) in zip(counts, sizes, strict=True))
    assert sum(counts) == min(max(room, 0), sum(size for size, _ in sizes))


def test_a_dated_section_gets_three_lines_when_others_get_one() -> None:
    assert shares_of_room([Section("a", ({},) * 9), Section("b", ({},) * 9, turns=3)], 8) == [2, 6]
