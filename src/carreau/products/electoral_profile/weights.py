"""The weights from IRIS to stations, department by department, kept so that they are built once.

The best method at hand carries each IRIS: the addresses of its voters, the people of its 200 m cells, its surface.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from scipy import sparse

from carreau.places.addresses import Addresses, address_crosswalk, addresses_of, zone_of_points
from carreau.places.apportionment import Apportionment, Candidate, Places, apportionment_of
from carreau.places.area import area_crosswalk
from carreau.places.cells import Cells, cell_crosswalk
from carreau.places.stations import Stations
from carreau.places.zones import GEOGRAPHIC_CRS, Zones, moved, zones_of
from carreau.products.declare import Hands
from carreau.products.electoral_profile.places import texts
from carreau.products.electoral_profile.refined import Codes, Values
from carreau.products.electoral_profile.zones import located

LEAST_ADDRESSES: Final = 30  # fewer addresses place an IRIS worse than its surface does
LEAST_PEOPLE: Final = 50  # a grid that knows fewer people in an IRIS does not know it
GRID_CRS: Final = 3035
LEAST_SCORE: Final = 0.7  # under this score a geocoded address is commonly put aside (layouts-elections.md, L8)


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies on the ground of one department: its stations, its IRIS, and the people of each IRIS."""

    department: str
    stations: Stations
    zones: Places
    people: Values


def department_weights(ground: Ground, hands: Hands) -> pa.Table:
    """The weights of one department: one row per IRIS and station (``zone``, ``bureau``, ``poids``, ``methode``).

    An IRIS that reaches no station has one row without station. The remarks are in the schema's metadata.
    """
    stations, zones = ground.stations, ground.zones
    alone, count = np.unique(stations.communes, return_counts=True)
    drawn = ~np.isin(zones.communes.astype(str), alone[count == 1].astype(str))
    remarks: list[str] = []
    candidates: list[Candidate] = []
    if drawn.any():
        origin = _drawn_zones(ground.department, set(zones.codes[drawn].tolist()), hands, remarks)
        candidates = _candidates(ground, origin, hands, remarks)
    found = apportionment_of(zones, Places(stations.codes, stations.communes, stations.registered), candidates)
    return _as_table(found, zones.codes, stations.codes, [*remarks, *found.remarks])


def _drawn_zones(department: str, wanted: set[str], hands: Hands, remarks: list[str]) -> Zones:
    """The contours of the IRIS that need one, in the plane of their territory."""
    low, high = bounds(department)
    tables = [
        handed.read(["CODE_IRIS", "geometry"], [("CODE_IRIS", ">=", low), ("CODE_IRIS", "<", high)])
        for handed in hands["iris"]
    ]
    table = pa.concat_tables(tables)
    table = table.filter(pa.array([code in wanted for code in texts(table["CODE_IRIS"])]))
    origin, said = zones_of(table, "CODE_IRIS", system="iris", vintage=hands["iris"][0].input.vintage)
    remarks += said
    return origin


def _candidates(ground: Ground, origin: Zones, hands: Hands, remarks: list[str]) -> list[Candidate]:
    """The crosswalks at hand from IRIS to stations, best first; each is made for the IRIS that the ones before leave."""
    candidates: list[Candidate] = []
    target, said = ground.stations.zones()
    remarks += said
    addresses = _addresses(ground.department, hands)
    if addresses is not None:
        walk, said = address_crosswalk(origin, ground.stations.codes, addresses)
        number = _inside(origin, addresses.longitude, addresses.latitude, np.ones(len(addresses.weight)))
        candidates.append(Candidate(walk, number, LEAST_ADDRESSES))
        remarks += said
        origin = origin.selected(~_carried(candidates[-1], ground))
    cells = _cells(origin, hands) if _peopled(origin, ground) else None
    if cells is not None:
        walk, said = cell_crosswalk(origin, target, cells)
        half = cells.side / 2
        longitude, latitude = moved(cells.east + half, cells.north + half, cells.crs, GEOGRAPHIC_CRS)
        candidates.append(Candidate(walk, _inside(origin, longitude, latitude, cells.weight), LEAST_PEOPLE))
        remarks += said
        origin = origin.selected(~_carried(candidates[-1], ground))
    if len(origin):
        # A department has too few pairs to repay the compilation of the kernel that makes the country ten times faster.
        walk, said = area_crosswalk(origin, target, kernel="exact")
        candidates.append(Candidate(walk, np.ones(len(origin)), 0.0))
        remarks += said
    return candidates


