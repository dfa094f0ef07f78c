"""Medians and quantiles on the targets, carried through distributions: a median is never averaged.

Each origin's published quantiles make a continuous distribution; a target's is their mixture, weighted by the
people that each origin sends; its quantiles are read off the mixture. When all origins are the same, so is
the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from carreau.errors import Broken
from carreau.places.crosswalk import Crosswalk
from carreau.places.kernel import Floats, Indices
from carreau.places.shares import share_of

DECILES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# Where each distribution is held; the ends stand for the quantiles of _ENDS, beyond which nobody is drawn.
_KNOTS: Final = np.array([0, 0.02, *np.arange(0.05, 0.96, 0.05).round(2), 0.98, 1])
_ENDS: Final = (0.005, 0.995)
_SCORES: Final[Floats] = ndtri(np.clip(_KNOTS, *_ENDS))
_TOGETHER: Final = 20_000  # flows mixed at once, so that memory stays small
_STEP: Final = 1e-7  # a rise over less than this part of a value is a jump: its slope would drown the others
# Spread of log income where no origin publishes more than a median: D9/D1 = 3.4 (INSEE, Filosofi 2021,
# France, from memory), as a normal law of logarithms.
_SPREAD: Final = float(np.log(3.4) / (2 * ndtri(0.9)))


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Published quantiles of the origins: ``values[o, k]`` at ``probabilities[k]``; NaN where not published.

    Probabilities rise strictly inside (0, 1). An origin without any value has no distribution.
    """

    probabilities: tuple[float, ...]
    values: Floats

    def __post_init__(self) -> None:
        rising = np.diff([0.0, *self.probabilities, 1.0])
        if self.values.ndim != 2 or self.values.shape[1] != len(self.probabilities) or (rising <= 0).any():
            raise Broken(
                "ces quantiles sont mal formés",
                given=f"{self.values.shape} valeurs pour les probabilités {self.probabilities}",
                expected="une colonne par probabilité, les probabilités croissantes entre 0 et 1",
            )


@dataclass(frozen=True, slots=True)
class CarriedQuantiles:
    """Quantiles of the targets (targets, wanted), and the part (0 to 1) of each target's people they rest on.

    NaN where no origin of the target publishes anything.
    """

    values: Floats
    known: Floats


def carried_quantiles(
    walk: Crosswalk, quantiles: Quantiles, people: Any, wanted: tuple[float, ...] = (0.5,)
) -> CarriedQuantiles:
    """The quantiles of each target's mixture of its origins, weighted by the people it receives.

    ``people`` is one number per origin of those whom the distribution is about (households, consumption
    units). The results rise with ``wanted`` and lie between the least and the greatest of the origins' own;
    they do not depend on the order of the origins, and follow a change of currency.
    """
    mass = np.nan_to_num(np.asarray(people, dtype=np.float64))
    has = np.isfinite(quantiles.values).any(axis=1) & (mass > 0)
    knots = distributions_of(quantiles, mass)
    weights = walk.weights.tocsc()
    sent = np.where(has, mass, 0.0)[weights.indices] * weights.data
    levels = np.asarray(wanted, dtype=np.float64)
    values = np.full((len(walk.target), len(levels)), np.nan)
    for low, high in pairwise(_runs(weights.indptr)):
        part = slice(weights.indptr[low], weights.indptr[high])
        target = np.repeat(np.arange(high - low), np.diff(weights.indptr[low : high + 1]))
        pieces = (target, weights.indices[part], sent[part])
        values[low:high] = _mixed(high - low, pieces, knots, levels)
    return CarriedQuantiles(values, share_of(walk.applied(np.where(has, mass, 0.0)), walk.applied(mass)))


