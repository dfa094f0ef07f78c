"""The phrasebook: words and sentences of the house with their English; a text that it does not know stays French."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from carreau.house.english.sentence import HELD, NUMBER, Sentence, english_number, plain

LONGEST: Final = 2_000  # characters: no text of ours is longer
DEEPEST: Final = 6
MOST_PARTS: Final = 24  # a list of more is one that nobody wrote
REMEMBERED: Final = 40_000
# A figure: it has decimals, a unit or a margin. « 15 à 24 ans », « 1er tour » are names.
_FIGURES: Final = re.compile(rf"(?<=± )(?:{NUMBER})|[-\u2212+]?\d{{1,3}}(?: \d{{3}})*,\d+|(?:{NUMBER})(?= [%€])")
_HOLDERS: Final = re.compile(f"[{HELD}-\uf8ff]")
_JOINED: Final[Mapping[str, str]] = {". ": ". ", " ; ": "; ", " : ": ": ", ", ": ", ", " et ": " and "}


class Phrasebook:
    """Words and sentences with their English.

    >>> book = Phrasebook({"commune": "municipality", "Cadres": "Managers"}, {"{t} {n} %": "{t} {n}%"})
    >>> book.english("commune 1 234,5 %"), book.english("Carreville 3 %")
    ('municipality 1,234.5%', None)
    >>> book.english("Cadres 12,9\\u202f% ; commune 4 %"), book.english("cadres")
    ('Managers 12.9%; municipality 4%', 'managers')
    """

    def __init__(self, words: Mapping[str, str], sentences: Mapping[str, str]) -> None:
        self._words = {plain(french): english for french, english in words.items()}
        self._sentences: dict[str, list[Sentence]] = {}
        for french, english in sentences.items():
            sentence = Sentence(french, english)
            self._sentences.setdefault(sentence.ends[0][:1], []).append(sentence)
        self._found = lru_cache(maxsize=REMEMBERED)(self._translated)
        self._known = lru_cache(maxsize=REMEMBERED)(self._whole)

    def english(self, text: str) -> str | None:
        """The English of a French text; None where there is none."""
        return self._known(text)

    def _whole(self, text: str) -> str | None:
        """The English of a text as it came: as a word, by its shape, or as it is."""
        if not text or len(text) > LONGEST or _HOLDERS.search(text):
            return None
        whole = plain(text)
        return self._words.get(whole) or self._by_its_shape(whole) or self._found(whole, 0)

    def english_of(self, texts: Iterable[str]) -> dict[str, str]:
        """The English of those texts that have some, by the French as it stands there."""
        found = ((text, self.english(text)) for text in dict.fromkeys(texts))
        return {text: english for text, english in found if english is not None}

    def _by_its_shape(self, text: str) -> str | None:
        """The English of a text by that of the same with other figures, which is looked for once."""
        numbers = _FIGURES.findall(text)
        if not numbers:
            return None
        rank = iter(range(len(numbers)))
        said = self._found(_FIGURES.sub(lambda _: chr(ord(HELD) + next(rank)), text), 0)
        return said and _HOLDERS.sub(lambda held: english_number(numbers[ord(held[0]) - ord(HELD)]), said)

    def _translated(self, text: str, depth: int) -> str | None:
        """The English of a plain text: as it is, with its first letter in the other case, or part by part."""
        if depth > DEEPEST:
            return None
        said = self._said(text, depth)
        if said is None and (other := _other_case(text)) != text:
            said = self._said(other, depth)
            said = said and (_capital(said) if text[:1].isupper() else _other_case(said))
        if said is None and text.endswith("."):
            said = self._found(text[:-1], depth + 1)
            said = said and f"{said}."
        return said if said is not None else self._list(text, depth)

    def _said(self, text: str, depth: int) -> str | None:
        """The English of a text that is known word for word, or is a known sentence."""
        if (known := self._words.get(text)) is not None:
            return known
        for sentence in [*self._sentences.get(text[:1], []), *self._sentences.get("", [])]:
            places = sentence.read(text) or {}
            filled = {name: self._place(name[0], given, depth) for name, given in places.items()}
            told = {name: said for name, said in filled.items() if said is not None}
            if places and len(told) == len(places):
                return sentence.said(told)
        return None

    def _place(self, kind: str, given: str, depth: int) -> str | None:
        """What stands in English at a place: a number, a name as it is, or a text if it has English."""
        if kind == "n":
            return english_number(given)
        return given if kind == "x" else self._found(given, depth + 1)

    def _list(self, text: str, depth: int) -> str | None:
        """The English of a list, when each of its parts has some; its first part may itself be of several words."""
        for joint, said in _JOINED.items():
            parts = text.split(joint)
            for at in range(1, len(parts)) if len(parts) <= MOST_PARTS else ():
                first = self._found(joint.join(parts[:at]), depth + 1 if at > 1 else depth)
                rest = self._found(joint.join(parts[at:]), depth) if first is not None else None
                if first is not None and rest is not None:
                    return f"{first}{said}{rest}"
        return None


def _other_case(text: str) -> str:
    """A text with its first letter in the other case, unless it begins with an abbreviation."""
    if text[1:2].isupper():
        return text
    return text[:1].lower() + text[1:] if text[:1].isupper() else _capital(text)


def _capital(text: str) -> str:
    """A text with a capital."""
    return text[:1].upper() + text[1:]
