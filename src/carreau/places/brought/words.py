"""The words by which the columns of people's files are recognised."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, list[str]]]] = tomllib.loads(
    (Path(__file__).parent / "words.toml").read_text("utf-8")
)
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def word_of(name: str) -> str:
    """The name of a column as one word, without accents, capitals or signs.

    >>> word_of("Code INSEE"), word_of("Numéro_Bureau")
    ('codeinsee', 'numerobureau')
    """
    return _SIGNS.sub("", _plain(name))


def words_of(name: str) -> list[str]:
    """The words of the name of a column, without accents or capitals.

    >>> words_of("part_65_ans"), words_of("tauxChomage")
    (['part', '65', 'ans'], ['taux', 'chomage'])
    """
    return [word for word in _SIGNS.split(_plain(_HUMP.sub(" ", name))) if word]


def named(name: str, group: str, kind: str) -> bool:
    """Whether a column is called as ``kind`` of ``group`` is."""
    return word_of(name) in WORDS[group][kind]


def _plain(text: str) -> str:
    """A text in small letters without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).lower()
