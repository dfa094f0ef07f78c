"""Contours as SVG: longitudes and latitudes laid flat around the middle of what is shown, north up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from carreau.guard.content import Box

_KILOMETRES: Final = 111.32  # one degree of latitude
_DETAIL: Final = 0.35  # units of the drawing under which a bend is not seen
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of paper ``width`` by ``height`` around a box of longitudes and latitudes, margins included."""

    box: Box
    width: float
    height: float
    margin: float = 6.0

    @property
    def stretch(self) -> float:
        """How much shorter than a degree of latitude a degree of longitude is here."""
        return math.cos(math.radians((self.box[1] + self.box[3]) / 2))

    @property
    def scale(self) -> float:
        """How many units of paper a degree of latitude takes."""
        west, south, east, north = self.box
        across = max((east - west) * self.stretch, 1e-6)
        return min((self.width - 2 * self.margin) / across, (self.height - 2 * self.margin) / max(north - south, 1e-6))

    def laid(self, shapes: Any) -> Any:
        """``shapes`` on the paper, with the bends that can be seen."""
        west, south, east, north = self.box
        middle_x, middle_y = (west + east) / 2 * self.stretch, (south + north) / 2

        def flat(points: Any) -> Any:
            across = self.width / 2 + (points[:, 0] * self.stretch - middle_x) * self.scale
            down = self.height / 2 - (points[:, 1] - middle_y) * self.scale
            return np.column_stack([across, down])

        return shapely.simplify(shapely.transform(shapes, flat), _DETAIL)

    def rule(self) -> tuple[float, float]:
        """A round length in kilometres of about a quarter of the width, and the units of paper that it takes."""
        per_kilometre = self.scale / _KILOMETRES
        fitting = [step for step in _STEPS if step * per_kilometre <= self.width / 3.5]
        step = fitting[-1] if fitting else _STEPS[0]
        return step, step * per_kilometre

    def wider(self, factor: float) -> Box:
        """The box that this paper really shows, ``factor`` times wider."""
        west, south, east, north = self.box
        across, up = self.width / self.scale / self.stretch * factor / 2, self.height / self.scale * factor / 2
        x, y = (west + east) / 2, (south + north) / 2
        return x - across, y - up, x + across, y + up


def shapes_of(binary: Sequence[bytes | None]) -> Any:
    """The shapes written in WKB; None where there is none."""
    return shapely.from_wkb(np.asarray(binary, dtype=object))


def path_of(shape: Any) -> str:
    """The outline of a polygon, or of several, already on the paper, as the ``d`` of an SVG path."""
    return "".join(_ring(ring) for ring in _rings(shape))


def paths(frame: Frame, shapes: Any) -> list[str]:
    """The ``d`` of each shape on the paper; empty where there is none."""
    return ["" if shape is None else path_of(shape) for shape in frame.laid(shapes)]


def svg(frame: Frame, body: str) -> str:
    """A drawing of the size of the frame."""
    size = f'width="{frame.width:g}" height="{frame.height:g}" viewBox="0 0 {frame.width:g} {frame.height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'


def box_of(shapes: Any) -> Box:
    """The bounds of some shapes."""
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(shapes))
    return west, south, east, north


def _rings(shape: Any) -> Iterator[Any]:
    """The rings of a shape; what has no inside is not drawn."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def _ring(ring: Any) -> str:
    """A ring, to a tenth of a unit."""
    points = " ".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1])
    return f"M{points}Z"
