"""Every indicator on every station: counts carried, shares recomputed, margins, grades and comparisons.

Pure: arrays in, arrays out. A share is the ratio of two carried counts; it is never an average of shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS, Carrier
from carreau.products.electoral_profile.indicators import Indicator, Kind
from carreau.products.electoral_profile.outside import counts_inhabitants, in_households, leaning, outside_deviation
from carreau.products.electoral_profile.refined import SECRECY, Refined, Texts, Values, blank

ENOUGH: Final = 0.5  # a share is shown when its source speaks of at least half of the people
ENOUGH_FOR_A_COUNT: Final = 0.9  # a count with a hole is a count too low: shown when the hole is small
COMMUNE_SHARE: Final = "part de la commune : ce bureau n'a pas de contour"
NO_CONTOUR: Final = "ce bureau n'a pas de contour"
NOT_COVERED: Final = "hors champ : la source ne couvre pas ce territoire"
NOT_SAID: Final = "la source ne donne pas ce chiffre ici"
NOT_REACHED: Final = "aucune zone de la source n'atteint {this}"
UNSURE: Final = "aucun fichier ne dit quels bureaux sont dans {this}, et son dessin ne suffit pas"
NOBODY: Final = "sans objet : personne n'est concerné dans {this}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One indicator on every station: one entry per station, NaN where nothing can be said and ``status`` says why.

    ``number`` and ``base`` are the carried counts behind a share; ``compared`` holds the same figure for the commune
    of the station, its department, and the country as far as the source covers it.
    """

    indicator: Indicator
    value: Values
    number: Values
    base: Values
    margin: Values
    grade: npt.NDArray[np.int64]
    status: Texts
    compared: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums behind a figure in one set of places: the number, its base, the people counted, and the part known."""

    number: Values
    base: Values
    people: Values
    known: Values

    def figure(self, kind: Kind) -> Values:
        """The figure: the number itself for a count, else number over base (in percent for a share)."""
        enough = ENOUGH_FOR_A_COUNT if kind == "count" else ENOUGH
        with np.errstate(invalid="ignore", divide="ignore"):
            value = self.number if kind == "count" else self.number / self.base * (100 if kind == "share" else 1)
            return np.where((self.known >= enough) & np.isfinite(value), value, np.nan)


def estimates_of(indicators: Sequence[Indicator], refined: Refined, carrier: Carrier) -> Iterator[Estimate]:
    """The indicators that are ratios or counts, in order; one whose source is empty everywhere is left out."""
    for indicator in indicators:
        if indicator.number is None:
            continue
        columns = _columns_on_zones(indicator, refined, carrier.mass)
        if np.isfinite(columns[:, 0]).any():
            yield _estimate(indicator, columns, refined, carrier)


def _columns_on_zones(indicator: Indicator, refined: Refined, mass: Values) -> Values:
    """Number, base, people and known mass on the zones (four columns); NaN, and 0 known, where one is missing."""
    assert indicator.number is not None
    number = indicator.number.values(refined.column)
    base = indicator.base.values(refined.column) if indicator.base else number
    people = indicator.weight.values(refined.column) if indicator.weight else base
    known = np.isfinite(number) & np.isfinite(base) & np.isfinite(people)
    columns = np.column_stack([number, base, people, mass])
    columns[~known] = (np.nan, np.nan, np.nan, 0.0)
    return columns


def _estimate(indicator: Indicator, columns: Values, refined: Refined, carrier: Carrier) -> Estimate:
    """One indicator brought onto the stations, with its margin, grade, status and comparisons."""
    filled = np.nan_to_num(columns)
    sums = _sums(carrier.carried(filled), carrier.reach)
    sums = replace(sums, known=sums.known * refined.targets.certainty)
    compared = {
        level: _sums(carrier.grouped(filled, level), carrier.grouped(carrier.mass, level)).figure(indicator.kind)
        for level in LEVELS
    }
    value = sums.figure(indicator.kind)
    differ = _differ(indicator, columns, carrier)
    status = status_of(indicator, value, refined, carrier)
    nobody = (sums.known >= ENOUGH) & (sums.base == 0) & (indicator.kind != "count")
    status[nobody] = NOBODY.format(this=refined.targets.this)
    fallback = (refined.targets.placed == "") & np.isfinite(compared["commune"]) & (indicator.kind != "count")
    value = np.where(fallback, compared["commune"], value)
    status[fallback] = COMMUNE_SHARE
    people = refined.targets.registered * _part_of_commune(filled, carrier)
    about = margins.people_of(sums.people, people * margins.people_per_voter(), carrier.spread)
    margin = _margin(indicator, value, replace(sums, people=about), differ, carrier)
    if fallback.any():
        borrowed = margins.borrowed_deviation(indicator.kind, value, differ.between, people)
        margin = np.where(fallback, margins.half_width() * borrowed, margin)
    return Estimate(
        indicator,
        value,
        _shown(sums.number, value, fallback),
        _shown(sums.people, value, fallback),
        margin,
        _grade(indicator, margin, value, np.where(fallback, 0.0, sums.known)),
        status,
        compared,
    )


def _part_of_commune(columns: Values, carrier: Carrier) -> Values:
    """How many people a figure is about for one inhabitant of the commune of each place."""
    people, everyone = carrier.grouped(columns[:, 2], "commune"), carrier.grouped(carrier.mass, "commune")
    return np.divide(people, everyone, out=np.zeros(len(people)), where=everyone > 0)


@dataclass(frozen=True, slots=True)
class _Differ:
    """How zones differ around each place: ``between`` the zones of a commune, and how far like lives by like (``rho``).

    ``between`` is in the unit of a share or a ratio; a count is seen as a share of the inhabitants. ``leans`` is what
    one person outside households adds to a share of inhabitants; 0 for any other figure.
    """

    between: Values
    rho: Values
    leans: float = 0.0


def _differ(indicator: Indicator, columns: Values, carrier: Carrier) -> _Differ:
    """How much the zones of one commune differ in a figure, around each place."""
    number, base, people, _ = columns.T
    if indicator.kind == "count":
        base = people = np.where(np.isfinite(number), carrier.mass, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        on_zones = number / base * (1 if indicator.kind == "ratio" else 100)
    nest, weight = nest_of(carrier), np.nan_to_num(people)
    here = carrier.target_department
    between = margins.spread_within(on_zones, weight, nest)[here]
    if indicator.kind == "ratio":
        return _Differ(between, np.zeros(len(here)))
    leans = 0.0
    if counts_inhabitants(indicator):
        leans = leaning(columns, carrier.outside, carrier.mass, nest.commune)
        on_zones = in_households(columns, carrier.outside, leans)
    factor = margins.sampling_factor(indicator, carrier.zone_large)
    return _Differ(between, margins.clustering_within(on_zones, people, factor, nest)[here], leans)


def nest_of(carrier: Carrier) -> margins.Nest:
    """The commune and the department of each zone."""
    communes = carrier.levels["commune"].matrix
    departments = carrier.levels["departement"].matrix.shape[0]
    return margins.Nest(communes.tocsc().indices, carrier.zone_department, communes.shape[0], departments)


def _sums(parts: Values, reach: Values) -> Sums:
    """The sums out of four carried columns and the mass that reached the places."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return Sums(parts[:, 0], parts[:, 1], parts[:, 2], np.where(reach > 0, parts[:, 3] / reach, 0.0))


