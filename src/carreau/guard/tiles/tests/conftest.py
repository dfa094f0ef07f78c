"""A small reader of PMTiles 3 and of vector tiles, written from their specifications, to look into what was made.

https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md, https://github.com/mapbox/vector-tile-spec (2.1).
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from carreau.guard import Release, Signer, release
from carreau.products.declare import Draft, Policy, Product
from carreau.terms import Column, Role, Schema, Territory

APART = 1e-4  # degrees, about 10 m: how far apart the two drawings of a border are


@dataclass(frozen=True)
class Feature:
    """One feature: the layer it is in, its properties, its rings in the grid of the tile."""

    layer: str
    properties: dict[str, Any]
    rings: list[list[tuple[int, int]]]


@dataclass(frozen=True)
class Archive:
    """A PMTiles file: its metadata and its tiles by (zoom, column, row), still packed."""

    metadata: dict[str, Any]
    tiles: dict[tuple[int, int, int], bytes]

    def features(self, place: tuple[int, int, int]) -> Iterator[Feature]:
        """The features of one tile."""
        return decoded(gzip.decompress(self.tiles[place]))


def archive_at(path: Path) -> Archive:
    """The whole of a PMTiles file."""
    data = path.read_bytes()
    assert data[:8] == b"PMTiles\x03"
    root, root_size, said, said_size, leaves, _, tiles, _ = struct.unpack("<8Q", data[8:72])

    def entries(start: int, size: int) -> Iterator[tuple[int, bytes]]:
        numbers = varints(gzip.decompress(data[start : start + size]))
        count = next(numbers)
        columns = [[next(numbers) for _ in range(count)] for _ in range(4)]
        tile = place = 0
        for row, (step, run, length, offset) in enumerate(zip(*columns, strict=True)):
            tile += step
            place = offset - 1 if offset or not row else place + columns[2][row - 1]
            if run:
                yield from ((tile + one, data[tiles + place : tiles + place + length]) for one in range(run))
            else:
                yield from entries(leaves + place, length)

    return Archive(
        json.loads(gzip.decompress(data[said : said + said_size])),
        {zxy(tile): packed for tile, packed in entries(root, root_size)},
    )


def zxy(tile: int) -> tuple[int, int, int]:
    """The zoom, column and row of the tile of this number along the Hilbert curves."""
    zoom = 0
    while tile >= 4**zoom:
        tile -= 4**zoom
        zoom += 1
    x = y = 0
    for level in range(zoom):
        side = 1 << level
        right, down = 1 & (tile // 2), 1 & (tile ^ (tile // 2))
        if not down:
            x, y = (side - 1 - x, side - 1 - y) if right else (x, y)
            x, y = y, x
        x, y, tile = x + side * right, y + side * down, tile // 4
    return zoom, x, y


def varints(data: bytes) -> Iterator[int]:
    """The variable-length integers of a buffer."""
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer: number, and integer or bytes."""
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            yield number, data[place : place + size]
            place += size


def decoded(tile: bytes) -> Iterator[Feature]:
    """The features of a vector tile."""
    for _, layer in fields(tile):
        name, keys, values, features = "", [], [], []
        for number, value in fields(layer):
            if number == 1:
                name = value.decode()
            elif number == 2:
                features.append(value)
            elif number == 3:
                keys.append(value.decode())
            elif number == 4:
                values.append(_value(value))
        for feature in features:
            said = dict(fields(feature))
            tags = list(varints(said[2]))
            properties = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            yield Feature(name, properties, _rings(list(varints(said[4]))))


def _value(data: bytes) -> Any:
    """A value of a property: a text or a whole number."""
    ((number, value),) = fields(data)
    if number == 6:
        return (value >> 1) ^ -(value & 1)
    return value.decode() if number == 1 else value


