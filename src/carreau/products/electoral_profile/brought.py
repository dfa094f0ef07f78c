"""Elections brought onto today's stations or larger places: counts carried, shares recomputed, margins, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.places.successions import located
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS
from carreau.products.electoral_profile.elections import CANDIDATE, Election, Measure
from carreau.products.electoral_profile.estimate import ENOUGH, ENOUGH_FOR_A_COUNT, NOBODY, UNSURE, Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.material import Brought
from carreau.products.electoral_profile.refined import Codes, TargetFrame, Texts, Values, blank

Index = npt.NDArray[np.int64]
NO_RESULT: Final = "pas de résultat de cette élection pour {this}"
NOT_STANDING: Final = "ne se présentait pas dans {this}"
ELSEWHERE: Final = "ne se présentait pas partout dans {this}"
IN_PART: Final = "le fichier de cette élection ne parle que d'une partie de {this}"
NOT_PUBLISHED: Final = "le fichier de cette élection ne donne pas ce chiffre"
COVERED: Final = 0.85  # a place is shown, or compared with, when the election's file tells of most of its voters
COVERED_FOR_A_COUNT: Final = 0.98  # a count that lacks some of its voters is a count too low


def estimates_of_election(brought: Brought, targets: TargetFrame, places: TargetFrame) -> Iterator[Estimate]:
    """The measures of one election on today's stations, or on the larger places ``targets``, in order.

    ``places`` are all of today's stations of the country: they say how much of a commune, a department or the country
    the election's file covers.
    """
    groups = {level: _group(brought.election, targets, places, level) for level in LEVELS}
    if brought.covered is None:
        stir = _stir(brought.election, places, groups["commune"])
        figures = _on_stations(brought, targets, stir)
    else:
        figures = _on_larger(brought, targets.certainty)
    for measure in brought.election.measures:
        yield _estimate(brought.election, measure, figures(measure), _Context(groups, targets.this))


@dataclass(frozen=True, slots=True)
class _Group:
    """The group of each past station, of each place asked for and of each of today's stations of the country.

    ``voters`` are those of each group today.
    """

    past: Index
    today: Index
    places: Index
    voters: Values


@dataclass(frozen=True, slots=True)
class _Context:
    """What the measures of one election share: the groups they are compared with, how a sentence names a place."""

    groups: Mapping[str, _Group]
    this: str


@dataclass(frozen=True, slots=True)
class _Figures:
    """One measure on the places: its number and base, the part of each place's voters it speaks of, what moved.

    ``told`` is 0 where no past station reaches the place; ``whole`` is False where it speaks of too few to be shown;
    ``sure`` is the part of its voters who are known to be its own. ``moved`` says how far its voters are not those of
    its past stations, in parts of them; ``scattered`` that it takes its part of what its commune's lost stations told.
    ``people`` are the voters that each place would have had at its own size: a lost station spreads over all of its
    commune, and may leave a new one with a handful of voters whose share is still that of many.
    """

    number: Values
    base: Values
    told: Values
    whole: npt.NDArray[np.bool_]
    moved: Values
    sure: Values
    scattered: npt.NDArray[np.bool_]
    people: Values


@dataclass(frozen=True, slots=True)
class _Stir:
    """What became of the stations of each place's commune since an election.

    ``growth`` is how many of its voters there are today for one of then, ``part`` the part of its voters whose station
    is new or has changed more than its commune.
    """

    growth: Values
    part: Values


def _on_stations(brought: Brought, stations: TargetFrame, stir: _Stir) -> Callable[[Measure], _Figures]:
    """The function that gives a measure on today's stations: each takes all that its past stations tell."""
    weights = brought.weights
    carried = {
        name: (_standing if name.startswith(CANDIDATE) else _carried)(weights, counts)
        for name, counts in brought.election.counts.items()
    }
    told = (np.asarray(weights.sum(axis=0)).ravel() > 0).astype(np.float64)
    every = np.ones(len(told), dtype=bool)
    scattered = np.asarray((weights >= 1 - 1e-9).sum(axis=0)).ravel() == 0
    own = _moved(carried["inscrits"] * stir.growth, stations.registered)
    moved = np.where(scattered, own, own + margins.facts()["votes"]["stir"]["value"] * stir.part)
    people = np.nan_to_num(stations.registered) / stir.growth

    def figures(measure: Measure) -> _Figures:
        number = carried[measure.number]
        base = carried[measure.base] if measure.base else np.full(len(number), np.nan)
        return _Figures(number, base, told, every, moved, stations.certainty, scattered, people)

    return figures


