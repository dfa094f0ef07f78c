"""The models of each outcome, asked about places that they were not shown, and what each indicator brings to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.errors import Missing
from carreau.products.associations.ground import Floats, Ground, Index, Singles
from carreau.products.associations.outcomes import Outcome
from carreau.products.associations.places_apart import Apart
from carreau.products.associations.ridge import contributions, held_out
from carreau.products.associations.scores import Score, Told, jackknife_margin, r_squared, r_squared_within

ENOUGH: Final = 20  # stations: with fewer, no place can be left out and foretold
HALF: Final = 0.5  # a station that has fewer of the indicators is no ordinary one: nobody knows what it is
CLASSES: Final = 4  # sizes of stations: a small one strays further from what is expected of it


@dataclass(frozen=True, slots=True)
class Fit:
    """One outcome over the stations that tell it (``rows`` of the ground), each foretold without its place.

    ``points`` (rows x indicators) is what each indicator brings; ``apart`` the way places were left out;
    ``steady`` (folds x (1 + features), the constant first) the model made without each fold, under one penalty.
    """

    outcome: Outcome
    apart: Apart
    rows: Index
    told: Told
    points: Singles
    steady: Floats

    def score(self, rows: Floats | None = None) -> Score:
        """The share of the variance found again; weighted by voters, or by other ``rows`` weights."""
        if rows is None:
            return r_squared(self.told)
        kept = rows > 0
        if kept.sum() < ENOUGH:
            return Score(np.nan, np.nan)
        told = self.told
        return r_squared(Told(told.counted[kept], told.expected[kept], rows[kept], told.folds[kept]))

    def only(self, ground: Ground, indicators: Sequence[int]) -> Score:
        """What some indicators, without the others, find again in the same places."""
        features = np.column_stack([ground.features[self.rows, ground.block(one)] for one in indicators])
        told = self.told
        said = held_out(features, told.counted[:, None], told.weights, told.folds)
        return r_squared(Told(told.counted, said.expected[:, 0], told.weights, told.folds))

    def score_within(self, communes: Index) -> Score:
        """The same between the stations of a same commune."""
        return r_squared_within(self.told, communes[self.rows])


def fits_of(ground: Ground, outcomes: Sequence[Outcome], apart: Apart) -> tuple[Fit, ...]:
    """The fit of each outcome, those that the same stations tell made together.

    A station without voters, or of which less than half of the indicators are known, is not read.

    :class:`~carreau.errors.Missing` when too few stations tell an outcome.
    """
    groups: dict[bytes, list[int]] = {}
    told = (ground.weights > 0) & (ground.known >= HALF)
    masks = [np.isfinite(one.values) & told for one in outcomes]
    for rank, mask in enumerate(masks):
        groups.setdefault(mask.tobytes(), []).append(rank)
    found: dict[int, Fit] = {}
    for ranks in groups.values():
        rows = np.flatnonzero(masks[ranks[0]])
        if len(rows) < ENOUGH:
            continue
        found |= dict(zip(ranks, _together(ground, [outcomes[rank] for rank in ranks], apart, rows), strict=True))
    if not found or not ground.indicators:
        raise Missing(
            "trop peu de bureaux disent à la fois qui habite là et comment on y a voté",
            given=f"au plus {max((int(mask.sum()) for mask in masks), default=0)} bureaux",
            expected=f"au moins {ENOUGH} bureaux, et des indicateurs qui y varient",
            advice="demander un territoire plus grand, ou une autre élection avec --election",
        )
    return tuple(found[rank] for rank in sorted(found))


def _together(ground: Ground, outcomes: Sequence[Outcome], apart: Apart, rows: Index) -> list[Fit]:
    """The fits of outcomes that the same stations tell."""
    whole = len(rows) == len(ground.codes)
    features = ground.features if whole else ground.features[rows]
    folds, weights = apart.folds[rows], ground.weights[rows]
    counted = np.column_stack([one.values[rows] for one in outcomes])
    said = held_out(features, counted, weights, folds)
    return [
        Fit(
            one,
            apart,
            rows,
            Told(counted[:, rank], said.expected[:, rank], weights, folds),
            contributions(features, ground.starts, said.coefficients[:, :, rank], folds),
            said.steady[:, :, rank],
        )
        for rank, one in enumerate(outcomes)
    ]


def alone(ground: Ground, fit: Fit, indicator: int) -> tuple[Score, Score]:
    """How well one indicator, alone, foretells places left out: between all stations, then within communes.

    Only the stations where it is known are asked. NaN when they are too few, or all of one fold.
    """
    known = np.isfinite(ground.values[fit.rows, indicator])
    rows, told = fit.rows[known], fit.told
    folds = told.folds[known]
    if known.sum() < ENOUGH or len(np.unique(folds)) < 2:
        return Score(np.nan, np.nan), Score(np.nan, np.nan)
    _, folds = np.unique(folds, return_inverse=True)
    features = ground.features[rows, ground.block(indicator)]
    said = held_out(features, told.counted[known][:, None], told.weights[known], folds)
    found = Told(told.counted[known], said.expected[:, 0], told.weights[known], folds)
    return r_squared(found), r_squared_within(found, ground.communes[rows])


def shuffled_loss(fit: Fit, points: Floats) -> Score:
    """What would be lost of the score if ``points`` were dealt out at random between stations left out.

    In expectation, which needs no draw: with r the errors and c the centred points, 2 (cov(r, c) + var(c)) / var(y).
    """
    told = fit.told
    weights = told.weights / told.weights.sum()
    centred = points - (weights * points).sum()
    lost = 2 * weights * centred * (told.counted - told.expected + centred)
    mean = (weights * told.counted).sum()
    spread = weights * (told.counted - mean) ** 2
    by_fold = [np.bincount(told.folds, weights=one) for one in (lost, spread)]
    left, variance = (one.sum() - np.array([0.0, *one]) for one in by_fold)
    if variance[0] <= 0 or len(variance) < 3:
        return Score(np.nan, np.nan)
    values = left / np.where(variance > 0, variance, 1.0)
    return Score(100 * float(values[0]), 100 * jackknife_margin(values[1:]))


def expected_margins(fit: Fit) -> tuple[Floats, float]:
    """The half-width of each station's interval at 90 %, and the part of stations left out that such intervals hold.

    The errors of stations of a like size in the *other* folds give it: no station sets its own.
    """
    told = fit.told
    errors = np.abs(told.counted - told.expected)
    edges = np.quantile(told.weights, np.linspace(0, 1, CLASSES + 1)[1:-1])
    size = np.searchsorted(edges, told.weights)
    margins = np.full(len(errors), np.nan)
    for fold in np.unique(told.folds):
        for one in range(CLASSES):
            others = errors[(told.folds != fold) & (size == one)]
            if len(others) >= 10:
                margins[(told.folds == fold) & (size == one)] = np.quantile(others, 0.9)
    known = np.isfinite(margins)
    return margins, float((errors[known] <= margins[known]).mean()) if known.any() else float("nan")