def _rings(commands: list[int]) -> list[list[tuple[int, int]]]:
    """The rings that the drawing commands of a polygon say."""
    rings: list[list[tuple[int, int]]] = []
    x = y = place = 0
    while place < len(commands):
        command, count = commands[place] & 7, commands[place] >> 3
        place += 1
        for _ in range(count if command != 7 else 0):
            dx, dy = commands[place], commands[place + 1]
            x, y, place = x + ((dx >> 1) ^ -(dx & 1)), y + ((dy >> 1) ^ -(dy & 1)), place + 2
            if command == 1:
                rings.append([])
            rings[-1].append((x, y))
    return rings


@pytest.fixture(scope="session")
def archive() -> Callable[[Path], Archive]:
    return archive_at


def crooked(side: int, step: float, seed: int = 1) -> dict[str, Any]:
    """Square places side by side whose borders were each drawn twice, a little apart, as published contours are."""
    random = np.random.default_rng(seed)
    places: dict[str, Any] = {}
    for row in range(side):
        for column in range(side):
            west, south = 4.8 + column * step, 45.7 + row * step
            square = shapely.box(west, south, west + step, south + step)
            ring = shapely.get_coordinates(shapely.segmentize(square, step / 4))
            ring[:-1] += random.uniform(-APART, APART, (len(ring) - 1, 2))
            ring[-1] = ring[0]
            places[f"69{row:03d}_{column:04d}"] = shapely.Polygon(ring)
    return places


def release_of(places: Mapping[str, Any], signer: Signer, key: str = "bv_id") -> Release:
    """A Release of places, sorted by their code, with contours for those that have one."""
    policy = Policy("OPEN", "personne", 11, ("recherche",))
    product = Product("essai", "Essai", "Pour les essais.", "lieu", ("essai",), policy, "# Carte", {}, Path())
    columns = (
        Column(key, "text", "Code du lieu", role=Role.KEY, nullable=False),
        Column("inscrits", "integer", "Électeurs inscrits", "électeurs", Role.COUNT),
    )
    codes = sorted(places)
    drawn = [code for code in reversed(codes) if places[code] is not None]  # in another order than the rows
    shapes = pa.array([shapely.to_wkb(places[code]) for code in drawn], pa.binary())
    contours = pa.table({key: pa.array(drawn, pa.string()), "geometry": shapes})
    table = pa.table({key: codes, "inscrits": pa.array([800] * len(codes), pa.int64())})
    schema, where = Schema("une ligne par lieu", columns), Territory.parse("dep:69")
    draft = Draft(product, where, schema, table, contours, "inscrits", (), (), {})
    return release(draft, signer=signer, made_at=datetime(2026, 11, 24, tzinfo=UTC), previous="")


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.of(tmp_path_factory.mktemp("cle"))


@pytest.fixture(scope="session")
def levels(signer: Signer) -> dict[str, Release]:
    """Sixty-four stations in eight communes and one department; one station and one commune have no contour."""
    stations = crooked(8, 0.05)
    communes = {
        f"69{row:03d}": shapely.union_all([shape for code, shape in stations.items() if code[:5] == f"69{row:03d}"])
        for row in range(8)
    }
    department = {"69": shapely.union_all(list(communes.values()))}
    lone = {**stations, "69003_0003": None}
    return {
        "bureau": release_of(lone, signer),
        "iris": release_of({f"{code[:5]}{code[-4:]}": shape for code, shape in stations.items()}, signer, "code_iris"),
        "commune": release_of({**communes, "69099": None}, signer, "code_commune"),
        "circonscription": release_of({"6901": communes["69000"], "6902": communes["69001"]}, signer, "code"),
        "departement": release_of(department, signer, "code_departement"),
    }


@pytest.fixture(scope="session")
def squares() -> Callable[..., dict[str, Any]]:
    return crooked


@pytest.fixture(scope="session")
def made(signer: Signer) -> Callable[..., Release]:
    return lambda places, key="bv_id": release_of(places, signer, key)
