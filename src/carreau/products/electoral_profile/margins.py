"""The margin and the grade of a figure: sampling of the source, apportionment to the station, what is unknown.

The margin is the half-width of the 90 % interval, in the unit of the figure. Facts are in ``margins.toml``; they are
measured where the truth is known, and checked where they were not measured (``make accuracy``).
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
    a commune, ``count`` the relative standard error of a count, ``shared`` the part of the people who come from zones
    that the station does not hold whole. All are 0 for a station made of whole zones.
    """

    share: Values
    ratio: Values
    income: Values
    count: Values
    shared: Values

    def of(self, kind: Kind) -> Values:
        """The error of the figures of ``kind``."""
        return {"share": self.share, "ratio": self.ratio, "quantile": self.income, "count": self.count}[kind]


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


def spread_within(value: Values, weight: Values, nest: Nest) -> Values:
    """The standard deviation of ``value`` between the zones of one commune, pooled over each department.

    One entry per department; ``weight`` weighs the zones. A department with fewer than three zones in communes of
    several takes the deviation of the country, and a country without any that between all its zones.
    """
    known = np.isfinite(value) & (weight > 0)
    mass, filled = np.where(known, weight, 0.0), np.where(known, value, 0.0)
    held, several, first = (
        np.bincount(nest.commune, part, nest.communes) for part in (mass, known.astype(float), mass * filled)
    )
    mean = np.divide(first, held, out=np.zeros(len(held)), where=held > 0)
    # Bessel's correction: few zones lie nearer to their own mean than to that of their commune.
    scale = np.divide(several, several - 1, out=np.zeros(len(held)), where=several > 1)
    counted = mass * (scale[nest.commune] > 0)
    squares = mass * (filled - mean[nest.commune]) ** 2 * scale[nest.commune]
    enough = np.bincount(nest.department, counted > 0, nest.departments) >= LEAST_ZONES
    own = _root(*(np.bincount(nest.department, part, nest.departments).astype(float) for part in (squares, counted)))
    country = _root(squares.sum(), counted.sum()) if counted.any() else _overall(filled, mass)
    return np.asarray(np.where(enough, own, country))


def _root(squares: Values, mass: Values) -> Values:
    """The square root of a mean of squares; 0 of nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(np.sqrt(squares / mass)))


def _overall(value: Values, mass: Values) -> Values:
    """The standard deviation of ``value`` over all zones, weighted by ``mass``; 0 where nothing is known."""
    mean = (mass * value).sum() / mass.sum() if mass.any() else 0.0
    return _root((mass * (value - mean) ** 2).sum(), mass.sum())


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
    """p(1-p)/n of a share in percent of ``base`` people.

    A share of 0 or 1 seen in a sample is not certain: half a person stands in for what was not seen.
    """
    least = 0.5 / np.maximum(base, 1)
    share = np.clip(np.clip(value / 100, 0, 1), least, 1 - least)
    return np.asarray(np.maximum(share * (1 - share), 0) / base)


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


def grain_deviation(kind: Kind, value: Values, people: Values, shared: Values) -> Values:
    """The standard error that few ``people`` add to a share or a count, ``shared`` being the part from zones in pieces.

    Those who live in the station are not exactly like their zone: they are some of its people, household by household.
    """
    grain = facts()["grain"]
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "count":
            return np.asarray(np.sqrt(grain["count"]["value"] * shared * np.maximum(value, 0)))
        if kind == "share":
            return np.asarray(100 * np.sqrt(grain["share"]["value"] * shared * _binomial(value, people)))
    return np.zeros(len(value))


def unsaid_deviation(kind: Kind, between: Values, known: Values) -> Values:
    """The standard error of what the source does not say: it speaks of a part ``known`` of the people.

    ``between`` is the spread of a share, a ratio or a quantile between zones; for a count, the count itself.
    """
    return np.asarray(facts()["unsaid"][FIGURE[kind]]["value"] * np.abs(between) * (1 - known))


def narrower(way: str, kind: Kind) -> Mapping[int, float]:
    """The half-widths at 50 and 80 % of a figure, as parts of its margin (90 %).

    ``way`` is how it came to its place: the weighting that carried it (``adresses``, ``carreaux``, ``surface``),
    ``borrowed`` from the commune, or, for a vote, ``moved`` with its station or ``scattered`` with a lost one.
    """
    widths = facts()["widths"][way][FIGURE[kind]]
    return {level: float(widths[f"at_{level}"]) for level in (50, 80)}


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
