"""A small invented town, served: what the tests of every feed share, their doors opened in this process."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

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
class Caller:
    """A program that asks the doors of this process, from this machine."""

    app: Starlette

    def get(self, path: str, token: str = "", method: str = "GET", **options: Any) -> httpx.Response:
        """The answer to a request; with a token, as its bearer."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
        return asyncio.run(self._asked(method, path, headers=headers, **options))

    async def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=HERE)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)


def doors(home: Home, mounts: list[Mount], *, at_home: bool = True) -> Starlette:
    """An application of ``mounts`` alone, on this machine or on one that anyone may reach."""
    app = Starlette(routes=mounts)
    app.state.home, app.state.open = home, at_home
    return app


def town_served(home: Home) -> Served:
    """What is served of the town's home."""
    return served(home, "france", PRODUCT, SILENT)


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has made the profile of the whole town, at every level."""
    mirror = written(town(people=30_000), tmp_path_factory.mktemp("mirror"))
    home = open_home(tmp_path_factory.mktemp("home"), mirror, noon)
    town_served(home)
    return home


@pytest.fixture(scope="session")
def shown(town_home: Home) -> Served:
    """What is served of it."""
    return town_served(town_home)


@pytest.fixture(scope="session")
def closed_home(town_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of that home, where accounts are created."""
    copy = tmp_path_factory.mktemp("closed") / "home"
    shutil.copytree(town_home.root, copy)
    return open_home(copy, None, noon)
