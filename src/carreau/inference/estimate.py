"""The two crossings: groups of inhabitants with votes, and the votes of one election with those of another."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from carreau.inference.crossing import Blend, Crossing
from carreau.inference.fitting import Fit, even, fitted, imposed
from carreau.inference.margins import Floats, Margins
from carreau.inference.regression import goodman, moments_of, shrunk
from carreau.inference.spread import calibration, intervals_of, replicated, unit

REPLICATES: Final = 100
_FEW: Final = 50.0
_NARROW: Final = 0.05
_WIDE: Final = 0.9
_METHODS: Final = {
    "groups": (
        "régression entre bureaux, ramenée vers le vote moyen des bureaux du groupe, ajustée aux totaux de chacun"
    ),
    "transfers": (
        "moyenne du partage égal dans chaque bureau et de deux régressions entre bureaux, une dans chaque sens, "
        "ajustées aux totaux de chacun"
    ),
}


def groups_crossing(margins: Margins, *, seed: int = 0, replicates: int = REPLICATES) -> Crossing:
    """How each group votes: the crossing of groups of inhabitants (origins) with votes (destinations).

    The regression between stations is drawn towards what the group's stations vote on average, then fitted to the
    margins of each station. Deterministic for a ``seed``; the order of stations changes nothing.
    """
    return _crossing("groups", margins, _groups_blend(margins), (seed, replicates))


def transfers_crossing(margins: Margins, *, seed: int = 0, replicates: int = REPLICATES) -> Crossing:
    """Where the votes of an election (origins) go in another one (destinations), with the same guarantees.

    Half of it is the even split within each station; the other half is the mean of two regressions under
    constraints, from the first election to the second and back, each fitted to the margins of each station.
    """
    return _crossing("transfers", margins, _transfers_blend(margins), (seed, replicates))


def _groups_blend(margins: Margins) -> Blend:
    """The fit of the drawn regression alone."""
    return Blend(margins, ((1.0, _fit(margins, calibration()["groups"]["strength"])),))


def _transfers_blend(margins: Margins) -> Blend:
    """The even split, and the regressions of both directions."""
    known = calibration()["transfers"]
    back = Margins(margins.destinations, margins.origins)
    each = (1.0 - known["even"]) / 2.0
    there, again = _fit(margins, known["strength"]), _fit(back, known["strength"]).turned()
    return Blend(margins, ((known["even"], even(margins)), (each, there), (each, again)))


def _fit(margins: Margins, strength: float) -> Fit:
    """The shrunk regression, fitted to every station."""
    return fitted(shrunk(moments_of(margins), strength), margins)


def _crossing(kind: str, margins: Margins, blend: Blend, drawn: tuple[int, int]) -> Crossing:
    """The crossing of a blend: its shares, its intervals, its bounds, and what it cannot tell."""
    known = calibration()[kind]
    persons = margins.origins.sum(axis=0)
    counts = blend.total()
    known_to_be = np.where(persons > 0, persons, np.inf)[:, None]
    somebody = (persons > 0)[:, None]
    shares = np.where(somebody, counts / known_to_be, _overall(margins))
    low, high = (bound / known_to_be for bound in imposed(margins))
    low, high = np.minimum(low, shares), np.where(somebody, np.maximum(high, shares), 1.0)
    gap = np.abs(even(margins).total() / known_to_be - shares)
    draw = replicated(margins, known["strength"], *drawn)
    width = unit(kind, shares, persons, draw, gap)
    intervals = intervals_of(kind, shares, width, (low, high))
    told, reasons = _told(margins, intervals[90], (low, high))
    moments = moments_of(margins)
    return Crossing(
        shares, counts, intervals, (low, high), goodman(moments), told, reasons, _METHODS[kind],
        known["widths"]["90"] * width, known["uncertain"], blend,
    )


def _overall(margins: Margins) -> Floats:
    """The shares (1, C) of all persons together; even ones when there is nobody."""
    sums = margins.destinations.sum(axis=0, keepdims=True)
    return sums / sums.sum() if sums.sum() > 0 else np.full(sums.shape, 1.0 / sums.shape[1])


def _told(
    margins: Margins, interval: tuple[Floats, Floats], bounds: tuple[Floats, Floats]
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which origins the stations tell something of, and the reason for each of the others."""
    persons = margins.origins.sum(axis=0)
    stations = int((margins.destinations.sum(axis=1) > 0).sum())
    allowed = (bounds[1] - bounds[0]).sum(axis=1)
    used = (interval[1] - interval[0]).sum(axis=1)
    reasons = []
    for origin, count in enumerate(persons):
        reason = ""
        if count <= 0:
            reason = "Personne dans ce groupe sur ce territoire."
        elif allowed[origin] < _NARROW:
            reason = ""
        elif count < _FEW:
            reason = f"Trop peu de personnes : {count:.0f}."
        elif stations < 2:
            reason = "Un seul bureau : rien à comparer."
        elif used[origin] >= _WIDE * allowed[origin]:
            reason = "Les bureaux se ressemblent trop, ou sont trop peu nombreux, pour en dire davantage."
        reasons.append(reason)
    return np.array([not reason for reason in reasons], dtype=np.bool_), tuple(reasons)
