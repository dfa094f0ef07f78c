"""Which layers the tiles have, at which zooms, and how finely each is drawn there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

EARTH: Final = 40_075_016.686  # metres of the equator: the width of zoom 0 in Web Mercator
TILE: Final = 512  # pixels of a tile on the screen


@dataclass(frozen=True, slots=True)
class Band:
    """Zooms ``low`` to ``high`` that share one drawing, without what is under ``tolerance`` pixels of ``high``."""

    low: int
    high: int
    tolerance: float

    @property
    def detail(self) -> float:
        """The side of the smallest detail that is kept, in metres of Web Mercator."""
        return self.tolerance * EARTH / TILE / float(1 << self.high)


LAYERS: Final[Mapping[str, tuple[Band, ...]]] = {
    "departement": (Band(3, 5, 0.5), Band(6, 8, 0.5)),
    "circonscription": (Band(5, 6, 0.5), Band(7, 8, 0.5)),
    "commune": (Band(6, 6, 1.5), Band(7, 8, 0.5)),
    "iris": (Band(10, 11, 0.0),),
    "bureau": (Band(9, 9, 0.7), Band(10, 11, 0.0)),
}
"""The layers, the coarsest first. Measured on France so that no tile weighs 500 kB: a zoom more for the communes or
the IRIS would double the heaviest one, and at zoom 11 a step of the grid is 3 m, thirty times finer than contours."""


def zooms_of(level: str) -> tuple[int, int]:
    """The first and the last zoom at which the tiles hold this level; beyond the last one, its tiles are enlarged."""
    bands = LAYERS[level]
    return bands[0].low, bands[-1].high
