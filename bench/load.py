"""Many people at once on a running server: how long they wait, how much memory it takes.

Each user does what a visitor does, again and again, with a pause to look: opens the page, recolours the map, moves it
(a few ranges of tiles), types a name, opens the page of a place. The server runs apart:

    carreau serve france --port 8090 &
    python bench/load.py http://127.0.0.1:8090 --pid $! --users 200 --seconds 30

The client takes its share of the same machine: what is measured is what 200 people would wait for at worst.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

NAMES: Final = ("lyon 3", "saint-et", "mars", "toulouse", "st", "69123", "montp", "le ha", "villeurb", "paris 12")
WEIGHTS: Final = {"page": 1, "recolour": 3, "move": 4, "search": 3, "place": 4, "table": 1}
HEADERS: Final = {"Accept-Encoding": "gzip"}


@dataclass(slots=True)
class Seen:
    """What was measured: the seconds of each kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Town:
    """What there is to look at: the version, the columns, the stations, the tiles and their size."""

    version: str
    columns: tuple[str, ...]
    stations: tuple[str, ...]
    communes: tuple[str, ...]
    tiles: str
    tiles_size: int


@dataclass(frozen=True, slots=True)
class Client:
    """The connections of one visitor, kept open as a browser does.

    Plain sockets: a full client takes more of the machine than the server, and what is measured is then the client.
    """

    host: str
    port: int
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, int]:
        """The status of an answer, and how many bytes its body has."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}:{self.port}", *(f"{k}: {v}" for k, v in headers.items())]
        asked = "\r\n".join([*lines, "", ""]).encode()
        while True:
            kept = bool(self.free)
            reader, writer = self.free.pop() if kept else await asyncio.open_connection(self.host, self.port)
            try:
                writer.write(asked)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                break
            except (OSError, asyncio.IncompleteReadError):
                if not kept:  # one that was kept too long is closed by the server: as a browser does, ask on another
                    raise
        length = head.partition("content-length:")[2].split("\r\n")[0].strip()
        size = len(await reader.readexactly(int(length))) if length else 0
        self.free.append((reader, writer))
        return int(head.split()[1]), size

    async def closed(self) -> None:
        """Every connection closed."""
        for _, writer in self.free:
            writer.close()
            await writer.wait_closed()


@dataclass(frozen=True, slots=True)
class User:
    """One visitor: a client of one's own, what there is to look at, where the measures go."""

    client: Client
    town: Town
    seen: Seen
    chance: random.Random

    async def get(self, kind: str, path: str, headers: Mapping[str, str] | None = None) -> None:
        """One request, measured."""
        start = time.perf_counter()
        try:
            status, size = await self.client.get(path.replace(" ", "%20"), {**HEADERS, **(headers or {})})
        except (OSError, asyncio.IncompleteReadError) as error:
            self.seen.errors[f"{kind} {type(error).__name__}"] += 1
            return
        self.seen.seconds[kind].append(time.perf_counter() - start)
        self.seen.bytes += size
        if status not in {200, 206, 304}:
            self.seen.errors[f"{kind} {status}"] += 1

    async def page(self) -> None:
        """Open the first page and what it needs to know."""
        await self.get("page", "/")
        await self.get("catalogue", "/api/v1")

    async def recolour(self) -> None:
        """Another indicator on the map."""
        column = self.chance.choice(self.town.columns)
        await self.get("values", f"/api/v1/electoral_profile/values/bureau/{column}.f32?v={self.town.version}")

    async def move(self) -> None:
        """Move the map: a few tiles at once."""
        if self.town.tiles:
            await asyncio.gather(*(self.tile() for _ in range(4)))

    async def tile(self) -> None:
        """One range of tiles."""
        length = self.chance.randint(2_000, 60_000)
        start = self.chance.randrange(max(1, self.town.tiles_size - length))
        await self.get("tile", self.town.tiles, {"Range": f"bytes={start}-{start + length - 1}"})

    async def search(self) -> None:
        """Type a name, sign by sign."""
        name = self.chance.choice(NAMES)
        for end in range(2, len(name) + 1, 2):
            await self.get("search", f"/api/v1/search?q={name[:end]}&limit=8")

    async def place(self) -> None:
        """Open the page of a station."""
        await self.get("place", f"/api/v1/electoral_profile/bv:{self.chance.choice(self.town.stations)}")

    async def table(self) -> None:
        """A table of a commune."""
        commune, column = self.chance.choice(self.town.communes), self.chance.choice(self.town.columns)
        await self.get("table", f"/api/v1/electoral_profile/rows?in=com:{commune}&columns={column}&limit=500")

    async def steady(self, count: int) -> None:
        """Ask again and again, without a pause, one thing at a time."""
        for number in range(count):
            await self.place()
            if self.town.tiles:
                await self.tile()
            if number % 5 == 0:
                await self.recolour()
                await self.search()

    async def browse(self, until: float, think: float) -> None:
        """Browse until it is time to stop, with a pause between two actions."""
        actions: dict[str, Callable[[], Awaitable[None]]] = {name: getattr(self, name) for name in WEIGHTS}
        await asyncio.sleep(self.chance.uniform(0, think))
        while time.perf_counter() < until:
            name = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            await actions[name]()
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * think)


