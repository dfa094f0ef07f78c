"""The weights from IRIS to stations, department by department, kept so that they are built once.

The best method at hand carries each IRIS: the addresses of its voters, the people of its 200 m cells, its surface.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from scipy import sparse

from carreau.places.addresses import address_crosswalk, addresses_of, zone_of_points
from carreau.places.apportionment import LOST, Apportionment, Candidate, Places, apportionment_of
from carreau.places.area import area_crosswalk
from carreau.places.cells import Cells, cell_crosswalk
from carreau.places.stations import Stations
from carreau.places.successions import located
from carreau.places.zones import GEOGRAPHIC_CRS, Zones, moved, zones_of
from carreau.products.declare import Hands
from carreau.products.electoral_profile.refined import Codes, Values, numbers

LEAST_ADDRESSES: Final = 30  # fewer addresses place an IRIS worse than its surface does
LEAST_PEOPLE: Final = 50  # a grid that knows fewer people in an IRIS does not know it
GRID_CRS: Final = 3035
LEAST_SCORE: Final = 0.7  # under this score a geocoded address is commonly put aside (layouts-elections.md, L8)
_ELSEWHERE: Final = "hors de toute zone"  # of those asked for: the others are carried by another method


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies on the ground of one department: its stations, its IRIS, and the people of each IRIS."""

    department: str
    stations: Stations
    zones: Places
    people: Values


@dataclass(frozen=True, slots=True)
class Way:
    """One way from IRIS to stations, what was met on it, and the files that it rests on (their digests)."""

    candidate: Candidate
    remarks: tuple[str, ...]
    files: tuple[str, ...] = ()


def department_weights(ground: Ground, hands: Hands) -> pa.Table:
    """The weights of one department: one row per IRIS and station (``zone``, ``bureau``, ``poids``, ``methode``).

    An IRIS that reaches no station has one row without station. The schema's metadata holds the ``remarks`` and, as
    ``files``, the digests of the address and grid files that carry something.
    """
    stations, zones = ground.stations, ground.zones
    alone, count = np.unique(stations.communes, return_counts=True)
    drawn = ~np.isin(zones.communes, alone[count == 1])
    remarks: list[str] = []
    ways: list[Way] = []
    if drawn.any():
        origin, target, said = _maps(ground, set(zones.codes[drawn].tolist()), hands)
        ways = list(_ways(ground, (origin, target), hands))
        remarks += [*said, *(remark for way in ways for remark in way.remarks)]
    places = Places(stations.codes, stations.communes, stations.registered)
    found = apportionment_of(zones, places, [way.candidate for way in ways])
    used = set(found.methods.tolist())
    files = [digest for way in ways if way.candidate.walk.method in used for digest in way.files]
    return _as_table(found, zones.codes, stations.codes, {"remarks": [*remarks, *found.remarks], "files": files})


def _maps(ground: Ground, wanted: set[str], hands: Hands) -> tuple[Zones, Zones, tuple[str, ...]]:
    """The contours of the IRIS that need one and of the stations that have one, in the plane of their territory."""
    low, high = bounds(ground.department)
    tables = [
        handed.read(["CODE_IRIS", "geometry"], [("CODE_IRIS", ">=", low), ("CODE_IRIS", "<", high)])
        for handed in hands["iris"]
    ]
    table = pa.concat_tables(tables)
    table = table.filter(pc.is_in(table["CODE_IRIS"], value_set=pa.array(sorted(wanted))))
    origin, said = zones_of(table, "CODE_IRIS", system="iris", vintage=hands["iris"][0].input.vintage)
    target, more = ground.stations.zones()
    return origin, target, (*said, *more)


def _ways(ground: Ground, maps: tuple[Zones, Zones], hands: Hands) -> Iterator[Way]:
    """The ways at hand, best first; each is made for the IRIS that the ones before leave."""
    origin, target = maps
    for made in (_by_addresses, _by_cells, _by_area):
        way = made(ground, (origin, target), hands) if len(origin) else None
        if way is not None:
            yield way
            origin = origin.selected(~_carried(way.candidate, ground))


def _carried(candidate: Candidate, ground: Ground) -> npt.NDArray[np.bool_]:
    """Which zones of a candidate it carries inside their commune, with enough to rest on."""
    walk = candidate.walk
    commune = ground.zones.communes[located(walk.origin, ground.zones.codes)[0]]
    own = walk.weights.tocoo()
    within = commune[own.coords[0]] == ground.stations.communes[own.coords[1]]
    inside = np.bincount(own.coords[0], own.data * within, minlength=len(walk.origin))
    return np.asarray((inside > 0) & (candidate.support >= candidate.least))


