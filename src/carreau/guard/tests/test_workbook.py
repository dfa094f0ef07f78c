"""The workbook: readable by whoever opens it, its sheets linked, its figures explained."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from carreau.guard import Release, Signer, release, verified
from carreau.guard.encode.workbook import grids
from carreau.guard.encode.workbook.book import _Draft
from carreau.guard.encode.workbook.grids import word_of
from carreau.guard.encode.workbook.look import gap_pattern, pattern_of
from carreau.guard.encode.workbook.pages import plain_lines
from carreau.products.declare import Draft, Input
from carreau.terms import Column, Role

SHEETS = ["Lisez-moi", "Valeurs", "Marges", "Notes", "Écarts", "Effectifs", "Indicateurs", "Certificat"]


def opened(release: Release) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(release.encoded("xlsx"))))


def words(sheet: Any) -> str:
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def links(sheet: Any) -> dict[str, str]:
    """Where each cell that is a link leads."""
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    return {cell.coordinate: cell.hyperlink.location for cell in cells}


@pytest.fixture(scope="module")
def book(released: Callable[..., Release]) -> Any:
    return opened(released())


def test_the_first_sheet_says_what_this_is_and_warns_in_large(book: Any) -> None:
    assert book.sheetnames == SHEETS
    sheet = book["Lisez-moi"]
    text = words(sheet)
    for word in (
        "Profil d'essai", "Carreville (com:96001)", "une ligne par bureau de vote", "24/11/2026",
        "recherche, connaissance du territoire", "3 lignes lues.",
        "Note", "masqué", "RP 2022", "facsimilé", "Une carte d'essai.",
    ):  # fmt: skip
        assert word in text, word
    warning = next(cell for row in sheet.iter_rows() for cell in row if "facsimilés" in str(cell.value))
    assert (warning.font.size, warning.font.bold) == (14, True)
    assert warning.row < 8


def test_the_sheets_of_figures_have_the_same_rows_and_are_linked(book: Any) -> None:
    for name in SHEETS[1:6]:
        sheet = book[name]
        assert [sheet.cell(row, 1).value for row in (4, 5, 6)] == ["96001_0001", "96001_0002", "96001_0003"], name
        assert sheet.freeze_panes == "E4"
        assert sheet.auto_filter.ref
    assert links(book["Valeurs"])["A1"] == "'Lisez-moi'!A1"
    assert [place.split("!")[0] for place in list(links(book["Valeurs"]).values())[4:]] == ["'Indicateurs'"] * 7
    assert links(book["Lisez-moi"])
    assert links(book["Indicateurs"])["B5"] == "'Valeurs'!D1"


def test_a_hidden_cell_says_so_and_the_reason_is_in_its_comment_and_on_notes(book: Any) -> None:
    cell = book["Valeurs"]["F6"]
    assert cell.value == "masqué"
    assert cell.comment.text == "masqué : moins de 11 personnes au dénominateur"
    assert book["Notes"]["F6"].value == "masqué : moins de 11 personnes au dénominateur"
    assert book["Valeurs"]["G5"].value == "ns"
    assert book["Notes"]["F4"].value == "A"


def test_a_figure_shown_with_a_reservation_keeps_its_grade(released: Callable[..., Release], rows: Any) -> None:
    said = "part de la commune : ce bureau n'a pas de contour"
    book = opened(released(rows=rows(population_statut=[said, None, None])))
    assert (book["Valeurs"]["E4"].value, book["Valeurs"]["E4"].comment.text) == (1200.5, said)
    assert book["Notes"]["E4"].value == "A"


def test_figures_have_the_format_of_their_unit(book: Any) -> None:
    assert book["Valeurs"]["F4"].number_format == '0.0"\u202f%"'
    assert book["Marges"]["F4"].number_format == '"± "0.0"\u202f%"'
    assert book["Valeurs"]["D4"].number_format == "#,##0"
    assert book["Valeurs"]["F3"].value == "%"


def test_colours_are_on_figures_and_not_on_places(book: Any) -> None:
    for name in ("Valeurs", "Marges", "Notes", "Écarts"):
        ranges = [str(one.sqref) for one in book[name].conditional_formatting]
        assert ranges, name
        assert not [one for one in ranges if one.startswith(("A", "B", "C", "D"))]


def test_a_formula_in_a_name_is_a_text(released: Callable[..., Release], rows: Any) -> None:
    sheet = opened(released(rows=rows(libelle_commune=["=1+1", "http://a.fr", "@x"])))["Valeurs"]
    assert [(sheet.cell(row, 3).value, sheet.cell(row, 3).data_type) for row in (4, 5, 6)] == [
        ("=1+1", "s"), ("http://a.fr", "s"), ("@x", "s"),
    ]  # fmt: skip


def test_many_rows_leave_the_values_the_margins_and_the_notes(
    released: Callable[..., Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "FEW", 2)
    book = opened(released())
    assert book.sheetnames == ["Lisez-moi", "Valeurs", "Marges", "Notes", "Indicateurs", "Certificat"]
    assert book["Valeurs"]["F6"].comment is None


def test_comments_stop_before_they_slow_the_workbook(
    released: Callable[..., Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "COMMENTS", 1)
    sheet = opened(released())["Valeurs"]
    assert len([cell for row in sheet.iter_rows(min_row=4) for cell in row if cell.comment]) == 1


def test_official_files_raise_no_warning(signer: Signer, draft: Callable[..., Draft]) -> None:
    whole = draft()
    lineage = (Input("insee_census", "a.zip", "ab" * 32, "RP 2022", "original"),)
    bare = replace(whole, remarks=(), product=replace(whole.product, card=" "))
    for inputs, said in ((lineage, "Contient des fichiers officiels"), ((), "Aucun fichier d'entrée")):
        one = release(replace(bare, lineage=inputs), signer=signer,
                      made_at=datetime(2026, 1, 1, tzinfo=UTC), previous="")  # fmt: skip
        text = words(opened(one)["Lisez-moi"])
        assert said in text
        assert "À savoir d'abord" not in text


def test_a_slice_without_indicator_or_name_is_still_a_workbook(
    released: Callable[..., Release], signer: Signer, tmp_path: Any
) -> None:
    part = released().slice(["bv_id", "inscrits"])
    book = opened(part)
    assert book.sheetnames == ["Lisez-moi", "Valeurs", "Indicateurs", "Certificat"]
    assert "    com:96001" in words(book["Lisez-moi"])
    assert verified(part.write(tmp_path / "a.xlsx"), [signer.public_key]).state == "valide"
    assert opened(released().slice(["inscrits", "part_cadres", "part_cadres_statut"], limit=0))["Valeurs"].max_row == 3


@pytest.mark.parametrize(
    ("reason", "word"),
    [("ns : non significatif", "ns"), ("hors champ", "hors champ"), ("une phrase entière et longue", "—")],
)
def test_the_word_of_a_reason_fits_a_cell(reason: str, word: str) -> None:
    assert word_of(reason) == word


@pytest.mark.parametrize(
    ("unit", "role", "pattern"),
    [
        ("€", Role.MEASURE, '#,##0"\u202f€"'),
        ("personnes", Role.COUNT, "#,##0"),
        ("années", Role.MEASURE, "#,##0.00"),
        ("%", Role.SHARE, '0.0"\u202f%"'),
    ],
)
def test_a_unit_has_its_pattern(unit: str, role: Role, pattern: str) -> None:
    assert pattern_of(Column("c", "number", "Une colonne", unit, role)) == pattern


def test_a_difference_always_has_its_sign() -> None:
    points = gap_pattern(Column("c", "number", "Un écart", "points"))
    assert points == '+0.0"\u202fpt";\u22120.0"\u202fpt";0.0"\u202fpt"'
    assert gap_pattern(Column("c", "number", "Un écart", "€")).startswith("+#,##0.0;")


def test_a_card_is_read_without_its_marks() -> None:
    assert plain_lines("## A\n\n- **b** `c`\n| d | e |\n|:--|---|\n") == ["## A", "- b c", "d · e"]


def test_what_is_written_to_a_closed_draft_is_dropped() -> None:
    file = io.BytesIO()
    draft = _Draft(file)
    assert (draft.write(b"abc"), draft.tell(), draft.seek(0)) == (3, 3, 0)
    draft.flush()
    file.close()
    draft.flush()
    assert (draft.write(b"abc"), draft.tell(), draft.seek(2)) == (3, 0, 0)
