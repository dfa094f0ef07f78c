"""English pages say English: every text of every reading of a town, and of what is served of it, has its English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from carreau.counters.app.tests.conftest import Live
from carreau.house.english.answers import texts_of_rows
from carreau.house.english.sentence import plain

NAMES: Final = frozenset({"libelle", "code_commune", "libelle_commune", "voie", "code_departement", "fait"})
CANDIDATE: Final = re.compile(r"(?:[A-ZÀ-Ý][\w'-]+ )*[A-ZÀ-Ý][A-ZÀ-Ý' -]+")  # « Prénom NOM », or the name alone
ELECTIONS: Final = frozenset({"election", "from", "to"})  # their names are sentences, and reading them takes its time
SAID: Final = re.compile(r"[a-zà-ÿ]{2}")
CODE: Final = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
FRENCH: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?")
ENGLISH: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
DIPLOMA: Final = re.compile(r"bac \+", re.IGNORECASE)  # « bac + 2 » is a name, and English says what it means


def readings_of(client: httpx.Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every reading of the town in English: each product at each level, then with the last value of each choice."""
    for one in client.get("api/v1/readings").json()["readings"]:
        asked: list[dict[str, str]] = [{"level": level["id"]} for level in one["levels"]]
        choices = [choice for choice in one["choices"] if choice["values"] and choice["name"] not in ELECTIONS]
        asked += [{choice["name"]: choice["values"][-1]["value"]} for choice in choices]
        for words in asked:
            path = f"api/v1/readings/{one['product']}/com:96001"
            answer = client.get(path, params={**words, "language": "en"}, timeout=120)
            if answer.status_code == 200:  # an election may have no other to be read with
                yield f"{one['product']} {words}", answer.json()


@pytest.fixture(scope="module")
def answers(live: Live) -> list[tuple[str, dict[str, Any]]]:
    """The readings of the town, in English."""
    with httpx.Client(base_url=live.address) as client:
        return list(readings_of(client))


def is_name(text: str) -> bool:
    """Whether a text needs no English: a number, a code, the name of a candidate."""
    return not SAID.search(text) or any(name.fullmatch(text) for name in (CODE, CANDIDATE))


def said_in(answer: dict[str, Any]) -> Iterator[str]:
    """The texts of a reading, without the names of places."""
    columns = [column for column in answer["columns"] if column["name"] not in NAMES]
    heads = [{**column, "role": "key"} for column in answer["columns"] if column["name"] in NAMES]
    yield from texts_of_rows({**answer, "columns": [*columns, *heads]})


def test_every_text_of_every_reading_has_its_english(answers: list[tuple[str, dict[str, Any]]]) -> None:
    missing = {
        text: which
        for which, answer in answers
        for text in said_in(answer)
        if text not in answer["english"] and not is_name(text)
    }
    assert missing == {}, "à écrire dans english.toml du produit"
    assert {which.split()[0] for which, _ in answers} == {
        "advice", "associations", "field_plan", "transfers", "votes",
    }  # fmt: skip


def test_the_numbers_are_the_same_in_both_languages(answers: list[tuple[str, dict[str, Any]]]) -> None:
    pairs = {pair for _, answer in answers for pair in answer["english"].items() if not DIPLOMA.search(pair[0])}
    assert len(pairs) > 500
    for french, english in pairs:
        before = sorted(found.replace(" ", "").replace(",", ".") for found in FRENCH.findall(plain(french)))
        assert before == sorted(found.replace(",", "") for found in ENGLISH.findall(english)), (french, english)


def test_an_answer_in_french_bears_no_english(client: httpx.Client) -> None:
    french = client.get("api/v1/readings/votes/com:96001").json()
    english = client.get("api/v1/readings/votes/com:96001?language=en").json()
    assert "english" not in french
    assert english["english"]["Choix de vote"] == "Vote"
    assert {name: value for name, value in english.items() if name != "english"} == french


def test_the_list_of_readings_has_its_english_too(client: httpx.Client) -> None:
    told = client.get("api/v1/readings?language=en").json()
    helps = [choice["help"] for one in told["readings"] for choice in one["choices"]]
    assert [text for text in helps if text not in told["english"]] == []


@pytest.mark.parametrize("path", ["", "/votes/com:96001"])
def test_a_language_that_nobody_speaks_here_is_a_problem_in_words(client: httpx.Client, path: str) -> None:
    answer = client.get(f"api/v1/readings{path}?language=de")
    assert answer.status_code == 422
    assert answer.json()["expected"] == "'fr' ou 'en'"
