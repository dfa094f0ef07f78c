"""Segments: each street of a station, cut where it is long, joined to its neighbour where it is small, cut again where
what was joined is too much for one outing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.products.field_plan.effects import Field

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

TEN: Final = 10  # a street is cut between tens of numbers, so that no number of a house is told
NUMBERED: Final = 0.8  # the part of a street that must have numbers for it to be cut by them
TAILS: Final = 0.05  # what may lie astray at each end of a street: about one address in a hundred is misplaced
NAMED: Final = 3  # names told of a segment that gathers several streets
UNNAMED: Final = "adresses sans nom de voie"


@dataclass(frozen=True, slots=True)
class Street:
    """The addresses of a station as a segment is cut from them: metres east and north, doors, registered voters, the
    number of each house (0 for none). One row per address."""

    plane: Floats
    doors: Floats
    voters: Floats
    number: Index


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: the rows of its addresses, its doors and voters, the names of its streets, most doors first, and
    which part of the street it is (``41 à 80``), empty for the whole."""

    rows: Index
    doors: float
    voters: float
    names: tuple[str, ...]
    part: str = ""

    @property
    def smallest(self) -> float:
        """The smaller of its doors and its voters: what the threshold is held against."""
        return min(self.doors, self.voters)

    @property
    def told(self) -> str:
        """Its streets in words: three names at most, then how many others."""
        shown, others = list(self.names[:NAMED]), len(self.names) - NAMED
        if others > 0:
            shown.append(f"{others} autre voie" if others == 1 else f"{others} autres voies")
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} et {shown[-1]}"


def segments_of(home: Street, names: dict[int, str], street: Index, field: Field) -> list[Segment]:
    """The segments of a station in the order of streets: none under the threshold of ``field`` if others are near.

    ``names`` gives the name of each place of ``street``; -1 stands for addresses whose street is not told.
    """
    order = np.argsort(street, kind="stable")
    starts = np.flatnonzero(np.diff(street[order], prepend=np.int64(-2)))
    found: list[Segment] = []
    for rows in np.split(order, starts[1:]):
        name = names.get(int(street[rows[0]]), UNNAMED)
        whole = Segment(rows, float(home.doors[rows].sum()), float(home.voters[rows].sum()), (name,))
        found += cut(whole, home, field)
    return [part for one in joined(found, home, field.least) for part in small_enough(one, home, field)]


