"""The other ways to cross two sides of the same stations, each from the margins to the territory's table of persons.

None of them ships alone: bench/ecological.py compares them with what does, where the truth is known. The multinomial EM
is stopped at 1e-6 on the shares (Varadhan and Roland 2008 for its acceleration); the overdispersed model is generalised
least squares with a variance between stations; the covariate model lets shares change with the composition (it is a
part of what ships for groups).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn.linear_model import LinearRegression, RidgeCV

from carreau.inference.context import curved
from carreau.inference.fitting import even, fitted
from carreau.inference.margins import Floats, Margins
from carreau.inference.regression import Moments, goodman, moments_of, shrunk

_STEPS: Final = 3000
_ROUNDS: Final = 5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def turned(margins: Margins) -> Margins:
    """The margins with origins and destinations exchanged."""
    return Margins(margins.destinations, margins.origins)


def goodman_table(margins: Margins) -> Floats:
    """The baseline: the clipped regression."""
    return goodman(moments_of(margins)) * margins.origins.sum(axis=0)[:, None]


def even_table(margins: Margins) -> Floats:
    """Every origin votes as its station."""
    return even(margins).total()


def constrained(margins: Margins) -> Floats:
    """Least squares over shares that sum to one, not fitted to the stations."""
    return shrunk(moments_of(margins), 0.0) * margins.origins.sum(axis=0)[:, None]


def expectation(margins: Margins) -> Floats:
    """The shares of the converged multinomial EM, accelerated (SQUAREM, Varadhan and Roland 2008)."""
    origins, destinations = margins.origins, margins.destinations
    persons = np.maximum(origins.sum(axis=0), 1e-9)[:, None]
    start = np.tile(destinations.sum(axis=0) / destinations.sum(), (origins.shape[1], 1))
    shares = start * (1 + 0.05 * np.random.default_rng(0).random(start.shape))
    shares /= shares.sum(axis=1, keepdims=True)

    def step(now: Floats) -> Floats:
        found = now * (origins.T @ (destinations / np.maximum(origins @ now, 1e-12))) / persons
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12))

    for _ in range(_STEPS // 3):
        first = step(shares)
        second = step(first)
        moved, turn = first - shares, (second - first) - (first - shares)
        pace = -max(1.0, float(np.sqrt((moved**2).sum() / max((turn**2).sum(), 1e-30))))
        ahead = shares - 2 * pace * moved + pace * pace * turn
        after = step(ahead / ahead.sum(axis=1, keepdims=True) if (ahead > 0).all() else second)
        if np.abs(after - shares).max() < 1e-6:
            return after
        shares = after
    return shares


def expectation_table(margins: Margins) -> Floats:
    """The multinomial EM, fitted to the stations."""
    return fitted(expectation(margins), margins).total()


def overdispersed(margins: Margins) -> Floats:
    """Shares by generalised least squares: the residual variance of a station is luck plus a part estimated by moments.

    The part is that of shares which vary between stations (Dirichlet-multinomial): s x sum of squared origin shares.
    """
    total = np.maximum(margins.destinations.sum(axis=1), 1e-9)
    origins, destinations = margins.origins / total[:, None], margins.destinations / total[:, None]
    spread, shares = (origins**2).sum(axis=1), shrunk(moments_of(margins), 0.0)
    for _ in range(_ROUNDS):
        mean = origins @ shares
        luck, seen = (1 - (mean**2).sum(axis=1)) / np.maximum(total, 1), ((destinations - mean) ** 2).sum(axis=1)
        part = max(0.0, float((spread * (seen - luck)).sum() / (spread**2).sum()))
        weight = 1 / (luck + part * spread + 1e-9)
        shares = shrunk(weighted(origins, destinations, weight), 0.0)
    return shares


def weighted(origins: Floats, destinations: Floats, weight: Floats) -> Moments:
    """The moments of shares under weights of our own."""
    scaled = origins * weight[:, None]
    cross = scaled.T @ destinations
    prior = cross / np.maximum(cross.sum(axis=1, keepdims=True), 1e-12)
    return Moments(scaled.T @ origins, cross, scaled.sum(axis=0), prior)


def both_ways(shares: Callable[[Margins], Floats]) -> Callable[[Margins], Floats]:
    """A method applied in both directions, each fitted to the stations, and their mean."""

    def table(margins: Margins) -> Floats:
        back = turned(margins)
        return np.asarray((fitted(shares(margins), margins).total() + fitted(shares(back), back).total().T) / 2)

    return table


def correlated(margins: Margins) -> Floats:
    """Shares by the correlation of probits between stations (Thomsen 1987), as if it were that of persons."""
    total = margins.destinations.sum(axis=1)
    kept = total > 0
    total = total[kept]
    first, second = (
        ndtri((side[kept] + 0.5) / (total[:, None] + 1)) for side in (margins.origins, margins.destinations)
    )
    part = total / total.sum()
    first, second = first - part @ first, second - part @ second
    scale = np.sqrt(np.outer(part @ first**2, part @ second**2)) + 1e-12
    tie = np.clip(first.T @ (second * part[:, None]) / scale, -0.99, 0.99)
    sums = (side.sum(axis=0) for side in (margins.origins, margins.destinations))
    high, wide = (ndtri(np.clip(each / each.sum(), 1e-6, 1 - 1e-6)) for each in sums)
    return np.maximum(_below(high[:, None], wide[None, :], tie), 1e-7)


def _below(high: Floats, wide: Floats, tie: Floats) -> Floats:
    """The probability that two normal values tied by ``tie`` are both below."""
    at = (_NODES[:, None, None] + 1) / 2 * tie
    free = 1 - at * at
    dense = np.exp(-(high**2 - 2 * at * high * wide + wide**2) / (2 * free)) / (2 * np.pi * np.sqrt(free))
    return np.asarray(ndtr(high) * ndtr(wide) + (dense * _WEIGHTS[:, None, None]).sum(axis=0) * tie / 2)


def ridge_learn(margins: Margins) -> Floats:
    """scikit-learn's ridge, strength by its own cross-validation, clipped and summing to one."""
    total = np.maximum(margins.destinations.sum(axis=1, keepdims=True), 1e-9)
    model = RidgeCV(alphas=np.logspace(-6, 1, 8), fit_intercept=False)
    model.fit(margins.origins / total, margins.destinations / total, sample_weight=total[:, 0])
    return _clipped(np.atleast_2d(model.coef_).T, margins)


