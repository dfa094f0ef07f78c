"""What a header of the ministry says: where each column is, and how wide the block of one candidate is.

A results file has fixed columns, then one block of columns per candidate. The block's names are written once
(2017, 2022), once per candidate (2015), or once per candidate with a number (2024): the block is what lies
between the first name of the candidates' part and its next occurrence, numbers left aside.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from carreau.errors import Broken

Level = Literal["station", "constituency"]

_NUMBER: Final = re.compile(r"\s+\d+$")
_STATION_KEYS: Final = ("code_departement", "code_commune", "code_bv", "inscrits", "votants", "exprimes")
_CONSTITUENCY_KEYS: Final = ("code_departement", "code_circonscription", "inscrits", "votants", "exprimes")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are: ``station`` by position in a row, ``candidate`` by position in a block.

    A row is ``fixed`` cells, then any number of blocks of ``block`` cells.
    """

    station: Mapping[str, int]
    candidate: Mapping[str, int]
    fixed: int
    block: int

    def fits(self, width: int) -> bool:
        """Whether a row of ``width`` cells is whole: the fixed cells and whole blocks."""
        return width >= self.fixed and not (width - self.fixed) % self.block


def header_of(names: Sequence[str], name: str, level: Level = "station") -> Header:
    """The header that ``names`` write.

    :class:`~carreau.errors.Broken` names the file ``name`` and the first column that is missing.
    """
    station, candidate = _known()
    plain = [_plain(_NUMBER.sub("", label.strip())) for label in names]
    while plain and not plain[-1]:
        plain.pop()
    start = next((place for place, label in enumerate(plain) if label in candidate), len(plain))
    block = plain[start:]
    width = next((place for place, label in enumerate(block) if place and label == block[0]), len(block))
    found = Header(_places(plain[:start], station), _places(block[:width], candidate), start, width)
    wanted = _STATION_KEYS if level == "station" else _CONSTITUENCY_KEYS
    missing = [key for key in wanted if key not in found.station]
    missing += ["voix"] if "voix" not in found.candidate else []
    if missing:
        raise Broken(
            f"{name} n'a pas de colonne « {_official(missing[0])} »", given=" ; ".join(names[:12]),
            expected=", ".join(_official(key) for key in (*wanted, "voix")),
            advice="vérifier que l'en-tête du fichier est celui du ministère de l'intérieur",
        )
    return found


def _places(labels: Sequence[str], known: Mapping[str, str]) -> Mapping[str, int]:
    """The place of each known column; of two names of one column, the first met."""
    places: dict[str, int] = {}
    for place, label in enumerate(labels):
        if label in known:
            places.setdefault(known[label], place)
    return places


@cache
def _known() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Our name of each plain header name: of the station's columns, and of the candidate's."""
    declared = _declared()
    return tuple(  # type: ignore[return-value] # two sections, in this order
        {_plain(theirs): ours for ours, names in declared[section].items() for theirs in names}
        for section in ("station", "candidate")
    )


@cache
def _declared() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The content of ``layouts.toml``."""
    found: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
        Path(__file__).with_name("layouts.toml").read_text("utf-8")
    )
    return found


def _official(key: str) -> str:
    """The ministry's first name of a column."""
    declared = _declared()
    return (declared["station"].get(key) or declared["candidate"][key])[0]


def _plain(label: str) -> str:
    """A header name without case, accents, spaces or punctuation; a percentage keeps its sign."""
    letters = unicodedata.normalize("NFKD", label).casefold()
    return "".join(letter for letter in letters if letter.isascii() and (letter.isalnum() or letter == "%"))
