"""The type of each station: of all types, the one whose centre is nearest to its figures.

The facts (means, deviations, relations, axes, centres, words) are in ``types.toml``, fitted once on all stations of
France by ``bench/typology.py``: a station gets the same type in the profile of its commune and in that of the country.
An unknown figure is told from the known ones, by how indicators go together over the country.
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
_GROUP: Final = "Famille de types à laquelle appartient le type du bureau de vote"
_STATUS: Final = "Type de bureau : pourquoi il manque, ou sur quoi il repose ; vide s'il est montré tel quel"
_CERTAINTY: Final = "Certitude du type : 0 quand un second type est aussi proche, 1 au centre du type"
METHOD: Final = "type le plus proche de ses chiffres, parmi ceux des bureaux de France"


@dataclass(frozen=True, slots=True)
class Typology:
    """The types as fitted: how each indicator is standardised, the axes that sum them up, the centre of each type.

    ``relations`` (indicators x indicators) are the covariances of standardised indicators, by which one that is unknown
    is told from the others; ``ridge`` is added to their diagonal, so that near doubles are not opposed to each other.
    ``axes`` (indicators x axes) multiplies standardised indicators, ``centres`` (types x axes) is where each type lies.
    ``groups`` and ``titles`` are the names of the family and of the type itself, type by type.
    """

    indicators: tuple[str, ...]
    mean: Values
    deviation: Values
    relations: Values
    axes: Values
    centres: Values
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    least_known: float
    ridge: float
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
    return Typology(
        tuple(said["indicators"]),
        np.array([one["mean"] for one in indicators]),
        np.array([one["deviation"] for one in indicators]),
        _square([said["relations"][name] for name in said["indicators"]]),
        np.array([one["axes"] for one in indicators]),
        np.array([one["centre"] for one in types]),
        tuple(groups[one["group"]]["title"] for one in types),
        tuple(one["title"] for one in types),
        float(said["least_known"]),
        float(said["ridge"]),
        float(said["extreme"]),
    )


def _square(rows: Sequence[Sequence[float]]) -> Values:
    """A symmetric matrix, from the part of each row up to the diagonal."""
    below = np.zeros((len(rows), len(rows)))
    for place, row in enumerate(rows):
        below[place, : place + 1] = row
    return np.asarray(below + np.tril(below, -1).T)


def typed(values: Values, types: Typology) -> Typed:
    """The type of each row of ``values`` (stations x indicators, in the order of the typology; NaN where unknown).

    A station lies where its known figures put it; one that lacks too many of them has no type.
    """
    enough = np.isfinite(values).mean(axis=1) >= types.least_known
    found, certainty = np.full(len(values), -1, dtype=np.int64), np.full(len(values), np.nan)
    far = np.linalg.norm(_points(values[enough], types)[:, None] - types.centres[None], axis=2)
    found[enough] = far.argmin(axis=1)
    nearest, second = np.sort(far, axis=1)[:, :2].T
    certainty[enough] = 1 - nearest / second
    return Typed(found, certainty, np.where(enough, "", TOO_LITTLE).astype(np.object_))


def _points(values: Values, types: Typology) -> Values:
    """Where each station lies on the axes (stations x axes), stations that know the same figures together."""
    known = np.isfinite(values)
    standard = np.where(known, (np.nan_to_num(values) - types.mean) / types.deviation, 0.0)
    standard = np.clip(standard, -types.extreme, types.extreme)
    points = np.zeros((len(values), types.axes.shape[1]))
    _, first, alike = np.unique(np.packbits(known, axis=1), axis=0, return_index=True, return_inverse=True)
    for number, example in enumerate(first):
        rows = alike.ravel() == number
        points[rows] = standard[rows] @ _weights(known[example], types)
    return points


def _weights(known: npt.NDArray[np.bool_], types: Typology) -> Values:
    """What multiplies each standardised indicator on each axis when only the ``known`` ones are at hand.

    The best linear prediction of u from k, with covariances S: E(z_u | z_k) = S_uk (S_kk + ridge I)^-1 z_k. What an
    unknown indicator weighs on an axis goes to those that predict it.
    """
    told = np.flatnonzero(known)
    among = types.relations[np.ix_(told, told)] + types.ridge * np.eye(len(told))
    carried = np.linalg.solve(among, types.relations[np.ix_(told, np.flatnonzero(~known))])
    weights = np.zeros_like(types.axes)
    weights[told] = types.axes[told] + carried @ types.axes[~known]
    return weights


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


def type_columns(shown: Sequence[tuple[Values, Texts]], provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
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