def distributions_of(quantiles: Quantiles, people: Any) -> Floats:
    """The quantile function of each origin at 23 fixed probabilities, a row per origin; NaN where unknown.

    Published values are kept as they are. Between and beyond them the curve follows the shape common to the
    origins that publish three values or more (their mean, weighted by people, in the scale of the inverse
    hyperbolic sine, near the logarithm), shifted so as to pass through the published values; it never crosses
    them and never falls.
    """
    values = np.maximum.accumulate(np.where(np.isfinite(quantiles.values), quantiles.values, -np.inf), axis=1)
    values = np.where(np.isfinite(quantiles.values), values, np.nan)
    unit = _unit(values)
    raised = np.arcsinh(values / unit)
    at = ndtri(np.asarray(quantiles.probabilities))
    shape = _shape(raised, at, np.asarray(people, dtype=np.float64))
    knots = np.full((len(values), len(_KNOTS)), np.nan)
    patterns, member = np.unique(np.isfinite(values), axis=0, return_inverse=True)
    for index, known in enumerate(patterns):
        if known.any():
            rows = member.ravel() == index
            curves = unit * np.sinh(_curves(raised[rows][:, known], at[known], shape))
            knots[rows] = _held(curves, values[rows][:, known], at[known])
    _keep_published(knots, values, quantiles.probabilities)
    return knots


def _unit(values: Floats) -> float:
    """A hundredth of the typical value: the scale below which the curve is linear, above logarithmic."""
    typical = float(np.nanmedian(np.abs(values))) if np.isfinite(values).any() else 1.0
    return typical / 100 if typical > 0 else 1.0


def _shape(raised: Floats, at: Floats, people: Floats) -> Floats:
    """The common shape at the knots, 0 in the middle, of the origins that publish three values or more."""
    full = (np.isfinite(raised).sum(axis=1) >= 3) & (people > 0)
    if not full.any():
        return _SCORES * _SPREAD
    best = np.isfinite(raised[full]).sum(axis=1)
    rows = np.flatnonzero(full)[best == best.max()]
    pattern = np.isfinite(raised[rows[0]])
    rows = rows[(np.isfinite(raised[rows]) == pattern).all(axis=1)]
    mean = np.average(raised[rows][:, pattern], axis=0, weights=people[rows])
    known = at[pattern]
    slopes = (mean[1] - mean[0]) / (known[1] - known[0]), (mean[-1] - mean[-2]) / (known[-1] - known[-2])
    curve = np.interp(_SCORES, known, mean)
    curve += np.minimum(_SCORES - known[0], 0) * slopes[0] + np.maximum(_SCORES - known[-1], 0) * slopes[1]
    return np.asarray(curve - np.interp(0.0, known, mean))


