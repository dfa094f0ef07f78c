"""The command « like » on a small invented town, and its lines on narrow and wide terminals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import carreau
from carreau.counters.cli.alike import alike_lines
from carreau.counters.cli.application import run
from carreau.testing.town import town, written

STATION = "bv:96001_0001"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(town(people=8_000, seed=11), tmp_path_factory.mktemp("ville"))


@pytest.fixture(scope="module")
def root(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the profile of the commune was made."""
    folder = tmp_path_factory.mktemp("maison")
    carreau.open(folder, str(mirror)).release("com:96001")
    return folder


@pytest.fixture
def at_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CARREAU_HOME", str(root))
    monkeypatch.delenv("CARREAU_MIRROR", raising=False)
    yield root


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What the command answers as JSON."""
    assert run(["like", *arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_nearest_stations_come_with_figures_their_margins_and_what_sets_them_apart(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = asked(capsys, STATION, "--limit", "3")
    (group,) = told["groups"]
    assert (group["within"], told["compared"]["territory"]) == ("commune", "com:96001")
    distances = [one["distance"] for one in group["stations"]]
    assert len(distances) == 3 and distances == sorted(distances)
    rows = {row["bv_id"]: row for row in carreau.open(at_home).release("com:96001").rows()}
    for one in group["stations"]:
        assert one["code"] != "96001_0001" and one["apart"] is not None
        for figure in (*one["why"], one["apart"]):
            assert figure["value"] == pytest.approx(rows["96001_0001"][figure["name"]], abs=0.01)
            assert figure["their_margin"] == pytest.approx(rows[one["code"]][f"{figure['name']}_marge"])


def test_what_the_station_does_not_know_is_named_and_not_compared(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = asked(capsys, STATION)
    (row,) = carreau.open(at_home).release("com:96001").slice(where={"bv_id": "96001_0001"}).rows()
    titles = {column.title: column.name for column in carreau.open(at_home).release("com:96001").schema.columns}
    assert all(row[titles[title]] is None for title in told["missing"])


def test_without_a_profile_at_hand_that_of_the_commune_is_made(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ["--home", str(tmp_path), "--mirror", str(mirror)]
    assert asked(capsys, STATION, *new)["compared"]["territory"] == "com:96001"
    assert run(["like", "bv:96001_9999", *new]) == 2
    assert "96001_9999" in capsys.readouterr().err


def test_a_profile_of_the_department_lets_one_look_elsewhere_in_it(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carreau.open(tmp_path, str(mirror)).release("dep:96")
    home = ["--home", str(tmp_path)]
    near, far = asked(capsys, STATION, *home)["groups"]
    assert {one["code"][:5] for one in near["stations"]} == {"96001"}
    assert (far["title"], {one["code"][:5] for one in far["stations"]} & {"96001"}) == (
        "Ailleurs dans le département",
        set(),
    )
    (whole,) = asked(capsys, STATION, *home, "--within", "departement", "--limit", "50")["groups"]
    assert {one["code"][:5] for one in whole["stations"]} > {"96001"}


def test_an_area_that_no_profile_covers_says_which_one_to_make(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["like", STATION, "--within", "france"]) == 1
    assert "carreau profile france" in capsys.readouterr().err
    assert run(["like", STATION, "--within", "departement"]) == 1
    assert "carreau profile dep:96" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["com:96001"], "n'est pas un bureau de vote"),
        ([STATION, "--within", "quartier"], "quartier"),
        ([STATION, "--limit", "0"], "de 1 à 50"),
    ],
)
def test_a_wrong_question_says_what_was_expected(
    arguments: list[str], said: str, at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["like", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_lines_fit_the_width(width: int, at_home: Path) -> None:
    lines = alike_lines(carreau.open(at_home).alike(STATION), width)
    assert max(map(len, lines)) <= width
    assert any("96001_00" in line for line in lines)


def test_a_commune_of_one_station_has_none_to_compare_with(at_home: Path) -> None:
    told = carreau.open(at_home).alike(STATION)
    alone = {**told, "groups": [{"title": "Dans la même commune", "stations": []}], "missing": list("abcdef")}
    text = "\n".join(alike_lines(alone, 80))
    assert "aucun autre bureau que l'on puisse comparer" in text
    assert "a, b, c, d et 2 autres" in text


def test_the_command_answers_in_words(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["like", STATION]) == 0
    shown = capsys.readouterr()
    assert "Dans la même commune" in shown.out and "ici" in shown.out
    assert f"carreau show {STATION}" in shown.err
