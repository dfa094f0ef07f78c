"""The readings of a live server: listed from their declarations, answered on what it serves, taken away as files."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pyarrow.parquet as pq
import pypdf
import pytest

from carreau.counters.app.tests.conftest import Live
from carreau.house import open_home
from carreau.house.derived import Question
from carreau.house.derived_served import served_release
from carreau.house.served import served
from carreau.house.watch import SILENT


@pytest.fixture(scope="module")
def asked(live: Live) -> Any:
    """A function that asks the server for a reading."""

    def ask(path: str, **words: str) -> httpx.Response:
        return httpx.get(f"{live.address}api/v1/readings{path}", params=words, timeout=120)

    return ask


def test_the_readings_say_how_they_are_asked(asked: Any) -> None:
    told = {one["product"]: one for one in asked("").json()["readings"]}
    assert {"votes", "transfers"} <= set(told)
    assert "electoral_profile" not in told
    for one in told.values():
        assert one["title"] and one["description"] and one["levels"] and one["command"]
    choices = {choice["name"]: choice for choice in told["votes"]["choices"]}
    assert "pres_2022_t1" in {value["value"] for value in choices["election"]["values"]}
    assert {value["value"] for value in choices["by"]["values"]} >= {"age", "metiers"}


def test_a_reading_is_that_of_the_house(asked: Any, live: Live) -> None:
    answer = asked("/votes/com:96001", by="age", election="2022_pres_t1")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    home = open_home(live.home)
    shown = served(home, "com:96001", "electoral_profile", SILENT)
    question = Question("votes", "com:96001", "", {"by": "age", "election": "2022_pres_t1"})
    assert told["rows"] == served_release(home, shown, question).rows()
    assert told["name"] == "Carreville"
    assert told["choices"]["by"] == "age"
    assert {column["name"] for column in told["columns"]} == set(told["rows"][0])


def test_one_station_is_read_out_of_its_commune(asked: Any, live: Live) -> None:
    home = open_home(live.home)
    station = served(home, "com:96001", "electoral_profile", SILENT).release.rows()[0]["bv_id"]
    told = asked(f"/votes/bv:{station}").json()
    assert told["level"] == "bureau"
    assert {row["bv_id"] for row in told["rows"]} == {station}


def test_a_reading_is_taken_away_with_its_certificate(asked: Any) -> None:
    answer = asked("/votes/com:96001/file.parquet", by="age")
    assert answer.status_code == 200, answer.text
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.num_rows == len(asked("/votes/com:96001", by="age").json()["rows"])
    assert answer.headers["Carreau-Certificat"].startswith("carreau-")
    assert ".parquet" in answer.headers["Content-Disposition"]


def test_the_sheets_of_a_plan_are_printed_from_its_address_as_from_the_command_line(asked: Any, live: Live) -> None:
    answer = asked("/field_plan/com:96001/file.pdf", doors="300", teams="2")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Carreau-Certificat"].startswith("carreau-")
    assert "field-plan-com-96001.pdf" in answer.headers["Content-Disposition"]
    words = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages]
    assert answer.headers["Carreau-Certificat"] in words[0]
    home = open_home(live.home)
    shown = served(home, "com:96001", "electoral_profile", SILENT)
    question = Question("field_plan", "com:96001", "parcours", {"doors": "300", "teams": "2"})
    release = served_release(home, shown, question)
    own = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(b"".join(release.encoded("pdf")))).pages]
    mine, theirs = answer.headers["Carreau-Certificat"], str(release.certificate["id"])
    assert [page.replace(mine, "") for page in words] == [page.replace(theirs, "") for page in own]


def test_a_level_made_to_be_printed_may_be_named(asked: Any) -> None:
    answer = asked("/field_plan/com:96001/file.pdf", level="parcours", team="1")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("path", "words", "told"),
    [
        ("/votes/com:96001/file.pdf", {}, "file.xlsx"),
        ("/field_plan/com:96001/file.pdf", {"level": "bureau"}, "parcours"),
    ],
)
def test_a_reading_without_a_page_to_print_says_what_to_take(
    asked: Any, path: str, words: dict[str, str], told: str
) -> None:
    answer = asked(path, **words)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert "feuille à imprimer" in problem["detail"] and told in problem["expected"] + problem["advice"]


@pytest.mark.parametrize(
    ("path", "words", "status"),
    [
        ("/rumeurs/com:96001", {}, 404),
        ("/electoral_profile/com:96001", {}, 404),
        ("/votes/com:96001", {"by": "signe"}, 400),
        ("/votes/com:96001", {"couleur": "bleu"}, 400),
        ("/votes/com:96001", {"level": "rue"}, 400),
        ("/votes/com:96001", {"election": "1848_pres"}, 400),
        ("/votes/com:69123", {}, 400),
        ("/votes/ailleurs", {}, 400),
        ("/votes/com:96001/file.exe", {}, 422),
        ("/rumeurs/com:96001/file.pdf", {}, 404),
        ("/field_plan/com:96001/file.pdf", {"teams": "60", "doors": "9000"}, 400),
        ("/votes/com:96001", {"by": "a" * 300}, 400),
    ],
)
def test_a_wrong_question_is_a_problem_in_words(asked: Any, path: str, words: dict[str, str], status: int) -> None:
    answer = asked(path, **words)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