def _inside(origin: Zones, longitude: Values, latitude: Values, weight: Values) -> Values:
    """How much of ``weight`` lies in each zone, by point in polygon."""
    zone = zone_of_points(origin, longitude, latitude)
    return np.bincount(zone[zone >= 0], weight[zone >= 0], minlength=len(origin)).astype(np.float64)


def _by_addresses(ground: Ground, maps: tuple[Zones, Zones], hands: Hands) -> Way | None:
    """The way by the well-placed addresses of the department; nothing when no file holds any."""
    low, high = bounds(ground.department)
    names = ["bv_id", "longitude", "latitude", "geo_score", "nb_adresses"]
    here = [("code_commune", ">=", low), ("code_commune", "<", high)]
    tables, files = [], []
    for handed in hands.get("adresses", ()):
        table = handed.read(names, here)
        sure = pc.fill_null(pc.greater_equal(table["geo_score"], LEAST_SCORE), False)
        tables.append(table.filter(pc.and_(sure, table["longitude"].is_valid())))
        files += [handed.input.digest] if tables[-1].num_rows else []
    if not files:
        return None
    addresses = addresses_of(_with_ministry_codes(pa.concat_tables(tables), hands))
    walk, said = address_crosswalk(maps[0], ground.stations.codes, addresses)
    number = _inside(maps[0], addresses.longitude, addresses.latitude, np.ones(len(addresses.weight)))
    return Way(Candidate(walk, number, LEAST_ADDRESSES), _met(said), tuple(files))


def _with_ministry_codes(table: pa.Table, hands: Hands) -> pa.Table:
    """The addresses under the ministry's station codes: the register names those of Paris, Lyon and Marseille by
    arrondissement, and its own table of stations says which is which.
    """
    for handed in hands.get("bureaux_reu", ()):
        names = handed.read(["id_reu", "bv_id"])
        renamed = names["bv_id"].combine_chunks().take(pc.index_in(table["bv_id"], names["id_reu"].combine_chunks()))
        table = table.set_column(table.column_names.index("bv_id"), "bv_id", pc.coalesce(renamed, table["bv_id"]))
    return table


def _by_cells(ground: Ground, maps: tuple[Zones, Zones], hands: Hands) -> Way | None:
    """The way by the people of 200 m cells; nothing when nobody lives in the zones or no grid covers them."""
    origin, target = maps
    people = ground.people[located(origin.codes, ground.zones.codes)[0]]
    cells, files = _cells(origin, hands) if len(target) and np.nansum(people) > 0 else (None, ())
    if cells is None:
        return None
    walk, said = cell_crosswalk(origin, target, cells)
    half = cells.side / 2
    longitude, latitude = moved(cells.east + half, cells.north + half, cells.crs, GEOGRAPHIC_CRS)
    return Way(Candidate(walk, _inside(origin, longitude, latitude, cells.weight), LEAST_PEOPLE), _met(said), files)


def _cells(origin: Zones, hands: Hands) -> tuple[Cells | None, tuple[str, ...]]:
    """The 200 m cells around the zones, from the first grid that covers them, and the file of that grid."""
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
            east_of, north_of, people = (numbers(table[name]) for name in table.column_names)
            return Cells(east_of, north_of, people), (handed.input.digest,)
    return None, ()


def _by_area(ground: Ground, maps: tuple[Zones, Zones], hands: Hands) -> Way | None:
    """The way by shared surface; nothing when no station has a contour."""
    if not len(maps[1]):
        return None
    # A department has too few pairs to repay the compilation of the kernel that makes the country ten times faster.
    walk, said = area_crosswalk(*maps, kernel="exact")
    return Way(Candidate(walk, np.ones(len(maps[0])), 0.0), said)


def _met(said: Iterable[str]) -> tuple[str, ...]:
    """The remarks of a way, without those on what lies in the zones that another way carries."""
    return tuple(sentence for sentence in said if _ELSEWHERE not in sentence)


def bounds(department: str) -> tuple[str, str]:
    """The codes between which those of a department lie: from the first, up to and without the second."""
    return department, department[:-1] + chr(ord(department[-1]) + 1)


def _as_table(found: Apportionment, zones: Codes, stations: Codes, said: dict[str, list[str]]) -> pa.Table:
    """The apportionment as one table of rows zone, station, weight, method."""
    pieces = sparse.coo_array(found.weights)
    lost = np.flatnonzero(found.methods == LOST)
    rows = np.concatenate([pieces.row, lost])
    where = [*stations[pieces.col].tolist(), *([None] * len(lost))]
    table = pa.table(
        {
            "zone": pa.array(zones[rows], pa.string()),
            "bureau": pa.array(where, pa.string()),
            "poids": pa.array(np.concatenate([pieces.data, np.zeros(len(lost))])),
            "methode": pa.array(found.methods[rows], pa.string()),
        }
    )
    return table.replace_schema_metadata({name: json.dumps(words, ensure_ascii=False) for name, words in said.items()})