def _curves(raised: Floats, at: Floats, shape: Floats) -> Floats:
    """Curves at the knots of origins that publish the same quantiles, shifted to pass through them."""
    gaps = raised - np.interp(at, _SCORES, shape)
    right = np.clip(np.searchsorted(at, _SCORES), 1, max(len(at) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(at) - 1)
    width = np.where(at[right] > at[left], at[right] - at[left], 1.0)
    part = np.clip((_SCORES - at[left]) / width, 0, 1)
    return np.asarray(shape + gaps[:, left] * (1 - part) + gaps[:, right] * part)


def _held(curves: Floats, values: Floats, at: Floats) -> Floats:
    """Curves that never fall and stay, at each knot, between the published values on its two sides."""
    below, above = np.searchsorted(at, _SCORES, side="right") - 1, np.searchsorted(at, _SCORES)
    floor = np.where(below >= 0, values[:, np.maximum(below, 0)], -np.inf)
    ceiling = np.where(above < len(at), values[:, np.minimum(above, len(at) - 1)], np.inf)
    return np.asarray(np.maximum.accumulate(np.clip(curves, floor, ceiling), axis=1))


def _keep_published(knots: Floats, values: Floats, probabilities: tuple[float, ...]) -> None:
    """Put the published values back, to the last digit, at the knots that are published probabilities."""
    for column, probability in enumerate(probabilities):
        knot = np.flatnonzero(np.isclose(_KNOTS, probability, atol=1e-9))
        rows = np.isfinite(values[:, column])
        knots[np.ix_(rows, knot)] = values[rows, column][:, None]


def _runs(start: Indices) -> list[int]:
    """Bounds of runs of targets that receive about ``_TOGETHER`` pieces each."""
    cuts = np.searchsorted(start, np.arange(0, start[-1] + _TOGETHER, _TOGETHER))
    return sorted({0, *np.minimum(cuts, len(start) - 1).tolist(), len(start) - 1})


def _mixed(size: int, pieces: tuple[Indices, Indices, Floats], knots: Floats, wanted: Floats) -> Floats:
    """The quantiles at ``wanted`` of each target's mixture; NaN where nobody is sent.

    ``pieces`` are the target, the origin and the people of each flow, by target. Results are held between the
    least and the greatest of the origins' own, which also undoes rounding.
    """
    used = pieces[2] > 0
    target, origins, sent = pieces[0][used], pieces[1][used], pieces[2][used]
    values = np.full((size, len(wanted)), np.nan)
    if len(target):
        fed, first = np.unique(target, return_index=True)
        received = np.bincount(target, sent, size)
        values[fed] = _inverted(target, knots[origins], sent / received[target], wanted)
        right = np.clip(np.searchsorted(_KNOTS, wanted), 1, len(_KNOTS) - 1)
        part = (wanted - _KNOTS[right - 1]) / (_KNOTS[right] - _KNOTS[right - 1])
        own = knots[origins][:, right - 1] * (1 - part) + knots[origins][:, right] * part
        values[fed] = np.clip(values[fed], np.minimum.reduceat(own, first), np.maximum.reduceat(own, first))
    return values


def _inverted(target: Indices, knots: Floats, parts: Floats, wanted: Floats) -> Floats:
    """Where each target's distribution function reaches ``wanted``, one row per target with a flow.

    A target's function is the sum of its origins', each straight between its knots: it is built exactly at
    all the knots of its origins, sorted, and read backwards. A jump of the function gives its place to all it
    jumps over.
    """
    rise = parts[:, None] * np.diff(_KNOTS)
    run = np.diff(knots, axis=1)
    straight = run > _STEP * np.abs(knots[:, :-1])
    steep = np.divide(rise, run, out=np.zeros_like(rise), where=straight)
    slope = np.diff(steep, axis=1, prepend=0, append=0).ravel()
    jump = np.column_stack([np.where(straight, 0, rise), np.zeros(len(rise))]).ravel()
    owner = np.repeat(target, knots.shape[1])
    order = np.lexsort((knots.ravel(), owner))
    owner, at, jump = owner[order], knots.ravel()[order], jump[order]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    begins = np.repeat(first, np.diff(first, append=len(owner)))
    going = np.maximum(_since(slope[order], begins), 0)
    grown = np.append(0, going[:-1] * np.diff(at))
    grown[first] = 0
    after = _since(grown + jump, begins)
    before = after - jump
    return np.column_stack([_place(at, before, after, (first, begins), level) for level in wanted])


def _since(steps: Floats, begins: Indices) -> Floats:
    """Running sums that start again at each target."""
    total = np.cumsum(steps)
    return total - total[begins] + steps[begins]


def _place(
    at: Floats, before: Floats, after: Floats, owners: tuple[Indices, Indices], level: float
) -> Floats:
    """Where each target's function reaches one level; its last place where rounding keeps it below."""
    first, begins = owners
    event = np.arange(len(at))
    last = np.append(first[1:], len(at)) - 1
    reached = np.minimum(np.minimum.reduceat(np.where(after >= level, event, len(at)), first), last)
    previous = np.maximum(reached - 1, begins[reached])
    rise = before[reached] - after[previous]
    part = np.divide(level - after[previous], rise, out=np.ones(len(rise)), where=rise > 0)
    return np.asarray(at[previous] + np.clip(part, 0, 1) * (at[reached] - at[previous]))