def small_enough(one: Segment, home: Street, field: Field) -> list[Segment]:
    """A segment as parts of ``largest`` doors at most, as far as the threshold lets it be cut."""
    parts = min(int(np.ceil(one.doors / field.largest)), int(one.smallest // field.least))
    if parts < 2:
        return [one]
    found = _scaled(list(_by_place(one, home, (parts, field))), one)
    return [piece for part in found for piece in small_enough(part, home, field)] if len(found) > 1 else found


def cut(whole: Segment, home: Street, field: Field) -> list[Segment]:
    """A street in as few parts as keep each short and small enough, none under the threshold."""
    wanted = max(int(np.ceil(whole.doors / field.segment)), int(np.ceil(length_of(home.plane[whole.rows]) / field.far)))
    parts = min(wanted, int(whole.smallest // field.least))
    if parts < 2:
        return [whole]
    numbered = whole.rows[home.number[whole.rows] > 0]
    if home.doors[numbered].sum() >= NUMBERED * whole.doors:
        return _scaled(list(_by_number(whole, numbered, home, (parts, field))), whole)
    return list(_by_place(whole, home, (parts, field)))


def length_of(plane: Floats) -> float:
    """How far the addresses of a street reach (metres)."""
    return float(np.hypot(*reach(plane)))


def reach(plane: Floats) -> Floats:
    """How far addresses reach along each side (metres), as many left out at each end as may lie astray."""
    astray = int(TAILS * len(plane))
    ordered = np.sort(plane, axis=0)
    last = len(plane) - 1
    return np.asarray((ordered[last - astray] - ordered[astray]) * (last / max(last - 2 * astray, 1)))


def joined(found: list[Segment], home: Street, least: float) -> list[Segment]:
    """The segments, each one under ``least`` joined to the nearest, the smallest first."""
    segments = list(found)
    middles = np.array([home.plane[one.rows].mean(axis=0) for one in segments]).reshape(-1, 2)
    while len(segments) > 1:
        small = min(range(len(segments)), key=lambda place: segments[place].smallest)
        if segments[small].smallest >= least:
            break
        away = np.hypot(*(middles - middles[small]).T)
        away[small] = np.inf
        near = int(np.argmin(away))
        both = _both(segments[near], segments[small])
        keep, gone = min(near, small), max(near, small)
        segments[keep], middles[keep] = both, home.plane[both.rows].mean(axis=0)
        del segments[gone]
        middles = np.delete(middles, gone, axis=0)
    return segments


def _both(one: Segment, other: Segment) -> Segment:
    """Two segments as one, the names of the larger first."""
    first, second = (one, other) if one.doors >= other.doors else (other, one)
    names = tuple(dict.fromkeys([*_named(first), *_named(second)]))
    rows = np.union1d(first.rows, second.rows)
    return Segment(rows, first.doors + second.doors, first.voters + second.voters, names)


def _named(one: Segment) -> tuple[str, ...]:
    """The names of a segment, each with the part of the street that it is."""
    return tuple(f"{name} ({one.part})" for name in one.names) if one.part else one.names


def _by_number(whole: Segment, rows: Index, home: Street, how: tuple[int, Field]) -> Iterator[Segment]:
    """A street cut between tens of house numbers; where one ten holds too much, in lots of that ten."""
    parts, field = how
    tens = (home.number[rows] - 1) // TEN
    last, place = np.unique(tens, return_inverse=True)
    sums, voters = (np.cumsum(np.bincount(place, of[rows])).astype(np.float64) for of in (home.doors, home.voters))
    ends = np.unique([int(np.argmin(np.abs(sums - sums[-1] * k / parts))) for k in range(1, parts + 1)])
    start = 0
    for end in _far_enough(ends, (sums, voters), field.least):
        here = rows[(place >= start) & (place <= end)]
        said = _numbers(None if start == 0 else int(last[start]), None if end == len(last) - 1 else int(last[end]))
        part = replace(_of(whole, here, home), part=said)
        yield from _lots(part, field) if start == end else [part]
        start = end + 1


def _far_enough(ends: Index, sums: tuple[Floats, Floats], least: float) -> Iterator[int]:
    """Those of the cuts that leave enough doors and voters on both sides; the end is always one."""
    before = [0.0, 0.0]
    for end in ends[:-1].tolist():
        inside = [one[end] - past for one, past in zip(sums, before, strict=True)]
        after = [one[-1] - one[end] for one in sums]
        if min(*inside, *after) >= least:
            before = [float(one[end]) for one in sums]
            yield end
    yield int(ends[-1])


def _numbers(first: int | None, last: int | None) -> str:
    """Which numbers, by whole tens: never that of a house."""
    if first is None:
        return "" if last is None else f"jusqu'au n°\u00a0{TEN * last + TEN}"
    if last is None:
        return f"à partir du n°\u00a0{TEN * first + 1}"
    return f"n°\u00a0{TEN * first + 1} à {TEN * last + TEN}"


def _by_place(whole: Segment, home: Street, how: tuple[int, Field]) -> Iterator[Segment]:
    """A street without numbers, cut along its longer side; equal lots where its addresses are at one place."""
    parts, field = how
    plane = home.plane[whole.rows]
    side = int(np.argmax(np.ptp(plane, axis=0)))
    order = np.argsort(plane[:, side], kind="stable")
    sums = np.cumsum(home.doors[whole.rows[order]])
    ends = np.unique([int(np.argmin(np.abs(sums - sums[-1] * k / parts))) for k in range(1, parts + 1)])
    voters = np.cumsum(home.voters[whole.rows[order]])
    kept = list(_far_enough(ends, (sums, voters), field.least))
    if len(kept) == 1 or np.ptp(plane[:, side]) < 1.0:
        yield from _lots(whole, field)
        return
    way = "d'ouest en est" if side == 0 else "du sud au nord"
    for rank, (start, end) in enumerate(zip([-1, *kept[:-1]], kept, strict=True), 1):
        here = whole.rows[order[start + 1 : end + 1]]
        said = f"{whole.part}, " if whole.part else ""
        yield replace(_of(whole, np.sort(here), home), part=f"{said}partie {rank} sur {len(kept)}, {way}")


def _lots(whole: Segment, field: Field) -> list[Segment]:
    """A place that holds too many doors to be cut, as equal lots of it."""
    wanted = max(round(whole.doors / field.segment), int(np.ceil(whole.doors / field.largest)))
    many = min(wanted, int(whole.smallest // field.least))
    if many < 2:
        return [whole]
    lot = replace(whole, doors=whole.doors / many, voters=whole.voters / many)
    said = f"{whole.part}, " if whole.part else ""
    return [replace(lot, part=f"{said}lot {rank} sur {many}") for rank in range(1, many + 1)]


def _of(whole: Segment, rows: Index, home: Street) -> Segment:
    """A part of a street."""
    return replace(whole, rows=rows, doors=float(home.doors[rows].sum()), voters=float(home.voters[rows].sum()))


def _scaled(parts: list[Segment], whole: Segment) -> list[Segment]:
    """The parts with the doors and the voters of the whole: those of the addresses without number are shared."""
    doors, voters = sum(part.doors for part in parts), sum(part.voters for part in parts)
    up, more = whole.doors / doors, whole.voters / voters if voters else 1.0
    return [replace(part, doors=part.doors * up, voters=part.voters * more) for part in parts]
