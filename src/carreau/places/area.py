"""Area weights between two systems of zones: the part of each origin's area that lies in each target."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from carreau.errors import Broken
from carreau.places.crosswalk import TOLERANCE, Crosswalk, crosswalk_of
from carreau.places.kernel import CORES, Floats, Indices
from carreau.places.overlay import overlay_areas
from carreau.places.remarks import counted
from carreau.places.zones import Shapes, Zones, surface_of
from carreau.typography import number

Kernel = Literal["auto", "exact", "incidences"]
_FEW: Final = 10_000  # pairs that GEOS intersects in about a second
_COLLECTION: Final = 7  # shapely's type number of GeometryCollection
_DUST: Final = 1e-12  # a pair's share below this is the rounding of two touching borders, not ground


def area_crosswalk(
    origin: Zones, target: Zones, *, kernel: Kernel = "auto"
) -> tuple[Crosswalk, tuple[str, ...]]:
    """The plain area crosswalk, weight = area(origin ∩ target) / area(origin), and remarks.

    No renormalisation: this is the definition of joelgombin/spReapportion. Ground that no target covers is in
    ``lost``; where targets overlap ``lost`` can be negative, and a remark counts it. ``exact`` builds every
    intersection with GEOS and is the reference; ``incidences`` sums the areas without building a polygon and
    leaves to GEOS the pairs it doubts; ``auto`` takes the first for a small territory, the second for a large
    one. Zones not known to be valid are repaired first, and counted. Both must be in the same plane, else
    :class:`~carreau.errors.Broken`.
    """
    if origin.crs != target.crs:
        raise Broken(
            "ces deux systèmes de zones ne sont pas dans la même projection",
            given=f"EPSG:{origin.crs} et EPSG:{target.crs}",
            expected="la même projection plane",
            advice="projeter l'un des deux avec Zones.projected",
        )
    (mine, mended), (theirs, their_mended) = origin.surfaces(), target.surfaces()
    if kernel == "exact" or (kernel == "auto" and _few(mine, theirs)):
        rows, columns, areas = exact_areas(mine, theirs)
        remarks: tuple[str, ...] = ()
    else:
        rows, columns, areas, remarks = _summed(mine, theirs, (mended, their_mended))
    own = np.nan_to_num(shapely.area(mine))
    weights = np.divide(areas, own[rows], out=np.zeros(len(rows)), where=own[rows] > 0)
    real = weights > _DUST
    triples = (rows[real], columns[real], weights[real])
    vintage = f"{origin.system} {origin.vintage} → {target.system} {target.vintage}"
    walk = crosswalk_of(origin.codes, target.codes, triples, vintage=vintage, method="surface")
    return walk, (
        *mended_remark(mended, origin.system),
        *mended_remark(their_mended, target.system),
        *remarks,
        *_overlaps(walk),
    )


def _few(mine: Shapes, theirs: Shapes) -> bool:
    """Whether the pairs are so few that GEOS ends before the kernel is compiled or loaded."""
    rows, _ = shapely.STRtree(theirs).query(mine)
    return len(rows) <= _FEW


def _summed(
    mine: Shapes, theirs: Shapes, mended: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[Indices, Indices, Floats, tuple[str, ...]]:
    """The areas summed without polygons, by GEOS for doubtful pairs and repaired zones, and remarks."""
    kept, their_kept = (np.flatnonzero(~shapely.is_missing(shapes)) for shapes in (mine, theirs))
    found = overlay_areas(mine[kept], theirs[their_kept])
    rows, columns, areas = kept[found.rows], their_kept[found.columns], found.areas.copy()
    again = found.unsound | mended[0][rows] | mended[1][columns]
    areas[again] = shared_areas(mine, theirs, rows[again], columns[again])
    remarks = counted(again.sum(), "intersection{s} {ont} été calculée{s} par GEOS, par précaution")
    return rows, columns, areas, remarks


def exact_areas(origin: Shapes, target: Shapes) -> tuple[Indices, Indices, Floats]:
    """The pairs of geometries that meet and the areas they share, by GEOS, on both cores."""
    rows, columns = shapely.STRtree(target).query(origin, predicate="intersects")
    return rows, columns, shared_areas(origin, target, rows, columns)


def exact_pieces(origin: Shapes, target: Shapes) -> tuple[Indices, Indices, Shapes]:
    """The pairs of geometries that share ground and the ground itself, by GEOS, on both cores."""
    rows, columns = shapely.STRtree(target).query(origin, predicate="intersects")
    pieces = _by_chunks(lambda chunk: _surfaces(origin[rows[chunk]], target[columns[chunk]]), len(rows))
    kept = shapely.area(pieces) > 0
    return rows[kept], columns[kept], pieces[kept]


def shared_areas(origin: Shapes, target: Shapes, rows: Indices, columns: Indices) -> Floats:
    """The areas of the intersections of given pairs, by GEOS in float64, on both cores."""
    areas: Floats = _by_chunks(
        lambda chunk: shapely.area(shapely.intersection(origin[rows[chunk]], target[columns[chunk]])),
        len(rows),
    )
    return areas


def _by_chunks(work: Callable[[Indices], Any], size: int) -> Any:
    """The results of ``work`` on runs of 0 to ``size``, on both cores (GEOS frees the interpreter's lock)."""
    with ThreadPoolExecutor(CORES) as pool:
        return np.concatenate(list(pool.map(work, np.array_split(np.arange(size), CORES * 8))))


def _surfaces(first: Shapes, second: Shapes) -> Shapes:
    """The intersections of pairs without the lines and points where borders only touch."""
    pieces = shapely.intersection(first, second)
    mixed = shapely.get_type_id(pieces) == _COLLECTION
    pieces[mixed] = [surface_of(piece) for piece in pieces[mixed]]
    return np.asarray(np.where(shapely.area(pieces) > 0, pieces, shapely.Polygon()), dtype=np.object_)


def mended_remark(mended: NDArray[np.bool_], system: str) -> tuple[str, ...]:
    """The remark that counts the zones whose contour had to be repaired."""
    return counted(mended.sum(), f"zone{{s}} « {system} » au contour invalide {{ont}} été réparée{{s}}")


def _overlaps(walk: Crosswalk) -> tuple[str, ...]:
    """The remark that counts the origins given more than once by overlapping targets."""
    over = walk.lost < -TOLERANCE
    most = number(100 * -walk.lost.min(initial=0), 2)
    return counted(
        over.sum(),
        "zone{s} d'origine {sont} couverte{s} plus d'une fois par des zones cibles qui se chevauchent "
        f"(au plus {most} % de leur surface)",
    )
