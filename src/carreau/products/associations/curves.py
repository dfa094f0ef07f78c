"""What an outcome is where an indicator is low, middling, high: means of slices of voters, with their margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.products.associations.fits import Fit
from carreau.products.associations.ground import Floats, Ground, Index
from carreau.products.associations.points import curve_margins
from carreau.products.associations.scores import Score, student

SLICES: Final = 10
FIFTH: Final = 2  # slices of each end
FEWEST: Final = 3  # stations: with fewer, nothing says how far a mean may be from what it would be elsewhere
COMMUNES: Final = 5  # with fewer, communes are not drawn: their stations are

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Curve:
    """One outcome along one indicator, slice by slice of voters, from the lowest to the highest values.

    ``value`` is the mean of the indicator, ``counted`` that of the outcome with its ``margin`` at 90 %, ``adjusted``
    what the model says of the slice when the rest of the profile is ordinary, ``moved`` how far other places would move
    that (half-width at 90 %, not narrowed), ``voters`` who stands in it. ``ends`` is the gap between the highest fifth
    and the lowest, ``low`` and ``high`` their means of indicator and outcome.
    """

    value: Floats
    counted: Floats
    margin: Floats
    adjusted: Floats
    moved: Floats
    voters: Floats
    ends: Score
    low: tuple[float, float]
    high: tuple[float, float]


def curve_of(ground: Ground, fit: Fit, indicator: int) -> Curve | None:
    """The curve of an outcome along an indicator; None when too few stations know it to make slices."""
    values = ground.values[fit.rows, indicator]
    known = np.isfinite(values)
    if known.sum() < 2 * SLICES or np.ptp(values[known]) == 0:
        return None
    values, told = values[known], fit.told
    counted, weights = told.counted[known], told.weights[known]
    communes = ground.communes[fit.rows][known]
    points = fit.points[known, indicator].astype(np.float64)
    slices = _slices(values, weights)
    voters = np.bincount(slices, weights=weights, minlength=SLICES).astype(np.float64)
    value, mean, point = (_means(column, weights, slices, SLICES) for column in (values, counted, points))
    gaps = [
        np.where(slices == one, weights / max(voters[one], 1.0) * (counted - mean[one]), 0.0) for one in range(SLICES)
    ]
    margins = np.array([margin_of(gap, slices == one, communes) for one, gap in enumerate(gaps)])
    middle = float((weights * counted).sum() / weights.sum())
    adjusted = np.clip(middle + point - (weights * points).sum() / weights.sum(), 0.0, 100.0)
    ends, low, high = _ends((values, counted, weights), slices, communes)
    place = np.full(len(known), -1)
    place[known] = slices
    moved = curve_margins(ground, fit, indicator, (place, fit.told.weights))
    moved = np.pad(moved, (0, SLICES - len(moved)), constant_values=np.nan)
    return Curve(value, mean, margins, adjusted, moved, voters, ends, low, high)


def _slices(values: Floats, weights: Floats) -> Index:
    """The slice of each station, each slice having about as many voters; equal values stand in the same one."""
    order = np.argsort(values, kind="stable")
    before = np.cumsum(weights[order]) - weights[order] / 2
    rank = np.empty(len(values))
    rank[order] = before / weights.sum()
    _, same = np.unique(values, return_inverse=True)
    rank = (np.bincount(same, weights=weights * rank) / np.bincount(same, weights=weights))[same]
    return np.minimum((SLICES * rank).astype(np.int64), SLICES - 1)


def _means(column: Floats, weights: Floats, slices: Index, count: int) -> Floats:
    """The weighted mean of each slice; NaN in an empty one."""
    total = np.bincount(slices, weights=weights, minlength=count)
    carried = np.bincount(slices, weights=weights * column, minlength=count)
    return np.asarray(np.divide(carried, total, out=np.full(count, np.nan), where=total > 0))


def margin_of(gaps: Floats, part: Flags, communes: Index) -> float:
    """The half-width at 90 % of a weighted mean over the stations of ``part``, of which ``gaps`` are weighted gaps.

    Stations are held to be drawn one by one, then commune by commune where there are enough: the larger error is kept.
    NaN under three stations.
    """
    count = int(part.sum())
    if count < FEWEST:
        return float("nan")
    error = student(count - 1) * np.sqrt((gaps[part] ** 2).sum() * count / (count - 1))
    many = len(np.unique(communes[part]))
    if many >= COMMUNES:
        total = np.bincount(communes[part], weights=gaps[part])
        error = max(error, student(many - 1) * np.sqrt((total**2).sum() * many / (many - 1)))
    return float(error)


def _ends(
    columns: tuple[Floats, Floats, Floats], slices: Index, communes: Index
) -> tuple[Score, tuple[float, float], tuple[float, float]]:
    """The gap of the outcome between the highest fifth of voters and the lowest, and the means of both."""
    values, counted, weights = columns
    parts = (slices < FIFTH, slices >= SLICES - FIFTH)
    if not all(part.any() for part in parts):
        return Score(np.nan, np.nan), (np.nan, np.nan), (np.nan, np.nan)
    totals = [weights[part].sum() for part in parts]
    means = [
        tuple(float((weights[part] * column[part]).sum() / total) for column in (values, counted))
        for part, total in zip(parts, totals, strict=True)
    ]
    low, high = (np.where(part, weights / total * (counted - mean[1]), 0.0)
                 for part, total, mean in zip(parts, totals, means, strict=True))  # fmt: skip
    gap = means[1][1] - means[0][1]
    margin = margin_of(high - low, parts[0] | parts[1], communes)
    return Score(gap, margin), (means[0][0], means[0][1]), (means[1][0], means[1][1])
