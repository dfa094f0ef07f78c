"""A French sentence with places, and the same in English: a number, a text that has English itself, a name kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

NUMBER: Final = r"[-\u2212+]?\d{1,3}(?: \d{3})+(?:,\d+)?|[-\u2212+]?\d+(?:,\d+)?"
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")
_PLACE: Final = re.compile(r"\{([ntx]\d?)\}")
HELD: Final = "\ue000"  # the first of the signs that hold the place of a number: nobody writes them
_KINDS: Final[Mapping[str, str]] = {"n": f"{NUMBER}|[{HELD}-\uf8ff]", "t": r".+?", "x": r".+?"}


def plain(text: str) -> str:
    """A text with plain spaces and apostrophes, so that typography does not tell two texts apart.

    >>> plain("l’âge :\\u202f3\\u00a0%")
    "l'âge : 3 %"
    """
    return _SPACES.sub(" ", text).replace("\u2019", "'").strip()


def english_number(french: str) -> str:
    """A number that French has written, as English writes it: the same value, to the last digit.

    >>> english_number("1 234,50"), english_number("+0,3")
    ('1,234.50', '+0.3')
    """
    return plain(french).replace(",", ".").replace(" ", ",")


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages: ``{n}`` is a number, ``{t}`` a text that has English itself, ``{x}`` a name.

    The same places stand on both sides, told apart by a digit: ``{n1}``, ``{n2}``.
    """

    french: str
    english: str
    ends: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        literal = _PLACE.split(plain(self.french))[0::2]
        object.__setattr__(self, "ends", (literal[0], literal[-1]))

    @cached_property
    def shape(self) -> re.Pattern[str]:
        """What a text of this sentence looks like; made the first time that a text may be one."""
        parts = _PLACE.split(plain(self.french))
        places = [f"(?P<{name}>{_KINDS[name[0]]})" for name in parts[1::2]]
        return re.compile("".join(chain.from_iterable(zip(map(re.escape, parts[0::2]), [*places, ""], strict=True))))

    def read(self, text: str) -> Mapping[str, str] | None:
        """What stands at each place of ``text``; None when it is not this sentence."""
        first, last = self.ends
        if not (text.startswith(first) and text.endswith(last)):
            return None
        found = self.shape.fullmatch(text)
        return found.groupdict() if found else None

    def said(self, places: Mapping[str, str]) -> str:
        """The sentence in English with its places filled."""
        return _PLACE.sub(lambda place: places[place[1]], self.english)


def places_in(text: str) -> list[str]:
    """The places of one side of a sentence, in alphabetical order.

    >>> places_in("{n2} of {n1}")
    ['n1', 'n2']
    """
    return sorted(_PLACE.findall(text))
