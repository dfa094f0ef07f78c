"""Which places lie in a territory: by their codes, by the lists of intercommunalities, by larger contours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import shapely

from carreau.errors import Broken, Missing, Unknown
from carreau.house.gather import Gatherer, hands_of
from carreau.house.reading_places import Places
from carreau.house.watch import SILENT
from carreau.places.codes import commune_of
from carreau.products import Product, inputs_of
from carreau.terms import Territory

Index = npt.NDArray[np.int64]
Members = Mapping[str, Mapping[str, Any]]
LONGEST: Final = 60
_EPCI: Final = ["code_commune", "code_epci", "libelle_epci"]


@dataclass(frozen=True, slots=True)
class Where:
    """A territory as an address names it: a kind of :class:`~carreau.terms.Territory`, or ``iris``, and its code."""

    kind: str
    code: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else self.kind


def where_of(text: str) -> Where:
    """The territory that ``text`` names; :class:`~carreau.errors.Unknown` for what has no such form.

    An arrondissement of Paris, Lyon or Marseille stands for its whole commune, as everywhere.

    >>> str(where_of("iris:691230101")), str(where_of("69383"))
    ('iris:691230101', 'com:69123')
    """
    kind, _, code = text.strip().partition(":")
    if kind.lower() == "iris" and re.fullmatch(r"[0-9AB]{9}", code.upper()):
        return Where("iris", code.upper())
    if len(text) > LONGEST or not text.isprintable():
        text = text[:LONGEST].encode("ascii", "replace").decode()
    parsed = Territory.parse(text)
    return Where(parsed.kind, commune_of(parsed.code) if parsed.kind == "com" else parsed.code)


def rows_of(known: Places, territory: Where, groups: Callable[[str], Mapping[str, Sequence[int]]]) -> Index:
    """The rows of ``known`` that lie in a commune, a department, or the whole; ``groups`` gives rows by code of a kind.

    Empty for another kind of territory.
    """
    if territory.kind == "france":
        return np.arange(len(known.codes))
    if territory.kind in {"com", "dep"}:
        return np.array(groups(territory.kind).get(territory.code, ()), dtype=np.int64)
    return np.empty(0, dtype=np.int64)


def grouped(codes: Sequence[str]) -> dict[str, list[int]]:
    """The rows that share each code."""
    groups: dict[str, list[int]] = {}
    for row, code in enumerate(codes):
        groups.setdefault(code, []).append(row)
    return groups


def inside(known: Places, contours: Path, row: int) -> Index:
    """The rows of ``known`` whose point lies in the contour of a ``row`` of the kept Parquet ``contours``."""
    held = pq.read_table(contours, columns=["geometry"])["geometry"][row].as_py()
    if held is None:
        return np.empty(0, dtype=np.int64)
    contour = shapely.from_wkb(held)
    shapely.prepare(contour)
    found: Index = np.flatnonzero(shapely.contains_xy(contour, known.points[:, 0], known.points[:, 1]))
    return found


def intercommunalities(gatherer: Gatherer, product: Product, communes: Mapping[str, object]) -> Members:
    """The EPCI that hold some of ``communes``: name and communes by code; none when no file at hand lists them."""
    wanted = tuple(entry for entry in inputs_of(product.facts) if entry.alias == "epci")
    try:
        tables = [entry.read(_EPCI) for entry in hands_of(wanted, gatherer, SILENT).get("epci", ())]
    except (Missing, Broken):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        for commune, code, name in zip(*(table[column].to_pylist() for column in _EPCI), strict=True):
            if code and commune in communes:
                found.setdefault(code, {"name": name or code, "communes": []})["communes"].append(commune)
    return found


def nowhere(territory: Where, served: str, level: str) -> Unknown:
    """The error for a territory that holds no place of a level here."""
    return Unknown(
        f"« {territory} » ne contient aucun lieu de ce niveau ici",
        given=str(territory),
        expected=f"un territoire dans {served}, au niveau {level}",
        advice="chercher un lieu : GET /api/v1/search?q=…",
    )
