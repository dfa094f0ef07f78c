"""Sectors: the neighbouring addresses of a station, cut into pieces that a team can walk; lots where none are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from carreau.products.declare import Input
from carreau.products.field_plan.effects import Field
from carreau.products.field_plan.stations import DEGREE, NOWHERE, Floats, Stations, Texts

Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of voters: the row of the station of each, where it lies (degrees), how many it stands for; the files
    that they come from."""

    station: Index
    longitude: Floats
    latitude: Floats
    weight: Floats
    files: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """Sectors: code, row of the station, whole doors, metres walked inside, centre (degrees), rows of its
    addresses, none for a lot of a station without any. The doors of a station's sectors sum to its own."""

    codes: Texts
    station: Index
    doors: Floats
    walk: Floats
    longitude: Floats
    latitude: Floats
    rows: tuple[Index, ...]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which sectors are made of known addresses."""
        return np.array([len(rows) > 0 for rows in self.rows], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sector in the making: its addresses (rows), or none; doors; metres walked inside."""

    rows: Index
    doors: float
    walk: float


def without_lost(stations: Stations, addresses: Addresses) -> Stations:
    """The stations, those that have neither contour nor address left out: nobody knows where to send a team."""
    housed = np.bincount(addresses.station, minlength=len(stations.codes)) > 0
    lost = ~housed & ~np.isfinite(stations.area) & (stations.reasons == "")
    interest = np.where(lost, np.nan, stations.interest)
    return replace(stations, interest=interest, reasons=np.where(lost, NOWHERE, stations.reasons).astype(np.object_))


def pieces_of(stations: Stations, addresses: Addresses, field: Field) -> Pieces:
    """The sectors of every station that is not left out, in the order of stations."""
    order = np.argsort(addresses.station, kind="stable")
    starts = np.searchsorted(addresses.station[order], np.arange(len(stations.codes) + 1))
    made: list[tuple[int, _Piece]] = []
    for row in np.flatnonzero(stations.reasons == "").tolist():
        rows = order[starts[row] : starts[row + 1]]
        found = _cut(rows, addresses, stations, row, field) if len(rows) else _lots(stations, row, field)
        made += [(row, piece) for piece in found]
    return _gathered(made, stations, addresses)


def _cut(rows: Index, addresses: Addresses, stations: Stations, row: int, field: Field) -> list[_Piece]:
    """The pieces of the addresses of a station: halved along their longer side until they hold few enough doors."""
    weight = np.maximum(addresses.weight[rows], 1e-9)
    doors = stations.doors[row] * weight / weight.sum()
    plane = _plane(addresses.longitude[rows], addresses.latitude[rows])
    return [
        _Piece(rows[part], share, _walk(plane[part], share, field))
        for part, share in _halves(np.arange(len(rows)), plane, doors, field)
    ]


def _halves(part: Index, plane: Floats, doors: Floats, field: Field) -> Iterator[tuple[Index, float]]:
    """The parts of some addresses with their doors, each walkable; one large building gives several."""
    whole = float(doors[part].sum())
    if whole <= field.most or whole < 2 * field.least:
        yield part, whole
        return
    box = np.ptp(plane[part], axis=0)
    if box.max() < 1.0:
        lots = max(int(whole // field.most), 1)
        yield from ((part, whole / lots) for _ in range(lots))
        return
    along = part[np.argsort(plane[part, int(box.argmax())], kind="stable")]
    sums = np.cumsum(doors[along])
    cut = int(np.argmin(np.abs(sums[:-1] - whole / 2))) + 1
    if min(sums[cut - 1], whole - sums[cut - 1]) < field.least:
        yield part, whole
        return
    yield from _halves(along[:cut], plane, doors, field)
    yield from _halves(along[cut:], plane, doors, field)


def _walk(plane: Floats, doors: float, field: Field) -> float:
    """Metres walked from address to address of a piece."""
    many = min(len(np.unique(plane[:, 0] + 1j * plane[:, 1])), max(doors, 1.0))
    sides = np.ptp(plane, axis=0)
    return field.detour * max(float(sides.max()), field.tour * float(np.sqrt(many * sides.prod())))


def _lots(stations: Stations, row: int, field: Field) -> list[_Piece]:
    """The doors of a station without address, in equal lots, walked as if spread over its contour."""
    doors = float(stations.doors[row])
    lots = max(int(doors // field.most), 1)
    area = float(stations.area[row])
    walk = field.detour * field.tour * float(np.sqrt(area * doors)) / lots
    return [_Piece(np.empty(0, dtype=np.int64), doors / lots, walk)] * lots


def _gathered(made: list[tuple[int, _Piece]], stations: Stations, addresses: Addresses) -> Pieces:
    """The sectors side by side, with whole doors."""
    station = np.array([row for row, _ in made], dtype=np.int64)
    number = np.zeros(len(made), dtype=np.int64)
    for place in range(1, len(made)):
        number[place] = number[place - 1] + 1 if station[place] == station[place - 1] else 0
    centres = [
        (float(addresses.longitude[piece.rows].mean()), float(addresses.latitude[piece.rows].mean()))
        if len(piece.rows)
        else (float(stations.longitude[row]), float(stations.latitude[row]))
        for row, piece in made
    ]
    centre = np.array(centres, dtype=np.float64).reshape(-1, 2)
    return Pieces(
        np.array([f"{stations.codes[row]}-{n + 1:03d}" for row, n in zip(station, number, strict=True)], np.object_),
        station,
        _whole(np.array([piece.doors for _, piece in made]), station),
        np.array([piece.walk for _, piece in made], dtype=np.float64),
        centre[:, 0],
        centre[:, 1],
        tuple(piece.rows for _, piece in made),
    )


def _whole(doors: Floats, station: Index) -> Floats:
    """Doors as whole numbers that keep the sum of each station (sorted): the largest remainders go up."""
    whole = np.floor(doors + 1e-9)
    for row in np.unique(station):
        here = np.arange(np.searchsorted(station, row), np.searchsorted(station, row, side="right"))
        left = round(float(doors[here].sum() - whole[here].sum()))
        up = here[np.argsort(-(doors[here] - whole[here]), kind="stable")[:left]]
        whole[up] += 1
    return whole


def outline_of(rows: Index, addresses: Addresses) -> bytes:
    """The outline (WKB) of the addresses of a sector, a little larger."""
    hull = shapely.convex_hull(
        shapely.multipoints(np.column_stack([addresses.longitude[rows], addresses.latitude[rows]]))
    )
    return bytes(shapely.to_wkb(shapely.buffer(hull, 15 / DEGREE, quad_segs=2)))


def _plane(longitude: Floats, latitude: Floats) -> Floats:
    """Metres east and north, on a plane that is right around the points."""
    east = DEGREE * np.cos(np.radians(float(latitude.mean()))) * longitude
    return np.column_stack([east, DEGREE * latitude])
