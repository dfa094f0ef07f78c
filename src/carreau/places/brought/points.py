"""Columns that hold coordinates, in WGS 84 (degrees) or Lambert-93 (metres), as longitudes and latitudes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj

from carreau.places.brought.figures import Floats, figures_of
from carreau.places.brought.words import named

_DEGREES: Final = ((-180.0, 180.0), (-90.0, 90.0))
_LAMBERT_93: Final = ((0.0, 1_300_000.0), (6_000_000.0, 7_200_000.0))  # where metropolitan France lies
_ENOUGH: Final = 0.9


@dataclass(frozen=True, slots=True)
class Points:
    """Where each row is: the columns that say so, ``system`` (WGS 84 or Lambert-93), and degrees, NaN where unknown."""

    columns: tuple[str, str]
    system: str
    longitudes: Floats
    latitudes: Floats

    @property
    def placed(self) -> npt.NDArray[np.bool_]:
        """Which rows have coordinates."""
        placed: npt.NDArray[np.bool_] = ~(np.isnan(self.longitudes) | np.isnan(self.latitudes))
        return placed


def points_of(table: pa.Table) -> Points | None:
    """The coordinates in ``table``: by the names of two columns, checked by their values; None when there are none.

    Coordinates out of their bounds are left out; so is the point 0, 0, which means nothing was known.
    """
    for first, second in (("longitude", "latitude"), ("x", "y")):
        across = [name for name in table.column_names if named(name, "coordinates", first)]
        up = [name for name in table.column_names if named(name, "coordinates", second)]
        for one, other in zip(across, up, strict=False):
            found = _read(table, one, other)
            if found is not None:
                return found
    return None


def _read(table: pa.Table, across: str, up: str) -> Points | None:
    """The points in two columns, in the first system that their values fit."""
    x, y = figures_of("", table[across]).numbers, figures_of("", table[up]).numbers
    if x is None or y is None:
        return None
    there = ~np.isnan(x) & ~np.isnan(y) & ((x != 0) | (y != 0))
    for system, bounds in (("Lambert-93", _LAMBERT_93), ("WGS 84", _DEGREES)):
        fits = there & (x >= bounds[0][0]) & (x <= bounds[0][1]) & (y >= bounds[1][0]) & (y <= bounds[1][1])
        if fits.sum() >= max(1, _ENOUGH * there.sum()):
            x, y = np.where(fits, x, np.nan), np.where(fits, y, np.nan)
            return Points((across, up), system, *(_from_lambert(x, y) if system == "Lambert-93" else (x, y)))
    return None


def _from_lambert(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of points in Lambert-93 (EPSG:2154)."""
    across, up = pyproj.Transformer.from_crs(2154, 4326, always_xy=True).transform(x, y)
    return np.where(np.isfinite(across), across, np.nan), np.where(np.isfinite(up), up, np.nan)
