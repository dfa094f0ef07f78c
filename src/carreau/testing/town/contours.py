"""The contours of the stations: Voronoi cells of their addresses, dissolved, cut at the commune, simplified.

This is how the State's proposal of contours is made (layouts of the results' notes: simplified by 0.00015
degree one station at a time and rounded, hence small overlaps between neighbours).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyproj
import shapely

from carreau.testing.town.model import Addresses, Array, Land, Stations

SIMPLIFIED_BY: Final = 12.0
DEGREE_DECIMALS: Final = 5


def contours_of(land: Land, addresses: Addresses, stations: Stations) -> Array:
    """One contour per station, EPSG:2154; none for the only station of a commune, as in the State's file."""
    contour = np.full(len(stations.ids), None, dtype=object)
    for commune in range(len(land.communes)):
        mine = np.flatnonzero(stations.commune == commune)
        if len(mine) > 1:
            contour[mine] = _cut(addresses, mine, land.commune_outlines[commune])
    return contour


def _cut(addresses: Addresses, stations: Array, commune: Any) -> Array:
    """The contours of the stations of one commune."""
    rows = np.flatnonzero(np.isin(addresses.station, stations))
    points = shapely.MultiPoint(np.stack([addresses.x[rows], addresses.y[rows]], axis=1))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=commune, ordered=True))
    own = addresses.station[rows]
    whole = [shapely.coverage_union_all(cells[own == station]) for station in stations]
    inside = shapely.intersection(shapely.make_valid(np.array(whole)), commune)
    return np.asarray(shapely.simplify(inside, SIMPLIFIED_BY, preserve_topology=True))


def in_degrees(geometries: Array, decimals: int = DEGREE_DECIMALS) -> Array:
    """The same geometries in degrees (EPSG:4326), rounded as published, repaired where rounding broke.

    A missing geometry stays missing.
    """
    project = pyproj.Transformer.from_crs(2154, 4326, always_xy=True)

    def moved(points: Array) -> Array:
        """Coordinates in degrees, rounded."""
        return np.round(np.stack(project.transform(points[:, 0], points[:, 1]), axis=1), decimals)

    there = shapely.transform(geometries, moved)
    there = np.asarray(shapely.make_valid(there, method="structure", keep_collapsed=False))
    return np.asarray([each if each is None else _polygonal(each) for each in there], dtype=object)


def _polygonal(geometry: Any) -> Any:
    """The polygons of a repaired geometry, oriented as GeoJSON asks; lines left by the repair are dropped."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.geom_type == "Polygon"]
    return shapely.orient_polygons(shapely.unary_union(parts) if len(parts) > 1 else parts[0])