def _shown(sums: Values, value: Values, fallback: npt.NDArray[np.bool_]) -> Values:
    """The carried sums where the figure rests on them; NaN where it is hidden or borrowed from the commune."""
    return np.where(np.isfinite(value) & ~fallback, sums, np.nan)


def _margin(indicator: Indicator, value: Values, sums: Sums, differ: _Differ, carrier: Carrier) -> Values:
    """The half-width of the 90 % interval: sampling, apportionment and the unsaid, added in squares."""
    spread, counted = carrier.spread, indicator.kind == "count"
    factor = margins.sampling_factor(indicator, carrier.large)
    sampling = margins.sampling_deviation(indicator, value, sums.people, factor) * margins.held_whole(spread)
    apportionment = _apportionment(indicator, value, sums, differ, carrier)
    grain = margins.grain_deviation(indicator, value, sums.people, spread.shared)
    unsaid = margins.unsaid_deviation(indicator.kind, value if counted else differ.between, sums.known)
    with np.errstate(over="ignore"):  # a share of next to nobody is as unsure as can be
        return np.asarray(margins.half_width() * np.sqrt(sampling**2 + apportionment**2 + grain**2 + unsaid**2))


def _apportionment(indicator: Indicator, value: Values, sums: Sums, differ: _Differ, carrier: Carrier) -> Values:
    """The standard error of bringing zones in pieces onto places."""
    spread = carrier.spread
    if indicator.kind == "ratio":
        return differ.between * spread.ratio
    if indicator.kind == "share":
        alike = margins.clustered_deviation(value, sums.people, differ.rho, spread)
        if not counts_inhabitants(indicator):
            return alike
        untold = margins.untold_deviation(value, sums.people, spread.shared * carrier.outside.untold)
        return np.hypot(np.hypot(alike, untold), outside_deviation(differ.leans, carrier.outside, sums.people))
    # A count: people in the wrong place, and people who are not like those of their zone.
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.nan_to_num(100 * value / carrier.reach)
    alike = margins.clustered_deviation(part, carrier.reach, differ.rho, spread) / 100 * carrier.reach
    return np.hypot(np.abs(value) * spread.count, alike)


def _grade(indicator: Indicator, margin: Values, value: Values, known: Values) -> npt.NDArray[np.int64]:
    """The grade of each figure: from its margin, one step worse when a tenth of it is unknown, E when borrowed."""
    grade = margins.grade_of(margin, value, indicator.unit) + (known < ENOUGH_FOR_A_COUNT)
    grade = np.where(known == 0, len(margins.GRADES) - 1, grade)
    return np.asarray(np.minimum(grade, len(margins.GRADES) - 1))


def status_of(indicator: Indicator, value: Values, refined: Refined, carrier: Carrier) -> Texts:
    """Why each hidden figure is hidden, in French; empty where the figure is shown.

    The reason of a station is that of the zone that gives it the most people.
    """
    status = blank(len(value))
    hidden = np.flatnonzero(~np.isfinite(value))
    if not len(hidden):
        return status
    zone = carrier.main_zone[hidden]
    said = blank(len(hidden))
    for alias, column in indicator.columns:
        said = np.where((said == "") & (zone >= 0), refined.reason(alias, column)[zone], said)
    for mark in set(said.tolist()):
        said[said == mark] = SECRECY.get(mark, mark) or NOT_SAID
    covered = np.isin(refined.targets.departments[hidden], np.unique(refined.zones.departments))
    unplaced = np.where(refined.targets.placed[hidden] == "", NO_CONTOUR, NOT_REACHED.format(this=refined.targets.this))
    status[hidden] = np.where(zone >= 0, said, np.where(covered, unplaced, NOT_COVERED))
    unsure = hidden[refined.targets.certainty[hidden] < ENOUGH_FOR_A_COUNT]
    status[unsure] = UNSURE.format(this=refined.targets.this)
    return status
