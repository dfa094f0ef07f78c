"""What the products declare and may say has its English, whether or not a territory of the tests makes them say it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from carreau.house.english import Phrasebook, book_of
from carreau.products import catalogue as products
from carreau.sources import catalogue as sources

PRODUCTS: Final = Path(__file__).parents[2] / "products"
SAID: Final = frozenset({"title", "caution", "check", "noun", "interest", "help", "short", "grain", "description"})
PLACE: Final = re.compile(r"\{[a-z_]+\}")
FRENCH: Final = re.compile(r"[a-zà-ÿ]{2,}[ ',][a-zà-ÿ]")
# What may stand at a place of a sentence: an election, a number, a place, a part of a method, a theme.
FILLED: Final = ("présidentielle 2022, 1er tour", "7", "ce bureau", "dans le bureau", "Participation 7 % ± 7", "Cadres")
UNSAID: Final = frozenset({"METHOD", "WAYS"})  # where figures come from, which no page of a reading shows


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    """The phrasebook of the house."""
    return book_of(products(), sources())


def declared(facts: Any) -> Iterator[str]:
    """The French texts of a declaration that a page may show: those without English beside them."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            if isinstance(value, str) and name in SAID and f"{name}_en" not in facts:
                yield value
            elif name not in {"command", "each"} and not name.endswith("_en"):
                yield from declared(value)
    elif isinstance(facts, list):
        yield from chain.from_iterable(map(declared, facts))


def constants(module: Path) -> Iterator[str]:
    """The sentences that a module keeps under a name: ``NO_VOTE = "pas de résultat…"``."""
    kept = [node for node in ast.parse(module.read_text("utf-8")).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    for node in kept:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        found = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        yield from (text for text in found if FRENCH.search(text) and not names & UNSAID)


def has_english(book: Phrasebook, text: str) -> bool:
    """Whether a sentence has its English once something stands at each of its places."""
    return any(book.english(PLACE.sub(filling, text)) for filling in (FILLED if PLACE.search(text) else ("",)))


@pytest.mark.parametrize("path", sorted(PRODUCTS.glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_declaration_says_has_its_english(book: Phrasebook, path: Path) -> None:
    texts = declared(tomllib.loads(path.read_text("utf-8")))
    assert [text for text in dict.fromkeys(texts) if book.english(text) is None] == []


@pytest.mark.parametrize("folder", ["advice", "associations", "crossings", "field_plan", "transfers", "votes"])
def test_the_sentences_of_a_reading_have_their_english(book: Phrasebook, folder: str) -> None:
    texts = chain.from_iterable(map(constants, sorted((PRODUCTS / folder).glob("*.py"))))
    assert [text for text in dict.fromkeys(texts) if not has_english(book, text)] == []


@pytest.mark.parametrize("source", sorted(sources()))
def test_what_a_source_says_of_itself_has_its_english(book: Phrasebook, source: str) -> None:
    told = sources()[source]
    assert book.english(told.title), told.title
    assert book.english(" ".join(told.description.split())), told.description