def positive_learn(margins: Margins) -> Floats:
    """scikit-learn's least squares with positive coefficients (NNLS), summing to one."""
    total = np.maximum(margins.destinations.sum(axis=1, keepdims=True), 1e-9)
    model = LinearRegression(positive=True, fit_intercept=False)
    model.fit(margins.origins / total, margins.destinations / total, sample_weight=total[:, 0])
    return _clipped(np.atleast_2d(model.coef_).T, margins)


def _clipped(shares: Floats, margins: Margins) -> Floats:
    """Persons out of coefficients that need not be shares."""
    shares = np.clip(shares, 0, 1)
    sums = shares.sum(axis=1, keepdims=True)
    return np.asarray(shares / np.maximum(sums, 1e-9) * margins.origins.sum(axis=0)[:, None])


RIVALS: Final[Mapping[str, Callable[[Margins], Floats]]] = {
    "Goodman, clipped (baseline)": goodman_table,
    "even split within each station": even_table,
    "least squares under constraints": constrained,
    "scikit-learn ridge, clipped": ridge_learn,
    "scikit-learn NNLS": positive_learn,
    "multinomial EM (SQUAREM), fitted": expectation_table,
    "multinomial EM, both ways, fitted": both_ways(expectation),
    "constraints, both ways, fitted": both_ways(lambda margins: shrunk(moments_of(margins), 0.0)),
    "overdispersed, both ways, fitted": both_ways(overdispersed),
    "covariate of composition, both ways, fitted": both_ways(curved),
    "probit correlation (Thomsen), fitted": lambda margins: fitted(correlated(margins), margins).total(),
}
