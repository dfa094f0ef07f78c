"""The search of places by name or code, whatever the accents and the case: an index in memory, made once.

Stations have no name of their own: they are found by their code, or by the name of their commune and their number.
"""

from __future__ import annotations

import difflib
import heapq
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from carreau import typography

WORDS: Final = {"st": "saint", "ste": "sainte", "sts": "saints"}
LAST: Final = "\U0010ffff"
KINDS: Final = ("commune", "departement", "epci", "circonscription", "iris", "bureau")
MOST_BY_CODE: Final = 200
Score = tuple[int, int, float, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that can be found: its kind, code and name, what is said beside, its row among those of its kind.

    ``weight`` (its voters) puts the larger first among equals; ``also`` are words it is found by beside its name.
    """

    kind: str
    code: str
    name: str
    detail: str
    weight: float
    row: int
    also: str = ""


@dataclass(frozen=True, slots=True)
class Stations:
    """The stations as they are searched: their codes in order, the rows of each commune, their voters."""

    codes: Sequence[str]
    communes: Mapping[str, Sequence[int]]
    names: Sequence[str]
    weights: Sequence[float]

    def entry(self, row: int) -> Entry:
        """One station."""
        code, weight = self.codes[row], self.weights[row]
        return Entry("bureau", code, f"{self.names[row]}, bureau {number_of(code)}", voters(weight), weight, row)

    def numbered(self, commune: str, start: str) -> Iterator[int]:
        """The stations of a commune whose number starts so."""
        return (row for row in self.communes.get(commune, ()) if number_of(self.codes[row]).lower().startswith(start))

    def coded(self, text: str) -> Iterator[int]:
        """The stations whose code starts by ``text`` (letters and figures alone), with or without its zeros."""
        commune, number = text[:5].upper(), text[5:]
        if len(text) < 5:
            return
        first = bisect_left(self.codes, f"{commune}_")
        for row in range(first, min(first + 2000, len(self.codes))):
            if not self.codes[row].startswith(commune):
                return
            if self.codes[row][6:].lower().startswith(number) or number_of(self.codes[row]).lower().startswith(number):
                yield row


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, lower case, without accents; « St » is read « saint ».

    >>> words_of("L'Haÿ-les-Roses"), words_of("St-Étienne")
    (('l', 'hay', 'les', 'roses'), ('saint', 'etienne'))
    """
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).encode("ascii", "ignore").decode()
    return tuple(WORDS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain.lower()))


def number_of(code: str) -> str:
    """The number of a station as people say it.

    >>> number_of("69123_0301")
    '301'
    """
    return code[6:].lstrip("0") or code[6:]


def voters(number: float) -> str:
    """« 1 234 inscrits », or nothing."""
    return f"{typography.number(number)} inscrits" if number > 0 else ""


class SearchIndex:
    """Finds entries whose words begin by the words asked, or whose code begins by the text asked; and stations.

    The words are kept sorted, each with the entries that hold it, so that a beginning is one range of them.
    """

    def __init__(self, entries: Sequence[Entry], stations: Stations) -> None:
        self.entries = entries
        self.stations = stations
        self._named = [words_of(entry.name) for entry in entries]
        holders: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for word in dict.fromkeys((*self._named[number], *words_of(entry.also))):
                holders.setdefault(word, []).append(number)
        self._words = sorted(holders)
        self._holders = [holders[word] for word in self._words]
        coded = sorted((_bare(entry.code), number) for number, entry in enumerate(entries))
        self._codes = [code for code, _ in coded]
        self._coded = [number for _, number in coded]

    def found(self, text: str, limit: int) -> list[Entry]:
        """At most ``limit`` places, the best first: the exact name or code, then the beginnings, the larger first."""
        asked = words_of(text[:100])[:8]
        if not asked:
            return []
        best = heapq.nsmallest(limit, self._scored(asked, limit), key=lambda pair: pair[0])
        seen: dict[tuple[str, str], Entry] = {}
        for _, entry in best:
            seen.setdefault((entry.kind, entry.code), entry)
        return list(seen.values())

    def _scored(self, asked: tuple[str, ...], limit: int) -> Iterator[tuple[Score, Entry]]:
        """Every candidate with how far it is from what is asked: the least is the best."""
        text = "".join(asked)
        for number in self._by_code(text):
            entry = self.entries[number]
            yield _score(0 if _bare(entry.code) == text else 4, entry), entry
        for row in list(self.stations.coded(text))[:MOST_BY_CODE]:
            entry = self.stations.entry(row)
            yield _score(0 if _bare(entry.code) == text else 4, entry), entry
        for number in self._by_words(asked):
            yield _score(self._near(number, asked), self.entries[number]), self.entries[number]
        if len(asked) > 1 and asked[-1][0].isdigit():
            yield from self._numbered(asked[:-1], asked[-1], limit)

    def _numbered(self, asked: tuple[str, ...], start: str, limit: int) -> Iterator[tuple[Score, Entry]]:
        """The communes of this name, and their stations whose number starts so."""
        communes = [number for number in self._by_words(asked) if self.entries[number].kind == "commune"]
        for number in heapq.nsmallest(5, communes, key=lambda one: (self._near(one, asked), -self.entries[one].weight)):
            commune, near = self.entries[number], self._near(number, asked)
            if near == 1:
                yield _score(1, commune), commune
            for row in list(self.stations.numbered(commune.code, start))[:limit]:
                entry = self.stations.entry(row)
                yield _score(near + (0 if number_of(entry.code) == start else 1), entry), entry

    def _near(self, number: int, asked: tuple[str, ...]) -> int:
        """How near a name is to the words asked: 1 the very name, 2 its beginning, 3 some of its words."""
        words = self._named[number]
        return 1 if words == asked else 2 if words[: len(asked)] == asked else 3

    def _by_code(self, text: str) -> Iterable[int]:
        """The entries whose code begins by ``text``."""
        start = bisect_left(self._codes, text)
        end = bisect_left(self._codes, text + LAST, start)
        return self._coded[start : min(end, start + MOST_BY_CODE)]

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
        """The entries that hold a word that begins so."""
        start = bisect_left(self._words, beginning)
        end = bisect_left(self._words, beginning + LAST, start)
        places = range(start, end) or self._near_words(beginning)
        return {number for place in places for number in self._holders[place]}

    def _near_words(self, word: str) -> Sequence[int]:
        """The places of the words that look like one that is unknown, among those with its first three letters."""
        if len(word) < 5:
            return ()
        start, end = (bisect_left(self._words, word[:3] + end) for end in ("", LAST))
        near = difflib.get_close_matches(word, self._words[start:end], 3, 0.8)
        return [bisect_left(self._words, one) for one in near]


def _score(near: int, entry: Entry) -> Score:
    """What sorts candidates: how near, which kind, how large; stations by their number."""
    return near, KINDS.index(entry.kind), 0.0 if entry.kind == "bureau" else -entry.weight, entry.code


def _bare(code: str) -> str:
    """A code as it is compared: lower case, letters and figures alone."""
    return re.sub(r"[^a-z0-9]", "", code.lower())
