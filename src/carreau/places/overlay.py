"""Areas shared by the zones of two maps, without building a polygon: the kernels driven and checked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from carreau.places.incidences import BLOCK, pair_areas, with_running_areas
from carreau.places.kernel import CORES, Floats, Indices
from carreau.places.rings import Rings, rings_of
from carreau.places.zones import Shapes

_ROOM: Final = (
    1e-8  # how far, in parts of the origin's area, a shared area may leave its bounds before it is redone
)
_BITS: Final = (
    50  # bits kept of the greatest coordinate: differences of two then fit in a float64 without rounding
)


@dataclass(frozen=True, slots=True)
class SharedAreas:
    """The pairs of zones whose boxes meet, the area each pair shares, and the pairs that need GEOS instead.

    ``unsound`` holds pairs with an invalid polygon, crossings that do not balance, or an area out of its
    bounds.
    """

    rows: Indices
    columns: Indices
    areas: Floats
    unsound: NDArray[np.bool_]


def overlay_areas(origin: Shapes, target: Shapes) -> SharedAreas:
    """The areas shared by the zones of two maps of valid polygons in one plane, on both cores.

    Linear in edges and crossings. Coordinates are first rounded to a binary grid (1e-9 m for metropolitan
    France), on which every comparison is exact.
    """
    rows, columns = shapely.STRtree(target).query(origin)
    if not len(rows):
        return SharedAreas(rows, columns, np.empty(0), np.empty(0, np.bool_))
    quantum = _quantum(origin, target)
    first, second = _map(origin, quantum), _map(target, quantum)

    def shared(chunk: Indices) -> tuple[Floats, NDArray[np.bool_]]:
        found: tuple[Floats, NDArray[np.bool_]] = pair_areas(first, second, (rows[chunk], columns[chunk]))
        return found

    with ThreadPoolExecutor(CORES) as pool:
        parts = list(pool.map(shared, np.array_split(np.arange(len(rows)), CORES * 8)))
    areas, sound = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    own, other = shapely.area(origin)[rows], shapely.area(target)[columns]
    outside = (areas < -_ROOM * own) | (areas > np.minimum(own, other) + _ROOM * own)
    return SharedAreas(rows, columns, np.clip(areas, 0.0, own), ~sound | outside)


def _quantum(origin: Shapes, target: Shapes) -> float:
    """The step of the binary grid on which both maps are rounded."""
    greatest = max(float(np.abs(shapely.total_bounds(shapes)).max()) for shapes in (origin, target))
    return float(2.0 ** (np.ceil(np.log2(max(greatest, 1e-300))) - _BITS))


def _map(shapes: Shapes, quantum: float) -> tuple[Any, ...]:
    """A map as the kernels read it: vertices, blocks, first of each zone, rings, first of each, boxes."""
    rings = rings_of(shapes)
    x, y = np.rint(rings.x / quantum) * quantum, np.rint(rings.y / quantum) * quantum
    vertices = with_running_areas(x, y, rings.start, rings.zone)
    blocks, first = _blocks(vertices, rings)
    begins, ends = rings.start[:-1], rings.start[1:] - 1
    starts = np.column_stack([vertices[begins, :2], vertices[ends, 2]])
    boxes = np.rint(shapely.bounds(shapes) / quantum) * quantum
    return vertices, blocks, first, starts, rings.zone, boxes


def _blocks(vertices: Floats, rings: Rings) -> tuple[Floats, Indices]:
    """Runs of edges of one ring as rows (first vertex, last vertex, box), and the first of each zone.

    A run holds at most ``BLOCK`` edges; its box is west, south, east, north.
    """
    edges = np.diff(rings.start) - 1
    runs = (edges + BLOCK - 1) // BLOCK
    first_run = np.concatenate([[0], np.cumsum(runs)])
    begin = np.repeat(rings.start[:-1], runs) + BLOCK * (
        np.arange(first_run[-1]) - np.repeat(first_run[:-1], runs)
    )
    end = np.minimum(begin + BLOCK, np.repeat(rings.start[1:] - 1, runs))
    spans = np.column_stack([begin, end + 1]).ravel()
    padded = np.concatenate([vertices[:, :2], vertices[-1:, :2]])
    least, most = (bound.reduceat(padded, spans, axis=0)[::2] for bound in (np.minimum, np.maximum))
    return np.column_stack([begin, end, least, most]), first_run[rings.zone]
