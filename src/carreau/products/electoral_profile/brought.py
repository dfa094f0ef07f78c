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
from carreau.products.electoral_profile.elections import CANDIDATE, Election, Measure
from carreau.products.electoral_profile.estimate import NOBODY, Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import Codes, StationFrame, Values

Index = npt.NDArray[np.int64]
NO_RESULT: Final = "pas de résultat de cette élection pour ce bureau"
NOT_STANDING: Final = "ne se présentait pas dans ce bureau"
NOT_PUBLISHED: Final = "le fichier de cette élection ne donne pas ce chiffre"
COVERED: Final = 0.85  # a level is compared with when the election's file tells the figure of most of its voters


def estimates_of_election(
    election: Election, weights: sparse.csr_array, stations: StationFrame, places: StationFrame
) -> Iterator[Estimate]:
    """The measures of one election on today's ``stations``, in order.

    ``weights`` (past stations x stations) carries the counts. ``places`` are all of today's stations of the country:
    they say how much of a commune, a department or the country the election's file covers.
    """
    carried = {
        name: (_standing if name.startswith(CANDIDATE) else _carried)(weights, counts)
        for name, counts in election.counts.items()
    }
    reached = np.asarray(weights.sum(axis=0)).ravel() > 0
    changed = _changed_part(weights, carried["inscrits"], stations.registered)
    groups = {level: _group(election, stations, places, level) for level in LEVELS}
    context = _Context(carried, reached, changed, groups)
    for measure in election.measures:
        yield _estimate(election, measure, context)


@dataclass(frozen=True, slots=True)
class _Group:
    """The group of each past station and of each of today's stations at one level, and the voters of each group."""

    past: Index
    today: Index
    voters: Values


@dataclass(frozen=True, slots=True)
class _Context:
    """What the measures of one election share: carried counts, what changed, the groups they are compared with."""

    carried: Mapping[str, Values]
    reached: npt.NDArray[np.bool_]
    changed: Values
    groups: Mapping[str, _Group]


def _carried(weights: sparse.csr_array, counts: Values) -> Values:
    """Counts of past stations on today's; NaN where a past station that counts does not give the figure."""
    missing = np.asarray(weights.T @ (~np.isfinite(counts)).astype(float)) > 0
    return np.where(missing, np.nan, np.asarray(weights.T @ np.nan_to_num(counts)))


def _standing(weights: sparse.csr_array, counts: Values) -> Values:
    """Votes of a candidate on today's stations; NaN where he or she stood in none of the past stations."""
    stood = np.asarray(weights.T @ np.isfinite(counts).astype(float)) > 0
    return np.where(stood, np.asarray(weights.T @ np.nan_to_num(counts)), np.nan)


def _changed_part(weights: sparse.csr_array, before: Values, today: Values) -> Values:
    """The part of a station's voters that may come from elsewhere: its change of size, all of it when spread.

    An equal code does not prove an equal perimeter: the change of registered voters stands for what moved.
    """
    whole = np.asarray((weights >= 1 - 1e-9).sum(axis=0)).ravel() > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.abs(before - today) / np.maximum(before, today)
    return np.where(whole, np.clip(np.nan_to_num(moved, nan=1.0), 0, 1), 1.0)


def _group(election: Election, stations: StationFrame, places: StationFrame, level: str) -> _Group:
    """The groups at ``level`` of the past stations and of today's, with the voters of each group today."""
    past, today, all_places = (_codes(frame, level) for frame in (election, stations, places))
    names, index = np.unique(np.concatenate([past, today, all_places]), return_inverse=True)
    of_past, of_today, of_all = np.split(index, [len(past), len(past) + len(today)])
    return _Group(of_past, of_today, _sums(of_all, places.registered, len(names)))


def _codes(frame: Election | StationFrame, level: str) -> Codes:
    """The code of each row of ``frame`` at ``level``."""
    if level == "france":
        return np.full(len(frame.codes), "", dtype=np.str_)
    return frame.communes if level == "commune" else frame.departments


def _estimate(election: Election, measure: Measure, context: _Context) -> Estimate:
    """One measure of an election on today's stations."""
    number = context.carried[measure.number]
    base = context.carried[measure.base] if measure.base else np.full(len(number), np.nan)
    indicator = _indicator(election, measure)
    value = np.where(context.reached, _figure(number, base, indicator.kind), np.nan)
    margin = _margin(election, measure, value, context.changed)
    status = np.full(len(value), "", dtype=np.object_)
    status[~np.isfinite(value)] = NOT_STANDING if measure.name.startswith(CANDIDATE) else NOT_PUBLISHED
    status[base == 0] = NOBODY
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
        {level: _compared(election, measure, context.groups[level]) for level in LEVELS},
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
    )


def _figure(number: Values, base: Values, kind: str) -> Values:
    """A count, or a share in percent; NaN without a denominator."""
    if kind == "count":
        return number
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(base > 0, number / base * 100, np.nan)


def _compared(election: Election, measure: Measure, group: _Group) -> Values:
    """The same figure summed over the group of each station, NaN where too few of its voters' stations tell it.

    A past station that lacks the number or the base is in neither sum.
    """
    if not measure.base:
        return np.full(len(group.today), np.nan)
    number, base, voters = (election.counts[name] for name in (measure.number, measure.base, "inscrits"))
    told = np.isfinite(number) & np.isfinite(base)
    total, of_base, known = (
        _sums(group.past, np.where(told, counts, 0.0), len(group.voters)) for counts in (number, base, voters)
    )
    figure = np.where(known >= COVERED * group.voters, _figure(total, of_base, "share"), np.nan)
    return np.asarray(figure[group.today])


def _sums(group: Index, counts: Values, size: int) -> Values:
    """The counts summed over each group; one that is not given adds nothing."""
    return np.bincount(group, np.nan_to_num(counts), minlength=size).astype(np.float64)


def _margin(election: Election, measure: Measure, value: Values, changed: Values) -> Values:
    """The half-width of the 90 % interval: zero on the very stations of the ballot, wider with what may have moved."""
    kappa = margins.facts()["apportionment"]["surface"]
    if not measure.base:
        return np.asarray(margins.half_width() * np.abs(value) * changed * kappa["kappa_count"])
    past = _figure(election.counts[measure.number], election.counts[measure.base], "share")
    weight = np.nan_to_num(election.counts[measure.base])
    group = np.zeros(len(past), dtype=np.int64)
    between = margins.spread_between(past[:, None], weight[:, None], group, 1)[0, 0]
    deviation = kappa["kappa"] * between * np.sqrt(changed)
    return np.asarray(np.where(np.isfinite(value), margins.half_width() * deviation, np.nan))
