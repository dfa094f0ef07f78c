"""Streets, addresses along them, and the polling stations that gather streets.

A station is a group of streets of one commune, near each other and of like weight, not an area: its limits
do not follow those of the IRIS, and two stations may interleave where their streets do. So it is in life.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from carreau.testing.town.land import BORDER_STREETS, MERGED, commune_code
from carreau.testing.town.model import (
    MAIN_COMMUNE,
    MERGED_COMMUNE,
    SMALL_COMMUNE,
    Addresses,
    Array,
    Land,
    Stations,
)

PEOPLE_PER_HOME: Final = 2.15
SPARE_HOMES: Final = 1.13
HOMES_OF_A_BUILDING: Final = 9.0
_ADDRESSES_OF_A_STREET: Final = 18
_FROM_BORDER: Final = 32.0
_ASLANT: Final = np.array([[0.86, -0.5], [0.5, 0.86]])  # so that stations do not follow the net of the IRIS
_CODES: Final = {
    MAIN_COMMUNE: tuple(f"{number:04d}" for number in range(1, 22)),
    SMALL_COMMUNE: ("0001",),
    MERGED_COMMUNE: ("0001", "0002", "003B"),
}
_FORMER: Final = {(MAIN_COMMUNE, "0005"): "0004", (MAIN_COMMUNE, "0012"): "0912"}
_BLOCKS_OF_A_CONSTITUENCY: Final = 4


@cache
def facts(name: str) -> dict[str, Any]:
    """The facts of the town called ``name`` (a TOML file of this folder)."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))


def addresses_of(land: Land, people: int, random: np.random.Generator) -> Addresses:
    """The addresses of ``land`` for ``people`` inhabitants, sorted by IRIS; without their station yet."""
    homes = land.quota * people / PEOPLE_PER_HOME * SPARE_HOMES
    mean = 1.0 + land.collective * (HOMES_OF_A_BUILDING - 1.0)
    iris = np.repeat(np.arange(len(land.iris)), np.ceil(homes / mean).astype(np.int64))
    street, offset = _streets(iris, len(land.iris), random)
    x, y = _along_streets(land, iris, street, offset, random)
    standing, youth = _field(x, y, random, 1100.0, 280.0), _field(x, y, random, 1500.0, 400.0)
    collective = random.random(len(iris)) < land.collective[iris]
    social = collective & (random.random(len(iris)) < np.where(standing < -0.35, 0.6, 0.06))
    period = np.clip(np.round(random.normal(2.6 + 0.5 * youth - 0.6 * collective, 1.2)), 0, 5)
    return Addresses(
        x=x, y=y, iris=iris, street=street,
        number=(1 + 2 * np.floor((offset + 0.5) * 60) + (random.random(len(iris)) < 0.5)).astype(np.int32),
        collective=collective, social=social, period=period.astype(np.int8),
        standing=standing, youth=youth, station=np.zeros(len(iris), dtype=np.int64),
        streets=_street_names(int(street.max()) + 1, random),
    )


def with_stations(
    land: Land, addresses: Addresses, random: np.random.Generator
) -> tuple[Addresses, Stations]:
    """The addresses with the station where their inhabitants vote, and the stations, without contour."""
    weight = np.where(addresses.collective, HOMES_OF_A_BUILDING, 1.0)
    street_weight = np.bincount(addresses.street, weight)
    centre = np.stack(
        [np.bincount(addresses.street, weight * at) / street_weight for at in (addresses.x, addresses.y)]
    )
    centre = (centre.T + random.normal(0.0, 55.0, (len(street_weight), 2))) @ _ASLANT
    street_commune = np.empty(len(street_weight), dtype=np.int64)
    street_commune[addresses.street] = land.iris_commune[addresses.iris]
    station = np.empty(len(street_weight), dtype=np.int64)
    ids: list[str] = []
    commune_of: list[int] = []
    for commune, code in enumerate(land.communes):
        codes = _CODES[int(land.commune_kind[commune])]
        mine = np.flatnonzero(street_commune == commune)
        station[mine] = len(ids) + _halved(centre[mine], street_weight[mine], len(codes))
        ids += [f"{code}_{each}" for each in codes]
        commune_of += [commune] * len(codes)
    return replace(addresses, station=station[addresses.street]), _stations(
        land, tuple(ids), np.array(commune_of)
    )


def _stations(land: Land, ids: tuple[str, ...], commune: Array) -> Stations:
    """The stations with their keys of 2017: one was split since, one renamed, one in a merged commune."""
    former = [_former_id(land, each, int(where)) for each, where in zip(ids, commune, strict=True)]
    former_ids = tuple(sorted(set(former)))
    return Stations(
        ids=ids,
        commune=commune,
        constituency=commune // 3 // _BLOCKS_OF_A_CONSTITUENCY,
        former=np.searchsorted(np.array(former_ids), np.array(former)),
        former_ids=former_ids,
        contour=np.full(len(ids), None, dtype=object),
    )


