"""Problems are said in the language that the reader asks for, French by default; nothing else is touched."""

from __future__ import annotations

import json

import httpx
import pytest

from carreau.counters.api.problems import TITLES
from carreau.house.english import book_of
from carreau.products import catalogue as products
from carreau.sources import catalogue as sources

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,fr;q=0.8"}
BAD = [
    ("api/v1/readings/votes/com:96001?by=signe", 400, "Request not understood"),
    ("api/v1/readings/rumeurs/com:96001", 404, "Not found"),
    ("api/v1/electoral_profile/com:99999", 404, "Not found"),
    ("api/v1/electoral_profile/values/ville/part_cadres.f32", 404, "Not found"),
    ("api/v1/rien", 404, "Not found"),
    ("api/v1/search?limit=cent", 422, "Value not understood"),
    ("api/v1/readings/votes/com:96001/file.pdf", 422, "Value not understood"),
]


@pytest.mark.parametrize(("path", "status", "title"), BAD)
def test_a_problem_is_said_whole_in_english(client: httpx.Client, path: str, status: int, title: str) -> None:
    answer = client.get(path, headers=ENGLISH)
    told = answer.json()
    assert (answer.status_code, told["title"]) == (status, title)
    assert answer.headers["Content-Language"] == "en"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    french = client.get(path).json()
    for name in ("title", "detail", "expected", "advice"):
        assert (told[name] == french[name]) is (french[name] == ""), name
    assert told["given"] == french["given"]


@pytest.mark.parametrize("tongue", ["fr-FR,fr;q=0.9,en;q=0.8", "de", ""])
def test_whoever_asks_for_another_language_is_answered_in_french(client: httpx.Client, tongue: str) -> None:
    answer = client.get("api/v1/rien", headers={"Accept-Language": tongue})
    assert answer.json()["title"] == "Introuvable"
    assert "Content-Language" not in answer.headers


def test_an_answer_that_is_no_problem_goes_as_it_is(client: httpx.Client) -> None:
    path = "api/v1/search?q=carreville"
    assert client.get(path, headers=ENGLISH).content == client.get(path).content
    head = client.head("api/v1/rien", headers=ENGLISH)
    assert (head.status_code, head.content) == (404, b"")


def test_every_title_of_a_problem_has_its_english() -> None:
    book = book_of(products(), sources())
    assert {title: book.english(title) for title in TITLES.values() if book.english(title) is None} == {}


def test_what_nobody_has_translated_stays_french(client: httpx.Client) -> None:
    answer = client.get("odata/Rien", headers=ENGLISH)
    assert answer.status_code >= 400
    assert json.loads(answer.content)
