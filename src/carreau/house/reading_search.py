"""The search of places by name or code, whatever the accents and the case: an index in memory, made once."""

from __future__ import annotations

import heapq
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WORDS: Final = {"st": "saint", "ste": "sainte", "sts": "saints"}
LAST: Final = "\U0010ffff"
KINDS: Final = ("commune", "departement", "epci", "circonscription", "iris", "bureau")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that can be found: its kind, the territory it names, its name, what is said beside, where it is.

    ``weight`` (its voters) puts the larger first among equals; ``words`` are what it is found by, beside its code.
    """

    kind: str
    territory: str
    code: str
    name: str
    detail: str
    weight: float
    row: int
    words: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, lower case, without accents; « St » is read « saint ».

    >>> words_of("L'Haÿ-les-Roses"), words_of("St-Étienne")
    (('l', 'hay', 'les', 'roses'), ('saint', 'etienne'))
    """
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).encode("ascii", "ignore").decode()
    return tuple(WORDS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain.lower()))


class SearchIndex:
    """Finds entries whose words begin by the words asked, or whose code begins by the text asked.

    The words are kept sorted, each with the entries that hold it, so that a beginning is one range of them.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        holders: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for word in dict.fromkeys(entry.words):
                holders.setdefault(word, []).append(number)
        self._words = sorted(holders)
        self._holders = [holders[word] for word in self._words]
        coded = sorted((_bare(entry.code), number) for number, entry in enumerate(entries))
        self._codes = [code for code, _ in coded]
        self._coded = [number for _, number in coded]

    def found(self, text: str, limit: int) -> list[Entry]:
        """At most ``limit`` entries, the best first: the exact name or code, then the beginnings, the larger first."""
        asked = words_of(text[:100])[:8]
        if not asked:
            return []
        by_code = self._by_code("".join(asked))
        by_name = self._by_words(asked)
        scored = {number: self._score(number, asked) for number in by_name}
        scored |= {number: self._code_score(number, "".join(asked)) for number in by_code}
        best = heapq.nsmallest(limit, scored.items(), key=lambda pair: (pair[1], self.entries[pair[0]].territory))
        return [self.entries[number] for number, _ in best]

    def _by_code(self, text: str) -> Iterable[int]:
        """The entries whose code begins by ``text``, five hundred at most."""
        start = bisect_left(self._codes, text)
        end = bisect_left(self._codes, text + LAST, start)
        return self._coded[start : min(end, start + 500)]

    def _by_words(self, asked: Sequence[str]) -> set[int]:
        """The entries that hold, for each word asked, a word that begins by it."""
        kept: set[int] | None = None
        for word in sorted(asked, key=len, reverse=True):  # the longest words leave the fewest entries
            holders = self._holding(word)
            kept = holders if kept is None else kept & holders
            if not kept:
                return set()
        return kept or set()

    def _holding(self, beginning: str) -> set[int]:
        """The entries that hold a word that begins so; a single sign must be the whole word, or few would be left out."""
        start = bisect_left(self._words, beginning)
        end = start + 1 if len(beginning) == 1 else bisect_left(self._words, beginning + LAST, start)
        if len(beginning) == 1 and self._words[start : start + 1] != [beginning]:
            return set()
        return {number for holders in self._holders[start:end] for number in holders}

    def _score(self, number: int, asked: Sequence[str]) -> tuple[int, int, float]:
        """How far an entry is from what is asked: the exact name, its beginning, its words; then the kind and size."""
        entry = self.entries[number]
        words = words_of(entry.name)
        near = 0 if words == tuple(asked) else 1 if words[: len(asked)] == tuple(asked) else 2
        return near, KINDS.index(entry.kind), -entry.weight

    def _code_score(self, number: int, text: str) -> tuple[int, int, float]:
        """How far an entry is from a code that is asked."""
        entry = self.entries[number]
        return (-1 if _bare(entry.code) == text else 1), KINDS.index(entry.kind), -entry.weight


def _bare(code: str) -> str:
    """A code as it is compared: lower case, letters and figures alone."""
    return re.sub(r"[^a-z0-9]", "", code.lower())
