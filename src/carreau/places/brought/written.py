"""Codes of places as people and spreadsheets write them, brought to the form that the releases use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from carreau.places.codes import commune_of

_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]+")
_COMMUNE: Final = re.compile(r"\d{4,5}|2[AB]\d{3}|Z[A-Z]\d{3}")
_IRIS: Final = re.compile(r"\d{8,9}|2[AB]\d{7}|Z[A-Z]\d{7}")
_STATION: Final = re.compile(r"(\d{4,5}|2[AB]\d{3}|Z[A-Z]\d{3})[ _\-/.:]+(\S{1,8})")
_GLUED: Final = re.compile(r"(\d{4,5}|2[AB]\d{3}|Z[A-Z]\d{3})(\d{4})")
_DEPARTMENT: Final = re.compile(r"\d{1,2}|2[AB]|9[78]\d|Z[A-Z]")
_CONSTITUENCY: Final = re.compile(r"(\d{1,2}|2[AB]|9[78]\d|Z[A-Z])-?(\d{2})")


def tidy(text: str) -> str:
    """A code without blanks around, in capitals, without the « .0 » of a spreadsheet or a leading apostrophe."""
    code = text.strip().lstrip("'").strip().upper()
    return code[:-2] if code.endswith(".0") and code[:-2].isdigit() else code


def commune_code(text: str) -> str | None:
    """The commune written in ``text``: 5 signs, the zero that a spreadsheet took given back; None when there is none.

    >>> commune_code("1001"), commune_code("2a004"), commune_code("69 123"), commune_code("Lyon")
    ('01001', '2A004', '69123', None)
    """
    code = _BLANKS.sub("", tidy(text)).removeprefix("COM:")
    return code.zfill(5) if _COMMUNE.fullmatch(code) else None


def iris_code(text: str) -> str | None:
    """The IRIS written in ``text``: 9 signs."""
    code = _BLANKS.sub("", tidy(text)).removeprefix("IRIS:")
    return code.zfill(9) if _IRIS.fullmatch(code) else None


def station_code(text: str) -> str | None:
    """The polling station written in ``text``: the commune (whole, for Paris, Lyon, Marseille), ``_``, 4 signs.

    >>> station_code("69123_101"), station_code("1001-1"), station_code("691230101"), station_code("69381_0101")
    ('69123_0101', '01001_0001', '69123_0101', '69123_0101')
    """
    code = tidy(text).removeprefix("BV:")
    parts = _STATION.fullmatch(code) or _GLUED.fullmatch(code)
    return station_of(parts[1], parts[2]) if parts else None


def station_of(commune: str, station: str) -> str:
    """The key of a station, from its commune and its own code."""
    return f"{commune_of(commune.zfill(5))}_{tidy(station).zfill(4)}"


def department_code(text: str) -> str | None:
    """The department written in ``text``."""
    code = tidy(text).removeprefix("DEP:")
    return code.zfill(2) if _DEPARTMENT.fullmatch(code) else None


def constituency_code(text: str) -> str | None:
    """The constituency written in ``text``: its department and 2 digits."""
    parts = _CONSTITUENCY.fullmatch(_BLANKS.sub("", tidy(text)).removeprefix("CIRCO:"))
    return f"{parts[1].zfill(2)}{parts[2]}" if parts else None


READERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "bureau": station_code,
    "iris": iris_code,
    "commune": commune_code,
    "circonscription": constituency_code,
    "departement": department_code,
}
"""The reader of codes of each level of places, the finest first."""
