"""Address weights: each voter's address lies in one origin zone and votes in one declared station."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from carreau.errors import Broken
from carreau.places.crosswalk import Crosswalk, Floats, crosswalk_of
from carreau.places.remarks import counted
from carreau.places.zones import GEOGRAPHIC_CRS, Codes, Zones, moved

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of voters: where (degrees, EPSG:4326), their declared station, how many they stand for."""

    longitude: Floats
    latitude: Floats
    station: Codes
    weight: Floats

    def __post_init__(self) -> None:
        if len({len(self.longitude), len(self.latitude), len(self.station), len(self.weight)}) > 1:
            raise Broken(
                "les adresses sont mal formées",
                given="des colonnes de longueurs différentes",
                expected="une ligne par adresse",
            )


def addresses_of(table: pa.Table) -> Addresses:
    """The addresses of the ``adresses`` table of the source ``reu_addresses`` (one row per address and
    station)."""
    return Addresses(
        table["longitude"].to_numpy().astype(np.float64),
        table["latitude"].to_numpy().astype(np.float64),
        np.asarray(pc.fill_null(table["bv_id"], "").to_pylist(), dtype=np.str_),
        pc.fill_null(table["nb_adresses"], 1).to_numpy().astype(np.float64),
    )


def address_crosswalk(
    origin: Zones, targets: Codes, addresses: Addresses
) -> tuple[Crosswalk, tuple[str, ...]]:
    """Weights through voters' addresses: the part of each origin's addresses that votes in each station, and
    remarks.

    The best of the weightings: the station is the one declared, no contour is needed. Addresses without
    position, in no origin zone, or of a station that is not a target are counted in the remarks and do not
    weigh. An origin without any address is wholly ``lost``: complete it with another weighting
    (:func:`completed`).
    """
    order = np.argsort(targets)
    spot = np.minimum(np.searchsorted(targets, addresses.station, sorter=order), max(len(targets) - 1, 0))
    column = order[spot] if len(targets) else np.zeros(len(addresses.station), np.int64)
    listed = targets[column] == addresses.station if len(targets) else np.zeros(len(column), np.bool_)
    zone = zone_of_points(origin, addresses.longitude, addresses.latitude)
    placed = zone >= 0
    used = listed & placed & (addresses.weight > 0)
    total = np.bincount(zone[used], addresses.weight[used], len(origin))
    values = addresses.weight[used] / total[zone[used]]
    vintage = f"{origin.system} {origin.vintage} → adresses"
    walk = crosswalk_of(
        origin.codes, targets, (zone[used], column[used], values), vintage=vintage, method="adresses"
    )
    return walk.conservative(), _remarks(addresses.weight, listed, placed)


def zone_of_points(zones: Zones, longitude: Floats, latitude: Floats) -> Indices:
    """The index of the zone that holds each point (EPSG:4326), -1 for none; the first on a border."""
    place = np.full(len(longitude), -1, dtype=np.int64)
    planes = zones.planes()
    for plane in np.unique(planes).tolist():
        here = np.flatnonzero(planes == plane)
        left = np.flatnonzero((place < 0) & np.isfinite(longitude) & np.isfinite(latitude))
        x, y = moved(longitude[left], latitude[left], GEOGRAPHIC_CRS, plane)
        inside = np.isfinite(x) & np.isfinite(y)
        points = shapely.points(x[inside], y[inside])
        point, zone = shapely.STRtree(zones.geometry[here]).query(points, predicate="intersects")
        order = np.lexsort((zone, point))[::-1]
        place[left[inside][point[order]]] = here[zone[order]]
    return place


def completed(best: Crosswalk, other: Crosswalk) -> tuple[Crosswalk, tuple[str, ...]]:
    """``best``, with the origins that it loses whole taken from ``other``, and the remark that counts them.

    Both must go from the same origins to the same targets, in order.
    """
    if not (np.array_equal(best.origin, other.origin) and np.array_equal(best.target, other.target)):
        raise Broken(
            "ces deux tables de passage ne se complètent pas", expected="les mêmes zones, dans le même ordre"
        )
    bare = (best.lost >= 1) & (other.lost < 1)
    rows = np.where(bare)[0]
    kept, taken = best.weights.tocoo(), other.weights[rows].tocoo()
    triples = tuple(
        np.concatenate(pair)
        for pair in (
            (kept.coords[0], rows[taken.coords[0]]),
            (kept.coords[1], taken.coords[1]),
            (kept.data, taken.data),
        )
    )
    walk = crosswalk_of(best.origin, best.target, triples, vintage=best.vintage, method=best.method)  # type: ignore[arg-type] # three arrays
    walk = walk.conservative() if best.mode == other.mode == "conservatif" else walk
    sentence = f"zone{{s}} d'origine sans poids « {best.method} » {{ont}} pris la méthode « {other.method} »"
    return walk, counted(len(rows), sentence)


def _remarks(weight: Floats, listed: NDArray[np.bool_], placed: NDArray[np.bool_]) -> tuple[str, ...]:
    """What was met: addresses of unlisted stations, outside every zone, without weight."""
    unplaced = "adresse{s} hors de toute zone d'origine, ou sans position, {ont} été laissée{s}"
    return (
        *counted((~listed).sum(), "adresse{s} d'un bureau de vote inconnu {ont} été laissée{s}"),
        *counted((listed & ~placed).sum(), unplaced),
        *counted((listed & placed & ~(weight > 0)).sum(), "adresse{s} sans électeur {ont} été laissée{s}"),
    )
