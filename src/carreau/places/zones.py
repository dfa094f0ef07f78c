"""Zones: one system of places (IRIS, stations, communes, cells…) at one vintage, as codes and plane
geometries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from carreau.errors import Broken
from carreau.places.codes import METROPOLITAN_CRS, crs_of
from carreau.places.remarks import counted

Codes = NDArray[np.str_]
Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
GEOGRAPHIC_CRS: Final = 4326
_SURFACES: Final = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon


@dataclass(frozen=True, slots=True)
class Zones:
    """Zones of one system and vintage: ``codes[i]`` is the key of ``geometry[i]``, a plane surface in metres.

    ``valid`` says that every geometry is known to be valid, so that nobody checks it again. Codes are unique;
    every geometry is a polygon or a multipolygon that is not empty. ``crs`` is the EPSG code of the plane;
    the legal planes of the overseas territories do not meet Lambert-93 nor each other, so one ``Zones`` holds
    all of France (see :func:`zones_of`).
    """

    system: str
    vintage: str
    codes: Codes
    geometry: Shapes
    crs: int
    valid: bool = False

    def __post_init__(self) -> None:
        if len(self.codes) != len(self.geometry):
            raise Broken(
                f"les zones « {self.system} » sont mal formées",
                given=f"{len(self.codes)} codes et {len(self.geometry)} contours",
                expected="un contour par code",
            )
        codes, counts = np.unique(self.codes, return_counts=True)
        if (counts > 1).any():
            raise Broken(
                f"des zones « {self.system} » portent le même code",
                given=", ".join(codes[counts > 1][:5]),
                expected="un code par zone",
                advice="construire les zones avec zones_of, qui réunit les morceaux",
            )
        if (
            not np.isin(shapely.get_type_id(self.geometry), _SURFACES).all()
            or shapely.is_empty(self.geometry).any()
        ):
            raise Broken(
                f"des zones « {self.system} » n'ont pas de surface",
                expected="des polygones non vides",
                advice="construire les zones avec zones_of, qui écarte et compte ces zones",
            )

    def __len__(self) -> int:
        return len(self.codes)

    def selected(self, mask: NDArray[np.bool_]) -> Zones:
        """The zones where ``mask`` is true, in the same order."""
        return Zones(self.system, self.vintage, self.codes[mask], self.geometry[mask], self.crs, self.valid)

    def planes(self) -> NDArray[np.int64]:
        """The EPSG code of the plane of each zone: ``crs``, or the legal plane of its overseas territory."""
        planes = _planes(self.codes, self.crs)
        return np.where(planes > 0, planes, self.crs)

    def projected(self, crs: int) -> Zones:
        """The same zones in another plane; every vertex is projected, edges stay straight between them."""
        if crs == self.crs:
            return self
        wanted = Zones(self.system, self.vintage, self.codes, self.geometry, crs).planes()
        shapes = _replaced(self.geometry, self.planes(), wanted)
        return Zones(self.system, self.vintage, self.codes, shapes, crs)

    def surfaces(self) -> tuple[Shapes, NDArray[np.bool_]]:
        """Valid geometries, nothing where no surface is left, and which ones had to be repaired."""
        return (self.geometry, np.zeros(len(self), np.bool_)) if self.valid else repaired(self.geometry)


def zones_of(
    table: pa.Table, code: str, *, system: str, vintage: str, crs: int = METROPOLITAN_CRS
) -> tuple[Zones, tuple[str, ...]]:
    """The zones of a table with a ``geometry`` column (WKB, EPSG:4326), one per distinct ``code``, and
    remarks.

    Geometries are projected to ``crs``; with the default, a zone whose code lies overseas goes to the legal
    plane of its territory instead. What is then repaired, united or dropped is that of :func:`zones_from`;
    zones of a territory without a declared projection are dropped and counted too.
    """
    codes = np.asarray(table[code].to_pylist(), dtype=np.str_)
    shapes = shapely.from_wkb(
        np.asarray(table["geometry"].to_pylist(), dtype=np.object_), on_invalid="ignore"
    )
    planes = _planes(codes, crs)
    unplaced = (planes == 0) & ~shapely.is_missing(shapes)
    remarks = counted(
        unplaced.sum(),
        f"zone{{s}} « {system} » d'un territoire sans projection déclarée {{ont}} été écartée{{s}}",
    )
    shapes[planes == 0] = None
    shapes = _replaced(shapes, np.full(len(codes), GEOGRAPHIC_CRS), planes)
    zones, more = zones_from(codes, shapes, system=system, vintage=vintage, crs=crs)
    return zones, remarks + more


def zones_from(
    codes: Codes, shapes: Shapes, *, system: str, vintage: str, crs: int = METROPOLITAN_CRS
) -> tuple[Zones, tuple[str, ...]]:
    """The zones of parallel arrays of codes and plane geometries already in ``crs``, and remarks.

    Invalid geometries are repaired (``make_valid`` by structure, without lines and points), the pieces of a
    repeated code are united, and zones without surface or without code are dropped; each is counted in a
    French remark.
    """
    shapes, invalid = repaired(shapes)
    bare = shapely.is_missing(shapes) | shapely.is_empty(shapes) | (codes == "")
    codes, shapes, pieces = _united(codes[~bare], shapes[~bare])
    zone = f"zone{{s}} « {system} »"
    remarks = (
        *counted(bare.sum(), f"{zone} sans contour {{ont}} été écartée{{s}}"),
        *counted(invalid.sum(), f"{zone} au contour invalide {{ont}} été réparée{{s}}"),
        *counted(pieces, f"{zone} en plusieurs morceaux {{ont}} été réunie{{s}}"),
    )
    return Zones(system, vintage, codes, shapes, crs, valid=True), remarks


def reprojected(shapes: Shapes, given: int, wanted: int) -> Shapes:
    """Copies of geometries with every vertex moved from one coordinate system to another (EPSG codes)."""
    xy = shapely.get_coordinates(shapes)
    x, y = moved(xy[:, 0], xy[:, 1], given, wanted)
    return np.asarray(shapely.set_coordinates(shapes.copy(), np.column_stack([x, y])), dtype=np.object_)


def moved(x: Floats, y: Floats, given: int, wanted: int) -> tuple[Floats, Floats]:
    """Abscissas and ordinates moved from one coordinate system to another (EPSG codes; longitude first)."""
    moved_x, moved_y = _transform(given, wanted)(x, y)
    return np.asarray(moved_x, dtype=np.float64), np.asarray(moved_y, dtype=np.float64)


def _replaced(shapes: Shapes, given: NDArray[np.int64], wanted: NDArray[np.int64]) -> Shapes:
    """Copies of geometries, each moved from its own plane to the one wanted (0 for none: left there)."""
    shapes = shapes.copy()
    for pair in np.unique(np.column_stack([given, wanted]), axis=0).tolist():
        here = (given == pair[0]) & (wanted == pair[1])
        if pair[0] != pair[1] and pair[1] > 0:
            shapes[here] = reprojected(shapes[here], *pair)
    return shapes


def repaired(shapes: Shapes) -> tuple[Shapes, NDArray[np.bool_]]:
    """Valid surfaces out of any geometries, nothing where no surface is left, and which ones were invalid."""
    missing = shapely.is_missing(shapes)
    invalid = ~shapely.is_valid(shapes) & ~missing
    shapes = shapes.copy()
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    other = ~np.isin(shapely.get_type_id(shapes), _SURFACES) & ~missing
    shapes[other] = [surface_of(shape) for shape in shapes[other]]
    return shapes, invalid


def surface_of(shape: Any) -> Any:
    """The polygons of a collection as one geometry; nothing when it holds none."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in _SURFACES]
    return shapely.union_all(parts) if parts else None


@cache
def _transform(given: int, wanted: int) -> Callable[..., Any]:
    """The function that moves x and y from one coordinate system to another; building one takes 50 ms."""
    transform: Callable[..., Any] = Transformer.from_crs(given, wanted, always_xy=True).transform
    return transform


def _planes(codes: Codes, crs: int) -> NDArray[np.int64]:
    """The EPSG code of the plane of each zone: its territory's when ``crs`` is the metropolitan one."""
    if crs != METROPOLITAN_CRS:
        return np.full(len(codes), crs)
    heads, inverse = np.unique(codes.astype("<U5"), return_inverse=True)
    return np.asarray([crs_of(str(head)) for head in heads], dtype=np.int64)[inverse]


def _united(codes: Codes, shapes: Shapes) -> tuple[Codes, Shapes, int]:
    """Distinct codes in order of first appearance, their united geometries, and how many were in pieces."""
    unique, first, counts = np.unique(codes, return_index=True, return_counts=True)
    shapes = shapes.copy()
    for code, position in zip(unique[counts > 1], first[counts > 1], strict=True):
        shapes[position] = shapely.union_all(shapes[codes == code])
    order = np.sort(first)
    return codes[order], shapes[order], int((counts > 1).sum())
