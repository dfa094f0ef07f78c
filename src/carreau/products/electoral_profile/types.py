"""The type of each station: the size of its commune, then the nearest of the types of communes of that size.

The facts (means, deviations, axis, centres, words) are in ``types.toml``, fitted once on all stations of France by
``bench/typology.py``: a station gets the same type in the profile of its commune and in that of the country.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.products.electoral_profile.estimate import COMMUNE_SHARE, Estimate
from carreau.products.electoral_profile.refined import Texts, Values, blank
from carreau.terms import Column, Provenance, Role

TOO_LITTLE: Final = "trop peu de chiffres connus pour dire un type"
NO_VOTERS: Final = "inscrits de la commune inconnus : ni taille, ni type"
BORROWED: Final = "d'après les chiffres de la commune : ce bureau n'a pas de contour"
_TYPE: Final = "Type de bureau de vote le plus proche de celui-ci, selon qui y habite ; le vote n'y entre pas"
_GROUP: Final = "Groupe auquel appartient le type du bureau de vote : la taille de sa commune, en électeurs inscrits"
_STATUS: Final = "Type de bureau : pourquoi il manque, ou sur quoi il repose ; vide s'il est montré tel quel"
_CERTAINTY: Final = "Certitude du type : 0 quand un second type du groupe est aussi proche, 1 au centre du type"
METHOD: Final = "taille de la commune, puis type le plus proche de ses chiffres parmi ceux des bureaux de France"


@dataclass(frozen=True, slots=True)
class Typology:
    """The types as fitted: how each indicator is standardised, the axis that sums them up, the centre of each type.

    ``weight`` multiplies each standardised indicator on the axis, ``part`` is what it makes of the axis (the sum is 1).
    ``centres`` is where each type lies on it and ``group`` the rank of its group; ``below`` is, of each group, the
    registered voters of the commune under which a station belongs to it. ``groups`` and ``titles`` are the names of the
    group and of the type itself, type by type.
    """

    indicators: tuple[str, ...]
    mean: Values
    deviation: Values
    weight: Values
    part: Values
    centres: Values
    group: npt.NDArray[np.int64]
    below: Values
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    least_known: float
    least_part: float
    extreme: float


@dataclass(frozen=True, slots=True)
class Typed:
    """The type of each station: its index, -1 where too little is known, how sure it is, and what to say of it.

    ``certainty`` is 0 where a second type is as near, and 1 at the very centre of the type.
    """

    type: npt.NDArray[np.int64]
    certainty: Values
    status: Texts


@cache
def facts() -> Mapping[str, Any]:
    """The facts of ``types.toml``: when and on what the types were fitted, how stable they are, their words."""
    return tomllib.loads((Path(__file__).parent / "types.toml").read_text("utf-8"))


@cache
def typology() -> Typology:
    """The types that ``types.toml`` declares."""
    said = facts()
    types, indicators, groups = said["types"].values(), said["indicators"].values(), said["groups"]
    names = list(groups)
    return Typology(
        tuple(said["indicators"]),
        np.array([one["mean"] for one in indicators]),
        np.array([one["deviation"] for one in indicators]),
        np.array([one["weight"] for one in indicators]),
        np.array([one["part"] for one in indicators]),
        np.array([one["centre"] for one in types]),
        np.array([names.index(one["group"]) for one in types]),
        np.array([one["below"] for one in groups.values()], dtype=np.float64),
        tuple(groups[one["group"]]["title"] for one in types),
        tuple(one["title"] for one in types),
        float(said["least_known"]),
        float(said["least_part"]),
        float(said["extreme"]),
    )


def typed(values: Values, voters: Values, types: Typology) -> Typed:
    """The type of each row of ``values`` (stations x indicators, in the order of the typology; NaN where unknown).

    ``voters`` are the registered voters of the whole commune of each station. A station lies on the axis where its
    known figures put it; one that lacks too many figures, or the voters of its commune, has no type.
    """
    known = np.isfinite(values)
    point = _points(values, types)
    far = np.abs(point[:, None] - types.centres[None])
    size = np.searchsorted(types.below, voters, side="right")
    far[size[:, None] != types.group[None]] = np.inf
    counted, enough = voters > 0, known.mean(axis=1) >= types.least_known
    told = counted & enough
    order = np.sort(far, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        certainty = np.where(told, 1 - order[:, 0] / order[:, 1], np.nan)
    status = np.where(told, "", np.where(enough, NO_VOTERS, TOO_LITTLE)).astype(np.object_)
    return Typed(np.where(told, far.argmin(axis=1), -1), certainty, status)


def _points(values: Values, types: Typology) -> Values:
    """Where each station lies on the axis: what is unknown is taken to be like the rest of what makes the axis.

    Projection on the known indicators: sum(w z) / sum(p), both over what is known, the latter at least ``least_part``.
    """
    known = np.isfinite(values)
    standard = np.where(known, (np.nan_to_num(values) - types.mean) / types.deviation, 0.0)
    told = np.clip(standard, -types.extreme, types.extreme) @ types.weight
    return np.asarray(told / np.maximum(known @ types.part, types.least_part), dtype=np.float64)


def read_by_types() -> tuple[str, ...]:
    """The indicators that say the type of a station, in order."""
    return typology().indicators


def shown_values(estimate: Estimate | None, size: int, least: int) -> tuple[Values, Texts]:
    """The figures of an indicator that may be shown, and their statuses; all unknown without an estimate.

    A figure on fewer than ``least`` people, which the guard hides, does not say the type of anyone either.
    """
    if estimate is None:
        return np.full(size, np.nan), blank(size)
    return np.where(estimate.base < least, np.nan, estimate.value), estimate.status


def type_columns(
    shown: Sequence[tuple[Values, Texts]], voters: Values, provenance: Provenance
) -> Iterator[tuple[Column, pa.Array]]:
    """The columns ``type``, ``groupe_de_types``, ``type_statut`` and ``type_certitude`` of stations.

    ``shown`` are the figures and statuses of each indicator of :func:`read_by_types`, ``voters`` the registered voters
    of the commune of each station.
    """
    types = typology()
    found = typed(np.column_stack([values for values, _ in shown]), voters, types)
    borrowed = np.column_stack([status for _, status in shown]) == COMMUNE_SHARE
    found.status[borrowed.any(axis=1) & (found.type >= 0)] = BORROWED
    names = {"type": types.titles, "groupe_de_types": types.groups}
    titles, groups = (pa.array(_named(words, found.type), pa.string()) for words in names.values())
    certainty = pa.array(found.certainty, pa.float64(), mask=~np.isfinite(found.certainty))
    status = pa.array(found.status, pa.string(), mask=found.status == "")
    for name, kind, what, unit, role, title, array in (
        ("type", "text", _TYPE, "type", Role.MEASURE, "Type de bureau", titles),
        ("groupe_de_types", "text", _GROUP, "groupe", Role.MEASURE, "Groupe de types", groups),
        ("type_statut", "text", _STATUS, "texte", Role.STATUS, "Statut", status),
        ("type_certitude", "number", _CERTAINTY, "de 0 à 1", Role.MEASURE, "Certitude", certainty),
    ):
        of = "" if name == "type" else "type"
        named = {"of": of, "title": title, "provenance": provenance}
        yield Column(name, kind, what, unit, role, **named), array  # type: ignore[arg-type] # as Column declares


def _named(names: Sequence[str], index: npt.NDArray[np.int64]) -> list[str | None]:
    """The name at each index, none at -1."""
    return [names[place] if place >= 0 else None for place in index.tolist()]
