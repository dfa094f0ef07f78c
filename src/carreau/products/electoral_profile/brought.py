"""Elections brought onto today's stations: counts carried, shares recomputed, margins, comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS
from carreau.products.electoral_profile.elections import Election, Measure
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import Codes, StationFrame

Values = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
NO_RESULT: Final = "pas de résultat de cette élection pour ce bureau"
NOT_PUBLISHED: Final = "le fichier de cette élection ne donne pas ce chiffre"
COVERED: Final = 0.85  # a level is compared with when the election's file holds most of its registered voters


def estimates_of_election(
    election: Election, weights: sparse.csr_array, stations: StationFrame, places: StationFrame
) -> Iterator[Estimate]:
    """The measures of one election on today's ``stations``, in order.

    ``weights`` (past stations x stations) carries the counts. ``places`` are all of today's stations of the country:
    they say how much of a commune, a department or the country the election's file covers.
    """
    carried = {name: _carried(weights, counts) for name, counts in election.counts.items()}
    reached = np.asarray(weights.sum(axis=0)).ravel() > 0
    changed = _changed_part(weights, carried["inscrits"], stations.registered)
    groups = {level: _group(election, stations, places, level) for level in LEVELS}
    for measure in election.measures:
        yield _estimate(election, measure, stations, _Context(carried, reached, changed, groups))


@dataclass(frozen=True, slots=True)
class _Context:
    """What the measures of one election share: carried counts, what changed, the groups they are compared with."""

    carried: Mapping[str, Values]
    reached: npt.NDArray[np.bool_]
    changed: Values
    groups: Mapping[str, tuple[Index, Index]]


def _carried(weights: sparse.csr_array, counts: Values) -> Values:
    """Counts of past stations on today's; NaN where a past station that counts does not give the figure."""
    missing = np.asarray(weights.T @ (~np.isfinite(counts)).astype(float)) > 0
    return np.where(missing, np.nan, np.asarray(weights.T @ np.nan_to_num(counts)))


def _changed_part(weights: sparse.csr_array, before: Values, today: Values) -> Values:
    """The part of a station's voters that may come from elsewhere: its change of size, all of it when spread.

    An equal code does not prove an equal perimeter: the change of registered voters stands for what moved.
    """
    whole = np.asarray((weights >= 1 - 1e-9).sum(axis=0)).ravel() > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.abs(before - today) / np.maximum(before, today)
    return np.where(whole, np.clip(np.nan_to_num(moved, nan=1.0), 0, 1), 1.0)


def _group(election: Election, stations: StationFrame, places: StationFrame, level: str) -> tuple[Index, Index]:
    """The group of each past station and of each of today's stations at ``level``; -1 where too little is covered."""
    past, today, all_places = (_codes(frame, level) for frame in (election, stations, places))
    names, index = np.unique(np.concatenate([past, today, all_places]).astype(str), return_inverse=True)
    of_past, of_today, of_all = np.split(index, [len(past), len(past) + len(today)])
    there = np.bincount(of_past, np.nan_to_num(election.counts["inscrits"]), minlength=len(names))
    whole = np.bincount(of_all, np.nan_to_num(places.registered), minlength=len(names))
    enough = there >= COVERED * whole
    return of_past, np.where(enough[of_today], of_today, -1)


def _codes(frame: Election | StationFrame, level: str) -> Codes:
    """The code of each row of ``frame`` at ``level``."""
    if level == "france":
        return np.full(len(frame.codes), "", dtype=object)
    return frame.communes if level == "commune" else frame.departments


def _estimate(election: Election, measure: Measure, stations: StationFrame, context: _Context) -> Estimate:
    """One measure of an election on today's stations."""
    number = context.carried[measure.number]
    base = context.carried[measure.base] if measure.base else np.full(len(number), np.nan)
    indicator = _indicator(election, measure)
    value = np.where(context.reached, _figure(number, base, indicator.kind), np.nan)
    compared = {level: _compared(election, measure, *context.groups[level], indicator.kind) for level in LEVELS}
    margin = _margin(election, measure, value, context.changed)
    status = np.full(len(value), "", dtype=object)
    status[~np.isfinite(value)] = NOT_PUBLISHED
    status[~context.reached] = NO_RESULT
    shown = np.isfinite(value)
    return Estimate(
        indicator,
        value,
        np.where(shown, number, np.nan),
        np.where(shown, base, np.nan),
        margin,
        margins.grade_of(margin, value, indicator.unit),
        status,
        compared,
    )


def _indicator(election: Election, measure: Measure) -> Indicator:
    """A measure as an indicator of the profile: ``pres_2022_t1_participation``."""
    return Indicator(
        f"{election.prefix}_{measure.name}",
        "elections",
        f"{measure.title} ({election.title})",
        measure.unit,
        f"{measure.description}, {election.title}",
        "share" if measure.base else "count",
        None,
        None,
        None,
    )


def _figure(number: Values, base: Values, kind: str) -> Values:
    """A count, or a share in percent; NaN without a denominator."""
    if kind == "count":
        return number
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(base > 0, number / base * 100, np.nan)


def _compared(election: Election, measure: Measure, past: Index, today: Index, kind: str) -> Values:
    """The same figure summed over the group of each station, as the election's file gives it."""
    if kind == "count":
        return np.full(len(today), np.nan)
    size = int(max(past.max(initial=0), today.max(initial=0))) + 1
    sums = [
        np.bincount(past, np.nan_to_num(election.counts[name]), minlength=size)
        for name in (measure.number, measure.base)
    ]
    figure = _figure(sums[0], sums[1], kind)
    return np.where(today >= 0, figure[np.maximum(today, 0)], np.nan)


def _margin(election: Election, measure: Measure, value: Values, changed: Values) -> Values:
    """The half-width of the 90 % interval: zero on the very stations of the ballot, wider with what may have moved."""
    kappa = margins.facts()["apportionment"]["surface"]
    if not measure.base:
        return np.asarray(margins.half_width() * np.abs(value) * changed * kappa["kappa_count"])
    past = _figure(election.counts[measure.number], election.counts[measure.base], "share")
    weight = np.nan_to_num(election.counts[measure.base])
    group = np.zeros(len(past), dtype=np.int64)
    between = margins.spread_between(past[:, None], weight[:, None], group, 1)[0, 0]
    return np.asarray(
        np.where(np.isfinite(value), margins.half_width() * kappa["kappa"] * between * np.sqrt(changed), np.nan)
    )
