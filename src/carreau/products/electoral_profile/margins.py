"""The margin and the grade of a figure: sampling of the source, apportionment to the station, what is unknown.

The margin is the half-width of the 90 % interval, in the unit of the figure. Facts are in ``margins.toml``; they are
measured where the truth is known, and checked where they were not measured (``make accuracy``).

One law for a share p of n people, in a station a part s of whose people come from pieces of zones:

    variance = p(1-p) x [(1-s) f/n + s (k2 rho + grain/n)] + those outside households + what the source does not say

f is the sampling of the census, known for the zones that the station holds whole; rho is how far those whom the share
counts live together (:func:`clustering_within`). Those who live outside households are many at one address
(:mod:`~carreau.products.electoral_profile.outside`); where the census does not tell where, a floor that does not shrink
with n stands for them. A quantile of income has the same law, relative to itself, and a floor.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.products.electoral_profile.indicators import Indicator, Kind
from carreau.products.electoral_profile.refined import Refined, Values

GRADES: Final = np.array(["A", "B", "C", "D", "E"], dtype=object)
FIGURE: Final[Mapping[Kind, str]] = {"share": "share", "ratio": "ratio", "quantile": "income", "count": "count"}
LEAST_ZONES: Final = 3  # fewer zones do not say how much they differ
Index = npt.NDArray[np.int64]


@cache
def facts() -> Mapping[str, Any]:
    """The facts of ``margins.toml``: confidence, sampling, apportionment, what is borrowed or moved, widths, grades."""
    return tomllib.loads((Path(__file__).parent / "margins.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Spread:
    """How a station is made of pieces of zones: one entry per station.

    ``share``, ``ratio`` and ``income`` are the standard error of such a figure per unit of spread between the zones of
    a commune (of a share: per unit of its clustering), ``count`` the relative standard error of a count, ``shared`` the
    part of the people who come from zones that the station does not hold whole. All are 0 for a station made of whole
    zones.
    """

    share: Values
    ratio: Values
    income: Values
    count: Values
    shared: Values


def spread_of(refined: Refined, mass: Values) -> Spread:
    """The apportionment error of each station, from the pieces of zones it is made of, weighted by ``mass``."""
    weights = sparse.coo_array(refined.weights)
    carried = weights.data * np.nan_to_num(mass)[weights.row]
    total = np.bincount(weights.col, carried, minlength=weights.shape[1])
    constants = facts()["apportionment"]
    pieces = carried * (1 - np.clip(weights.data, 0, 1))
    squares = [np.ones(len(refined.zones.methods))]
    for kind in ("share", "ratio", "income", "count"):
        kappa = [constants.get(method, constants["commune"])[kind] for method in refined.zones.methods]
        squares.append(np.array(kappa) ** 2)
    sums = (np.bincount(weights.col, pieces * square[weights.row], len(total)) for square in squares)
    shared, share, ratio, income, count = (
        np.divide(each, total, out=np.zeros(len(total)), where=total > 0) for each in sums
    )
    return Spread(np.sqrt(share), np.sqrt(ratio), np.sqrt(income), np.sqrt(count), shared)


@dataclass(frozen=True, slots=True)
class Nest:
    """The commune and the department of each zone, as rows of two lists of ``communes`` and ``departments`` names."""

    commune: Index
    department: Index
    communes: int
    departments: int


@dataclass(frozen=True, slots=True)
class _Within:
    """How zones differ within communes: the squared deviation of each zone, and the weight it counts for.

    ``enough`` says of each department whether it has zones enough to speak for itself; else the country speaks.
    """

    squares: Values
    counted: Values
    enough: npt.NDArray[np.bool_]
    department: Index

    def pooled(self, part: Values) -> Values:
        """The weighted mean of ``part`` over the zones of each department, or of the country."""
        size, kept = len(self.enough), np.where(self.counted > 0, self.counted * part, 0.0)
        total, mass = (np.bincount(self.department, each, size).astype(np.float64) for each in (kept, self.counted))
        own, whole = _mean(total, mass), _mean(kept.sum(), self.counted.sum())
        return np.where(self.enough, own, whole)


def _within(value: Values, weight: Values, nest: Nest) -> _Within:
    """The deviations of ``value`` from the mean of each commune, ``weight`` weighing the zones.

    Where no commune has two zones, the deviations are those from the mean of all.
    """
    known = np.isfinite(value) & (weight > 0)
    mass, filled = np.where(known, weight, 0.0), np.where(known, value, 0.0)
    held, several, first = (
        np.bincount(nest.commune, part, nest.communes).astype(np.float64)
        for part in (mass, known.astype(float), mass * filled)
    )
    # Bessel's correction: few zones lie nearer to their own mean than to that of their commune.
    scale = np.divide(several, several - 1, out=np.zeros(len(held)), where=several > 1)[nest.commune]
    counted = mass * (scale > 0)
    if not counted.any():
        deviation = filled - _mean((mass * filled).sum(), mass.sum())
        return _Within(deviation**2, mass, np.zeros(nest.departments, dtype=bool), nest.department)
    enough = np.bincount(nest.department, counted > 0, nest.departments) >= LEAST_ZONES
    return _Within((filled - _mean(first, held)[nest.commune]) ** 2 * scale, counted, enough, nest.department)


def spread_within(value: Values, weight: Values, nest: Nest) -> Values:
    """The standard deviation of ``value`` between the zones of one commune, pooled over each department.

    One entry per department; ``weight`` weighs the zones. A department with fewer than three zones in communes of
    several takes the deviation of the country, and a country without any that between all its zones.
    """
    found = _within(value, weight, nest)
    return np.asarray(np.sqrt(found.pooled(found.squares)))


def clustering_within(share: Values, people: Values, factor: Values, nest: Nest) -> Values:
    """How far those whom a ``share`` (in percent) counts live together: its variance between zones over p(1-p).

    It is the intra-class correlation of a zone, from 0 (spread by chance) to 1 (zones of all or none), pooled as in
    :func:`spread_within`. What chance alone makes zones of so many ``people`` differ by is taken away: the draw of who
    lives there, and that of who was surveyed (``factor``, of :func:`sampling_factor`).
    """
    found = _within(share, people, nest)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        chance = np.nan_to_num(1e4 * (1 + factor) * _binomial(share, people))
        rho = found.pooled(found.squares - chance) / found.pooled(np.nan_to_num(share * (100 - share)))
    return np.clip(np.nan_to_num(rho), 0, 1)


def _mean(sums: Values, mass: Values) -> Values:
    """A sum over its mass; 0 of nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(np.asarray(sums) / mass))


