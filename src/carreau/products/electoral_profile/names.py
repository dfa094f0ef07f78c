"""The names of places: communes and departments by the official code, IRIS by their map, constituencies by number."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow.compute as pc

from carreau.places.successions import located
from carreau.products.declare import Handed, Hands, Input
from carreau.products.electoral_profile.levels import COMMUNE, CONSTITUENCY, DEPARTMENT, IRIS, PlaceLevel
from carreau.products.electoral_profile.refined import Codes, TargetFrame, Texts, codes_of, texts

_LISTS: Final = {  # the input that names the places of each level, its code and its name, its type where it has one
    IRIS: ("iris", "CODE_IRIS", "NOM_IRIS", ""),
    COMMUNE: ("noms_communes", "code_commune", "libelle", "type"),
    DEPARTMENT: ("noms_departements", "code_departement", "libelle", ""),
}
ABROAD: Final = {"99": "Français établis hors de France", "ZZ": "Français établis hors de France"}


def names_of(level: PlaceLevel, frame: TargetFrame, hands: Hands) -> tuple[Texts, tuple[Input, ...]]:
    """The name of each place of ``frame``, and the files that say it.

    A place that no file names keeps the label of ``frame`` when it is a commune or an IRIS, else its code.
    """
    if level.id == CONSTITUENCY:
        names, inputs = _read(DEPARTMENT, frame.departments, frame.departments.astype(np.object_), hands)
        found = [constituency_name(name, code) for name, code in zip(names, frame.codes.tolist(), strict=True)]
        return np.array(found, dtype=np.object_), inputs
    without = frame.labels if level.id in {COMMUNE, IRIS} else frame.codes.astype(np.object_)
    return _read(level.id, frame.codes, np.where(without == "", frame.codes.astype(np.object_), without), hands)


def constituency_name(department: str, code: str) -> str:
    """The name of a constituency, by its department and its number.

    >>> constituency_name("Rhône", "6901"), constituency_name("Paris", "7512")
    ('Rhône, 1re circonscription', 'Paris, 12e circonscription')
    """
    number = code[-2:].lstrip("0")
    return f"{department}, {number}{'re' if number == '1' else 'e'} circonscription"


def _read(level: str, codes: Codes, without: Texts, hands: Hands) -> tuple[Texts, tuple[Input, ...]]:
    """The names that the list of a level gives to ``codes``, ``without`` where it has none."""
    alias, *columns = _LISTS[level]
    names, used = without.copy(), []
    for handed in hands.get(alias, ()):
        listed, said = _list(handed, *columns)
        position, found = located(codes, listed)
        names[found] = said[position[found]]
        used += [handed.input] if found.any() else []
    if level == DEPARTMENT:
        names = np.array([ABROAD.get(code, own) for code, own in zip(codes.tolist(), names, strict=True)], dtype=object)
    return names, tuple(used)


def _list(handed: Handed, key: str, name: str, kind: str) -> tuple[Codes, Texts]:
    """The codes and names of a list; where rows have a type, a commune and not what is delegated under its code."""
    table = handed.read([key, name, *([kind] if kind else [])])
    if kind:
        table = table.filter(pc.equal(table[kind], "COM"))
    return codes_of(table[key]), texts(table[name])
