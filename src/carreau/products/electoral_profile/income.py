"""Income on the stations: distributions mixed by the people who arrive, never medians averaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.places import Crosswalk
from carreau.places.distributions import Quantiles, carried_quantiles
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS, Carrier
from carreau.products.electoral_profile.estimate import (
    COMMUNE_SHARE,
    ENOUGH,
    ENOUGH_FOR_A_COUNT,
    Estimate,
    nest_of,
    status_of,
)
from carreau.products.electoral_profile.indicators import PUBLISHED, Indicator
from carreau.products.electoral_profile.refined import Refined, Values


def income_estimates_of(indicators: Sequence[Indicator], refined: Refined, carrier: Carrier) -> Iterator[Estimate]:
    """The quantile indicators, each read off the mixture of the distributions of the zones that make a station."""
    wanted = [indicator for indicator in indicators if indicator.kind == "quantile"]
    for distribution in dict.fromkeys(indicator.distribution for indicator in wanted):
        mine = [indicator for indicator in wanted if indicator.distribution == distribution]
        published = np.column_stack([refined.column(distribution, name) for name in PUBLISHED.values()])
        if np.isfinite(published).any():
            yield from _estimates(mine, published, refined, carrier)


def _estimates(
    wanted: Sequence[Indicator], published: Values, refined: Refined, carrier: Carrier
) -> Iterator[Estimate]:
    """The quantiles of one distribution, out of what is published of it on the zones."""
    levels = tuple(indicator.quantile for indicator in wanted)
    groups = {level: np.unique(carrier.levels[level].member, return_inverse=True) for level in LEVELS}
    summed = [sparse.csr_array(carrier.levels[level].matrix[names].T) for level, (names, _) in groups.items()]
    # Stations and all levels in one mixture: the distributions of the zones are drawn once.
    targets = sparse.csr_array(sparse.hstack([refined.weights, *summed]))
    values, known = _mixed(targets, Quantiles(tuple(PUBLISHED), published), carrier.mass, levels)
    bounds = np.cumsum([0, *(weights.shape[1] for weights in (refined.weights, *summed))])
    of_groups = np.where(known[:, None] >= ENOUGH, values, np.nan)
    firsts = dict(zip(LEVELS, bounds[1:], strict=False))
    compared = {level: of_groups[firsts[level] + member] for level, (_, member) in groups.items()}
    size = bounds[1]
    for k, indicator in enumerate(wanted):
        on_zones = refined.column(indicator.distribution, PUBLISHED[indicator.quantile])
        yield _estimate(
            indicator,
            (values[:size, k], known[:size], on_zones),
            {level: compared[level][:, k] for level in LEVELS},
            refined,
            carrier,
        )


def _mixed(
    weights: sparse.csr_array, quantiles: Quantiles, people: Values, levels: tuple[float, ...]
) -> tuple[Values, Values]:
    """The quantiles of each target's mixture, and the part of its people that they rest on."""
    row = np.asarray(weights.sum(axis=1)).ravel()
    zones, targets = (np.arange(size).astype(np.str_) for size in weights.shape)
    walk = Crosswalk(zones, targets, "", "surface", "simple", weights, 1.0 - row)
    carried = carried_quantiles(walk, quantiles, people, levels)
    return carried.values, np.nan_to_num(carried.known)


def _estimate(
    indicator: Indicator,
    parts: tuple[Values, Values, Values],
    compared: dict[str, Values],
    refined: Refined,
    carrier: Carrier,
) -> Estimate:
    """One quantile with its margin, grade and status; ``parts``: its value, the part known, and itself on the zones."""
    value, known, on_zones = parts
    known = known * refined.targets.certainty
    value = np.where(known >= ENOUGH, value, np.nan)
    status = status_of(indicator, value, refined, carrier)
    fallback = (refined.targets.placed == "") & np.isfinite(compared["commune"])
    value = np.where(fallback, compared["commune"], value)
    status[fallback] = COMMUNE_SHARE
    nest, here = nest_of(carrier), carrier.target_department
    between = margins.spread_within(on_zones, carrier.mass, nest)[here]
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = margins.spread_within(np.log(on_zones), carrier.mass, nest)[here]
    carried = margins.income_deviation(value, indicator.quantile, relative, carrier.spread)
    deviation = np.hypot(carried, margins.unsaid_deviation("quantile", between, known))
    borrowed = margins.borrowed_deviation("quantile", value, between, refined.targets.registered)
    margin = margins.half_width() * np.where(fallback, borrowed, deviation)
    grade = _grade(indicator, margin, value, np.where(fallback, 0.0, known))
    base = np.where(np.isfinite(value) & ~fallback, _base(indicator, refined, carrier), np.nan)
    return Estimate(indicator, value, np.full(len(value), np.nan), base, margin, grade, status, compared)


def _grade(indicator: Indicator, margin: Values, value: Values, known: Values) -> npt.NDArray[np.int64]:
    """The grade of each quantile: one step worse when a tenth of its people is unknown, the last when borrowed."""
    worst = len(margins.GRADES) - 1
    grade = margins.grade_of(margin, value, indicator.unit) + (known < ENOUGH_FOR_A_COUNT)
    return np.asarray(np.where(known == 0, worst, np.minimum(grade, worst)), dtype=np.int64)


def _base(indicator: Indicator, refined: Refined, carrier: Carrier) -> Values:
    """Those whom a quantile is about, carried onto the stations."""
    assert indicator.base is not None  # indicators_of refuses a quantile without a base
    return carrier.carried(np.nan_to_num(indicator.base.values(refined.column)))
