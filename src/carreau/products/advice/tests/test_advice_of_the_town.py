"""The advice of a whole house on the synthetic town: through the guard, then into files that open."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from carreau.house import SILENT, Home, open_home
from carreau.house.derived import Question
from carreau.testing.town import town, written


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home over a town of 30,000 people."""
    return open_home(tmp_path_factory.mktemp("home"), written(town(people=30_000), tmp_path_factory.mktemp("mirror")))


def test_every_figure_of_the_advice_is_the_one_of_the_profile(home: Home) -> None:
    told = home.answered(Question("advice", "com:96001", "bureau"), SILENT)["rows"]
    release = home.release("com:96001", SILENT)
    named = {column.title: column.name for column in release.schema.columns}
    read = {row["bv_id"]: row for row in release.rows()}
    assert told and max(row["rang"] for row in told) <= 5
    for row in told:
        for number in (1, 2, 3):
            name = f"chiffre_{number}"
            if row[name] is not None:
                assert row[name] == pytest.approx(read[row["bv_id"]][named[row[f"{name}_nom"]]])


def test_the_town_is_told_where_its_themes_hold(home: Home) -> None:
    told = home.answered(Question("advice", "com:96001"), SILENT)
    assert 1 <= len(told["rows"]) <= 5 and told["screen"]["columns"]
    assert all(0 < row["part_inscrits_concernes"] <= 100 for row in told["rows"])
    assert any("choisis pour leurs chiffres" in remark for remark in told["remarks"])


def test_the_answer_opens_in_a_spreadsheet_and_on_a_map(home: Home, tmp_path: Path) -> None:
    question = Question("advice", "com:96001", "bureau")
    home.deliver_answer(question, tmp_path / "conseils.xlsx", SILENT)
    book = openpyxl.load_workbook(tmp_path / "conseils.xlsx", read_only=True)
    assert len(book.sheetnames) > 1
    home.deliver_answer(question, tmp_path / "conseils.geojson", SILENT)
    features = json.loads((tmp_path / "conseils.geojson").read_text("utf-8"))["features"]
    assert features and all(one["geometry"] and one["properties"]["theme"] for one in features)
