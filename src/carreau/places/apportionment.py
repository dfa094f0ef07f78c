"""Which weights carry each zone to its stations: the best method at hand, zone by zone, inside the commune.

Neither a zone of the census nor a polling station crosses the limit of a commune, while the drawn contours do by a
few metres: pairs of different communes are put aside whenever the zone meets a station of its own commune.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from carreau.places.crosswalk import Crosswalk, Floats
from carreau.places.successions import located
from carreau.places.zones import Codes

Index = NDArray[np.int64]
ALONE: Final = "identite"
SPREAD: Final = "commune"
LOST: Final = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Zones or stations as codes with the commune of each; ``registered`` are the voters of stations (else empty)."""

    codes: Codes
    communes: Codes
    registered: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """A crosswalk that may carry some zones, and how much it rests on: zones under ``least`` are left to the next.

    ``support`` is per origin of the crosswalk: the number of addresses, the people in the cells, or 1 for an area.
    """

    walk: Crosswalk
    support: Floats
    least: float


@dataclass(frozen=True, slots=True)
class Apportionment:
    """The weights zones x stations, the method of each zone (empty where it is lost), and French remarks.

    Every zone gives all it has or is lost whole: the rows of ``weights`` sum to 1 within 1e-9, or to 0.
    """

    weights: sparse.csr_array
    methods: NDArray[np.object_]
    remarks: tuple[str, ...]


def apportionment_of(zones: Places, stations: Places, candidates: Sequence[Candidate]) -> Apportionment:
    """The apportionment of zones to stations, candidates tried in order (best first).

    A zone of a commune with a single station goes to it whole. A zone that no candidate can carry inside its commune
    is spread over the commune's stations by registered voters; without any station in its commune it follows the
    drawn contours across the limit, or is lost.
    """
    methods = np.full(len(zones.codes), LOST, dtype=object)
    # The order matters: each step takes the zones that the ones before have left.
    parts = [_alone(zones, stations, methods)]
    parts += [_taken(candidate, zones, stations, methods, within=True) for candidate in candidates]
    parts += [_spread(zones, stations, methods)]
    parts += [_taken(candidate, zones, stations, methods, within=False) for candidate in candidates]
    rows, columns, values = (np.concatenate([part[k] for part in parts]) for k in range(3))
    weights = sparse.csr_array((values, (rows, columns)), shape=(len(zones.codes), len(stations.codes)))
    return Apportionment(_scaled(weights), methods, _remarks(methods))


def _alone(zones: Places, stations: Places, methods: NDArray[np.object_]) -> tuple[Index, Index, Floats]:
    """Zones whose commune has a single station: all of each goes to it."""
    communes, first, count = np.unique(stations.communes, return_index=True, return_counts=True)
    place, found = located(zones.communes, communes)
    chosen = np.flatnonzero(found & (count[place] == 1)) if len(communes) else np.empty(0, np.int64)
    methods[chosen] = ALONE
    return chosen, first[place[chosen]], np.ones(len(chosen))


def _taken(
    candidate: Candidate, zones: Places, stations: Places, methods: NDArray[np.object_], *, within: bool
) -> tuple[Index, Index, Floats]:
    """The weights of the zones that nobody carries yet and that ``candidate`` can; their method is noted."""
    triples: Any = candidate.walk.weights.tocoo()
    row, row_found = located(candidate.walk.origin[triples.coords[0]], zones.codes)
    column, column_found = located(candidate.walk.target[triples.coords[1]], stations.codes)
    enough = candidate.support[triples.coords[0]] >= candidate.least
    keep = row_found & column_found & enough & (triples.data > 0)
    keep &= methods[row] == LOST
    if within:
        keep &= zones.communes[row] == stations.communes[column]
    methods[np.unique(row[keep])] = candidate.walk.method
    return row[keep], column[keep], triples.data[keep]


def _spread(zones: Places, stations: Places, methods: NDArray[np.object_]) -> tuple[Index, Index, Floats]:
    """Zones left whose commune has stations: spread over them by registered voters (equally when none is known)."""
    order = np.argsort(stations.communes, kind="stable")
    communes, start, count = np.unique(stations.communes[order], return_index=True, return_counts=True)
    place, found = located(zones.communes, communes)
    left = np.flatnonzero(found & (methods == LOST)) if len(communes) else np.empty(0, np.int64)
    methods[left] = SPREAD
    size = count[place[left]]
    rows = np.repeat(left, size)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(size) - size, size)
    columns = order[np.repeat(start[place[left]], size) + within]
    return rows, columns, np.maximum(np.nan_to_num(stations.registered[columns]), 1e-6)


def _scaled(weights: sparse.csr_array) -> sparse.csr_array:
    """Rows that give something rescaled to 1."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ weights)


def _remarks(methods: NDArray[np.object_]) -> tuple[str, ...]:
    """What a reader should know of the methods used."""
    spread, lost = int((methods == SPREAD).sum()), int((methods == LOST).sum())
    remarks = []
    if spread:
        remarks.append(
            f"{spread} zones sont réparties entre les bureaux de leur commune selon les inscrits, faute de contour"
        )
    if lost:
        remarks.append(f"{lost} zones n'atteignent aucun bureau : leurs habitants sont comptés comme perdus")
    return tuple(remarks)
