"""The ground of the town: blocks of twelve irregular IRIS in three communes, laid side by side.

The town lies in the Bay of Biscay, where no real commune is: put beside a real mirror, its maps overlap
nothing. Neighbours share their borders exactly, so the IRIS cover the ground once.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from carreau.errors import Refused
from carreau.testing.town.model import DEPARTMENT, MAIN_COMMUNE, MERGED_COMMUNE, SMALL_COMMUNE, Array, Land

PEOPLE_OF_A_BLOCK: Final = 30_000
COMMUNE_CODES_OF_A_BLOCK: Final = 4
HOST, MERGED = 2, 3
_ORIGIN: Final = (120_000.0, 6_450_000.0)
_TURNED: Final = np.array([[0.955, -0.296], [0.296, 0.955]])  # no border runs along the 200 m grid
_WIDTHS: Final = (1000.0, 1000.0, 1000.0, 1000.0, 1000.0, 2600.0)
_HEIGHT: Final = 1500.0
_SEGMENTS: Final = 16
_EAST_OF_TOWN, _VILLAGE, _HOST_PLACE = 4, 10, 11
BORDER_STREETS: Final = (
    (_EAST_OF_TOWN, 0, 1.0, 0.5), (_HOST_PLACE, 0, 0.0, 0.5),
    (_VILLAGE, 0, 0.5, 0.0), (_HOST_PLACE, 1, 0.5, 1.0),
)
_NAMES: Final = (
    "Centre", "Gare", "Les Tanneries", "Belle-Croix", "Le Moulin",
    "Les Halles", "Faubourg Sud", "Zone du Port", "Les Coteaux", "Parc du Lac",
)
_TYPES: Final = ("H", "H", "H", "H", "H", "H", "H", "A", "H", "D")
_QUOTAS: Final = (13.0, 12.0, 11.0, 10.0, 8.5, 12.0, 9.5, 0.07, 9.0, 0.0, 3.0, 12.0)
_COLLECTIVE: Final = (0.55, 0.45, 0.30, 0.22, 0.10, 0.45, 0.28, 0.0, 0.12, 0.0, 0.0, 0.02)


def land_of(people: int, random: np.random.Generator) -> Land:
    """The land for ``people`` inhabitants: a block of three communes and twelve IRIS per 30,000, or one.

    :class:`~carreau.errors.Refused` beyond what the commune codes of one department can name.
    """
    blocks = _number_of_blocks(people)
    corners, outlines = _iris_of_blocks(*_places_of_blocks(blocks), random)
    commune = (np.arange(blocks)[:, None] * 3 + np.array([0] * 10 + [1, 2])).ravel()
    names = tuple(name for block in range(blocks) for name in _commune_names(block))
    codes = tuple(commune_code(block, place) for block in range(blocks) for place in range(3))
    place_of_iris = list(zip(list(range(12)) * blocks, commune, strict=True))
    lean = random.uniform(1.0, 3.2, (blocks, 12, 4))
    lean[:, _EAST_OF_TOWN] = (1.8, 0.8, 2.0, 2.0)
    lean[:, _VILLAGE] = (4.0, 4.0, 4.0, 3.0)
    lean[:, _HOST_PLACE] = (0.7, 2.4, 2.0, 2.0)
    return Land(
        communes=codes,
        commune_names=names,
        commune_kind=np.tile([MAIN_COMMUNE, SMALL_COMMUNE, MERGED_COMMUNE], blocks),
        iris=tuple(_iris_code(codes[where], place) for place, where in place_of_iris),
        iris_names=tuple(_NAMES[place] if place < 10 else names[where] for place, where in place_of_iris),
        iris_types=(*_TYPES, "Z", "Z") * blocks,
        iris_commune=commune,
        corners=corners,
        quota=_quotas(blocks, random),
        lean=lean.reshape(-1, 4),
        collective=np.tile(_COLLECTIVE, blocks),
        outlines=outlines,
        commune_outlines=np.array([_union(outlines, commune == each) for each in range(3 * blocks)]),
    )


def _number_of_blocks(people: int) -> int:
    """How many blocks ``people`` inhabitants need, refused when the communes would lack codes."""
    blocks = max(1, round(people / PEOPLE_OF_A_BLOCK))
    if blocks * COMMUNE_CODES_OF_A_BLOCK > 999:
        raise Refused(
            "une ville aussi grande n'a pas assez de codes de commune",
            given=f"{people} habitants",
            expected=f"au plus {999 // COMMUNE_CODES_OF_A_BLOCK * PEOPLE_OF_A_BLOCK} habitants",
            advice="demander une ville plus petite",
        )
    return blocks


def _union(outlines: Array, chosen: Array) -> Any:
    """The outline of the chosen IRIS together, which share their borders."""
    return shapely.coverage_union_all(outlines[chosen])


def commune_code(block: int, place: int) -> str:
    """The code of a commune of a block: 0 the town, 1 the village, 2 a commune, 3 one merged into it."""
    return f"{DEPARTMENT}{1 + block * COMMUNE_CODES_OF_A_BLOCK + place:03d}"


def former_name(block: int) -> str:
    """The name of the commune of a block that was merged into another."""
    return "La Trame" if block == 0 else f"La Trame-{block + 1}"


def _commune_names(block: int) -> tuple[str, str, str]:
    """The names of the three communes of a block; a number tells a block from the first one."""
    mark = "" if block == 0 else f"-{block + 1}"
    return f"Carreville{mark}", f"Saint-Damier{mark}", f"Les Mailles{mark}"


def _iris_code(commune: str, place: int) -> str:
    """The nine characters of an IRIS: ``0000`` for a commune that is not cut."""
    return f"{commune}{101 + place:04d}" if place < 10 else f"{commune}0000"


def _quotas(blocks: int, random: np.random.Generator) -> Array:
    """The share of the inhabitants in each IRIS, a little different in each block; they sum to 1."""
    quota = np.tile(_QUOTAS, (blocks, 1))
    quota[:, :7] *= random.uniform(0.85, 1.15, (blocks, 7))
    return np.asarray((quota / quota.sum()).ravel())


def _places_of_blocks(blocks: int) -> tuple[Array, Array]:
    """The column and row of each block in a roughly square country."""
    wide = max(1, round(float(np.sqrt(blocks * 2 * _HEIGHT / sum(_WIDTHS)))))
    return np.arange(blocks) % wide, np.arange(blocks) // wide


def _iris_of_blocks(column: Array, row: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Corners and outlines of the IRIS of all blocks, on one net of jittered vertices and winding edges."""
    across, up = (int(column.max()) + 1) * len(_WIDTHS), (int(row.max()) + 1) * 2
    east = np.concatenate([[0.0], np.cumsum(np.tile(_WIDTHS, int(column.max()) + 1))])
    net = np.stack(np.meshgrid(east, _HEIGHT * np.arange(up + 1)), axis=-1)
    net = (net + random.uniform(-110, 110, (up + 1, across + 1, 2))) @ _TURNED + _ORIGIN
    along = _winding(net[:, :-1], net[:, 1:], random)
    upright = _winding(net[:-1], net[1:], random)
    corners, outlines = [], []
    for block in range(len(column)):
        for place in range(12):
            i = int(column[block]) * len(_WIDTHS) + (place % 5 if place < 10 else 5)
            j = int(row[block]) * 2 + (place // 5 if place < 10 else 11 - place)
            corners.append([net[j, i], net[j, i + 1], net[j + 1, i + 1], net[j + 1, i]])
            ring = [along[j, i][:-1], upright[j, i + 1][:-1], along[j + 1, i][:0:-1], upright[j, i][:0:-1]]
            outlines.append(shapely.Polygon(np.concatenate(ring)))
    return np.array(corners), np.array(outlines)


def _winding(start: Array, end: Array, random: np.random.Generator) -> Array:
    """The points of edges from ``start`` to ``end`` that wind by 20 m at the most."""
    at = np.linspace(0.0, 1.0, _SEGMENTS + 1)
    waves = np.sin(np.pi * np.outer(np.array([1, 2, 3, 5]), at))
    swing = random.uniform(-5.0, 5.0, (*start.shape[:-1], 4)) @ waves
    step = end - start
    normal = np.stack([-step[..., 1], step[..., 0]], axis=-1) / np.linalg.norm(step, axis=-1, keepdims=True)
    points = start[..., None, :] + step[..., None, :] * at[:, None] + normal[..., None, :] * swing[..., None]
    points[..., 0, :], points[..., -1, :] = start, end
    return np.asarray(points)
