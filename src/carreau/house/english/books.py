"""The phrasebook of a house: the ``english.toml`` of each folder, and the English titles declared beside French ones.

``[words]`` holds texts with their English, ``[sentences]`` those with places (see
:mod:`carreau.house.english.sentence`). A folder without the file has no English: nothing lists them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from carreau.errors import Broken
from carreau.house.english.phrasebook import Phrasebook
from carreau.house.english.sentence import places_in
from carreau.products import Product
from carreau.sources import Source

FILE: Final = "english.toml"
_OWN: Final = Path(__file__).parent
_MARK: Final = "_en"


def book_of(products: Mapping[str, Product], sources: Mapping[str, Source]) -> Phrasebook:
    """The phrasebook of these products, of these sources and of the house; read once."""
    made, read = ([one.folder for one in declared.values()] for declared in (products, sources))
    return _book(tuple(sorted(made)), tuple(sorted(read)))


@lru_cache(maxsize=8)
def _book(made: tuple[Path, ...], read: tuple[Path, ...]) -> Phrasebook:
    """The phrasebook of the products and sources of some folders; what a folder says itself has the last word."""
    words: dict[str, str] = {}
    sentences: dict[str, str] = {}
    for path in (path for folder in made for path in sorted(folder.glob("*.toml")) if path.name != FILE):
        facts = tomllib.loads(path.read_text("utf-8"))
        words.update([*pairs_in(facts), *_named(facts)])
        sentences.update(_elections(facts))
    for path in (*sorted(_OWN.glob("*.toml")), *(folder / FILE for folder in (*read, *made))):
        told = _read(path) if path.exists() else {}
        words.update(told.get("words", {}))
        sentences.update(told.get("sentences", {}))
    return Phrasebook(words, sentences)


def _read(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The tables of one file; :class:`~carreau.errors.Broken` when it is no TOML, or a sentence lost a place."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _broken(path, str(error)) from error
    for french, english in told.get("sentences", {}).items():
        if places_in(french) != places_in(english):
            raise _broken(path, french)
    return told


def _broken(path: Path, given: str) -> Broken:
    """The error of a file of English that cannot be read."""
    return Broken(
        f"le fichier d'anglais de « {path.parent.name} » est illisible",
        given=given,
        expected="[words] et [sentences], les mêmes places {n}, {t}, {x} des deux côtés",
        advice="voir docs/how-to/add-a-reading.md",
    )


def pairs_in(facts: Any) -> Iterator[tuple[str, str]]:
    """The texts that stand in plain facts beside their English: ``title`` and ``title_en``, ``titles`` and so on.

    >>> list(pairs_in({"a": [{"title": "Âge", "title_en": "Age", "unit": "ans"}]}))
    [('Âge', 'Age')]
    """
    if isinstance(facts, list):
        for entry in facts:
            yield from pairs_in(entry)
    if not isinstance(facts, Mapping):
        return
    for name, value in facts.items():
        english = facts.get(f"{name}{_MARK}")
        if isinstance(value, str) and isinstance(english, str) and "{" not in value:
            yield value, english
        elif isinstance(value, Mapping) and isinstance(english, Mapping):
            yield from ((value[key], english[key]) for key in value if key in english)
        else:
            yield from pairs_in(value)


def _named(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The titles that ``[english]`` gives by the name of what bears them: indicators, themes."""
    english = facts.get("english", {})
    for name, said in english.get("themes", {}).items():
        yield str(facts["themes"].get(name, name)), str(said)
    for name, said in english.get("indicators", {}).items():
        yield str(facts["indicators"].get(name, {}).get("title", name)), str(said)


def _elections(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How elections and their rounds are named: « législatives 2022, 1er tour »."""
    french, english = facts.get("elections", {}), facts.get("english", {})
    for family, said in english.get("families", {}).items():
        named = str(french["families"][family])
        yield f"{named} {{n}}", f"{said} {{n}}"
        for turn, round_said in english.get("rounds", {}).items():
            yield f"{named} {{n}}, {french['rounds'][turn]}", f"{said} {{n}}, {round_said}"
