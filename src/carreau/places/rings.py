"""Rings: the vertices of many polygons as flat oriented arrays, for the kernels that read no geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from carreau.places.kernel import Floats, Indices, compiled
from carreau.places.zones import Shapes


@dataclass(frozen=True, slots=True)
class Rings:
    """Closed rings, shells counter-clockwise and holes clockwise, of polygons and multipolygons.

    Ring ``r`` has the vertices ``x[start[r]:start[r + 1]]`` (its first one repeated at the end); zone ``z``
    has the rings ``zone[z]`` to ``zone[z + 1]``.
    """

    x: Floats
    y: Floats
    start: Indices
    zone: Indices


def rings_of(shapes: Shapes) -> Rings:
    """The rings of valid polygons and multipolygons, none empty as a whole (an empty part is left out).

    ``shapely.to_ragged_array`` gives the same, not oriented, in four times longer: only polygons with holes
    need their rings asked of GEOS one by one.
    """
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    drawn = ~shapely.is_empty(polygons)
    polygons, owner = polygons[drawn], owner[drawn]
    first_ring = np.concatenate(
        [[0], np.cumsum(1 + shapely.get_num_interior_rings(polygons).astype(np.int64))]
    )
    length = np.zeros(first_ring[-1], dtype=np.int64)
    pierced = np.diff(first_ring) > 1
    length[first_ring[:-1][~pierced]] = shapely.get_num_coordinates(polygons[~pierced])
    ring = np.arange(first_ring[-1]) - np.repeat(first_ring[:-1], np.diff(first_ring))
    length[np.repeat(pierced, np.diff(first_ring))] = shapely.get_num_coordinates(
        shapely.get_rings(polygons[pierced])
    )
    start = np.concatenate([[0], np.cumsum(length)])
    xy = shapely.get_coordinates(polygons)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    orient(x, y, start, ring == 0)
    return Rings(x, y, start, first_ring[np.searchsorted(owner, np.arange(len(shapes) + 1))])


@compiled
def orient(x: Any, y: Any, start: Any, is_shell: Any) -> None:
    """Turn, in place, shells counter-clockwise and holes clockwise."""
    for ring in range(start.shape[0] - 1):
        begin, last = start[ring], start[ring + 1] - 1
        area = 0.0
        for v in range(begin, last):
            area += (x[v] - x[begin]) * (y[v + 1] - y[begin]) - (x[v + 1] - x[begin]) * (y[v] - y[begin])
        if (area > 0) != is_shell[ring]:
            for k in range((last - begin + 1) // 2):
                x[begin + k], x[last - k] = x[last - k], x[begin + k]
                y[begin + k], y[last - k] = y[last - k], y[begin + k]
