"""Square cells of a statistical grid: which part of each a zone covers, and weights through the people of the
cells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from carreau.errors import Broken
from carreau.places.area import exact_pieces, mended_remark
from carreau.places.crosswalk import Crosswalk, crosswalk_of
from carreau.places.kernel import CORES, Floats, Indices
from carreau.places.remarks import counted
from carreau.places.rings import Rings, rings_of
from carreau.places.sweep import swept
from carreau.places.zones import Shapes, Zones


@dataclass(frozen=True, slots=True)
class Cells:
    """Square cells of one grid: metres of their south-west corners, their side, the grid's projection, their
    people."""

    east: Floats
    north: Floats
    weight: Floats
    side: float = 200.0
    crs: int = 3035

    def __post_init__(self) -> None:
        if not len(self.east) == len(self.north) == len(self.weight):
            raise Broken(
                "les carreaux sont mal formés",
                given="des colonnes de longueurs différentes",
                expected="une ligne par carreau",
            )
        if len(self.east) and (np.ptp(self.east % self.side) or np.ptp(self.north % self.side)):
            raise Broken(
                "les carreaux ne sont pas sur une même grille",
                given=f"des coins qui ne sont pas à {self.side:g} m les uns des autres",
                expected="les coins sud-ouest d'une grille régulière",
                advice="vérifier le côté des carreaux et leur projection",
            )


def cell_coverage(zones: Zones, cells: Cells) -> tuple[Indices, Indices, Floats]:
    """The (cell, zone, fraction) triples of the cells that zones cover: fraction = area(cell ∩ zone) /
    area(cell).

    Exact (edge sweep, float64), sorted by zone. Zones are projected to the grid's plane when they are in
    another.
    """
    return covered_by(zones.projected(cells.crs).surfaces()[0], cells)


def covered_by(shapes: Shapes, cells: Cells) -> tuple[Indices, Indices, Floats]:
    """The same for bare valid geometries in the plane of the grid; missing and empty ones cover nothing."""
    drawn = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not len(drawn) or not len(cells.east):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    west, south = cells.east.min(), cells.north.min()
    column = np.rint((cells.east - west) / cells.side).astype(np.int64)
    row = np.rint((cells.north - south) / cells.side).astype(np.int64)
    order = np.lexsort((column, row))
    row_start = np.searchsorted(row[order], np.arange(row.max() + 2))
    rings = rings_of(shapes[drawn])
    flat = ((rings.x - west) / cells.side, (rings.y - south) / cells.side, rings.start, rings.zone)
    bounds = (shapely.bounds(shapes[drawn]) - np.array([west, south, west, south])) / cells.side
    low, high = np.floor(bounds[:, :2]), np.floor(bounds[:, 2:])
    windows = np.column_stack([low, high - low + 1]).astype(np.int64)

    def sweep(chunk: tuple[int, int]) -> tuple[Indices, Indices, Floats]:
        result: tuple[Indices, Indices, Floats] = swept(flat, windows, (row_start, column[order]), chunk)
        return result

    with ThreadPoolExecutor(CORES) as pool:
        found = list(pool.map(sweep, _balanced(rings)))
    cell, zone, fraction = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return order[cell], drawn[zone], fraction


def cell_crosswalk(origin: Zones, target: Zones, cells: Cells) -> tuple[Crosswalk, tuple[str, ...]]:
    """Weights through the people of the cells: the part of each origin's people who live in each target, and
    remarks.

    A cell's people are spread evenly over the part of it that origins cover (all of it inland, the land side
    on a coast); a cell that straddles origins and targets is shared by the exact area of each pair in it. An
    origin in whose cells nobody lives is apportioned by area instead, and counted.
    """
    origin, target = origin.projected(cells.crs), target.projected(cells.crs)
    (mine, mended), (theirs, their_mended) = origin.surfaces(), target.surfaces()
    cell, zone, fraction = covered_by(mine, cells)
    covered = np.bincount(cell, fraction, len(cells.east))
    density = np.divide(cells.weight, covered, out=np.zeros(len(covered)), where=covered > 0)
    people = np.bincount(zone, fraction * density[cell], len(origin))
    rows, columns, pieces = exact_pieces(mine, theirs)
    cell, pair, fraction = covered_by(pieces, cells)
    shared = np.bincount(pair, fraction * density[cell], len(rows))
    empty = people <= 0
    whole = np.where(empty, np.nan_to_num(shapely.area(mine)), people)
    values = np.where(empty[rows], shapely.area(pieces), shared) / whole[rows]
    vintage = f"{origin.system} {origin.vintage} → {target.system} {target.vintage}"
    walk = crosswalk_of(
        origin.codes, target.codes, (rows, columns, values), vintage=vintage, method="carreaux"
    )
    outside = cells.weight[covered == 0].sum()
    mending = (*mended_remark(mended, origin.system), *mended_remark(their_mended, target.system))
    return walk, (*mending, *_remarks(int(empty.sum()), float(outside), origin.system))


def _remarks(empty: int, outside: float, system: str) -> tuple[str, ...]:
    """What was met on the way: origins without people in cells, people of cells outside every origin."""
    alone = f"zone{{s}} « {system} » sans habitant dans les carreaux {{ont}} été répartie{{s}} par surface"
    away = f"habitant{{s}} de carreaux hors de toute zone « {system} » n'{{ont}} pas servi"
    return (*counted(empty, alone), *counted(outside, away))


def _balanced(rings: Rings) -> list[tuple[int, int]]:
    """Runs of zones of about the same number of vertices, several per core."""
    ends = rings.start[rings.zone]
    cuts = np.searchsorted(ends, np.linspace(0, ends[-1], CORES * 4 + 1))
    cuts[0], cuts[-1] = 0, len(rings.zone) - 1
    return [(int(a), int(b)) for a, b in pairwise(cuts) if b > a]
