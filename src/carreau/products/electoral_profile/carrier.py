"""The matrices that bring zone figures onto the stations, and onto what each station is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.outside import Outside, outside_of
from carreau.products.electoral_profile.refined import Codes, Refined, Values

Index = npt.NDArray[np.int64]
NEXT_TO_NONE: Final = 1e-9
LEVELS: Final = ("commune", "departement", "france")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of comparison: the matrix that sums zones into groups, and the group of each station."""

    matrix: sparse.csr_array
    member: Index


@dataclass(frozen=True, slots=True)
class Carrier:
    """All that carries: zones to stations (``weights``), zones to levels, and what a station is made of.

    ``mass`` is the people of each zone; ``reach`` the people that reach each station; ``main_zone`` the zone that
    gives a station the most people, -1 where none reaches it; ``large`` is the part of its people who live in
    communes surveyed by sampling, ``zone_large`` whether each zone lies in one; ``outside`` tells of those who live
    outside households. A station may be any other target.
    """

    weights: sparse.csr_array
    levels: Mapping[str, Level]
    mass: Values
    reach: Values
    spread: margins.Spread
    zone_department: Index
    target_department: Index
    large: Values
    zone_large: Values
    main_zone: Index
    outside: Outside

    def carried(self, values: Values) -> Values:
        """Counts of zones (one column each) brought onto the stations."""
        return np.asarray(self.weights.T @ values)

    def grouped(self, values: Values, level: str) -> Values:
        """Counts of zones summed over the commune, the department or the country of each station."""
        return np.asarray(self.levels[level].matrix @ values)[self.levels[level].member]


def carrier_of(refined: Refined) -> Carrier:
    """The matrices of a refined territory; people (``population.P_POP``) weigh the pieces of zones."""
    zones, targets = refined.zones, refined.targets
    mass = np.nan_to_num(refined.column("population", "P_POP"))
    everywhere = (np.full(len(zones.codes), ""), np.full(len(targets.codes), ""))
    levels = {
        "commune": _level(zones.communes, targets.communes),
        "departement": _level(zones.departments, targets.departments),
        "france": _level(*everywhere),
    }
    mass = _with_empty_zones(refined.weights, mass)
    reach = np.asarray(refined.weights.T @ mass)
    large = _large_communes(levels["commune"], mass)
    zone_large = np.asarray(large @ levels["commune"].matrix)
    return Carrier(
        weights=refined.weights,
        levels=levels,
        mass=mass,
        reach=reach,
        spread=margins.spread_of(refined, mass),
        zone_department=np.asarray(levels["departement"].matrix.argmax(axis=0)).ravel(),
        target_department=levels["departement"].member,
        large=_large(refined, large[levels["commune"].member], mass * zone_large, reach),
        zone_large=zone_large,
        main_zone=main_zone_of(refined.weights, mass),
        outside=outside_of(refined, mass),
    )


def _with_empty_zones(weights: sparse.csr_array, mass: Values) -> Values:
    """The people of each zone, next to none rather than none where nobody lives in a whole place.

    A place that only empty zones reach has no inhabitant: it is known, and not missing.
    """
    empty = (np.asarray(weights.T @ mass) == 0).astype(np.float64)
    return np.where((mass == 0) & (np.asarray(weights @ empty) > 0), NEXT_TO_NONE, mass)


def _large_communes(commune: Level, mass: Values) -> Values:
    """1 for each commune large enough to be surveyed by sampling, else 0."""
    least = margins.facts()["confidence"]["large_commune"]["value"]
    return np.asarray(commune.matrix @ mass >= least, dtype=np.float64)


def _large(refined: Refined, own: Values, sampled: Values, reach: Values) -> Values:
    """The part of each target's people in communes surveyed by sampling.

    All or none (``own``) in one commune; for a target that spans many, by the ``sampled`` people of the zones.
    """
    spread = np.divide(refined.weights.T @ sampled, reach, out=np.zeros(len(reach)), where=reach > 0)
    return np.asarray(np.where(refined.targets.communes == "", spread, own))


def _level(of_zone: Codes, of_station: Codes) -> Level:
    """The level whose groups are the codes of zones and stations."""
    names, index = np.unique(np.concatenate([of_zone, of_station]), return_inverse=True)
    here = index[: len(of_zone)]
    matrix = sparse.csr_array((np.ones(len(here)), (here, np.arange(len(here)))), shape=(len(names), len(here)))
    return Level(matrix, index[len(of_zone) :])


def main_zone_of(weights: sparse.csr_array, mass: Values) -> Index:
    """The zone that gives each station the most of ``mass``, -1 for a station that meets none."""
    pieces = sparse.coo_array(weights)
    order = np.lexsort((-pieces.data * mass[pieces.row], pieces.col))
    stations, first = np.unique(pieces.col[order], return_index=True)
    best = np.full(weights.shape[1], -1, dtype=np.int64)
    best[stations] = pieces.row[order][first]
    return best
