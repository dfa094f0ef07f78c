"""Routes: a short order to walk points in, then outings that last no longer than asked. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

BLOCK: Final = 300  # points ordered together: the work grows as their square
PASSES: Final = 30
EVENED: Final = 8  # halvings of what is left to even out
BITS: Final = 16


@dataclass(frozen=True, slots=True)
class Outings:
    """Points in walking order: ``order`` (rows), ``outing`` of each from 0, metres from the one before in its outing,
    minutes from the start of the outing until it is reached."""

    order: Index
    outing: Index
    metres: Floats
    start: Floats


def outings_of(plane: Floats, minutes: Floats, longest: float, pace: float) -> Outings:
    """The outings that visit every point once, each of at most ``longest`` minutes unless one point takes more.

    There are as few as that allows on a short order, and then they are as even as their number allows. ``plane`` holds
    metres; ``pace`` is minutes per metre as the crow flies.
    """
    order = short_order(plane)
    steps = np.hypot(*np.diff(plane[order], axis=0).T) if len(order) > 1 else np.zeros(0)
    away = np.concatenate([np.zeros(min(len(order), 1)), steps])
    found = _cut(minutes[order], away * pace, longest)
    shortest = float(minutes.max()) if len(order) else 0.0
    for _ in range(EVENED):
        middle = (shortest + longest) / 2
        tried = _cut(minutes[order], away * pace, middle)
        if len(order) and tried[0][-1] == found[0][-1]:
            found, longest = tried, middle
        else:
            shortest = middle
    outing, start = found
    first = np.concatenate([[True], np.diff(outing) > 0])[: len(order)]
    return Outings(order, outing, np.where(first, 0.0, away), start)


def shared_out(middles: Floats, teams: int) -> Index:
    """The team, from 0, that takes each outing: in turn, one each, whichever is nearest to what each has already.

    ``middles`` holds metres, one row per outing, the most useful first: no team waits for its best ones.
    """
    team = np.arange(len(middles), dtype=np.int64)
    sums, many = np.zeros((teams, 2)), np.zeros(teams)
    for start in range(0, len(middles), teams):
        here = middles[start : start + teams]
        own = sums / np.maximum(many, 1.0)[:, None]
        away = np.hypot(*(here[:, None, :] - own[None, :, :]).transpose(2, 0, 1))
        rows, taken = linear_sum_assignment(away) if start else (np.arange(len(here)),) * 2
        team[start + rows] = taken
        sums[taken] += here[rows]
        many[taken] += 1.0
    return team


def _cut(minutes: Floats, walks: Floats, longest: float) -> tuple[Index, Floats]:
    """The outing of each point in walking order, from 0, and the minutes from its start until the point."""
    outing, start = np.zeros(len(minutes), dtype=np.int64), np.zeros(len(minutes))
    number, spent = 0, 0.0
    for place in range(len(minutes)):
        walk = walks[place] if spent else 0.0
        if spent and spent + walk + minutes[place] > longest:
            number, spent, walk = number + 1, 0.0, 0.0
        outing[place], start[place] = number, spent + walk
        spent = start[place] + minutes[place]
    return outing, start


def short_order(plane: Floats) -> Index:
    """A short order to visit every point once: by blocks of neighbours, nearest next, then crossings undone (2-opt).

    Never longer than the order given.
    """
    given = np.arange(len(plane), dtype=np.int64)
    if len(plane) < 3:
        return given
    along = np.argsort(_curve(plane), kind="stable")
    blocks = [along[start : start + BLOCK] for start in range(0, len(along), BLOCK)]
    found = np.concatenate([block[untangled(plane[block], nearest_next(plane[block]))] for block in blocks])
    straight = untangled(plane, given) if len(plane) <= BLOCK else given
    return min((found, straight), key=lambda order: length(plane, order))


def length(plane: Floats, order: Index) -> float:
    """The length of a path."""
    return float(np.hypot(*np.diff(plane[order], axis=0).T).sum())


def nearest_next(plane: Floats) -> Index:
    """From the most western point, always to the nearest that is left."""
    left = np.ones(len(plane), dtype=np.bool_)
    order = np.zeros(len(plane), dtype=np.int64)
    here = int(np.argmin(plane[:, 0]))
    for place in range(len(plane)):
        order[place] = here
        left[here] = False
        away = np.where(left, np.hypot(*(plane - plane[here]).T), np.inf)
        here = int(np.argmin(away))
    return order


def untangled(plane: Floats, order: Index) -> Index:
    """The order with stretches turned round while that makes the path shorter."""
    order = order.copy()
    for _ in range(PASSES):
        before = length(plane, order)
        for first in range(len(order) - 1):
            _turn_from(plane, order, first)
        if length(plane, order) > before - 1e-6:
            break
    return order


def _turn_from(plane: Floats, order: Index, first: int) -> None:
    """Turn round, in place, the stretch that starts at ``first`` and shortens the path most, if any does."""
    spots = plane[order]
    after = spots[first + 1 :]
    entry = np.zeros(len(after)) if first == 0 else np.hypot(*(after - spots[first - 1]).T)
    gone = 0.0 if first == 0 else float(np.hypot(*(spots[first] - spots[first - 1])))
    following = np.vstack([spots[first + 2 :], spots[-1:]])
    leave, left = np.hypot(*(following - spots[first]).T), np.hypot(*(following - after).T)
    leave[-1] = left[-1] = 0.0  # the path ends there
    gain = gone + left - entry - leave
    best = int(np.argmax(gain))
    if gain[best] > 1e-9:
        order[first : first + best + 2] = order[first : first + best + 2][::-1]


def _curve(plane: Floats) -> Index:
    """Where each point lies on a curve that fills the plane (Morton): neighbours are near on it."""
    low, size = plane.min(axis=0), max(float(np.ptp(plane, axis=0).max()), 1.0)
    cells = ((plane - low) / size * (2**BITS - 1)).astype(np.int64)
    found = np.zeros(len(plane), dtype=np.int64)
    for bit in range(BITS):
        found |= ((cells[:, 0] >> bit) & 1) << (2 * bit) | ((cells[:, 1] >> bit) & 1) << (2 * bit + 1)
    return found
