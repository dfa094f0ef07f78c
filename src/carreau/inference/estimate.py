"""The two crossings: groups of inhabitants with votes, and the votes of one election with those of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from carreau.inference.context import curved, strange
from carreau.inference.crossing import Blend, Crossing
from carreau.inference.fitting import even, fitted, imposed
from carreau.inference.margins import Floats, Margins
from carreau.inference.regression import Moments, goodman, heard, moments_of, shrunk
from carreau.inference.spread import Doubted, Doubts, calibration, intervals_of, replicated

REPLICATES: Final = 100
_HUNDRED: Final = 100.0
_FEW: Final = 50.0
_NARROW: Final = 0.05
_WIDE: Final = 0.9
_OUTER: Final = 0.9
_DEAF: Final = 8
# The strength of the prior against which one says how much stations tell, the same for both kinds of crossings.
YARDSTICK: Final = 0.03
# Below this, stations tell nothing of an origin, not even to the regression that believes all they tell.
_NOTHING: Final = 0.01
ALIKE: Final = (
    "Les bureaux se ressemblent trop pour le dire : le chiffre doit beaucoup au partage égal, et l'intervalle est "
    "élargi vers la référence."
)
SILENT: Final = "Les bureaux se ressemblent trop pour le dire : l'intervalle va presque jusqu'aux bornes."
_METHOD: Final = (
    "moyenne du partage égal dans chaque bureau et de deux régressions entre bureaux, une dans chaque sens, "
    "ajustées aux totaux de chacun"
)
_CURVED: Final = (
    "moyenne du partage égal dans chaque bureau, de deux régressions entre bureaux, une dans chaque sens, et de deux "
    "autres où le choix d'un groupe change avec la composition du bureau, ajustées aux totaux de chacun"
)


def groups_crossing(margins: Margins, *, seed: int = 0, replicates: int = REPLICATES) -> Crossing:
    """How each group votes: the crossing of groups of inhabitants (origins) with votes (destinations).

    A part is the even split within each station; the rest is regressions, one from groups to votes and one back, under
    constraints, and two more where shares lean with the composition of the station; each is fitted to the margins of
    each station. What differs between stations overstates what differs between persons, and the even split denies it:
    the part of each was chosen where the truth is known.
    Deterministic for a ``seed``; the order of stations changes nothing.
    """
    return _crossing("groups", margins, (seed, replicates))


def transfers_crossing(margins: Margins, *, seed: int = 0, replicates: int = REPLICATES) -> Crossing:
    """Where the votes of an election (origins) go in another one (destinations): the same method, other parts.

    Shares that lean with the station take no part in it: they misplace more votes, where the truth is known.
    """
    return _crossing("transfers", margins, (seed, replicates))


def blend_of(kind: str, margins: Margins) -> Blend:
    """The even split, the regressions of both directions, and those that lean with the place, each with its part.

    The last two are absent where their part is nothing.
    """
    known = calibration()[kind]
    back = Margins(margins.destinations, margins.origins)
    each, curve = (1.0 - known["even"] - known["curve"]) / 2.0, known["curve"] / 2.0
    there = fitted(shrunk(moments_of(margins), known["strength"]), margins)
    again = fitted(shrunk(moments_of(back), known["strength"]), back).turned()
    fits = [(known["even"], even(margins)), (each, there), (each, again)]
    if curve > 0:
        fits += [(curve, fitted(curved(margins), margins)), (curve, fitted(curved(back), back).turned())]
    return Blend(margins, tuple(fits))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of the margins once: the blend, the moments of the stations, the shares and the baseline (R, C)."""

    blend: Blend
    moments: Moments
    shares: Floats
    baseline: Floats


def seen_of(kind: str, margins: Margins) -> Seen:
    """The blend of ``kind`` and what goes with it; the baseline is the clipped regression of Goodman.

    An origin where nobody is has the shares of everybody, in both.
    """
    blend, moments = blend_of(kind, margins), moments_of(margins)
    shares = shares_of(blend)
    return Seen(blend, moments, shares, np.where(moments.sizes[:, None] > 0, goodman(moments), shares))


