"""The contours of the places of each level: as published, or the union of the places that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
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
SAME: Final = 1e-3  # a union that covers as much as its parts, to this share, has lost none


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
    """The union of shapes: at once where they share their borders, else piece by piece.

    Borders that do not meet leave nothing behind: a hole that lies in no shape's hole stays, a sliver does not count.
    """
    shapes = shapely.make_valid(shapes)
    area = float(shapely.area(shapes).sum())
    try:
        whole = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        whole = None
    if whole is None or not shapely.is_valid(whole) or abs(shapely.area(whole) - area) > SAME * area:
        whole = shapely.union_all(shapes)
    return whole


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
        yield keep(kept_key("communes", department, ("communes",), hands), partial(_drawn_communes, department, hands))


def _drawn_communes(department: str, hands: Hands) -> pa.Table:
    """The communes of a department: Paris, Lyon and Marseille whole, out of their arrondissements where need be."""
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
    codes = sorted(drawn)
    shapes = pa.array([drawn[code] for code in codes], pa.binary())
    return pa.table({"code": pa.array(codes, pa.string()), "geometry": shapes})


def _departments(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The union of the communes of each department."""
    communes = _communes(targets, hands, keep)
    for department, table in zip(_places_of(targets), communes, strict=True):
        key = kept_key("departement", department, ("communes",), hands)
        yield keep(key, partial(_unions, np.full(table.num_rows, department), table["geometry"]))


def _constituencies(targets: Targets, hands: Hands, keep: Keep) -> Iterator[pa.Table]:
    """The union of the stations of each constituency."""
    placed = targets.pieces.placed
    placed = placed.filter(placed["geometry"].is_valid())
    station, here = located(codes_of(placed["bv_id"]), targets.stations.codes)
    owner = targets.frame.codes[targets.members.tocsr().argmax(axis=1)] if len(targets.frame.codes) else np.array([""])
    codes = np.where(here, owner[station], "")
    for code in np.unique(codes[here]).tolist():
        mine = placed.filter(pa.array(codes == code))
        key = digest_of(kept_key("circonscription", code, ("bureaux", "communes"), hands), mine["bv_id"].to_pylist())
        yield keep(key, partial(_unions, np.full(mine.num_rows, code), mine["geometry"]))


def _unions(codes: Codes, geometry: pa.ChunkedArray) -> pa.Table:
    """One row per code: the union of its geometries."""
    shapes = np.asarray(shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)), dtype=np.object_)
    names = np.unique(codes)
    unions = [shapely.to_wkb(united(shapes[codes == name])) for name in names]
    return pa.table({"code": pa.array(names, pa.string()), "geometry": pa.array(unions, pa.binary())})
