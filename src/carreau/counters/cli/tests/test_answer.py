"""The answer of a product on the screen: a list, or a cross table that fits the width, with margins and warnings."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from carreau.counters.cli.answer import answer_lines, cell

COLUMNS = [
    {"name": "lieu", "title": "Lieu", "unit": "", "description": "", "of": "", "type": "text", "role": "key"},
    {"name": "groupe", "title": "Groupe", "unit": "", "description": "", "of": "", "type": "text", "role": "key"},
    {"name": "choix", "title": "Choix", "unit": "", "description": "", "of": "", "type": "text", "role": "key"},
    {"name": "part", "title": "Part", "unit": "%", "description": "", "of": "", "type": "number", "role": "share"},
    {"name": "part_marge", "title": "±", "unit": "%", "description": "", "of": "part", "type": "number",
     "role": "margin"},
    {"name": "part_statut", "title": "", "unit": "", "description": "", "of": "part", "type": "text", "role": "status"},
]


def row(place: str, group: str, choice: str, part: float | None, **more: Any) -> dict[str, Any]:
    said = None if part is not None else "masqué : moins de 11 personnes au dénominateur"
    named = {"lieu": place, "groupe": group, "choix": choice}
    return {**named, "part": part, "part_marge": 3.0, "part_statut": said, **more}


def facts(rows: list[dict[str, Any]], screen: Any = MappingProxyType({})) -> dict[str, Any]:
    return {
        "title": "Qui vote comment", "territory": "com:96001",
        "asked": [{"title": "Groupes", "value": "Métiers"}, {"title": "Détail", "value": "Blocs"}],
        "columns": COLUMNS, "rows": rows, "screen": screen, "remarks": ["à lire avec sa marge"], "standing": [],
    }  # fmt: skip


CROSS = {"kind": "cross", "rows": "groupe", "columns": "choix", "figure": "part"}
ROWS = [
    row("com:96001", group, choice, 10.0 * (i + j), part_avertissement="peu sûr" if group == "ouvriers" else None)
    for i, group in enumerate(("cadres", "ouvriers"))
    for j, choice in enumerate(("abstention", "gauche", "centre et droite", "autres"))
]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_cross_table_fits_the_width_and_repeats_its_groups(width: int) -> None:
    lines = answer_lines(facts(ROWS, CROSS), width)
    assert all(len(line) <= width for line in lines)
    text = "\n".join(lines)
    assert all(choice in text for choice in ("abstention", "gauche", "autres"))
    assert text.count("cadres") >= 1
    assert "  (1) peu sûr" in lines
    assert text.count("± 3 (1)") == sum(row["part_avertissement"] is not None for row in ROWS)


def test_a_cross_table_shows_the_first_place_and_counts_the_others() -> None:
    rows = [*ROWS, row("com:96002", "cadres", "abstention", 99.0), row("com:96003", "cadres", "abstention", 98.0)]
    text = "\n".join(answer_lines(facts(rows, CROSS), 100))
    assert "99" not in text
    assert "2 autres lieux : dans un classeur, avec -o" in text


def test_a_figure_stands_with_its_margin_and_a_hidden_one_says_so() -> None:
    part = COLUMNS[3]
    assert cell(row("a", "b", "c", 31.0), part).replace("\u202f", " ") == "31 % ± 3"
    assert cell(row("a", "b", "c", None), part) == "masqué"
    assert cell(row("a", "b", "c", None, part_statut="trop rare"), part) == "non dit"
    assert cell({"part": None}, part) == "–"


def test_each_figure_of_a_cross_table_is_numbered_with_its_own_reason() -> None:
    rows = [row("a", "cadres", "gauche", None, part_statut="trop rare"), row("a", "ouvriers", "gauche", None)]
    lines = [line.rstrip() for line in answer_lines(facts(rows, CROSS), 80)]
    assert [line.split(maxsplit=1) for line in lines if line.startswith(("cadres", "ouvriers"))] == [
        ["cadres", "non dit (1)"], ["ouvriers", "masqué (2)"],
    ]  # fmt: skip
    assert "  (1) trop rare" in lines
    assert "  (2) masqué : moins de 11 personnes au dénominateur" in lines


def test_a_unit_that_the_head_names_is_not_said_again() -> None:
    doors = {**COLUMNS[3], "name": "portes", "title": "Portes prévues", "unit": "portes"}
    minutes = {**COLUMNS[3], "name": "debut", "title": "Début", "unit": "minutes"}
    told = {**facts([{"portes": 33, "debut": 12}]), "columns": [doors, minutes]}
    shown = answer_lines({**told, "screen": {"columns": ["portes", "debut"]}}, 80)
    assert shown[5].replace("\u202f", " ").split() == ["33", "12", "minutes"]
    carded = answer_lines({**told, "screen": {"kind": "cards", "columns": ["portes"], "lines": []}}, 80)
    assert carded[3].replace("\u202f", " ") == "33 portes"


def test_a_list_names_its_rows_and_says_how_many_are_left() -> None:
    rows = [row(f"com:9{number:04}", "cadres", "gauche", 12.0) for number in range(45)]
    lines = answer_lines(facts(rows), 100)
    assert lines[0] == "Qui vote comment, com:96001"
    assert lines[1].replace("\u202f", " ") == "Groupes : Métiers ; Détail : Blocs"
    assert "… et 5 lignes de plus : dans un classeur, avec -o" in lines
    assert "  · à lire avec sa marge" in lines


def test_a_list_counts_the_rows_that_its_product_holds_for_nothing() -> None:
    rows = [row("a", "cadres", "gauche", part) for part in (12.0, 0.0, None, 0.0)]
    lines = answer_lines(facts(rows, {"columns": ["groupe", "part"], "only": "part"}), 80)
    assert sum(line.startswith("cadres") for line in lines) == 2
    assert "… et 2 lignes de plus : dans un classeur, avec -o" in lines


def test_a_list_shows_the_declared_columns_only() -> None:
    head = answer_lines(facts(ROWS, {"columns": ["groupe", "part"]}), 100)[3]
    assert head.split() == ["Groupe", "Part"]


CARDS = {"kind": "cards", "columns": ["groupe", "part", "absent"], "lines": ["choix", "part_statut"]}


def test_cards_are_a_heading_then_the_texts_that_there_are() -> None:
    rows = [row("a", "cadres", "gauche", 12.0), row("a", "ouvriers", "droite", None)]
    lines = answer_lines(facts(rows, CARDS), 100)[3:8]
    assert [line.replace("\u202f", " ") for line in lines] == [
        "cadres  12 % ± 3", "   Choix : gauche", "", "ouvriers  masqué", "   Choix : droite",
    ]  # fmt: skip


def test_cards_fit_the_width() -> None:
    rows = [row("a", "cadres", "mot " * 40, 12.0)] * 45
    lines = answer_lines(facts(rows, CARDS), 60)
    assert all(len(line) <= 60 for line in lines)
    assert "… et 5 lignes de plus : dans un classeur, avec -o" in lines


def test_an_answer_without_rows_is_still_said() -> None:
    assert answer_lines(facts([], CROSS), 80)[-1] == "  · à lire avec sa marge"
