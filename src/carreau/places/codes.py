"""Codes of departments, communes and arrondissements: INSEE's and the ministry's, and merged communes by
date.

A commune code has 5 characters (``01001``, ``2A004``, ``97101``, ``ZZ001``); a department has 2 or 3. The
facts (which territory has which letters, kind and projection) are in ``territories.toml``; the rules are
here.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["metropole", "outre_mer", "etranger"]

METROPOLITAN_CRS: Final = 2154  # Lambert-93, the legal projection of metropolitan France
_FACTS: Final[Mapping[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "territories.toml").read_text("utf-8")
)
_CRS: Final[Mapping[str, int]] = {entry["code"]: entry["crs"] for entry in _FACTS["territory"]}
_FROM_MINISTRY: Final[Mapping[str, str]] = {
    entry["ministry"]: entry["code"] for entry in _FACTS["territory"] if entry["ministry"] != "ZX"
}
_COMMUNE_OF: Final[Mapping[str, str]] = {
    str(number): entry["code"]
    for entry in _FACTS["cut_commune"]
    for number in range(entry["first"], entry["last"] + 1)
}
# INSEE's movement codes that end a commune code: suppression, mergers (simple, new commune, association, its
# transformation), change of department, change of chief town. Code 21 restores a commune: it moves nobody.
_ENDINGS: Final = frozenset({"30", "31", "32", "33", "34", "41", "50"})


def department_of(commune: str) -> str:
    """The department of a commune, IRIS or station code: ``01``, ``2A``, ``971``, ``99`` for France abroad.

    >>> department_of("69123"), department_of("2A004"), department_of("97411"), department_of("ZZ001")
    ('69', '2A', '974', '99')
    """
    head = commune[:2].upper()
    if head == "ZX":  # Saint-Barthélemy 701, Saint-Martin 801: the letters cover both
        return "977" if commune[2:3] == "7" else "978"
    if head in _FROM_MINISTRY:
        return _FROM_MINISTRY[head]
    return commune[:3] if head in {"97", "98"} else head


def kind_of(commune: str) -> Kind:
    """Where a commune, IRIS or station code lies: ``metropole``, ``outre_mer`` or ``etranger``.

    >>> kind_of("75056"), kind_of("97101"), kind_of("ZZ001")
    ('metropole', 'outre_mer', 'etranger')
    """
    department = department_of(commune)
    if department == "99":
        return "etranger"
    return "outre_mer" if department in _CRS else "metropole"


def crs_of(commune: str) -> int:
    """The EPSG code of the legal plane projection where a code lies; 0 where no projection is declared.

    >>> crs_of("34172"), crs_of("974110101"), crs_of("98818")
    (2154, 2975, 0)
    """
    return _CRS.get(department_of(commune), METROPOLITAN_CRS)


def commune_of(code: str) -> str:
    """The commune of an arrondissement of Paris, Lyon or Marseille; any other commune code is returned as it
    is.

    >>> commune_of("75101"), commune_of("69389"), commune_of("13216"), commune_of("34172")
    ('75056', '69123', '13055', '34172')
    """
    return _COMMUNE_OF.get(code, code)


def arrondissements_of(commune: str) -> tuple[str, ...]:
    """The arrondissement codes of Paris, Lyon or Marseille, in order; the commune itself when it is not cut.

    >>> arrondissements_of("69123")[:2], arrondissements_of("34172")
    (('69381', '69382'), ('34172',))
    """
    return tuple(part for part, whole in _COMMUNE_OF.items() if whole == commune) or (commune,)


@dataclass(frozen=True, slots=True)
class Movements:
    """What each commune code became and when, out of INSEE's table of movements: ``after[code]`` by ascending
    date."""

    after: Mapping[str, tuple[tuple[date, str], ...]]


def movements_of(table: pa.Table) -> Movements:
    """The mergers, splits back and changes of code in the ``mouvements`` table of the source
    ``cog_communes``.

    One row of the table per movement (``date_effet``, ``mod``, ``type_avant``, ``code_avant``,
    ``type_apres``, ``code_apres``). Only movements that end a code are kept: a change of name moves nobody,
    and a commune that gives back a part of itself goes on under its own code.
    """
    between_communes = pc.and_(pc.equal(table["type_avant"], "COM"), pc.equal(table["type_apres"], "COM"))
    ended = table.filter(pc.and_(between_communes, pc.not_equal(table["code_avant"], table["code_apres"])))
    after: defaultdict[str, set[tuple[date, str]]] = defaultdict(set)
    columns = (ended[name].to_pylist() for name in ("date_effet", "mod", "code_avant", "code_apres"))
    for day, mod, before, now in zip(*columns, strict=True):
        if str(mod) in _ENDINGS:
            after[before].add((day if isinstance(day, date) else date.fromisoformat(str(day)), now))
    return Movements({code: tuple(sorted(steps)) for code, steps in after.items()})


def current_commune(code: str, at: date, movements: Movements) -> str:
    """The commune that, today, holds what was the commune ``code`` at the date ``at``; ``code`` itself if
    unchanged.

    Every merger after ``at`` is followed in turn. An arrondissement is first brought to its commune.
    """
    code, since = commune_of(code), at
    while step := next((later for later in movements.after.get(code, ()) if later[0] > since), None):
        since, code = step
    return code
