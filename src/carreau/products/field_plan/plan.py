"""The plan: what each sector is worth per hour, which doors are kept, what may be expected of them, who walks where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from carreau.products.field_plan.effects import Effect, Field
from carreau.products.field_plan.orders import Order
from carreau.products.field_plan.pieces import Pieces
from carreau.products.field_plan.routes import Outings, outings_of, shared_out
from carreau.products.field_plan.stations import DEGREE, Floats, Stations

Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Sectors in their order of interest: minutes to do each, persons met per hour times interest (``worth``), doors
    kept (``planned``), and how many are expected (low, central, high) of the doors kept."""

    minutes: Floats
    worth: Floats
    rank: Index
    planned: Floats
    expected: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Routes:
    """The outings of the sectors kept: the rows of ``pieces`` in walking order, the number of the outing of each (1 is
    the most useful per hour), its team, its place in the outing, metres from the one before, minutes from the start."""

    rows: Index
    outing: Index
    team: Index
    place: Index
    metres: Floats
    start: Floats


def plan_of(stations: Stations, pieces: Pieces, order: Order, effect: Effect, field: Field) -> Plan:
    """The plan of an order. Doors are kept by worth until there are enough: never more than asked, each once."""
    minutes = minutes_of(pieces.doors, pieces.walk, field)
    interest = stations.interest[pieces.station]
    worth = 60 * pieces.doors * field.contact[1] * interest / np.maximum(minutes, 1e-9)
    best = np.argsort(-worth, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(pieces.doors[best])[:-1]]) if len(best) else np.zeros(0)
    planned, rank = np.zeros(len(best)), np.zeros(len(best), dtype=np.int64)
    planned[best] = np.clip(order.doors - before, 0.0, pieces.doors[best])
    rank[best] = np.arange(1, len(best) + 1)
    return Plan(minutes, worth, rank, planned, expected_of(planned, interest, effect, field))


def minutes_of(doors: Floats, walk: Floats, field: Field) -> Floats:
    """Minutes to knock at doors, talk where someone opens, and walk."""
    return np.asarray(doors * field.minutes + walk / field.speed)


def expected_of(doors: Floats, interest: Floats, effect: Effect, field: Field) -> tuple[Floats, Floats, Floats]:
    """How many are expected of doors, low, central and high: doors times contacts times the published effect.

    An effect that follows the interest of a place never passes the highest that was published.
    """
    scale, most = interest if effect.scaled else np.ones(len(doors)), effect.points[2]
    low, central, high = (
        np.asarray(doors * contact * np.minimum(points * scale, most) / 100)
        for contact, points in zip(field.contact, effect.points, strict=True)
    )
    return low, central, high


def routes_of(pieces: Pieces, plan: Plan, order: Order, field: Field) -> Routes:
    """The outings of the pieces kept, the most useful first, shared out between the teams."""
    kept = np.flatnonzero(plan.planned > 0)
    part = plan.planned[kept] / np.maximum(pieces.doors[kept], 1e-9)
    minutes = minutes_of(plan.planned[kept], pieces.walk[kept] * part, field)
    kept_order = kept[np.argsort(plan.rank[kept], kind="stable")]
    minutes = minutes[np.argsort(plan.rank[kept], kind="stable")]
    plane = _plane(pieces, kept_order)
    found = outings_of(plane, minutes, 60 * order.hours, field.detour / field.speed)
    rows = kept_order[found.order]
    number = _numbered(found, plan.planned[rows] / pieces.doors[rows] * plan.worth[rows] * plan.minutes[rows], minutes)
    first = np.searchsorted(found.outing, found.outing)
    place = np.arange(len(rows)) - first + 1
    metres = field.detour * found.metres
    inside = np.bincount(number - 1)[:, None]
    middles = np.column_stack([np.bincount(number - 1, side) for side in plane[found.order].T]) / inside
    team = shared_out(middles, order.teams)[number - 1] + 1
    routes = Routes(rows, number, team, place, metres, found.start)
    return _sorted(routes, order.team)


def _numbered(found: Outings, worth: Floats, minutes: Floats) -> Index:
    """The number of the outing of each sector: 1 for the one that is worth most per minute."""
    total = np.bincount(found.outing, worth)
    spent = np.bincount(found.outing, minutes[found.order] + 1e-9)
    rank = np.zeros(len(total), dtype=np.int64)
    rank[np.argsort(-total / spent, kind="stable")] = np.arange(1, len(total) + 1)
    return np.asarray(rank[found.outing])


def _sorted(routes: Routes, team: int) -> Routes:
    """The routes by outing then by place, of one team when one is asked for."""
    order = np.lexsort((routes.place, routes.outing))
    order = order[routes.team[order] == team] if team else order
    return Routes(*(getattr(routes, name)[order] for name in Routes.__slots__))


def _plane(pieces: Pieces, rows: Index) -> Floats:
    """The centres of sectors in metres, on a plane that is right around their middle."""
    longitude, latitude = pieces.longitude[rows], pieces.latitude[rows]
    east = DEGREE * np.cos(np.radians(float(latitude.mean()))) * longitude
    return np.column_stack([east, DEGREE * latitude])