async def town_of(url: str) -> Town:
    """What the server at ``url`` shows."""
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=120) as client:
        told = (await client.get("/api/v1")).json()
        places = (await client.get("/api/v1/electoral_profile/places/bureau.json")).json()
        tiles = told["tiles"]["url"] or ""
        size = int((await client.head(tiles)).headers["content-length"]) if tiles else 0
    columns = tuple(one["name"] for one in told["indicators"])
    communes = tuple(sorted(set(places["commune"])))
    return Town(told["version"], columns, tuple(places["code"]), communes, tiles, size)


async def crowd(url: str, town: Town, asked: argparse.Namespace) -> Seen:
    """What ``asked.users`` users see in ``asked.seconds``."""
    users, seen = users_of(url, town, asked.users, asked.seed)
    until = time.perf_counter() + asked.seconds
    await asyncio.gather(*(user.browse(until, asked.think) for user in users))
    await asyncio.gather(*(user.client.closed() for user in users))
    return seen


async def alone(url: str, town: Town, asked: argparse.Namespace) -> Seen:
    """What two users see who have the server to themselves: tiles, places and values that few have asked before."""
    users, seen = users_of(url, town, 2, asked.seed + 1_000_000)
    await asyncio.gather(*(user.steady(asked.steady) for user in users))
    await asyncio.gather(*(user.client.closed() for user in users))
    return seen


def users_of(url: str, town: Town, count: int, seed: int) -> tuple[list[User], Seen]:
    """Some users, each with a client and a chance of one's own, and where their measures go."""
    seen, where = Seen(), httpx.URL(url)
    clients = [Client(where.host, where.port or 80) for _ in range(count)]
    return [User(client, town, seen, random.Random(seed + number)) for number, client in enumerate(clients)], seen


def memory_of(pid: int) -> dict[str, int]:
    """The resident memory of a process in bytes: in all, its own, that of the files it has mapped, its highest."""
    facts = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    names = {"rss": "VmRSS", "own": "RssAnon", "files": "RssFile", "highest": "VmHWM"}
    return {name: int(facts[key].split()[0]) * 1024 for name, key in names.items()}


def cpu_of(pid: int) -> float:
    """The seconds of processor that a process has taken so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    """The value under which ``share`` of the values are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def shown(title: str, seen: Seen) -> dict[str, Any]:
    """The measures of ``seen`` printed, and as plain values."""
    print(f"\n{title}\n{'':10} {'n':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    told: dict[str, Any] = {"errors": dict(seen.errors)}
    everything = [second for seconds in seen.seconds.values() for second in seconds]
    for kind, seconds in [*seen.seconds.items(), ("all", everything)]:
        if not seconds:
            continue
        figures = [1000 * percentile(seconds, share) for share in (0.5, 0.95, 0.99, 1.0)]
        print(f"{kind:10} {len(seconds):7} " + " ".join(f"{figure:8.1f}" for figure in figures))
        told[kind] = {"n": len(seconds), **dict(zip(("p50", "p95", "p99", "max"), figures, strict=True))}
    print(f"errors: {dict(seen.errors) or 'none'}; {seen.bytes / 1e6:.0f} MB")
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=2.0, help="seconds of pause between two actions")
    parser.add_argument("--steady", type=int, default=200, help="requests of each kind, two at a time")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="another: other places")
    parser.add_argument("--pid", type=int, help="the process of the server, to read its memory")
    parser.add_argument("--json", type=Path, help="where to write the measures")
    asked = parser.parse_args()
    town = asyncio.run(town_of(asked.url))
    told = {"alone": shown("two at a time", asyncio.run(alone(asked.url, town, asked)))}
    start, taken = time.perf_counter(), cpu_of(asked.pid) if asked.pid else 0.0
    seen = asyncio.run(crowd(asked.url, town, asked))
    told["crowd"] = shown(f"{asked.users} users, {asked.think} s between two actions", seen)
    number = sum(len(seconds) for seconds in seen.seconds.values())
    told["per_second"] = number / (time.perf_counter() - start)
    print(f"{told['per_second']:.0f} requests a second")
    if asked.pid:
        told["cpu_ms"] = 1000 * (cpu_of(asked.pid) - taken) / number
        print(f"{told['cpu_ms']:.1f} ms of processor a request for the server")
        told["memory"] = memory_of(asked.pid)
        print("memory: " + ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in told["memory"].items()))
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
