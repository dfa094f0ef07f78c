"""The doors of Delta Sharing and of the connections, opened on a small invented town."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.routing import Mount

from carreau.counters import connections, delta_sharing
from carreau.counters.tests.served_town import Caller, closed_home, doors, shown, town_home, town_served
from carreau.house import Home
from carreau.house.served import Served

__all__ = ["closed_home", "shown", "town_home"]


class Reader(Caller):
    """A program that reads the shares of this process, from this machine."""

    def lines(self, path: str, token: str = "", **options: Any) -> list[dict[str, Any]]:
        """The lines of a good answer."""
        answer = self.get(f"/delta-sharing/{path}", token, **options)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


def opened(home: Home, served: Served, *, at_home: bool = True) -> Reader:
    """A reader of the shares of what is served, on this machine."""
    mounts = [
        Mount("/delta-sharing", routes=delta_sharing.routes(home, served)),
        Mount("/api/v1/connections", routes=connections.routes(home, served)),
    ]
    return Reader(doors(home, mounts, at_home=at_home))


@pytest.fixture(scope="session")
def share(town_home: Home, shown: Served) -> Reader:
    """A reader on a machine without accounts."""
    return opened(town_home, shown)


@pytest.fixture(scope="session")
def closed(closed_home: Home) -> Reader:
    """A reader of a server that anyone may reach."""
    return opened(closed_home, town_served(closed_home), at_home=False)
