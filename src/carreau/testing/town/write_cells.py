"""The 200 m grid of Filosofi 2021: one row per cell where a household lives, imputed where fewer than 11 do.

A cell of fewer than 11 households shows the figures of its « natural » square (1, 2, 4 … km: the smallest
that gathers 11 households out of such cells) spread pro rata of its inhabitants, and says so with
``i_est_200`` = 1. A cell that straddles communes concatenates their codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyproj

from carreau.testing.town.budgets import poverty_line
from carreau.testing.town.files import File, plain, seven_zipped, text_of, zipped
from carreau.testing.town.model import LONE_PARENT, OWNER, RESIDENCE, Array, Town
from carreau.testing.town.streets import facts

CELL: Final = 200
FEWEST: Final = 11
_NATURAL: Final = (1000, 2000, 4000, 8000, 16000, 32000)
_AGES: Final = (
    ("ind_0_3", 0, 3), ("ind_4_5", 4, 5), ("ind_6_10", 6, 10), ("ind_11_17", 11, 17), ("ind_18_24", 18, 24),
    ("ind_25_39", 25, 39), ("ind_40_54", 40, 54), ("ind_55_64", 55, 64), ("ind_65_79", 65, 79),
    ("ind_80p", 80, 200),
)
_KEYS: Final = 6


def cell_files(town: Town) -> Iterator[File]:
    """Filosofi2021_carreaux_200m_csv.zip, which holds the 7z that holds the CSV, as INSEE ships it."""
    header = facts("layouts")["filosofi"]["cells_2021"]
    columns = cells_of(town)
    cells = [
        columns[name] if name in header[:_KEYS] else [plain(v) for v in columns[name]] for name in header
    ]
    content = text_of(header, zip(*cells, strict=True), separator=",").encode()
    stem = "Filosofi2021_carreaux_200m"
    yield File(
        f"insee_filosofi-carreaux-200m-2021/{stem}_csv.zip",
        zipped({f"{stem}_csv.7z": seven_zipped({"carreaux_200m_met.csv": content})}),
        "INSEE layout", "Filosofi 2021", len(cells[0]),
        "EPSG:3035; cells under 11 households imputed (i_est_200 = 1)",
    )


def cells_of(town: Town) -> dict[str, Array]:
    """The columns of the grid, one row per inhabited cell, in the order of the cells (north, then east)."""
    rows = np.flatnonzero(town.homes.kind == RESIDENCE)
    address = town.homes.address[rows]
    to_grid = pyproj.Transformer.from_crs(2154, 3035, always_xy=True)
    east, north = to_grid.transform(town.addresses.x, town.addresses.y)
    corner = np.stack([np.floor(np.asarray(north) / CELL), np.floor(np.asarray(east) / CELL)], axis=1).astype(
        np.int64
    )
    cell, where = np.unique(corner[address], axis=0, return_inverse=True)
    where = where.ravel()
    counts = _counts(town, rows, where, len(cell))
    natural, imputed = _natural_squares(cell * CELL, counts["men"])
    exact_kilometre = _kilometre_flags(cell * CELL, counts["men"])
    return {
        "idcar_200m": _names(cell * CELL, CELL),
        "idcar_1km": _names(cell * CELL // 1000 * 1000, 1000),
        "idcar_nat": natural,
        "i_est_200": np.where(imputed, "1", "0"),
        "i_est_1km": exact_kilometre,
        "lcog_geo": _communes(town, address, where, len(cell)),
        **_spread_over(natural, imputed, counts),
    }


def _counts(town: Town, rows: Array, where: Array, cells: int) -> dict[str, Array]:
    """Persons, households and dwellings of each cell, exact."""
    homes, budgets, addresses = town.homes, town.budgets, town.addresses
    size, standard, address = homes.size[rows], budgets.standard[rows], homes.address[rows]
    low, high = np.quantile(standard, [0.01, 0.99])
    period, flat = addresses.period[address], addresses.collective[address]
    households = {
        "ind": size, "men": np.ones(len(rows)), "men_pauv": standard < poverty_line(homes, budgets),
        "men_1ind": size == 1, "men_5ind": size >= 5, "men_prop": homes.tenure[rows] == OWNER,
        "men_fmp": homes.type[rows] == LONE_PARENT, "ind_snv": np.clip(standard, low, high) * size,
        "men_surf": homes.surface[rows], "men_coll": flat, "men_mais": ~flat, "log_av45": period <= 1,
        "log_45_70": period == 2, "log_70_90": period == 3, "log_ap90": period >= 4,
        "log_inc": np.zeros(len(rows)), "log_soc": addresses.social[address],
    }
    counts = {name: np.bincount(where, value, minlength=cells) for name, value in households.items()}
    cell_of_home = np.full(len(homes.kind), -1)
    cell_of_home[rows] = where
    cell = cell_of_home[town.people.home]
    housed = cell >= 0
    for name, youngest, oldest in _AGES:
        mine = housed & (town.people.age >= youngest) & (town.people.age <= oldest)
        counts[name] = np.bincount(cell[mine], minlength=cells).astype(np.float64)
    return counts | {"ind_inc": np.zeros(cells)}


def _names(corner: Array, size: int) -> Array:
    """The identifiers of squares from their south-west corners (north, east) in EPSG:3035."""
    return np.array([f"CRS3035RES{size}mN{north}E{east}" for north, east in corner.tolist()])


def _natural_squares(corner: Array, households: Array) -> tuple[Array, Array]:
    """The natural square of each cell, and which cells are imputed.

    Cells with enough households are their own. The others are gathered in squares of 1 km, then 2, 4 …,
    until a square gathers enough of them; what is left at 32 km stays there.
    """
    natural = _names(corner, CELL).astype(object)
    small = households < FEWEST
    left = small.copy()
    for size in _NATURAL:
        rows = np.flatnonzero(left)
        square, where = np.unique(corner[rows] // size * size, axis=0, return_inverse=True)
        where = where.ravel()
        enough = np.bincount(where, households[rows]) >= FEWEST
        settled = enough[where] | (size == _NATURAL[-1])
        natural[rows[settled]] = _names(square, size)[where[settled]]
        left[rows[settled]] = False
    return natural, small


def _kilometre_flags(corner: Array, households: Array) -> Array:
    """``1`` for cells whose kilometre square has fewer than 11 households."""
    _, where = np.unique(corner // 1000, axis=0, return_inverse=True)
    where = where.ravel()
    return np.where(np.bincount(where, households)[where] < FEWEST, "1", "0")


def _spread_over(natural: Array, imputed: Array, counts: Mapping[str, Array]) -> dict[str, Array]:
    """The published figures: exact, or those of the natural square pro rata of the inhabitants."""
    _, where = np.unique(natural.astype(str), return_inverse=True)
    where = where.ravel()
    part = counts["ind"] / np.bincount(where, counts["ind"])[where]
    return {
        name: np.where(imputed, part * np.bincount(where, value)[where], value) if name != "ind" else value
        for name, value in counts.items()
    }


def _communes(town: Town, address: Array, where: Array, cells: int) -> Array:
    """The codes of the communes where the households of a cell live, concatenated."""
    commune = town.land.iris_commune[town.addresses.iris[address]]
    pairs = np.unique(np.stack([where, commune], axis=1), axis=0)
    codes = [""] * cells
    for cell, place in pairs.tolist():
        codes[cell] += town.land.communes[place]
    return np.array(codes)
