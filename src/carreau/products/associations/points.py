"""What each theme brings to what is expected of a station, and how far other places would move it.

A part of an expectation has no truth that one could count. What can be told is whether it would be the same had other
places been read: the model is there as many times as there are groups of places left out, and its parts are read off
each. That is the jackknife by groups (Quenouille, 1956; Tukey, 1958): with K models, each made without one group, the
variance of a part made without a group too is the sum of the squares of its gaps to their mean. A jackknife errs on the
wide side (Efron and Stein, 1981): ``narrowed`` in product.toml is what one half of the communes says of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from carreau.products.associations.fits import Fit
from carreau.products.associations.ground import Floats, Ground, Index, Singles
from carreau.products.associations.scores import student

LEAST: Final = 3  # models: with fewer, nothing says how far one may be from another


def theme_points(ground: Ground, fit: Fit, theme: str) -> Floats:
    """The points that the indicators of a theme bring to each station of a fit."""
    return np.asarray(fit.points[:, _own(ground, theme)].sum(axis=1), dtype=np.float64)


def theme_margins(ground: Ground, fit: Fit, theme: str) -> Floats:
    """The half-width at 90 % of :func:`theme_points`, by the models made without each group of places."""
    columns = _columns(ground, _own(ground, theme))
    return moved(_rows(ground, fit, columns), fit.steady[:, 1 + columns])


def curve_margins(ground: Ground, fit: Fit, indicator: int, slices: tuple[Index, Floats]) -> Floats:
    """The half-width at 90 % of what one indicator brings to slices of voters, beside the mean of all.

    ``slices`` gives the slice of each station of the fit (-1 where the indicator is unknown) and its voters.
    """
    place, weights = slices
    known = place >= 0
    columns = np.arange(ground.starts[indicator], ground.starts[indicator + 1])
    features = _rows(ground, fit, columns)[known].astype(np.float64)
    place, weights = place[known], weights[known]
    inside = np.eye(int(place.max()) + 1)[place].T * weights
    total = inside.sum(axis=1, keepdims=True)
    means = inside @ features / np.where(total > 0, total, 1.0)
    middle = (weights[:, None] * features).sum(axis=0) / weights.sum()
    return moved(means - middle, fit.steady[:, 1 + columns])


def moved(features: Floats | Singles, coefficients: Floats) -> Floats:
    """How far parts move from one model to another, as a half-width at 90 %; ``coefficients`` are models x features.

    >>> moved(np.ones((1, 1)), np.array([[1.0], [1.0], [1.0]])).tolist()
    [0.0]
    """
    models = len(coefficients)
    if models < LEAST:
        return np.full(len(features), np.nan)
    parts = features @ coefficients.T.astype(features.dtype)
    gaps = parts - parts.mean(axis=1, keepdims=True)
    return np.asarray(student(models - 1) * np.sqrt((gaps.astype(np.float64) ** 2).sum(axis=1)))


def _own(ground: Ground, theme: str) -> list[int]:
    """The indicators of a theme."""
    return [rank for rank, column in enumerate(ground.indicators) if column.theme == theme]


def _columns(ground: Ground, indicators: Sequence[int]) -> Index:
    """The features of indicators."""
    return np.concatenate([np.arange(ground.starts[one], ground.starts[one + 1]) for one in indicators])


def _rows(ground: Ground, fit: Fit, columns: Index) -> Singles:
    """Some features of the stations of a fit."""
    told = ground.features[:, columns]
    return np.asarray(told if len(fit.rows) == len(told) else told[fit.rows], dtype=np.float32)
