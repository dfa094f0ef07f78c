"""Shares that may change with the place: a regression where those of an origin lean with what stations are made of.

The regression of :mod:`~carreau.inference.regression` takes all that sets stations apart for what sets origins apart.
Here the shares of an origin may also rise or fall along the axis on which stations differ most, and are read at the
place, on that axis, where its own voters live. A curve tells the place from the origin; where there is none, as when
neighbours weigh on all alike, the margins cannot tell, and the prior shares the slope between both. It is fragile where
stations differ little, which is why a crossing gives it a part only.
Source: Achen and Shively, Cross-Level Inference (1995): the square of a group's part tells the effect of the place.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from carreau.inference.margins import Floats, Margins
from carreau.inference.regression import moments_of

# The weight of the prior on the shares, and on how they lean; chosen on the training towns and tables.
STRENGTHS: Final = (0.01, 0.03)
_LEAST: Final = 1e-4
_ALIKE: Final = 1e-12
_ONE, _SEVERAL = 0.95, 0.7


def curved(margins: Margins, strengths: tuple[float, float] = STRENGTHS) -> Floats:
    """The shares (R, C) of each origin where its own voters live; every row sums to one.

    ``strengths`` are the weights of the prior, as in :func:`~carreau.inference.regression.shrunk`: on the shares, and
    on how they lean, which the prior holds at nothing.
    """
    total = np.maximum(margins.destinations.sum(axis=1), 1e-300)[:, None]
    origins, known = margins.origins, moments_of(margins)
    parts = origins / total
    axis = _axis(parts, total)[:, None]
    wide = np.concatenate([parts, parts * axis], axis=1)
    square, cross = wide.T @ (wide * total), wide.T @ margins.destinations
    ridge = np.concatenate([strength * known.sizes for strength in strengths])
    ridge = np.maximum(ridge, 1e-9 * max(float(ridge.max(initial=0.0)), 1.0))
    prior = np.concatenate([known.prior, np.zeros_like(known.prior)])
    found = np.linalg.solve(square + np.diag(ridge), cross + ridge[:, None] * prior)
    place = (origins.T @ axis) / np.maximum(known.sizes, 1e-300)[:, None]
    half = len(known.sizes)
    shares = np.clip(found[:half] + found[half:] * place, _LEAST, 1.0)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _axis(parts: Floats, total: Floats) -> Floats:
    """Where each station stands (N,) on the axis on which stations differ most: mean 0, deviation 1, or all 0."""
    variance, axes, apart = _differences(parts, total)
    if variance[-1] < _ALIKE:
        return np.zeros(len(parts))
    return np.asarray(apart @ axes[:, -1] / np.sqrt(variance[-1]))


def strange(margins: Margins) -> float:
    """How little the stations' votes go along one axis: 0 where it carries 95 % of their differences, 1 under 70 %.

    An answer drawn to the even split suits places where one thing, the neighbourhood, sets votes apart. Both ends were
    chosen on the training towns and simulations.
    """
    total = np.maximum(margins.destinations.sum(axis=1), 1e-300)[:, None]
    variance = _differences(margins.destinations / total, total)[0]
    if variance[-1] < _ALIKE:
        return 0.0
    return float(np.clip((_ONE - variance[-1] / variance.sum()) / (_ONE - _SEVERAL), 0.0, 1.0))


def _differences(parts: Floats, total: Floats) -> tuple[Floats, Floats, Floats]:
    """The variances along the axes on which stations differ, growing; these axes; and what sets each station apart."""
    weights = total / total.sum()
    apart = parts - (weights * parts).sum(axis=0)
    variance, axes = np.linalg.eigh(apart.T @ (weights * apart))
    return np.clip(variance, 0.0, None), axes, apart
