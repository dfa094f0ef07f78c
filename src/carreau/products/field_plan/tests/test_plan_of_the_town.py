"""The plan of a whole house on the synthetic town: through the guard, then into files that open."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pypdf
import pytest

from carreau.house import SILENT, Home, open_home
from carreau.house.derived import Question
from carreau.testing.town import town, written


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home over a town of 30,000 people."""
    return open_home(tmp_path_factory.mktemp("home"), written(town(people=30_000), tmp_path_factory.mktemp("mirror")))


def test_the_town_is_planned_station_by_station_then_street_by_street(home: Home) -> None:
    told = home.answered(Question("field_plan", "com:96001", "bureau", {"doors": "500"}), SILENT)
    release = home.release("com:96001", SILENT)
    households = {row["bv_id"]: row["menages"] for row in release.rows()}
    for row in told["rows"]:
        assert row["portes"] is None or row["portes"] == pytest.approx(households[row["bv_id"]], abs=0.51)
    assert sum(row["portes_prevues"] or 0 for row in told["rows"]) == 500
    assert any("500 portes" in remark for remark in told["remarks"])
    sectors = home.answered(Question("field_plan", "com:96001", "secteur", {"doors": "500"}), SILENT)
    assert {row["precision"] for row in sectors["rows"]} == {"voie nommée"}
    assert sum(row["portes_prevues"] for row in sectors["rows"]) == 500


def test_a_team_takes_its_sheet_away_and_the_sectors_are_drawn(home: Home, tmp_path: Path) -> None:
    choices = {"doors": "500", "teams": "2", "team": "2"}
    home.deliver_answer(Question("field_plan", "com:96001", "parcours", choices), tmp_path / "equipe.xlsx", SILENT)
    book = openpyxl.load_workbook(tmp_path / "equipe.xlsx", read_only=True)
    assert "☐" in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    home.deliver_answer(
        Question("field_plan", "com:96001", "secteur", {"doors": "500"}), tmp_path / "x.geojson", SILENT
    )
    features = json.loads((tmp_path / "x.geojson").read_text("utf-8"))["features"]
    assert features and all(one["geometry"]["type"] == "Polygon" for one in features)


def test_each_team_has_a_printed_sheet_of_its_streets_and_no_number_of_a_house(home: Home, tmp_path: Path) -> None:
    question = Question("field_plan", "com:96001", "parcours", {"doors": "500", "teams": "2"})
    rows = home.answered(question, SILENT)["rows"]
    home.deliver_answer(question, tmp_path / "plan.pdf", SILENT)
    sheets = [plain(page.extract_text()) for page in pypdf.PdfReader(tmp_path / "plan.pdf").pages]
    assert len(sheets) == 2
    for row in rows:
        told = f"{row['voie']}, {row['troncon']}" if row["troncon"] else row["voie"]
        assert plain(told) in sheets[row["equipe"] - 1] and row["precision"] == "voie nommée"
        assert row["portes"] >= 12 and row["inscrits_estimes"] >= 11
        assert all(int(number) % 10 in (0, 1) for number in re.findall(r"n°\s(\d+)", told))
    assert "inventées pour les essais" in sheets[0]


def plain(text: str) -> str:
    """The text with ordinary spaces, on one line."""
    return " ".join(text.split())
