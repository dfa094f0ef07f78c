from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carreau.counters.cli.tables import Heading, table_lines

HEADINGS = [Heading("source"), Heading("titre"), Heading("fichiers", right=True)]


def test_words_lean_left_and_figures_lean_right() -> None:
    lines = table_lines(HEADINGS, [["insee", "Recensement", "5"], ["caf", "Prestations", "12"]], 80)
    assert lines == [
        "source  titre        fichiers",
        "──────  ───────────  ────────",
        "insee   Recensement         5",
        "caf     Prestations        12",
    ]


def test_an_empty_table_keeps_its_head() -> None:
    assert table_lines(HEADINGS, [], 80)[0] == "source  titre  fichiers"


def test_the_widest_column_is_cut_first() -> None:
    lines = table_lines(HEADINGS, [["caf", "x" * 60, "1"]], 40)
    assert lines[2] == f"caf     {'x' * 21}…         1"


@given(
    st.lists(st.lists(st.text("abcdé ", max_size=50), min_size=3, max_size=3), max_size=5),
    st.integers(40, 120),
)
def test_a_table_never_passes_its_width(rows: list[list[str]], width: int) -> None:
    assert max(map(len, table_lines(HEADINGS, rows, width))) <= width


def test_a_long_head_takes_two_lines_before_a_word_of_the_table_is_cut() -> None:
    headings = [Heading("Voie"), Heading("Portes prévues par heure", right=True)]
    lines = table_lines(headings, [["Rue de la République", "12"]], 36)
    assert [line.split() for line in lines[:2]] == [["Portes", "prévues"], ["Voie", "par", "heure"]]
    assert lines[3].startswith("Rue de la République ")


@given(st.lists(st.text(st.sampled_from("ab c"), max_size=30), min_size=1, max_size=5), st.integers(30, 120))
def test_the_words_of_a_head_are_all_there_when_there_is_room_for_them(titles: list[str], width: int) -> None:
    head = table_lines([Heading(title) for title in titles], [], width)[:-1]
    assert len(head) in {1, 2}
    assert "…" in "".join(head) or sorted(" ".join(head).split()) == sorted(" ".join(titles).split())
    assert max(map(len, head)) <= max(width, 10 * len(titles)), "no column is cut under 8 characters"
