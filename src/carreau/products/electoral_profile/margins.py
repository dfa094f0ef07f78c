"""The margin and the grade of a figure: sampling of the source, apportionment to the station, what is unknown.

The margin is the half-width of the 90 % interval, in the unit of the figure. Facts are in ``margins.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import Refined, Values

GRADES: Final = np.array(["A", "B", "C", "D", "E"], dtype=object)


@cache
def facts() -> Mapping[str, Any]:
    """The facts of ``margins.toml``: confidence, sampling, apportionment, grades."""
    return tomllib.loads((Path(__file__).parent / "margins.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Spread:
    """How a station is made of pieces of zones: one entry per station.

    ``share`` is the standard error of a share per unit of spread between zones, ``income`` that of a quantile of
    income, ``count`` the relative standard error of a count. All are 0 for a station made of whole zones.
    """

    share: Values
    income: Values
    count: Values


def spread_of(refined: Refined, mass: Values) -> Spread:
    """The apportionment error of each station, from the pieces of zones it is made of, weighted by ``mass``."""
    weights = sparse.coo_array(refined.weights)
    carried = weights.data * np.nan_to_num(mass)[weights.row]
    total = np.bincount(weights.col, carried, minlength=weights.shape[1])
    constants = facts()["apportionment"]
    result = []
    for name in ("kappa", "kappa_income", "kappa_count"):
        kappa = np.array([constants.get(method, constants["commune"])[name] for method in refined.zones.methods])
        pieces = carried * kappa[weights.row] ** 2 * (1 - np.clip(weights.data, 0, 1))
        partial = np.bincount(weights.col, pieces, minlength=weights.shape[1])
        result.append(np.sqrt(np.divide(partial, total, out=np.zeros(len(total)), where=total > 0)))
    return Spread(*result)


def spread_between(value: Values, base: Values, group: npt.NDArray[np.int64], groups: int) -> Values:
    """The standard deviation of ``value`` between the zones of each group, weighted by ``base``: groups x indicators.

    A group of fewer than three zones takes the spread of the whole.
    """
    known = np.isfinite(value) & (base > 0)
    weight = np.where(known, base, 0.0)
    filled = np.where(known, value, 0.0)
    matrix = sparse.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(groups, len(group)))
    national = _deviation(weight.sum(0), (weight * filled).sum(0), (weight * filled**2).sum(0))
    local = _deviation(matrix @ weight, matrix @ (weight * filled), matrix @ (weight * filled**2))
    enough = (matrix @ known.astype(float)) >= 3
    return np.asarray(np.where(enough, local, national))


def _deviation(weight: Values, first: Values, second: Values) -> Values:
    """The standard deviation from the sums of weights, of weighted values and of weighted squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / weight
        return np.asarray(np.nan_to_num(np.sqrt(np.maximum(second / weight - mean**2, 0.0))))


def sampling_factor(indicator: Indicator, large: Values) -> Values:
    """What sampling multiplies a variance by, where a part ``large`` of the people lives in large communes.

    It is design effect x (1 - f) / f with f the share of people surveyed, 0 where all are. A census column says it by
    its prefix: C is the complementary exploitation, P the principal one.
    """
    formula = indicator.number or indicator.base
    letters = {column[0] for alias, column in formula.columns if column[:2] in {"P_", "C_"}} if formula else set()
    letter = "C" if "C" in letters else "P"
    if not letters or indicator.kind == "quantile" or set(indicator.aliases) & {"revenu", "caf"}:
        return np.zeros(len(large))
    effect = facts()["confidence"]["design_effect"]["value"]
    rates = (facts()["sampling"][f"{letter}_{size}"]["value"] for size in ("large", "small"))
    in_large, in_small = (effect * (1 - rate) / rate for rate in rates)
    return np.asarray(large * in_large + (1 - large) * in_small)


def sampling_deviation(indicator: Indicator, value: Values, base: Values, factor: Values) -> Values:
    """The standard error of sampling: simple random sampling, whose ``factor`` is that of :func:`sampling_factor`.

    For a share p of n people: sqrt(factor x p(1-p)/n), in points; for a count N: sqrt(factor x N).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        if indicator.kind == "count":
            return np.asarray(np.sqrt(factor * np.maximum(value, 0)))
        if indicator.kind == "ratio":
            return np.asarray(np.abs(value) * np.sqrt(factor / base))
        # A share of 0 or 1 seen in a sample is not certain: half a person stands in for what was not seen.
        least = 0.5 / np.maximum(base, 1)
        share = np.clip(np.clip(value / 100, 0, 1), least, 1 - least)
        return np.asarray(100 * np.sqrt(factor * np.maximum(share * (1 - share), 0) / base))


def grade_of(margin: Values, value: Values, unit: str) -> npt.NDArray[np.int64]:
    """The grade of each figure as an index into :data:`GRADES`, from its margin: points for a share, else relative."""
    scale = facts()["grades"]["points" if unit == "%" else "relative"]
    bounds = np.array([scale[letter] for letter in "ABCD"])
    with np.errstate(invalid="ignore", divide="ignore"):
        width = (
            margin if unit == "%" else np.where(value == 0, np.where(margin == 0, 0, np.inf), margin / np.abs(value))
        )
    return np.asarray(np.searchsorted(bounds, np.nan_to_num(width, nan=np.inf)), dtype=np.int64)


def half_width() -> float:
    """How many standard errors the half-width of the 90 % interval holds."""
    return float(facts()["confidence"]["half_width"]["value"])
