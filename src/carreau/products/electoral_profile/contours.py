"""The contours of the places of each level: as published, or the union of the places that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import shapely

from carreau.places.codes import arrondissements_of
from carreau.places.successions import located
from carreau.products.declare import Hands, Input, Keep
from carreau.products.electoral_profile.levels import COMMUNE, CONSTITUENCY, DEPARTMENT, IRIS, STATION, PlaceLevel
from carreau.products.electoral_profile.pieces import kept_key
from carreau.products.electoral_profile.refined import Codes, Shapes, codes_of
from carreau.products.electoral_profile.targets import Targets
from carreau.products.electoral_profile.weights import bounds
from carreau.store import digest_of

_BEHIND: Final = {IRIS: ("iris",), COMMUNE: ("communes",), DEPARTMENT: ("communes",)}
SLIVER: Final = 2e-5  # square degrees, about 0.2 km2: smaller than any place that another one could enclose
_HANDS: Final = 2


def contours_of(level: PlaceLevel, targets: Targets, hands: Hands, keep: Keep) -> pa.Table:
    """The contours of the places that have one: the key of the level, and ``geometry`` (WKB, EPSG:4326)."""
    if level.id == STATION:
        placed = targets.pieces.placed
        here = located(codes_of(placed["bv_id"]), targets.frame.codes)[1]
        found = placed.filter(pa.array(here)).select(["bv_id", "geometry"])
    else:
        made = {IRIS: _iris, COMMUNE: _communes, DEPARTMENT: _departments, CONSTITUENCY: _constituencies}[level.id]
        found = _table(level, list(made(targets, hands, keep)))
        found = found.filter(pa.array(located(codes_of(found[level.key]), targets.frame.codes)[1]))
    return found.filter(found["geometry"].is_valid())


def contour_inputs(level: PlaceLevel, hands: Hands) -> tuple[Input, ...]:
    """The files that draw the places of a level, besides that of the stations."""
    return tuple(entry.input for alias in _BEHIND.get(level.id, ()) for entry in hands.get(alias, ()))


def united(shapes: Shapes) -> shapely.Geometry:
    """The union of shapes: at once where they share their borders to the point, else piece by piece.

    Published contours are simplified one by one: neighbours leave slivers between them. A hole smaller than
    ``SLIVER`` is closed; a larger one is an enclave and stays.
    """
    shapes = shapely.make_valid(shapes)
    try:
        whole = shapely.coverage_union_all(shapes)
        if not shapely.is_valid(whole):
            whole = shapely.disjoint_subset_union_all(shapes)
    except shapely.errors.GEOSException:  # they do not share their borders
        whole = shapely.disjoint_subset_union_all(shapes)
    return _without_slivers(whole)


def _without_slivers(shape: shapely.Geometry) -> shapely.Geometry:
    """A surface without its smallest holes, nor anything that is not a surface."""
    parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]
    closed = []
    for part in parts:
        holes = [ring for ring in part.interiors if shapely.area(shapely.polygons(ring)) >= SLIVER]
        closed.append(shapely.Polygon(part.exterior, holes))
    return closed[0] if len(closed) == 1 else shapely.MultiPolygon(closed)


def _table(level: PlaceLevel, parts: list[pa.Table]) -> pa.Table:
    """The parts as one table under the key of the level."""
    empty = pa.table({level.key: pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    return pa.concat_tables([empty, *(part.rename_columns([level.key, "geometry"]) for part in parts)])


def _places_of(targets: Targets) -> list[str]:
    """The departments of the places."""
    return sorted(set(targets.frame.departments.tolist()))


def _iris(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The published IRIS."""
    del keep  # nothing is made
    for handed in hands.get("iris", ()):
        for department in _places_of(targets):
            low, high = bounds(department)
            here = [("CODE_IRIS", ">=", low), ("CODE_IRIS", "<", high)]
            yield handed.read(["CODE_IRIS", "geometry"], here)


