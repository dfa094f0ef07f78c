"""« Tableau »: the workbook of a crossing shows it in rows and columns, before the long tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from carreau.guard import Release, Signer, verified
from carreau.terms import Column, Role, Schema

Made = Callable[..., Release]
PAIRS = [("cadres", "Cadres"), ("ouvriers", "Ouvriers")], [("gauche", "Gauche"), ("droite", "Droite")]
TABLE = [(*down, *across) for down in PAIRS[0] for across in PAIRS[1]]


def crossing(*more: Column) -> Schema:
    """The schema of a crossing of two sides, its figure a share."""
    about: dict[str, Any] = {"of": "part", "theme": "votes"}
    return Schema(
        "une ligne par groupe et par choix",
        (
            Column("bv_id", "text", "Code du territoire", role=Role.KEY, nullable=False, title="Territoire"),
            Column("groupe", "text", "Groupe : code", role=Role.KEY, title="Métiers"),
            Column("groupe_titre", "text", "Groupe : nom", role=Role.PLACE, title="Métiers"),
            Column("choix", "text", "Choix : code", role=Role.KEY, title="Vote"),
            Column("choix_titre", "text", "Choix : nom", role=Role.PLACE, title="Vote"),
            Column("part", "number", "Part du groupe", "%", Role.SHARE, "part_base", title="Part", theme="votes"),
            Column("part_marge", "number", "Part : marge", "%", Role.MARGIN, **about),
            Column("part_statut", "text", "Part : raison", "", Role.STATUS, **about),
            Column("part_base", "number", "Part : base", "électeurs", Role.COUNT, **about),
            *more,
        ),
    )


def told(table: list[tuple[str, ...]] = TABLE, **changes: list[Any]) -> dict[str, list[Any]]:
    """The rows of a crossing."""
    names = ("groupe", "groupe_titre", "choix", "choix_titre")
    turned = {name: list(values) for name, values in zip(names, zip(*table, strict=True), strict=True)}
    size = len(table)
    found: dict[str, list[Any]] = {"bv_id": ["com:96001"] * size, **turned, "part": [25.0 + k for k in range(size)]}
    found |= {"part_marge": [2.0 + k for k in range(size)], "part_statut": [None] * size, "part_base": [500.0] * size}
    return found | changes


def opened(release: Release) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(release.encoded("xlsx"))))


def made(released: Made, rows: dict[str, list[Any]], schema: Schema | None = None) -> Release:
    return released(rows=rows, schema=schema or crossing())


def test_a_crossing_is_shown_in_rows_and_columns_then_its_margins(released: Made) -> None:
    book = opened(made(released, told()))
    assert book.sheetnames[:3] == ["Lisez-moi", "Tableau", "Valeurs"]
    sheet = book["Tableau"]
    values = list(sheet.iter_rows(min_row=5, max_row=11, max_col=3, values_only=True))
    assert values[:3] == [("Métiers → Vote", "Gauche", "Droite"), ("Cadres", 25, 26), ("Ouvriers", 27, 28)]
    assert values[4:] == [("Marges, à 90\u202f%", "Gauche", "Droite"), ("Cadres", 2, 3), ("Ouvriers", 4, 5)]
    assert "Feuille Tableau" in {cell for row in book["Lisez-moi"].iter_rows(values_only=True) for cell in row}


def test_a_hidden_cell_says_so_with_its_reason(released: Made) -> None:
    sheet = opened(made(released, told(part_base=[500.0, 5.0, 500.0, 500.0])))["Tableau"]
    assert sheet["C6"].value == "masqué"
    assert "moins de 11 personnes" in sheet["C6"].comment.text
    assert sheet["C10"].value == "masqué"


def test_a_pair_that_is_not_there_leaves_its_cell_empty(released: Made) -> None:
    sheet = opened(made(released, told(TABLE[:3])))["Tableau"]
    assert (sheet["B7"].value, sheet["C7"].value) == (27, None)


@pytest.mark.parametrize(
    "table",
    [
        [*TABLE, *TABLE],  # several places
        [("cadres", "Cadres", f"c{k}", f"Choix {k}") for k in range(61)],  # too wide to be looked at
    ],
)
def test_what_cannot_be_looked_at_as_one_table_is_not(released: Made, table: list[tuple[str, ...]]) -> None:
    rows = told(table, bv_id=[f"96001_{k:04d}" for k in range(len(table))])
    assert "Tableau" not in opened(made(released, rows)).sheetnames


def test_a_figure_that_is_not_a_share_is_not_crossed(released: Made) -> None:
    count = Column("voix", "number", "Voix", "voix", Role.COUNT, title="Voix")
    reason = Column("voix_statut", "text", "Voix : raison", "", Role.STATUS, "voix")
    rows = told(voix=[1.0] * 4, voix_statut=[None] * 4)
    assert "Tableau" not in opened(made(released, rows, crossing(count, reason))).sheetnames


def test_the_workbook_with_its_table_is_verified(released: Made, signer: Signer, tmp_path: Path) -> None:
    path = made(released, told()).write(tmp_path / "votes.xlsx")
    assert verified(path, [signer.public_key]).state == "valide"
