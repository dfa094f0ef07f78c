"""Pieces that a team can walk: segments of streets where they are named, sectors of neighbouring addresses where they
are not, lots of a whole station where no address is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from carreau.products.declare import Input
from carreau.products.field_plan.effects import Field
from carreau.products.field_plan.stations import DEGREE, NOWHERE, Floats, Stations, Texts
from carreau.products.field_plan.streets import Street, reach, segments_of

Index = npt.NDArray[np.int64]
ASTRAY, NEAR = 4.0, 100.0  # an address is astray when it is so many times farther than half of them, and so many metres


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of voters: the row of the station of each, where it lies (degrees), how many it stands for, its street
    (a place in ``names``, -1 where none is told) and its number (0 for none); the files that they come from."""

    station: Index
    longitude: Floats
    latitude: Floats
    weight: Floats
    street: Index
    number: Index
    names: Texts
    files: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces: code, row of the station, whole doors, registered voters (an estimate), metres walked inside, centre
    (degrees), its streets and the part of them (empty where none is named), rows of its addresses, none for a lot of a
    station without any. The doors of a station's pieces sum to its own."""

    codes: Texts
    station: Index
    doors: Floats
    voters: Floats
    walk: Floats
    longitude: Floats
    latitude: Floats
    streets: Texts
    parts: Texts
    rows: tuple[Index, ...]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which pieces are made of known addresses."""
        return np.array([len(rows) > 0 for rows in self.rows], dtype=np.bool_)

    @property
    def named(self) -> npt.NDArray[np.bool_]:
        """Which pieces are made of streets that have a name."""
        return np.asarray(self.streets != "", dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece in the making: its addresses (rows), or none; doors; voters; metres walked inside; its streets."""

    rows: Index
    doors: float
    voters: float
    walk: float
    street: str = ""
    part: str = ""


def without_lost(stations: Stations, addresses: Addresses) -> Stations:
    """The stations, those that have neither contour nor address left out: nobody knows where to send a team."""
    housed = np.bincount(addresses.station, minlength=len(stations.codes)) > 0
    lost = ~housed & ~np.isfinite(stations.area) & (stations.reasons == "")
    interest = np.where(lost, np.nan, stations.interest)
    return replace(stations, interest=interest, reasons=np.where(lost, NOWHERE, stations.reasons).astype(np.object_))


def pieces_of(stations: Stations, addresses: Addresses, field: Field) -> Pieces:
    """The pieces of every station that is not left out, in the order of stations."""
    order = np.argsort(addresses.station, kind="stable")
    starts = np.searchsorted(addresses.station[order], np.arange(len(stations.codes) + 1))
    made: list[tuple[int, _Piece]] = []
    for row in np.flatnonzero(stations.reasons == "").tolist():
        rows = order[starts[row] : starts[row + 1]]
        found = _cut(rows, addresses, stations, row, field) if len(rows) else _lots(stations, row, field)
        made += [(row, piece) for piece in found]
    return _gathered(made, stations, addresses)


def _cut(rows: Index, addresses: Addresses, stations: Stations, row: int, field: Field) -> list[_Piece]:
    """The pieces of the addresses of a station: by street where any is named, else by neighbourhood."""
    weight = np.maximum(addresses.weight[rows], 1e-9)
    share = weight / weight.sum()
    plane = _plane(addresses.longitude[rows], addresses.latitude[rows])
    doors, registered = stations.doors[row], stations.registered[row] or stations.doors[row]
    street = addresses.street[rows]
    if (street >= 0).any():
        home = Street(plane, doors * share, registered * share, addresses.number[rows])
        names = {place: str(addresses.names[place]) for place in np.unique(street[street >= 0]).tolist()}
        found = segments_of(home, names, street, field)
        return [
            _Piece(rows[one.rows], one.doors, one.voters, _walk(plane[one.rows], one.doors, field), one.told, one.part)
            for one in found
        ]
    per_door = registered / doors
    return [
        _Piece(rows[part], size, size * per_door, _walk(plane[part], size, field))
        for part, size in _halves(np.arange(len(rows)), plane, doors * share, field)
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
    """Metres walked from address to address of a piece, whatever lies astray at its ends."""
    many = min(len(np.unique(plane[:, 0] + 1j * plane[:, 1])), max(doors, 1.0))
    sides = reach(plane)
    return field.detour * max(float(sides.max()), field.tour * float(np.sqrt(many * sides.prod())))


def _lots(stations: Stations, row: int, field: Field) -> list[_Piece]:
    """The doors of a station without address, in equal lots, walked as if spread over its contour."""
    doors = float(stations.doors[row])
    registered = float(stations.registered[row]) or doors
    lots = max(int(doors // field.most), 1)
    area = float(stations.area[row])
    walk = field.detour * field.tour * float(np.sqrt(area * doors)) / lots
    return [_Piece(np.empty(0, dtype=np.int64), doors / lots, registered / lots, walk)] * lots


def _gathered(made: list[tuple[int, _Piece]], stations: Stations, addresses: Addresses) -> Pieces:
    """The pieces side by side, with whole doors."""
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
        np.array([piece.voters for _, piece in made], dtype=np.float64),
        np.array([piece.walk for _, piece in made], dtype=np.float64),
        centre[:, 0],
        centre[:, 1],
        np.array([piece.street for _, piece in made], dtype=np.object_),
        np.array([piece.part for _, piece in made], dtype=np.object_),
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
    """The outline (WKB) of the addresses of a piece, a little larger; those that lie astray are left out."""
    points = np.column_stack([addresses.longitude[rows], addresses.latitude[rows]])
    plane = _plane(points[:, 0], points[:, 1])
    away = np.hypot(*(plane - np.median(plane, axis=0)).T)
    near = away <= max(ASTRAY * float(np.median(away)), NEAR)
    hull = shapely.convex_hull(shapely.multipoints(points[near]))
    return bytes(shapely.to_wkb(shapely.buffer(hull, 15 / DEGREE, quad_segs=2)))


def _plane(longitude: Floats, latitude: Floats) -> Floats:
    """Metres east and north, on a plane that is right around the points."""
    east = DEGREE * np.cos(np.radians(float(latitude.mean()))) * longitude
    return np.column_stack([east, DEGREE * latitude])