def _stir(election: Election, places: TargetFrame, commune: _Group) -> _Stir:
    """What became of the stations of the commune of each place asked for, over all the stations of the commune.

    Voters come and go in every station: only a change that its commune does not share says that a boundary moved. A
    commune that kept its only station has moved nothing.
    """
    size, then, now = len(commune.voters), election.counts["inscrits"], places.registered
    before = _sums(commune.past, then, size)
    growth = np.divide(commune.voters, before, out=np.ones(size), where=(before > 0) & (commune.voters > 0))
    position, found = located(places.codes, election.codes)
    same = found & (commune.past[position] == commune.places) if len(then) else found
    own = np.where(same, then[position] if len(then) else 0.0, 0.0) * growth[commune.places]
    part = _part(_sums(commune.places, _moved(own, now) * np.nan_to_num(now), size), commune.voters)
    return _Stir(growth[commune.today], part[commune.today])


def _moved(before: Values, today: Values) -> Values:
    """The change of a station's voters, as a part of the larger number; all of them where one is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.abs(before - today) / np.maximum(before, today)
    return np.asarray(np.clip(np.nan_to_num(moved, nan=1.0), 0, 1))


def _on_larger(brought: Brought, sure: Values) -> Callable[[Measure], _Figures]:
    """The function that gives a measure on larger places: the sums over the past stations that tell it.

    A place is shown when these hold enough of its voters; what they do not hold may be otherwise, and widens the
    margin like what moved. A whole commune has the same voters whatever became of its stations.
    """
    weights, counts = brought.weights, brought.election.counts
    voters = np.nan_to_num(counts["inscrits"])
    all_voters = np.asarray(weights.T @ voters)
    split = 1 - _part(np.asarray(weights.multiply(weights >= 1 - 1e-9).T @ voters), all_voters)
    covered = np.zeros(len(split)) if brought.covered is None else brought.covered

    def figures(measure: Measure) -> _Figures:
        number = counts[measure.number]
        base = counts[measure.base] if measure.base else number
        told = np.isfinite(number) & np.isfinite(base)
        sums = weights.T @ np.column_stack([np.where(told, part, 0.0) for part in (number, base, voters)])
        part = covered * _part(sums[:, 2], all_voters)
        least = COVERED if measure.base else COVERED_FOR_A_COUNT
        of_base = sums[:, 1] if measure.base else np.full(len(part), np.nan)
        moved = np.clip(split + 1 - part * sure, 0, 1)
        return _Figures(
            sums[:, 0], of_base, part, part >= least, moved, sure, np.zeros(len(part), dtype=bool), all_voters
        )

    return figures


def _part(some: Values, all_of_them: Values) -> Values:
    """The part that ``some`` are of all; 0 of none."""
    return np.divide(some, all_of_them, out=np.zeros(len(some)), where=all_of_them > 0)


def _carried(weights: sparse.csr_array, counts: Values) -> Values:
    """Counts of past stations on today's; NaN where a past station that counts does not give the figure."""
    missing = np.asarray(weights.T @ (~np.isfinite(counts)).astype(float)) > 0
    return np.where(missing, np.nan, np.asarray(weights.T @ np.nan_to_num(counts)))


def _standing(weights: sparse.csr_array, counts: Values) -> Values:
    """Votes of a candidate on today's stations; NaN where he or she stood in none of the past stations."""
    stood = np.asarray(weights.T @ np.isfinite(counts).astype(float)) > 0
    return np.where(stood, np.asarray(weights.T @ np.nan_to_num(counts)), np.nan)


