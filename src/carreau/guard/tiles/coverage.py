"""Contours made to fit: neighbours share their borders to the point, then are simplified together.

Published contours were simplified one by one: each border was drawn twice, and between the two lie slivers that are
in both places or in neither. Simplified as they are, the slivers would grow into holes. So the borders are first
matched (``coverage_clean`` of GEOS: points nearer than ``SNAP`` become one, overlaps go to the neighbour with the
longest common border, gaps narrower than ``GAP`` are closed), then simplified as one coverage: an edge that two places
share is simplified once, and stays shared. Lengths are metres of Web Mercator (two thirds of a metre at 48° north).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[np.object_]
Places = npt.NDArray[np.int64]
RADIUS: Final = 6_378_137.0
LIMIT: Final = 85.0511  # degrees of latitude where Web Mercator ends
SNAP: Final = 20.0
GAP: Final = 60.0
_HANDS: Final = 2  # the geometry engine leaves the interpreter's lock


def projected(shapes: Shapes) -> Shapes:
    """Shapes in degrees brought to Web Mercator, repaired where they cross themselves; None where there is none."""
    shapes = shapes.copy()
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    shapes[~np.isin(shapely.get_type_id(shapes), (3, 6)) | shapely.is_empty(shapes)] = None
    return np.asarray(shapely.transform(shapes, _metres), dtype=np.object_)


def in_degrees(shapes: Shapes) -> Shapes:
    """Shapes in Web Mercator brought back to longitudes and latitudes."""
    return np.asarray(shapely.transform(shapes, _degrees), dtype=np.object_)


def matched(shapes: Shapes, groups: list[Places], done: Callable[[int], None]) -> Shapes:
    """The shapes with borders that fit within each group of places; ``done`` is told of each group.

    A place that its neighbours cover whole keeps its own contour: none disappears.
    """
    fitted = shapes.copy()
    with ThreadPoolExecutor(_HANDS) as pool:
        for group, clean in zip(groups, pool.map(lambda group: _matched(shapes[group]), groups), strict=True):
            fitted[group] = clean
            done(1)
    return fitted


def simplified(shapes: Shapes, detail: float) -> Shapes:
    """The shapes simplified together: triangles smaller than the square of ``detail`` are left out, borders shared."""
    if not detail:
        return shapes
    drawn = np.asarray(shapely.coverage_simplify(shapes, detail), dtype=np.object_)
    lost = shapely.is_empty(drawn) | ~shapely.is_valid(drawn)
    drawn[lost] = shapes[lost]
    return drawn


def grouped(keys: list[str]) -> list[Places]:
    """The places of each key, key by key."""
    names, group = np.unique(np.array(keys, dtype=np.str_), return_inverse=True)
    return [np.flatnonzero(group == number) for number in range(len(names))]


def _matched(shapes: Shapes) -> Shapes:
    """The shapes of one group, their borders matched."""
    clean = np.asarray(shapely.coverage_clean(shapes, snapping_distance=SNAP, gap_width=GAP), dtype=np.object_)
    lost = shapely.is_empty(clean) | shapely.is_missing(clean)
    clean[lost] = shapes[lost]
    return clean


def _metres(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Longitudes and latitudes as metres of Web Mercator (EPSG:3857)."""
    up = np.radians(np.clip(points[:, 1], -LIMIT, LIMIT))
    return np.column_stack([np.radians(points[:, 0]) * RADIUS, np.log(np.tan(np.pi / 4 + up / 2)) * RADIUS])


def _degrees(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Metres of Web Mercator as longitudes and latitudes."""
    up = 2 * np.arctan(np.exp(points[:, 1] / RADIUS)) - np.pi / 2
    return np.column_stack([np.degrees(points[:, 0] / RADIUS), np.degrees(up)])
