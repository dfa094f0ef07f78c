"""Rings: the vertices of many polygons as flat arrays, oriented, for the kernels that read no geometry
object."""

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

    ``shapely.to_ragged_array`` gives the same in ten times longer: here the parts are asked of GEOS, and a
    ring ends where it comes back to its first vertex (a valid ring does so only once).
    """
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    drawn = ~shapely.is_empty(polygons)
    polygons, owner = polygons[drawn], owner[drawn]
    xy, part = shapely.get_coordinates(polygons, return_index=True)
    inner = shapely.get_num_interior_rings(polygons).astype(np.int64)
    first_ring = np.concatenate([[0], np.cumsum(inner + 1)])
    first_vertex = np.searchsorted(part, np.arange(len(polygons) + 1))
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    start = ring_starts(x, y, first_vertex, first_ring)
    if (np.diff(start) <= 0).any():
        start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapely.get_rings(polygons)))])
    oriented(x, y, start, first_ring)
    return Rings(x, y, start, first_ring[np.searchsorted(owner, np.arange(len(shapes) + 1))])


@compiled
def ring_starts(x: Any, y: Any, first_vertex: Any, first_ring: Any) -> Any:
    """The first vertex of every ring, and the end; a ring that does not close is given a length of zero."""
    start = np.zeros(first_ring[-1] + 1, dtype=np.int64)
    for polygon in range(first_ring.shape[0] - 1):
        vertex, end = first_vertex[polygon], first_vertex[polygon + 1]
        for ring in range(first_ring[polygon], first_ring[polygon + 1]):
            start[ring] = vertex
            x0, y0 = x[min(vertex, end - 1)], y[min(vertex, end - 1)]
            vertex += 1
            while vertex < end and (x[vertex] != x0 or y[vertex] != y0):
                vertex += 1
            vertex += 1
        if vertex != end:
            start[first_ring[polygon + 1] - 1] = end
    start[-1] = x.shape[0]
    return start


@compiled
def oriented(x: Any, y: Any, start: Any, first_ring: Any) -> None:
    """Turn, in place, the first ring of each polygon counter-clockwise and the others clockwise."""
    for polygon in range(first_ring.shape[0] - 1):
        for ring in range(first_ring[polygon], first_ring[polygon + 1]):
            begin, end = start[ring], start[ring + 1]
            total = 0.0
            for v in range(begin, end - 1):
                total += (x[v] - x[begin]) * (y[v + 1] - y[begin]) - (x[v + 1] - x[begin]) * (y[v] - y[begin])
            if (total < 0) == (ring == first_ring[polygon]):
                x[begin:end] = x[begin:end][::-1].copy()
                y[begin:end] = y[begin:end][::-1].copy()
