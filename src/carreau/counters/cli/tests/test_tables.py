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