def _carried(candidate: Candidate, ground: Ground) -> npt.NDArray[np.bool_]:
    """Which zones of a candidate it carries inside their commune, with enough to rest on."""
    walk = candidate.walk
    commune = ground.zones.communes[located(walk.origin, ground.zones.codes)[0]].astype(str)
    own = walk.weights.tocoo()
    within = commune[own.coords[0]] == ground.stations.communes[own.coords[1]].astype(str)
    inside = np.bincount(own.coords[0], own.data * within, minlength=len(walk.origin))
    return np.asarray((inside > 0) & (candidate.support >= candidate.least))


def _peopled(origin: Zones, ground: Ground) -> bool:
    """Whether anybody lives in the zones left."""
    return bool(len(origin)) and bool(np.nansum(ground.people[located(origin.codes, ground.zones.codes)[0]]) > 0)


def _inside(origin: Zones, longitude: Values, latitude: Values, weight: Values) -> Values:
    """How much of ``weight`` lies in each zone, by point in polygon."""
    zone = zone_of_points(origin, longitude, latitude)
    return np.bincount(zone[zone >= 0], weight[zone >= 0], minlength=len(origin.codes))


def _addresses(department: str, hands: Hands) -> Addresses | None:
    """The well-placed addresses of a department; nothing when no file holds any."""
    low, high = bounds(department)
    names = ["bv_id", "longitude", "latitude", "geo_score", "nb_adresses"]
    tables = [
        handed.read(names, [("code_commune", ">=", low), ("code_commune", "<", high)])
        for handed in hands.get("adresses", ())
    ]
    tables = [table for table in tables if table.num_rows]
    if not tables:
        return None
    table = pa.concat_tables(tables)
    sure = pc.and_(
        pc.fill_null(pc.greater_equal(table["geo_score"], LEAST_SCORE), False),
        pc.is_valid(table["longitude"]),
    )
    return addresses_of(_with_ministry_codes(table.filter(sure), hands))


def _with_ministry_codes(table: pa.Table, hands: Hands) -> pa.Table:
    """The addresses under the ministry's station codes: the register names those of Paris, Lyon and Marseille by
    arrondissement, and its own table of stations says which is which.
    """
    for handed in hands.get("bureaux_reu", ()):
        names = handed.read(["id_reu", "bv_id"])
        renamed = names["bv_id"].combine_chunks().take(pc.index_in(table["bv_id"], names["id_reu"].combine_chunks()))
        table = table.set_column(table.column_names.index("bv_id"), "bv_id", pc.coalesce(renamed, table["bv_id"]))
    return table


def _cells(origin: Zones, hands: Hands) -> Cells | None:
    """The 200 m cells around the zones; nothing when no grid covers them."""
    west, south, east, north = shapely.total_bounds(origin.projected(GRID_CRS).geometry)
    box = [
        ("cellule_est", ">=", west - 200),
        ("cellule_est", "<", east),
        ("cellule_nord", ">=", south - 200),
        ("cellule_nord", "<", north),
    ]
    for handed in hands.get("carreaux", ()):
        table = handed.read(["cellule_est", "cellule_nord", "ind"], box)
        if table.num_rows:
            return Cells(
                *(
                    np.asarray(table[name].to_numpy(), dtype=np.float64)
                    for name in ("cellule_est", "cellule_nord", "ind")
                )
            )
    return None


def bounds(department: str) -> tuple[str, str]:
    """The codes between which those of a department lie: from the first, up to and without the second."""
    return department, department[:-1] + chr(ord(department[-1]) + 1)


def _as_table(found: Apportionment, zones: Codes, stations: Codes, remarks: list[str]) -> pa.Table:
    """The apportionment as one table of rows zone, station, weight, method."""
    pieces = sparse.coo_array(found.weights)
    lost = np.flatnonzero(found.methods == "")
    rows = np.concatenate([pieces.row, lost])
    where = np.concatenate([stations[pieces.col], np.full(len(lost), None, dtype=object)])
    table = pa.table(
        {
            "zone": pa.array(zones[rows], pa.string()),
            "bureau": pa.array(where, pa.string()),
            "poids": pa.array(np.concatenate([pieces.data, np.zeros(len(lost))])),
            "methode": pa.array(found.methods[rows], pa.string()),
        }
    )
    return table.replace_schema_metadata({"remarks": json.dumps(remarks, ensure_ascii=False)})
