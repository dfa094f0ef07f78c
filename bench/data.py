"""What the benches run on: metropolitan IRIS and stations, and a synthetic grid drawn around them."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely

from carreau.places.cells import Cells
from carreau.places.stations import stations_of
from carreau.places.zones import Zones, zones_of

CONTOURS = "etalab_contours-bureaux-vote/contours-france-entiere.parquet"
COMMUNES = "ign_communes/communes_contours.parquet"
IRIS = "ign_contours-iris-2020/CONTOURS-IRIS.parquet"
CELLS = 2_300_000  # as many as INSEE's file for metropolitan France
SEED = 20261124


def prepared(mirror: Path, folder: Path, *, quick: bool) -> None:
    """Write the zones (valid, EPSG:2154 and EPSG:3035) and the cells that every method reads, once."""
    communes = pq.read_table(mirror / COMMUNES).rename_columns(
        ["code_commune", "type", "libelle", "code_departement", "geometry"]
    )
    stations, _ = stations_of(pq.read_table(mirror / CONTOURS), communes)
    metropolitan = np.char.str_len(stations.departments) == 2
    metropolitan &= stations.departments != "99"
    chosen = stations.departments == "69" if quick else metropolitan
    target, _ = stations.selected(chosen).zones()
    iris = pq.read_table(mirror / IRIS)
    if quick:
        iris = iris.filter(np.char.startswith(np.asarray(iris["CODE_IRIS"].to_pylist(), dtype=np.str_), "69"))
    origin, _ = zones_of(iris, "CODE_IRIS", system="iris", vintage="2020")
    flat = target.projected(3035)
    kept("origin", origin, folder)
    kept("target", target, folder)
    kept(
        "flat",
        Zones(
            "bv",
            "2024",
            flat.codes,
            shapely.make_valid(flat.geometry, method="structure", keep_collapsed=False),
            3035,
            valid=True,
        ),
        folder,
    )
    cells = drawn_cells(flat, CELLS * len(target) // 66_000 if quick else CELLS)
    np.savez(folder / "cells.npz", east=cells.east, north=cells.north, weight=cells.weight)


def drawn_cells(zones: Zones, size: int) -> Cells:
    """Distinct 200 m cells drawn around the zones, as many around each (people live in small ones)."""
    random = np.random.default_rng(SEED)
    centre = shapely.point_on_surface(zones.geometry)
    spread = np.sqrt(shapely.area(zones.geometry)) / 2
    found = np.empty(0, np.int64)
    while len(found) < size:
        draw = random.integers(0, len(zones), size)
        east = (shapely.get_x(centre)[draw] + random.normal(0, 1, size) * spread[draw]) // 200
        north = (shapely.get_y(centre)[draw] + random.normal(0, 1, size) * spread[draw]) // 200
        found = np.unique(np.concatenate([found, (north * 100_000 + east).astype(np.int64)]))
    found = np.sort(random.permutation(found)[:size])
    return Cells(
        (found % 100_000) * 200.0, (found // 100_000) * 200.0, random.integers(1, 400, size).astype(float)
    )


def kept(name: str, zones: Zones, folder: Path) -> None:
    with (folder / f"{name}.pickle").open("wb") as file:
        pickle.dump(
            (zones.system, zones.vintage, zones.codes, shapely.to_wkb(zones.geometry), zones.crs), file
        )


def zones(name: str, folder: Path) -> Zones:
    with (folder / f"{name}.pickle").open("rb") as file:
        system, vintage, codes, wkb, crs = pickle.load(file)
    return Zones(system, vintage, codes, shapely.from_wkb(wkb), crs, valid=True)


def cells(folder: Path) -> Cells:
    with np.load(folder / "cells.npz") as arrays:
        return Cells(arrays["east"], arrays["north"], arrays["weight"])


def measures(size: int, columns: int) -> np.ndarray:
    """Counts to carry: ``columns`` of them for each of ``size`` origins."""
    return np.random.default_rng(SEED).integers(0, 500, (size, columns)).astype(np.float64)