def sampling_factor(indicator: Indicator, in_large: Values) -> Values:
    """What sampling multiplies a variance by, where a part ``in_large`` of the people lives in large communes.

    It is design effect x (1 - f) / f with f the share of people surveyed, 0 where all are. A census column says it by
    its prefix: C is the complementary exploitation, P the principal one.
    """
    formula = indicator.number or indicator.base
    letters = {column[0] for alias, column in formula.columns if column[:2] in {"P_", "C_"}} if formula else set()
    letter = "C" if "C" in letters else "P"
    if not letters or indicator.kind == "quantile" or set(indicator.aliases) & {"revenu", "caf"}:
        return np.zeros(len(in_large))
    effect = facts()["confidence"]["design_effect"]["value"]
    rates = (facts()["sampling"][f"{letter}_{size}"]["value"] for size in ("large", "small"))
    big, small = (effect * (1 - rate) / rate for rate in rates)
    return np.asarray(in_large * big + (1 - in_large) * small)


def sampling_deviation(indicator: Indicator, value: Values, base: Values, factor: Values) -> Values:
    """The standard error of sampling: simple random sampling, whose ``factor`` is that of :func:`sampling_factor`.

    For a share p of n people: sqrt(factor x p(1-p)/n), in points; for a count N: sqrt(factor x N).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        if indicator.kind == "count":
            return np.asarray(np.sqrt(factor * np.maximum(value, 0)))
        if indicator.kind == "ratio":
            return np.asarray(np.abs(value) * np.sqrt(factor / base))
        return np.asarray(100 * np.sqrt(factor * _binomial(value, base)))


def _binomial(value: Values, base: Values) -> Values:
    """p(1-p)/n of a share in percent of ``base`` people."""
    return np.asarray(_variance(value, base) / base)


def _variance(value: Values, base: Values) -> Values:
    """p(1-p) of a share in percent of ``base`` people.

    A share of 0 or 1 seen in a sample is not certain: half a person stands in for what was not seen.
    """
    least = 0.5 / np.maximum(base, 1)
    share = np.clip(np.clip(value / 100, 0, 1), least, 1 - least)
    return np.asarray(np.maximum(share * (1 - share), 0))


def held_whole(spread: Spread) -> Values:
    """The part of each station's sampling error that is its own, as a standard deviation.

    A piece of a zone carries the figure of all its zone, which was seen on more people than the piece holds.
    """
    return np.asarray(np.sqrt(np.clip(1 - spread.shared, 0, 1)))


def people_of(counted: Values, expected: Values, spread: Spread) -> Values:
    """How many people a share is about, for its margin: those ``counted``, drawn towards those ``expected``.

    The count of a station is itself unsure, by area above all: one that looks large is often not so large. It is drawn
    towards what the station's registered voters tell, as far as it is unsure. Nothing is drawn where they tell nothing.
    """
    told = np.isfinite(expected) & (expected > 0) & (counted > 0)
    ratio = np.divide(expected, counted, out=np.ones(len(counted)), where=told)
    return np.asarray(counted * ratio ** np.clip(spread.count, 0, 1))


def clustered_deviation(value: Values, people: Values, rho: Values, spread: Spread) -> Values:
    """The standard error of a share from zones in pieces, in points: those whom it counts live together (``rho``)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * np.sqrt(_variance(value, people) * rho) * spread.share)


