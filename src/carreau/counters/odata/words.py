"""The words of an OData expression: names, texts, numbers, operators, each with the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from carreau.errors import Unknown

Kind = Literal["text", "number", "name", "mark", "end"]
LONGEST: Final = 16_000
_WORD: Final = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<name>\$?[A-Za-z_]\w*)"
    r"|(?P<mark>[(),/*=])",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its kind, its text as written (a quoted text: what it says), and where it starts."""

    kind: Kind
    text: str
    at: int

    def is_name(self, *names: str) -> bool:
        """Whether it is one of these names, as written: names know capitals."""
        return self.kind == "name" and self.text in names

    def is_mark(self, mark: str) -> bool:
        """Whether it is this mark."""
        return self.kind == "mark" and self.text == mark


def words_of(text: str, option: str) -> tuple[Word, ...]:
    """The words of ``text``, the last of which marks its end.

    What is no word, or is longer than 16,000 signs, is :class:`~carreau.errors.Unknown`; ``option`` names the query
    option in the sentence.

    >>> [word.text for word in words_of("libelle eq 'L''Isle'", "$filter")]
    ['libelle', 'eq', "L'Isle", '']
    """
    if len(text) > LONGEST:
        raise Unknown(
            f"{option} est trop long",
            given=f"{len(text)} signes",
            expected=f"{LONGEST} signes au plus",
            advice="poser plusieurs questions plus courtes",
        )
    return tuple(_words(text, option))


def misread(option: str, text: str, at: int, expected: str) -> Unknown:
    """The error for a text that cannot be read from ``at`` on."""
    rest = text[at : at + 40]
    return Unknown(
        f"{option} ne se lit pas, au signe {at + 1}",
        given=rest or "la fin du texte",
        expected=expected,
        advice="par exemple inscrits gt 1000 and startswith(bv_id,'69123')",
    )


def _words(text: str, option: str) -> Iterator[Word]:
    """The words, one by one."""
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise misread(option, text, at, "un nom de colonne, un nombre, un texte entre apostrophes, un opérateur")
        kind, said = str(found.lastgroup), found.group()
        if kind == "text":
            yield Word("text", said[1:-1].replace("''", "'"), at)
        elif kind == "number":
            yield Word("number", said, at)
        elif kind != "space":
            yield Word("name" if kind == "name" else "mark", said, at)
        at = found.end()
    yield Word("end", "", at)
