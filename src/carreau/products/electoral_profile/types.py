"""The type of each station: the nearest of the types that were fitted once on all stations of France.

The facts (means, deviations, axes, centroids, words) are in ``types.toml``, written by ``bench/typology.py``: a station
gets the same type in the profile of its commune and in that of the country.
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
BORROWED: Final = "d'après les chiffres de la commune : ce bureau n'a pas de contour"
_TYPE: Final = "Type de bureau de vote le plus proche de celui-ci, selon qui y habite ; le vote n'y entre pas"
_GROUP: Final = "Groupe auquel appartient le type du bureau de vote"
_STATUS: Final = "Type de bureau : pourquoi il manque, ou sur quoi il repose ; vide s'il est montré tel quel"
_CERTAINTY: Final = "Certitude du type : 0 quand un second type est aussi proche, 1 au centre du type"
METHOD: Final = "type le plus proche de ses chiffres, parmi ceux que forment les bureaux de France"


@dataclass(frozen=True, slots=True)
class Typology:
    """The types as fitted: how each indicator is standardised, the axes that sum them up, the centre of each type.

    ``axes`` is indicators x axes, weights included; ``centroids`` types x axes. ``groups`` and ``titles`` are the
    group and the French name of each type.
    """

    indicators: tuple[str, ...]
    mean: Values
    deviation: Values
    axes: Values
    centroids: Values
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    least_known: float
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
    types, indicators = said["types"].values(), said["indicators"].values()
    titles = {name: group["title"] for name, group in said["groups"].items()}
    return Typology(
        tuple(said["indicators"]),
        np.array([one["mean"] for one in indicators]),
        np.array([one["deviation"] for one in indicators]),
        np.array([one["axes"] for one in indicators]),
        np.array([one["centroid"] for one in types]),
        tuple(titles[one["group"]] for one in types),
        tuple(one["title"] for one in types),
        float(said["least_known"]),
        float(said["extreme"]),
    )


def typed(values: Values, types: Typology) -> Typed:
    """The type of each row of ``values`` (stations x indicators, in the order of the typology; NaN where unknown).

    An unknown figure is taken as that of the mean; a station that lacks too many has no type.
    """
    known = np.isfinite(values)
    standard = np.where(known, (np.nan_to_num(values) - types.mean) / types.deviation, 0.0)
    point = np.clip(standard, -types.extreme, types.extreme) @ types.axes
    far = np.sqrt(((point[:, None, :] - types.centroids[None]) ** 2).sum(axis=2))
    enough = known.mean(axis=1) >= types.least_known
    order = np.sort(far, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        certainty = np.where(enough, 1 - order[:, 0] / order[:, 1], np.nan)
    status = np.where(enough, "", TOO_LITTLE).astype(np.object_)
    return Typed(np.where(enough, far.argmin(axis=1), -1), certainty, status)


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
    shown: Sequence[tuple[Values, Texts]], provenance: Provenance
) -> Iterator[tuple[Column, pa.Array]]:
    """The columns ``type``, ``groupe_de_types``, ``type_statut`` and ``type_certitude`` of stations.

    ``shown`` are the figures and statuses of each indicator of :func:`read_by_types`.
    """
    types = typology()
    found = typed(np.column_stack([values for values, _ in shown]), types)
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
