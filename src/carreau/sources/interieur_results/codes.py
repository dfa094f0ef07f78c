"""The ministry's codes of places, as the official geographic code writes them.

Until 2023 the ministry wrote overseas departments with letters (``ZA`` Guadeloupe … ``ZZ`` abroad) and
communes with three digits, the first of which repeats the last digit of the department (``ZA`` + ``101`` is
97101). ``ZX`` holds both Saint-Barthélemy (977) and Saint-Martin (978): only the commune tells them apart.
Paris, Lyon and Marseille are one commune each, whatever their sectors and arrondissements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken

DEPARTMENTS: Final = {
    "ZA": "971", "ZB": "972", "ZC": "973", "ZD": "974", "ZM": "976", "ZN": "988", "ZP": "987", "ZS": "975",
    "ZW": "986", "99": "ZZ",
}
"""The ministry's letters for overseas departments and collectivities, and ``99`` for voters abroad."""

# their codes as communes of Guadeloupe, until 2008
_NORTHERN_ISLANDS: Final = {"123": "97701", "127": "97801"}
_WHOLE_CITIES: Final = (("751", "75056"), ("6938", "69123"), ("132", "13055"))
_COMMUNE: Final = re.compile(r"(\d{2}|2[AB])\d{3}|ZZ\d{3}")
_SECTOR: Final = re.compile(r"(SR|AR)\d+$")


def commune_code(department: str, commune: str) -> str:
    """The commune's code in the official geographic code, from the ministry's department and commune codes.

    :class:`~carreau.errors.Broken` when the two make no commune.

    >>> commune_code("1", "4"), commune_code("ZA", "101"), commune_code("69", "69381")
    ('01004', '97101', '69123')
    """
    code = _whole(_SECTOR.sub("", commune.strip().upper()), department_code(department))
    for prefix, city in _WHOLE_CITIES:
        if code.startswith(prefix) and code != city:
            return city
    if not _COMMUNE.fullmatch(code):
        raise Broken(
            "un code de commune n'en est pas un",
            given=f"département « {department} », commune « {commune} »",
            expected="un code comme 001 ou 01001",
            advice="vérifier que les colonnes du fichier ne sont pas décalées",
        )
    return code


def _whole(commune: str, department: str) -> str:
    """The five characters of a commune, from a code with or without its department."""
    if len(commune) >= 4:
        code = commune.zfill(5)
        if code[0] == "Z" and code[:2] != "ZZ":
            return _whole(code[2:], department_code(code[:2]))
        return f"ZZ{code[2:]}" if code[:2] == "99" else code
    commune = commune.zfill(3)
    if department == "ZX":
        return _NORTHERN_ISLANDS.get(commune, f"97{commune}")
    if len(department) == 3:
        return department[:2] + commune if commune[0] == department[2] else department + commune[1:]
    return department + commune


def department_code(department: str) -> str:
    """The department in the official geographic code; ``ZX``, which names two collectivities, stays as it is.

    >>> department_code("1"), department_code("2a"), department_code("ZD"), department_code("099")
    ('01', '2A', '974', 'ZZ')
    """
    code = department.strip().upper()
    code = code.lstrip("0").zfill(2) if code.isdigit() else code
    return DEPARTMENTS.get(code, code)


@dataclass(frozen=True, slots=True)
class Places:
    """The communes and station keys of rows, null where there is none; ``problem`` says of one why."""

    communes: pa.Array
    keys: pa.Array
    problem: Broken | None


def places_of(departments: pa.Array, communes: pa.Array, stations: pa.Array) -> Places:
    """The places of rows, from the ministry's codes; each distinct pair of codes is worked out once.

    A row has none when a code is missing, when its codes make no commune, or when its commune is of another
    department than the row's.
    """
    pairs = pc.binary_join_element_wise(departments, communes, "\t").dictionary_encode()
    codes: list[str | None] = []
    problem = None
    for pair in pairs.dictionary.to_pylist():
        try:
            codes.append(_checked_commune(*pair.split("\t", 1)))
        except Broken as error:
            codes.append(None)
            problem = problem or error
    found = pa.array(codes, pa.string()).take(pairs.indices)
    keys = station_keys(found, stations)
    if keys.null_count and problem is None:
        problem = Broken(
            "il manque des codes", given="une cellule vide",
            expected="un département, une commune et un bureau de vote",
            advice="vérifier que les colonnes du fichier ne sont pas décalées",
        )
    return Places(found, keys, problem)


def _checked_commune(department: str, commune: str) -> str:
    """The commune's code, whose own department must be the row's."""
    code = commune_code(department, commune)
    own = department_of(code)
    wanted = department_code(department)
    if own != wanted and not (wanted == "ZX" and own in ("977", "978")):
        raise Broken(
            f"la commune {code} n'est pas du département {wanted}",
            given=f"département « {department} », commune « {commune} »",
            expected=f"une commune du département {wanted}",
            advice="vérifier que les lignes du fichier n'ont pas été déplacées ou mélangées",
        )
    return code


def department_of(commune: str) -> str:
    """The department of a commune: three characters overseas, two elsewhere."""
    return commune[:3] if commune[:2] in ("97", "98") else commune[:2]


def departments_of(communes: pa.Array) -> pa.Array:
    """The departments of communes, row by row."""
    prefix = pc.utf8_slice_codeunits(communes, 0, 2)
    overseas = pc.is_in(prefix, pa.array(["97", "98"]))
    return pc.if_else(overseas, pc.utf8_slice_codeunits(communes, 0, 3), prefix)


def station_codes(stations: pa.Array) -> pa.Array:
    """The codes of stations, at least four characters; what is not a digit stays (``23B`` is ``023B``)."""
    return pc.utf8_upper(pc.utf8_lpad(pc.utf8_trim_whitespace(stations), 4, "0"))


def station_keys(communes: pa.Array, stations: pa.Array) -> pa.Array:
    """The keys ``bv_id``: commune, underscore, station."""
    return pc.binary_join_element_wise(communes, station_codes(stations), "_")


def constituency_code(department: str, constituency: str) -> str:
    """The constituency as the house writes it: department, then two digits; empty when there is none.

    >>> constituency_code("69", "1"), constituency_code("ZA", "02"), constituency_code("1", "101")
    ('6901', '97102', '0101')
    """
    number = constituency.strip()[-2:]
    code = department_code(department)
    return f"{'977' if code == 'ZX' else code}{number.zfill(2)}" if number else ""


def constituency_codes(departments: pa.Array, constituencies: pa.Array) -> pa.Array:
    """The constituencies, row by row; null where the file gives none."""
    numbers = pc.fill_null(constituencies, "")
    pairs = pc.binary_join_element_wise(departments, numbers, "\t").dictionary_encode()
    codes = [constituency_code(*pair.split("\t", 1)) or None for pair in pairs.dictionary.to_pylist()]
    return pa.array(codes, pa.string()).take(pairs.indices)