def _communes(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The published communes."""
    for department in _places_of(targets):
        key = kept_key("communes", department, ("communes", "bureaux"), hands)
        yield keep(key, partial(_drawn_communes, department, hands))


def _drawn_communes(department: str, hands: Hands) -> pa.Table:
    """The communes of a department: Paris, Lyon and Marseille whole, out of their arrondissements where need be.

    One that the map lacks (a merger of another year) is the union of its stations.
    """
    here = [("code_departement", "==", department)]
    columns = ["code_commune", "type", "geometry"]
    tables = [handed.read(columns, here) for handed in hands.get("communes", ())]
    drawn: dict[str, bytes] = {}
    parts: dict[str, bytes] = {}
    for table in tables:
        for code, kind, shape in zip(*(table[name].to_pylist() for name in columns), strict=True):
            into = drawn if kind == "COM" else parts
            into |= {code: shape} if shape is not None and kind in {"COM", "ARM"} else {}
    for whole in {"75": ("75056",), "69": ("69123",), "13": ("13055",)}.get(department, ()):
        districts = [parts[code] for code in arrondissements_of(whole) if code in parts]
        if whole not in drawn and districts:
            drawn[whole] = shapely.to_wkb(united(shapely.from_wkb(np.array(districts, dtype=np.object_))))
    drawn |= _from_stations(department, hands, drawn)
    codes = sorted(drawn)
    shapes = pa.array([drawn[code] for code in codes], pa.binary())
    return pa.table({"code": pa.array(codes, pa.string()), "geometry": shapes})


def _from_stations(department: str, hands: Hands, drawn: dict[str, bytes]) -> dict[str, bytes]:
    """The communes of a department that are not ``drawn``, each the union of its stations' contours."""
    here = [("code_departement", "==", department)]
    columns = ["code_commune", "geometry"]
    shapes: dict[str, list[bytes]] = {}
    for handed in hands["bureaux"]:
        for code, shape in zip(*(handed.read(columns, here)[name].to_pylist() for name in columns), strict=True):
            if shape is not None and code not in drawn:
                shapes.setdefault(code, []).append(shape)
    unions = {code: united(shapely.from_wkb(np.array(parts, dtype=np.object_))) for code, parts in shapes.items()}
    return {code: shapely.to_wkb(union) for code, union in unions.items()}


def _departments(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The union of the communes of each department."""
    communes = _communes(targets, hands, keep)
    for department, table in zip(_places_of(targets), communes, strict=True):
        key = kept_key("departement", department, ("communes", "bureaux"), hands)
        yield keep(key, partial(_unions, np.full(table.num_rows, department), table["geometry"]))


def _constituencies(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The union of what each constituency is made of: communes where they lie whole in it, else their stations."""
    placed = targets.pieces.placed
    station, here = located(codes_of(placed["bv_id"]), targets.stations.codes)
    owners = targets.frame.codes[targets.members.indices]  # a station belongs to one place
    owner = np.where(here, owners[station], "") if len(owners) else np.full(len(here), "")
    department = targets.stations.departments[station]
    whole = _whole(codes_of(placed["code_commune"]), owner)
    for name, communes in zip(_places_of(targets), _communes(targets, hands, keep), strict=True):
        mine = here & (department == name)
        parts = _parts(placed.filter(pa.array(mine)), owner[mine], whole, communes)
        key = digest_of(kept_key("circonscriptions", name, ("bureaux", "communes"), hands), parts["code"].to_pylist())
        yield keep(key, partial(_unions, codes_of(parts["code"]), parts["geometry"]))


def _whole(communes: Codes, owner: Codes) -> dict[str, str]:
    """The constituency of each commune whose stations are all in it."""
    found: dict[str, set[str]] = {}
    for commune, code in zip(communes.tolist(), owner.tolist(), strict=True):
        found.setdefault(commune, set()).add(code)
    return {commune: codes.pop() for commune, codes in found.items() if len(codes) == 1}


def _parts(placed: pa.Table, owner: Codes, whole: dict[str, str], communes: pa.Table) -> pa.Table:
    """What the constituencies of a department are made of: ``code`` of the constituency, and ``geometry``."""
    drawn = dict(zip(communes["code"].to_pylist(), communes["geometry"].to_pylist(), strict=True))
    parts = [(whole[commune], shape) for commune, shape in drawn.items() if whole.get(commune)]
    rows = zip(owner.tolist(), placed["code_commune"].to_pylist(), placed["geometry"].to_pylist(), strict=True)
    parts += [(code, shape) for code, commune, shape in rows if shape and not (commune in drawn and commune in whole)]
    codes, shapes = zip(*parts, strict=True) if parts else ((), ())
    return pa.table({"code": pa.array(codes, pa.string()), "geometry": pa.array(shapes, pa.binary())})


def _unions(codes: Codes, geometry: pa.ChunkedArray) -> pa.Table:
    """One row per code: the union of its geometries."""
    shapes = np.asarray(shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)), dtype=np.object_)
    names = np.unique(codes)
    with ThreadPoolExecutor(_HANDS) as pool:  # the geometry engine leaves the interpreter's lock
        unions = list(pool.map(lambda name: shapely.to_wkb(united(shapes[codes == name])), names))
    return pa.table({"code": pa.array(names, pa.string()), "geometry": pa.array(unions, pa.binary())})