def _former_id(land: Land, today: str, commune: int) -> str:
    """The key in 2017 of the station called ``today``."""
    kind, code = int(land.commune_kind[commune]), today[6:]
    if kind == MERGED_COMMUNE and code == "0002":
        return f"{commune_code(commune // 3, MERGED)}_0001"
    return f"{today[:5]}_{_FORMER.get((kind, code), code)}"


def _halved(points: Array, weight: Array, parts: int) -> Array:
    """The part, 0 to ``parts`` - 1, of each point: the longer side is cut where the weights balance."""
    part = np.zeros(len(points), dtype=np.int64)
    if parts == 1 or len(points) < 2:
        return part
    spread = np.ptp(points, axis=0)
    order = np.argsort(points[:, int(spread[1] > spread[0])], kind="stable")
    left = parts // 2
    cut = int(np.searchsorted(np.cumsum(weight[order]), weight.sum() * left / parts))
    cut = min(max(cut, min(left, len(points) - 1)), max(len(points) - (parts - left), 1))
    part[order[:cut]] = _halved(points[order[:cut]], weight[order[:cut]], left)
    part[order[cut:]] = left + _halved(points[order[cut:]], weight[order[cut:]], parts - left)
    return part


def _streets(iris: Array, count: int, random: np.random.Generator) -> tuple[Array, Array]:
    """For each address its street (none is empty) and its place along it, -1/2 to 1/2."""
    size = np.bincount(iris, minlength=count)
    streets = np.maximum(np.ceil(size / _ADDRESSES_OF_A_STREET).astype(np.int64), np.minimum(size, 3))
    first = np.concatenate([[0], np.cumsum(streets)[:-1]])
    rank = np.arange(len(iris)) - np.concatenate([[0], np.cumsum(size)[:-1]])[iris]
    chosen = np.where(rank < streets[iris], rank, np.floor(random.random(len(iris)) * streets[iris]))
    return first[iris] + chosen.astype(np.int64), random.uniform(-0.5, 0.5, len(iris))


def _along_streets(
    land: Land, iris: Array, street: Array, offset: Array, random: np.random.Generator
) -> tuple[Array, Array]:
    """Coordinates of the addresses: a street is a segment in its IRIS, an address stands off its axis.

    Two streets of each block are shared by two communes, one on each side.
    """
    count = int(street.max()) + 1
    where = np.empty(count, dtype=np.int64)
    where[street] = iris
    lean = land.lean[where]
    middle = np.stack([random.beta(lean[:, 0], lean[:, 1]), random.beta(lean[:, 2], lean[:, 3])], axis=1)
    angle = random.normal(0.0, 0.12, count) + (random.random(count) < 0.5) * np.pi / 2
    length = random.uniform(110, 380, count)
    for place, rank, across, up in BORDER_STREETS:
        shared = street[np.searchsorted(iris, np.arange(land.blocks) * 12 + place)] + rank
        middle[shared], length[shared] = (across, up), 700.0
        angle[shared] = np.pi / 2 if up == 0.5 else 0.0
    axis = np.stack([np.cos(angle), np.sin(angle)], axis=1) * length[:, None]
    aside = random.normal(0.0, 9.0, (len(iris), 2))
    width = np.linalg.norm(land.corners[:, 1] - land.corners[:, 0], axis=1)
    height = np.linalg.norm(land.corners[:, 3] - land.corners[:, 0], axis=1)
    side = np.stack([width, height], axis=1)[iris]
    at = middle[street] + (axis[street] * offset[:, None] + aside) / side
    edge = _FROM_BORDER / side
    at = edge + np.mod(at - edge, 2 * (1 - 2 * edge))
    at = np.where(at > 1 - edge, 2 * (1 - edge) - at, at)
    u, v = at[:, :1], at[:, 1:]
    c = land.corners[iris]
    point = (1 - u) * (1 - v) * c[:, 0] + u * (1 - v) * c[:, 1] + u * v * c[:, 2] + (1 - u) * v * c[:, 3]
    return point[:, 0], point[:, 1]


def _field(x: Array, y: Array, random: np.random.Generator, far: float, near: float) -> Array:
    """A smooth random field at the addresses (waves of two lengths, in metres), of mean 0 and variance 1."""
    value = np.zeros(len(x))
    for length, waves, part in ((far, 24, 0.7), (near, 24, 0.3)):
        for _ in range(waves):
            kx, ky = random.normal(0.0, 1.0 / length, 2)
            value += np.sqrt(2 * part / waves) * np.cos(kx * x + ky * y + random.uniform(0, 2 * np.pi))
    return np.asarray((value - value.mean()) / value.std())


def _street_names(count: int, random: np.random.Generator) -> tuple[str, ...]:
    """Names of streets out of the town's words; numbered when the words run out."""
    words = facts("words")
    pairs = [f"{way} {name}" for way in words["ways"] for name in words["names"]]
    order = random.permutation(len(pairs))
    return tuple(
        pairs[order[k % len(pairs)]] + (f" {k // len(pairs) + 1}" if k >= len(pairs) else "")
        for k in range(count)
    )
