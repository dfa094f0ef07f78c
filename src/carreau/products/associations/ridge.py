"""Ridge regression that is only asked about places it has not seen.

The products of features are summed fold by fold once; a model without a fold is then one small system to solve, for
any strength of the penalty and for all outcomes at once. Hoerl and Kennard, Ridge Regression, Technometrics 12, 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.products.associations.ground import Floats, Index, Singles

PENALTIES: Final = (0.0015, 0.015, 0.15, 1.5)  # per station of ordinary weight
ROWS: Final = 8_192  # rows weighed at once: memory stays small


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a model says of stations that it was not shown.

    ``expected`` (stations x outcomes), ``coefficients`` (folds x (1 + features) x outcomes, the constant first) and the
    ``penalties`` retained (folds x outcomes). ``steady`` are the coefficients of the same folds under one penalty for
    all, the middle one retained: what moves from one to another is then places, not the choice of a penalty.
    """

    expected: Floats
    coefficients: Floats
    penalties: Floats
    steady: Floats


def held_out(features: Singles, outcomes: Floats, weights: Floats, folds: Index) -> HeldOut:
    """Each station's outcomes as a model made without its fold says them.

    The penalty of a fold is the one that errs least on the others, each foretold by models that have seen neither: no
    station has any part in what is said of it.
    """
    count, wide = int(folds.max()) + 1, features.shape[1] + 1
    weights = weights / max(weights.mean(), 1e-12)
    rows = [np.flatnonzero(folds == fold) for fold in range(count)]
    products = np.stack([_products(features, outcomes, weights, row) for row in rows])
    best = _best_penalties(products, wide)
    total = products.sum(axis=0)
    middle = np.sort(best, axis=0)[count // 2]
    chosen, steady = np.empty((2, count, wide, outcomes.shape[1]))
    expected = np.empty(outcomes.shape)
    for fold, row in enumerate(rows):
        said = _solved(total - products[fold], wide)
        chosen[fold] = np.take_along_axis(said, best[fold][None, None, :], axis=0)[0]
        steady[fold] = np.take_along_axis(said, middle[None, None, :], axis=0)[0]
        expected[row] = np.clip(chosen[fold, 0] + features[row] @ chosen[fold, 1:], 0.0, 100.0)
    return HeldOut(expected, chosen, np.array(PENALTIES)[best], steady)


def contributions(features: Singles, starts: Index, coefficients: Floats, folds: Index) -> Singles:
    """The points that each indicator brings to each station: stations x indicators, for one outcome.

    ``coefficients`` are those of each fold (folds x (1 + features)). With the constant, a station's points sum to what
    is expected of it.
    """
    points = np.zeros((len(features), len(starts) - 1), dtype=np.float32)
    for fold in range(len(coefficients)):
        rows = np.flatnonzero(folds == fold)
        if features.shape[1] and len(rows):
            told = features[rows] * coefficients[fold, 1:].astype(np.float32)
            points[rows] = np.add.reduceat(told, starts[:-1], axis=1)
    return points


def _products(features: Singles, outcomes: Floats, weights: Floats, rows: Index) -> Floats:
    """The weighted products of constant, features and outcomes over some rows."""
    wide = 1 + features.shape[1] + outcomes.shape[1]
    total = np.zeros((wide, wide))
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        table = np.column_stack([np.ones(len(some)), features[some], outcomes[some]])
        table *= np.sqrt(weights[some])[:, None]
        total += table.T @ table
    return total


def _best_penalties(products: Floats, wide: int) -> Index:
    """For each fold and outcome, the rank of the penalty that errs least on the other folds, the fold set aside."""
    count, outcomes = len(products), products.shape[1] - wide
    total, errors = products.sum(axis=0), np.zeros((count, len(PENALTIES), outcomes))
    for fold in range(count):
        for other in range(fold):
            said = _solved(total - products[fold] - products[other], wide)
            errors[fold] += _errors(products[other], said, wide)
            errors[other] += _errors(products[fold], said, wide)
    return np.asarray(np.argmin(errors, axis=1))


def _errors(products: Floats, coefficients: Floats, wide: int) -> Floats:
    """The weighted sum of squared errors of coefficients (penalties x features x outcomes) on the rows of a fold."""
    crossed, square = products[:wide, wide:], np.diag(products[wide:, wide:])
    bent = np.einsum("pfo,pfo->po", coefficients, products[:wide, :wide] @ coefficients)
    return np.asarray(square - 2 * np.einsum("pfo,fo->po", coefficients, crossed) + bent)


def _solved(products: Floats, wide: int) -> Floats:
    """The coefficients of each penalty (penalties x features x outcomes), the constant not penalised."""
    free = np.diag([0.0, *[1.0] * (wide - 1)])
    voters = max(products[0, 0], 1e-9)
    left = np.stack([products[:wide, :wide] + penalty * voters * free for penalty in PENALTIES])
    left[:, 0, 0] += 1e-9
    right = np.broadcast_to(products[:wide, wide:], (len(PENALTIES), wide, products.shape[1] - wide))
    return np.linalg.solve(left, right)