def doubts_of(kind: str, seen: Seen, drawn: tuple[int, int]) -> Doubts:
    """What makes the shares of a blend uncertain: ``drawn`` is the seed and the number of replicates."""
    margins, shares = seen.blend.margins, seen.shares
    persons = margins.origins.sum(axis=0)[:, None]
    divided = np.where(persons > 0, persons, np.inf)
    split, there, again, *curves = (fit.total() / divided for _, fit in seen.blend.fits)
    mean = (there + again) / 2.0
    one, other = curves or (mean, mean)
    draw = replicated(margins, calibration()[kind]["strength"], *drawn)
    own, apart = np.sqrt(np.clip(shares * (1.0 - shares), 0.0, None)), np.abs(seen.baseline - shares)
    return Doubts(
        lean=draw * np.sqrt(np.count_nonzero(margins.destinations.sum(axis=1)) / _HUNDRED),
        gap=np.abs(mean - split),
        turn=np.abs(there - again),
        apart=apart,
        astray=apart * strange(margins),
        bend=np.abs((one + other) / 2.0 - mean),
        sway=np.abs(one - other),
        deaf=own * (1.0 - heard(seen.moments, YARDSTICK)[:, None]) ** _DEAF,
        luck=own / np.sqrt(np.maximum(persons, 1.0)),
    )


def shares_of(blend: Blend) -> Floats:
    """The part (R, C) of each origin that goes to each destination; as everybody where an origin has nobody."""
    persons = blend.margins.origins.sum(axis=0)[:, None]
    return np.where(persons > 0, blend.total() / np.where(persons > 0, persons, np.inf), _overall(blend.margins))


def _crossing(kind: str, margins: Margins, drawn: tuple[int, int]) -> Crossing:
    """The crossing of a blend: its shares, its intervals, its bounds, and what it cannot tell."""
    known, seen = calibration()[kind], seen_of(kind, margins)
    shares, baseline, bounds = seen.shares, seen.baseline, _bounds(margins, seen.shares)
    tells = heard(seen.moments, YARDSTICK)
    alike = np.where(tells < _NOTHING, SILENT, np.where(tells < known["least"], ALIKE, ""))
    unit, reach = doubts_of(kind, seen, drawn).unit(known["unit"]), _reach(alike, shares, baseline, bounds)
    intervals = intervals_of(known["widths"], Doubted(shares, unit, reach, bounds))
    told, reasons = _told(margins, alike, _width(intervals[90]), _width(bounds))
    spread = known["widths"]["90"] * unit + _OUTER / 2.0 * (reach[1] - reach[0])
    method = _CURVED if known["curve"] > 0 else _METHOD
    return Crossing(shares, seen.blend.total(), intervals, bounds, baseline, told, reasons, method, spread, seen.blend)


def _reach(
    alike: NDArray[np.str_], shares: Floats, baseline: Floats, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """How far down and up the intervals of origins that are not told go besides, by the reason why they are not."""
    low, high = np.minimum(baseline - shares, 0.0), np.maximum(baseline - shares, 0.0)
    some, none = (alike == ALIKE)[:, None], (alike == SILENT)[:, None]
    down = np.where(none, bounds[0] - shares, np.where(some, low, 0.0))
    return down, np.where(none, bounds[1] - shares, np.where(some, high, 0.0))


def _bounds(margins: Margins, shares: Floats) -> tuple[Floats, Floats]:
    """The lowest and highest shares that the margins of the stations allow; from 0 to 1 for an origin of nobody."""
    persons = margins.origins.sum(axis=0)[:, None]
    low, high = (bound / np.where(persons > 0, persons, np.inf) for bound in imposed(margins))
    return np.minimum(low, shares), np.where(persons > 0, np.maximum(high, shares), 1.0)


def _overall(margins: Margins) -> Floats:
    """The shares (1, C) of all persons together; even ones when there is nobody."""
    sums = margins.destinations.sum(axis=0, keepdims=True)
    return sums / sums.sum() if sums.sum() > 0 else np.full(sums.shape, 1.0 / sums.shape[1])


def _width(ends: tuple[Floats, Floats]) -> Floats:
    """The widths (R,) of the intervals of each origin, summed over destinations."""
    return np.asarray((ends[1] - ends[0]).sum(axis=1))


def _told(
    margins: Margins, alike: NDArray[np.str_], used: Floats, allowed: Floats
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which origins the stations tell something of, and the reason for each of the others.

    ``alike`` are the reasons of origins of which the stations tell too little, ``used`` the widths of the intervals at
    90 %, ``allowed`` those that the margins impose.
    """
    persons = margins.origins.sum(axis=0)
    stations = int((margins.destinations.sum(axis=1) > 0).sum())
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
        elif alike[origin]:
            reason = str(alike[origin])
        elif used[origin] >= _WIDE * allowed[origin]:
            reason = "Les bureaux sont trop peu nombreux, ou trop divers, pour en dire davantage."
        reasons.append(reason)
    return np.array([not reason for reason in reasons], dtype=np.bool_), tuple(reasons)
