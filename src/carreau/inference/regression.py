"""Shares told by the differences between stations: regressions of the destinations on the origins.

Sources: Goodman (1953) for the regression, clipped here to shares that sum to one; Duchi et al. (2008) for the
projection onto such shares; Beck and Teboulle (2009) for the descent under constraints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.inference.margins import Floats, Margins

_STEPS: Final = 400
_CLOSE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Moments:
    """What a regression needs to know of the stations: one row per station goes in, none stays.

    ``square`` (…, R, R) and ``cross`` (…, R, C) are sums over stations of persons x products of shares; ``sizes``
    (…, R) the persons of each origin; ``prior`` (…, R, C) the shares if every origin voted as its stations do.
    A leading dimension, if any, counts the replicates.
    """

    square: Floats
    cross: Floats
    sizes: Floats
    prior: Floats


def moments_of(margins: Margins, weights: Floats | None = None) -> Moments:
    """The moments of the stations, each counted once, or ``weights`` (B, N) times in each of B replicates."""
    total = np.maximum(margins.destinations.sum(axis=1, keepdims=True), 1e-300)
    origins, destinations = margins.origins, margins.destinations
    parts = origins / total
    if weights is None:
        square, cross, sizes = parts.T @ origins, parts.T @ destinations, origins.sum(axis=0)
    else:
        count, width = origins.shape[1], destinations.shape[1]
        both_sides = np.concatenate([origins, destinations], axis=1)
        products = (parts[:, :, None] * both_sides[:, None, :]).reshape(len(origins), count * (count + width))
        both = (weights @ products).reshape(len(weights), count, count + width)
        square, cross, sizes = both[..., :count], both[..., count:], weights @ origins
    sums = cross.sum(axis=-1, keepdims=True)
    prior = np.where(sums > 0, cross / np.maximum(sums, 1e-300), 1.0 / cross.shape[-1])
    return Moments(square, cross, sizes, prior)


def goodman(moments: Moments) -> Floats:
    """The clipped regression of Goodman: the baseline. Shares (R, C); every row sums to one."""
    plain = np.linalg.lstsq(moments.square, moments.cross, rcond=None)[0]
    clipped = np.clip(plain, 0.0, 1.0)
    sums = clipped.sum(axis=1, keepdims=True)
    return np.asarray(np.where(sums > 1e-9, clipped / np.maximum(sums, 1e-9), moments.prior))


def shrunk(moments: Moments, strength: float) -> Floats:
    """The shares nearest to both the stations' differences and the prior, ``strength`` being the weight of the prior.

    Least squares over shares that sum to one, plus ``strength`` x persons of the origin x squared distance to the
    prior. 0 leaves the regression under constraints; a great strength leaves the prior. Shape of ``moments.cross``.
    """
    ridge = np.maximum(strength * moments.sizes, 1e-9 * np.maximum(moments.sizes.max(axis=-1, keepdims=True), 1.0))
    square = moments.square + ridge[..., None] * np.eye(moments.square.shape[-1])
    cross = moments.cross + ridge[..., None] * moments.prior
    size = 1.0 / np.sqrt(ridge + np.diagonal(moments.square, axis1=-2, axis2=-1))
    square = square * size[..., :, None] * size[..., None, :]
    return _descent(square, cross * size[..., None], size[..., None], moments.prior)


def heard(moments: Moments, strength: float) -> Floats:
    """How much the differences between stations tell of each origin (R,) in :func:`shrunk`: from 0, the prior, to 1.

    The diagonal of the smoother, less what stations that are all alike would give: the part of the origin among all.
    """
    ridge = np.maximum(strength * moments.sizes, 1e-9 * max(float(moments.sizes.max()), 1.0))
    told = 1.0 - ridge * np.diagonal(np.linalg.inv(moments.square + np.diag(ridge)))
    part = moments.sizes / max(float(moments.sizes.sum()), 1e-300)
    return np.asarray(np.clip((told - part) / np.maximum(1.0 - part, 1e-9), 0.0, 1.0))


def _descent(square: Floats, cross: Floats, size: Floats, start: Floats) -> Floats:
    """The shares that minimise the quadratic form, by accelerated steps projected onto shares, origin by origin."""
    top = np.linalg.eigvalsh(square)[..., -1][..., None, None]
    shares, ahead, pace = start, start, 1.0
    for _ in range(_STEPS):
        slope = (square @ (ahead / size) - cross) / top
        reached = projected(ahead - slope * size)
        moved = reached - shares
        if np.abs(moved).max(initial=0.0) < _CLOSE:
            return reached
        if float(((ahead - reached) * moved).sum()) > 0:
            pace = 1.0
        faster = (1.0 + np.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead, shares, pace = reached + (pace - 1.0) / faster * moved, reached, faster
    return shares


def projected(values: Floats) -> Floats:
    """The nearest shares (not negative, rows summing to one) to each row of ``values``.

    >>> projected(np.array([[0.8, 0.6]])).round(3).tolist()
    [[0.6, 0.4]]
    """
    falling = -np.sort(-values, axis=-1)
    excess = falling.cumsum(axis=-1) - 1.0
    rank = np.arange(1, values.shape[-1] + 1)
    kept = (falling * rank > excess).sum(axis=-1, keepdims=True)
    level = np.take_along_axis(excess, np.maximum(kept, 1) - 1, axis=-1) / np.maximum(kept, 1)
    return np.asarray(np.maximum(values - level, 0.0))