def untold_deviation(value: Values, people: Values, untold: Values) -> Values:
    """The standard error of a share, in points, where the census does not tell who lives outside households.

    ``untold`` is the part of the people of a station who come from pieces of such zones.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * np.sqrt(facts()["floor"]["untold"]["value"] * untold * _variance(value, people)))


def income_deviation(value: Values, quantile: float, between: Values, spread: Spread) -> Values:
    """The standard error of a ``quantile`` of income from zones in pieces.

    ``between`` is how much its logarithm differs between the zones of one commune. The floor follows what any quantile
    of a bell curve is unsure by: more at the ends than in the middle.
    """
    bell = NormalDist()
    curve = quantile * (1 - quantile) / bell.pdf(bell.inv_cdf(quantile)) ** 2
    floor = facts()["floor"]["income"]["value"] * curve
    return np.asarray(np.abs(value) * np.sqrt((spread.income * between) ** 2 + floor * spread.shared))


def borrowed_deviation(kind: Kind, value: Values, between: Values, people: Values) -> Values:
    """The standard error of a figure that a place borrows from its commune.

    It is the spread between the zones of a commune, and for a share what a place of few ``people`` adds to it.
    """
    constants = facts()["borrowed"]
    deviation = np.asarray(constants[FIGURE[kind]]["value"] * between)
    return _with_few(deviation, value, people, constants["grain"]["value"]) if kind == "share" else deviation


def borrowed_vote_deviation(value: Values, between: Values, people: Values) -> Values:
    """The standard error of a share of votes that a station of ``people`` takes from its commune's lost stations."""
    constants = facts()["votes"]
    return _with_few(constants["scattered"]["value"] * between, value, people, constants["grain"]["value"])


def _with_few(deviation: Values, value: Values, people: Values, grain: float) -> Values:
    """The deviation of a share, and what few people add to it: sqrt(grain x p(1-p)/n), in points."""
    with np.errstate(invalid="ignore", divide="ignore"):
        few = grain * _binomial(value, np.where(people > 0, people, np.nan))
    return np.asarray(np.hypot(deviation, 100 * np.sqrt(np.nan_to_num(few))))


def grain_deviation(indicator: Indicator, value: Values, people: Values, shared: Values) -> Values:
    """The standard error that few ``people`` add to a share or a count, ``shared`` being the part from zones in pieces.

    Those who live in the station are not exactly like their zone: they are some of its people, household by household;
    or, for the tenure of dwellings, building by building.
    """
    if indicator.kind not in {"count", "share"}:
        return np.zeros(len(value))
    grain = facts()["grain"]["tenure" if of_tenure(indicator) else indicator.kind]["value"]
    with np.errstate(invalid="ignore", divide="ignore"):
        if indicator.kind == "count":
            return np.asarray(np.sqrt(grain * shared * np.maximum(value, 0)))
        return np.asarray(100 * np.sqrt(grain * shared * _binomial(value, people)))


def of_tenure(indicator: Indicator) -> bool:
    """Whether an indicator is a share of dwellings by tenure, which those of a building mostly have in common."""
    columns = {name for _, name in indicator.columns}
    return indicator.kind == "share" and bool(columns & set(facts()["grain"]["tenure"]["columns"]))


def unsaid_deviation(kind: Kind, between: Values, known: Values) -> Values:
    """The standard error of what the source does not say: it speaks of a part ``known`` of the people.

    ``between`` is the spread of a share, a ratio or a quantile between zones; for a count, the count itself.
    """
    return np.asarray(facts()["unsaid"][FIGURE[kind]]["value"] * np.abs(between) * (1 - known))


def narrower(way: str, kind: Kind) -> Mapping[int, float]:
    """The half-widths at 50 and 80 % of a figure, as parts of its margin (90 %).

    ``way`` is how it came to its place: the weighting that carried it (``adresses``, ``carreaux``, ``surface``),
    ``borrowed`` from the commune, or, for a vote, ``moved`` with its station or ``scattered`` with a lost one. Empty
    for a way that promises its margin alone: most stations of an old election hardly moved and a few moved wholly, so
    that no width below 90 % holds for both.
    """
    widths = facts()["widths"].get(way, {}).get(FIGURE[kind], {})
    return {level: float(widths[f"at_{level}"]) for level in (50, 80) if widths}


def grade_of(margin: Values, value: Values, unit: str) -> npt.NDArray[np.int64]:
    """The grade of each figure as an index into :data:`GRADES`, from its margin: points for a share, else relative."""
    scale = facts()["grades"]["points" if unit == "%" else "relative"]
    bounds = np.array([scale[letter] for letter in "ABCD"])
    with np.errstate(invalid="ignore", divide="ignore"):
        width = (
            margin if unit == "%" else np.where(value == 0, np.where(margin == 0, 0, np.inf), margin / np.abs(value))
        )
    return np.asarray(np.searchsorted(bounds, np.nan_to_num(width, nan=np.inf)), dtype=np.int64)


def people_per_voter() -> float:
    """How many inhabitants there are for one registered voter."""
    return float(facts()["confidence"]["people_per_voter"]["value"])


def half_width() -> float:
    """How many standard errors the half-width of the 90 % interval holds."""
    return float(facts()["confidence"]["half_width"]["value"])
