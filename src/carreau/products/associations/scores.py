"""How well what is expected agrees with what was counted, and how sure that figure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from carreau.products.associations.ground import Floats, Index

TAIL: Final = 0.95  # an interval at 90 % leaves a twentieth on each side


@dataclass(frozen=True, slots=True)
class Score:
    """A share of the variance, in percent, and the half-width of its interval at 90 %; NaN where there is none."""

    value: float
    margin: float


@dataclass(frozen=True, slots=True)
class Told:
    """What was counted in each station and what was expected of it without having seen it."""

    counted: Floats
    expected: Floats
    weights: Floats
    folds: Index


def r_squared(told: Told) -> Score:
    """The share of the variance between stations that what is expected accounts for: 1 - errors / variance.

    The margin is that of a jackknife: the figure is made again without each fold in turn.
    """
    gaps = _by_fold(told, told.weights * (told.counted - told.expected) ** 2)
    sums = [_by_fold(told, told.weights * told.counted**power) for power in (0, 1, 2)]
    weight, first, second = (total.sum() - np.array([0.0, *total]) for total in sums)
    errors = gaps.sum() - np.array([0.0, *gaps])
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = second - first**2 / weight
        values = np.where(variance > 1e-9 * np.maximum(second, 1.0), 1 - errors / variance, np.nan)
    return _jackknifed(values)


def r_squared_within(told: Told, communes: Index) -> Score:
    """The same between the stations of a same commune: counted and expected are both centred on their commune.

    Communes of a single station are left out.
    """
    kept = np.bincount(communes)[communes] > 1
    if not kept.any():
        return Score(np.nan, np.nan)
    counted, expected = (centred(values, communes, told.weights)[kept] for values in (told.counted, told.expected))
    part = Told(counted, expected, told.weights[kept], told.folds[kept])
    gaps = _by_fold(part, part.weights * (counted - expected) ** 2)
    spread = _by_fold(part, part.weights * counted**2)
    errors, variance = (total.sum() - np.array([0.0, *total]) for total in (gaps, spread))
    with np.errstate(invalid="ignore", divide="ignore"):
        return _jackknifed(np.where(variance > 0, 1 - errors / variance, np.nan))


def centred(values: Floats, places: Index, weights: Floats) -> Floats:
    """``values`` less the weighted mean of their place."""
    total = np.bincount(places, weights=weights)
    mean = np.bincount(places, weights=weights * values) / np.where(total > 0, total, 1.0)
    return np.asarray(values - mean[places])


def _by_fold(told: Told, values: Floats) -> Floats:
    """The sum of ``values`` over the stations of each fold."""
    return np.bincount(told.folds, weights=values, minlength=int(told.folds.max()) + 1).astype(np.float64)


def _jackknifed(values: Floats) -> Score:
    """The first of ``values`` and the margin that the others, each made without a fold, give it."""
    whole, parts = values[0], values[1:]
    parts = parts[np.isfinite(parts)]
    if not np.isfinite(whole) or len(parts) < 2:
        return Score(100 * float(whole), np.nan)
    return Score(100 * float(whole), 100 * jackknife_margin(parts))


def jackknife_margin(parts: Floats) -> float:
    """The half-width at 90 % of a figure, from what it becomes when each of its parts is left out in turn."""
    count = len(parts)
    error = np.sqrt((count - 1) / count * ((parts - parts.mean()) ** 2).sum())
    return float(student(count - 1) * error)


def student(freedom: float) -> float:
    """How many standard errors an interval at 90 % goes on each side, by degrees of freedom (Student's law)."""
    return float(special.stdtrit(freedom, TAIL)) if freedom >= 1 else float("nan")
