"""The sketches of a team's stops: its streets, a line through each outing, a number where each outing starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components

from carreau.guard.encode.picture.outlines import Frame, box_of, paths, svg

WIDTH, HEIGHT = 510.0, 190.0
COLOURS: Final = ("#1F5C99", "#B34700", "#4A7A2B", "#7A3E8E", "#8A6D00", "#00727D", "#A3245A", "#4D4D4D")
_PAPER: Final = "#FBF8F1"
_LAND: Final = "#E3DAC6"
GAP: Final = 8.0
MOST: Final = 4  # drawings side by side
NEAR: Final = 1.5  # kilometres between the middles of two outings that are drawn together
ALONE: Final = 0.002  # degrees shown around a single stop
KILOMETRES: Final = 111.195  # one degree of latitude, on a sphere of 6,371 km


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop on the sketch: its outing, where it is (degrees), the shape of its street or None."""

    outing: int
    longitude: float
    latitude: float
    shape: Any = None


def colour_of(rank: int) -> str:
    """The colour of the outing of a rank, from 0; they come again when there are many."""
    return COLOURS[rank % len(COLOURS)]


def panels(stops: Sequence[Stop]) -> list[Mapping[str, Any]]:
    """The drawings of a team's stops, side by side: one of each neighbourhood that it walks; none without a place."""
    placed = [stop for stop in stops if np.isfinite([stop.longitude, stop.latitude]).all()]
    if not placed:
        return []
    numbers = list(dict.fromkeys(stop.outing for stop in placed))
    colours = {number: colour_of(rank) for rank, number in enumerate(dict.fromkeys(stop.outing for stop in stops))}
    groups = _neighbourhoods(placed, numbers)
    width = (WIDTH - GAP * (len(groups) - 1)) / len(groups)
    return [
        _panel([stop for stop in placed if stop.outing in group], {number: colours[number] for number in group}, width)
        for group in groups
    ]


def _neighbourhoods(stops: Sequence[Stop], numbers: Sequence[int]) -> list[list[int]]:
    """The outings that are near one another, together: as near as leaves few enough drawings; the first one first."""
    middles = np.array([np.mean([_plane(stop) for stop in stops if stop.outing == one], axis=0) for one in numbers])
    away = np.hypot(*(middles[:, None, :] - middles[None, :, :]).transpose(2, 0, 1))
    near = NEAR
    while connected_components(away <= near)[0] > MOST:
        near *= 2
    groups = connected_components(away <= near)[1]
    found: dict[int, list[int]] = {}
    for number, group in zip(numbers, groups.tolist(), strict=True):
        found.setdefault(group, []).append(number)
    return list(found.values())


def _panel(stops: Sequence[Stop], colours: Mapping[int, str], width: float) -> Mapping[str, Any]:
    """One drawing (SVG), its circled numbers (places as parts of its sides), its part of the width, its scale."""
    points = shapely.points([[stop.longitude, stop.latitude] for stop in stops])
    shapes = [stop.shape for stop in stops if stop.shape is not None]
    frame = Frame(box_of([*shapely.buffer(points, ALONE / 2), *shapes]), width, HEIGHT)
    spots = shapely.get_coordinates(frame.laid(points))
    drawn = [f'<path d="{path}" fill="{_LAND}"/>' for path in paths(frame, np.array(shapes, dtype=object))]
    starts = []
    for number, colour in colours.items():
        mine = spots[[place for place, stop in enumerate(stops) if stop.outing == number]]
        drawn.append(_outing(mine, colour))
        at = {"x": float(mine[0, 0] / width), "y": float(mine[0, 1] / HEIGHT)}
        starts.append({**at, "text": str(number), "colour": colour})
    kilometres, length = frame.rule()
    ground = f'<rect width="{width:g}" height="{HEIGHT:g}" fill="{_PAPER}"/>'
    return {
        "svg": svg(frame, ground + "".join(drawn)),
        "starts": starts,
        "share": width / WIDTH,
        "kilometres": kilometres,
        "length": length / width,
    }


def _plane(stop: Stop) -> tuple[float, float]:
    """Where a stop is, in kilometres east and north."""
    return KILOMETRES * np.cos(np.radians(stop.latitude)) * stop.longitude, KILOMETRES * stop.latitude


def _outing(spots: Any, colour: str) -> str:
    """A line through the stops of an outing, and a dot at each."""
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}"/>' for x, y in spots)
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.4"/>{dots}'
