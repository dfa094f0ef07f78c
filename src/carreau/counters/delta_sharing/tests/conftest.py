"""A small invented town, served: the doors of Delta Sharing and of the connections, opened in this process."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from carreau.counters import connections, delta_sharing
from carreau.house import Home, open_home
from carreau.house.served import Served, served
from carreau.house.watch import SILENT
from carreau.testing.town import town, written

HERE = ("127.0.0.1", 50_000)
PRODUCT = "electoral_profile"


def noon() -> datetime:
    """The hour of the tests."""
    return datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Reader:
    """A program that reads the shares of this process, from this machine."""

    app: Starlette

    def get(self, path: str, token: str = "", method: str = "GET", **options: Any) -> httpx.Response:
        """The answer to a request; with a token, as its bearer."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
        return asyncio.run(self._asked(method, path, headers=headers, **options))

    async def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=HERE)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)

    def lines(self, path: str, token: str = "", **options: Any) -> list[dict[str, Any]]:
        """The lines of a good answer."""
        answer = self.get(f"/delta-sharing/{path}", token, **options)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


def opened(home: Home, shown: Served, *, at_home: bool = True) -> Reader:
    """A reader of the feed of ``shown``, on this machine."""
    doors = [
        Mount("/delta-sharing", routes=delta_sharing.routes(home, shown)),
        Mount("/api/v1/connections", routes=connections.routes(home, shown)),
    ]
    app = Starlette(routes=doors)
    app.state.home, app.state.open = home, at_home
    return Reader(app)


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has made the profile of the whole town, at every level."""
    mirror = written(town(people=30_000), tmp_path_factory.mktemp("mirror"))
    home = open_home(tmp_path_factory.mktemp("home"), mirror, noon)
    served(home, "france", PRODUCT, SILENT)
    return home


@pytest.fixture(scope="session")
def shown(town_home: Home) -> Served:
    """What is served of it."""
    return served(town_home, "france", PRODUCT, SILENT)


@pytest.fixture(scope="session")
def share(town_home: Home, shown: Served) -> Reader:
    """A reader on a machine without accounts."""
    return opened(town_home, shown)


@pytest.fixture(scope="session")
def closed_home(town_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of that home, where accounts are created."""
    copy = tmp_path_factory.mktemp("closed") / "home"
    shutil.copytree(town_home.root, copy)
    return open_home(copy, None, noon)


@pytest.fixture(scope="session")
def closed(closed_home: Home) -> Reader:
    """A reader of a server that anyone may reach."""
    return opened(closed_home, served(closed_home, "france", PRODUCT, SILENT), at_home=False)
