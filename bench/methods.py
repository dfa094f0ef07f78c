"""The methods compared, each run alone in its own process: prepare (not timed), warm up, run (timed).

A method returns the two last as functions; the run gives the carried counts (targets, 8) and, where the
method has them, the weights as a sparse matrix, for the comparison with the reference of its family.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import data
import numpy as np
import shapely
from scipy import sparse

COLUMNS = 8
Run = Callable[[], tuple[Any, Any]]


def iris_carreau(folder: Path) -> tuple[Run, Run]:
    """Carreau: areas summed without polygons (numba, two threads)."""
    from carreau.places.area import area_crosswalk

    origin, target = data.zones("origin", folder), data.zones("target", folder)
    counts = data.measures(len(origin), COLUMNS)
    few = origin.selected(np.arange(len(origin)) < 20), target.selected(np.arange(len(target)) < 20)

    def run(first: Any = origin, second: Any = target) -> tuple[Any, Any]:
        walk, _ = area_crosswalk(first, second, kernel="incidences")
        return walk.applied(counts[: len(first)]), walk.weights

    return lambda: run(*few), run


def iris_geos(folder: Path) -> tuple[Run, Run]:
    """GEOS: STRtree, `intersects`, pairwise intersection in float64 (one thread): the reference."""
    origin, target = data.zones("origin", folder), data.zones("target", folder)
    counts = data.measures(len(origin), COLUMNS)

    def run() -> tuple[Any, Any]:
        rows, columns = shapely.STRtree(target.geometry).query(origin.geometry, predicate="intersects")
        areas = shapely.area(shapely.intersection(origin.geometry[rows], target.geometry[columns]))
        values = areas / shapely.area(origin.geometry)[rows]
        weights = sparse.csr_array((values, (rows, columns)), shape=(len(origin), len(target)))
        return weights.T @ counts, weights

    return nothing, run


def iris_tobler(folder: Path) -> tuple[Run, Run]:
    """tobler 0.13, area_interpolate, allocate_total=False."""
    import geopandas
    from tobler.area_weighted import area_interpolate

    origin, target = data.zones("origin", folder), data.zones("target", folder)
    names = [f"c{k}" for k in range(COLUMNS)]
    source = geopandas.GeoDataFrame(
        dict(zip(names, data.measures(len(origin), COLUMNS).T, strict=True)),
        geometry=origin.geometry,
        crs=2154,
    )
    frame = geopandas.GeoDataFrame(geometry=target.geometry, crs=2154)

    def run() -> tuple[Any, Any]:
        carried = area_interpolate(source, frame, extensive_variables=names, allocate_total=False)
        return carried[names].to_numpy(), None

    return nothing, run


def grid_carreau(folder: Path) -> tuple[Run, Run]:
    """Carreau: edge sweep (numba, two threads)."""
    from carreau.places.cells import cell_coverage

    cells, target = data.cells(folder), data.zones("flat", folder)
    counts = data.measures(len(cells.east), COLUMNS)
    few = target.selected(np.arange(len(target)) < 20)

    def run(zones: Any = target) -> tuple[Any, Any]:
        cell, zone, fraction = cell_coverage(zones, cells)
        weights = sparse.csr_array((fraction, (zone, cell)), shape=(len(zones), len(cells.east)))
        return weights @ counts, weights.T

    return lambda: run(few), run


def grid_geos(folder: Path) -> tuple[Run, Run]:
    """GEOS: STRtree over the cells, intersection of every pair in float64 (one thread): the reference."""
    cells, target = data.cells(folder), data.zones("flat", folder)
    counts = data.measures(len(cells.east), COLUMNS)
    boxes = shapely.box(cells.east, cells.north, cells.east + cells.side, cells.north + cells.side)

    def run() -> tuple[Any, Any]:
        zone, cell = shapely.STRtree(boxes).query(target.geometry, predicate="intersects")
        areas = [
            shapely.area(
                shapely.intersection(boxes[cell[k : k + 200_000]], target.geometry[zone[k : k + 200_000]])
            )
            for k in range(0, len(cell), 200_000)
        ]
        values = np.concatenate(areas) / cells.side**2
        weights = sparse.csr_array((values, (cell, zone)), shape=(len(cells.east), len(target)))
        return weights.T @ counts, weights

    return nothing, run


def grid_tobler(folder: Path) -> tuple[Run, Run]:
    """tobler 0.13, area_interpolate from box polygons, allocate_total=False."""
    import geopandas
    from tobler.area_weighted import area_interpolate

    cells, target = data.cells(folder), data.zones("flat", folder)
    names = [f"c{k}" for k in range(COLUMNS)]
    boxes = shapely.box(cells.east, cells.north, cells.east + cells.side, cells.north + cells.side)
    counts = data.measures(len(cells.east), COLUMNS)
    source = geopandas.GeoDataFrame(dict(zip(names, counts.T, strict=True)), geometry=boxes, crs=3035)
    frame = geopandas.GeoDataFrame(geometry=target.geometry, crs=3035)

    def run() -> tuple[Any, Any]:
        carried = area_interpolate(source, frame, extensive_variables=names, allocate_total=False)
        return carried[names].to_numpy(), None

    return nothing, run


def grid_exactextract(folder: Path) -> tuple[Run, Run]:
    """exactextract 0.3, `sum` over a raster of 8 bands (0 where there is no cell)."""
    import geopandas
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    cells, target = data.cells(folder), data.zones("flat", folder)
    counts = data.measures(len(cells.east), COLUMNS)
    frame = geopandas.GeoDataFrame(geometry=target.geometry, crs=3035)
    west, south, east, north = shapely.total_bounds(target.geometry)
    west, south = min(west, cells.east.min()) // 200 * 200, min(south, cells.north.min()) // 200 * 200
    width = int((max(east, cells.east.max() + 200) - west) // 200) + 1
    height = int((max(north, cells.north.max() + 200) - south) // 200) + 1
    row = height - 1 - ((cells.north - south) / 200).astype(int)
    column = ((cells.east - west) / 200).astype(int)
    bands = []
    for k in range(COLUMNS):
        raster = np.zeros((height, width))
        raster[row, column] = counts[:, k]
        place = {"xmin": west, "ymin": south, "xmax": west + 200 * width, "ymax": south + 200 * height}
        bands.append(NumPyRasterSource(raster, **place, name=f"c{k}"))

    def run() -> tuple[Any, Any]:
        found = exact_extract(bands, frame, ["sum"], output="pandas")
        return found[[f"c{k}_sum" for k in range(COLUMNS)]].to_numpy(), None

    return nothing, run


def apply_carreau(folder: Path) -> tuple[Run, Run]:
    """Carreau: a built crosswalk applied to 200 measures."""
    from carreau.places.area import area_crosswalk

    origin, target = data.zones("origin", folder), data.zones("target", folder)
    walk, _ = area_crosswalk(origin, target)
    counts = data.measures(len(origin), 200)
    return nothing, lambda: (walk.applied(counts), None)


def nothing() -> tuple[Any, Any]:
    return None, None


METHODS: dict[str, Callable[[Path], tuple[Run, Run]]] = {
    "iris_geos": iris_geos,
    "iris_carreau": iris_carreau,
    "iris_tobler": iris_tobler,
    "grid_geos": grid_geos,
    "grid_carreau": grid_carreau,
    "grid_exactextract": grid_exactextract,
    "grid_tobler": grid_tobler,
    "apply_carreau": apply_carreau,
}
REFERENCES = {"iris": "iris_geos", "grid": "grid_geos"}