def _group(election: Election, targets: TargetFrame, places: TargetFrame, level: str) -> _Group:
    """The groups at ``level`` of the past stations and of today's places, with the voters of each group today."""
    past, today, all_places = (_codes(frame, level) for frame in (election, targets, places))
    names, index = np.unique(np.concatenate([past, today, all_places]), return_inverse=True)
    of_past, of_today, of_all = np.split(index, [len(past), len(past) + len(today)])
    return _Group(of_past, of_today, of_all, _sums(of_all, places.registered, len(names)))


def _codes(frame: Election | TargetFrame, level: str) -> Codes:
    """The code of each row of ``frame`` at ``level``."""
    if level == "france":
        return np.full(len(frame.codes), "", dtype=np.str_)
    return frame.communes if level == "commune" else frame.departments


def _estimate(election: Election, measure: Measure, figures: _Figures, context: _Context) -> Estimate:
    """One measure of an election on today's places."""
    number, base = figures.number, figures.base
    indicator = _indicator(election, measure)
    sure = figures.sure >= (ENOUGH if measure.base else ENOUGH_FOR_A_COUNT)
    value = np.where((figures.told > 0) & figures.whole & sure, _figure(number, base, indicator.kind), np.nan)
    margin = margins.half_width() * _deviation(election, measure, (value, figures), context.groups)
    shown = np.isfinite(value)
    return Estimate(
        indicator,
        value,
        np.where(shown, number, np.nan),
        np.where(shown, base, np.nan),
        margin,
        margins.grade_of(margin, value, indicator.unit),
        _status(measure, value, figures, context.this),
        {level: _compared(election, measure, context.groups[level]) for level in LEVELS},
    )


def _status(measure: Measure, value: Values, figures: _Figures, this: str) -> Texts:
    """Why each figure that is not shown is not; empty where it is."""
    standing = measure.name.startswith(CANDIDATE)
    status = blank(len(value))
    status[~np.isfinite(value)] = NOT_STANDING.format(this=this) if standing else NOT_PUBLISHED
    status[~figures.whole] = (ELSEWHERE if standing else IN_PART).format(this=this)
    status[figures.base == 0] = NOBODY.format(this=this)
    status[figures.told == 0] = NO_RESULT.format(this=this)
    status[~np.isfinite(value) & (figures.sure < ENOUGH_FOR_A_COUNT)] = UNSURE.format(this=this)
    return status


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


def _deviation(
    election: Election, measure: Measure, shown: tuple[Values, _Figures], groups: Mapping[str, _Group]
) -> Values:
    """The standard error of a measure: none on the very stations of the ballot, larger with what may have moved."""
    value, figures = shown
    constants = margins.facts()["votes"]
    if not measure.base:
        return np.where(np.isfinite(value), _count_deviation(value, figures), np.nan)
    past = _figure(election.counts[measure.number], election.counts[measure.base], "share")
    commune, department = groups["commune"], groups["departement"]
    nest = margins.Nest(commune.past, department.past, len(commune.voters), len(department.voters))
    between = margins.spread_within(past, np.nan_to_num(election.counts[measure.base]), nest)[department.today]
    borrowed = margins.borrowed_vote_deviation(value, between, figures.people)
    own = constants["share"]["value"] * between * np.sqrt(figures.moved)
    return np.asarray(np.where(np.isfinite(value), np.where(figures.scattered, borrowed, own), np.nan))


def _count_deviation(value: Values, figures: _Figures) -> Values:
    """The standard error of a count: a part of what moved; for a scattered one, all that it lacks or has in excess."""
    constants = margins.facts()["votes"]
    gap = np.maximum(np.abs(value), figures.people) * figures.moved
    own_size = constants["scattered_count"]["value"] * figures.people
    scattered = np.hypot(gap / margins.half_width(), own_size)
    return np.asarray(np.where(figures.scattered, scattered, constants["count"]["value"] * gap))
