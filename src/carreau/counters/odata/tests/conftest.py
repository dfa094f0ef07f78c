"""The doors of OData, opened on a small invented town, and the same figures as one Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from carreau.counters import odata
from carreau.counters.tests.served_town import Caller, closed_home, doors, shown, town_home, town_served
from carreau.house import Home
from carreau.house.served import Served

__all__ = ["closed_home", "shown", "town_home"]


class Reader(Caller):
    """A program that reads the feed of this process, from this machine."""

    def rows(self, table: str, **params: str) -> list[dict[str, Any]]:
        """All the rows of a question, page after page."""
        answer = self.get(f"/odata/{table}", params={f"${name}": value for name, value in params.items()})
        found: list[dict[str, Any]] = []
        while True:
            assert answer.status_code == 200, answer.text
            found += answer.json()["value"]
            following = answer.json().get("@odata.nextLink")
            if following is None:
                return found
            answer = self.get(following)


def opened(home: Home, served: Served, *, at_home: bool = True) -> Reader:
    """A reader of the feed of what is served, on this machine."""
    return Reader(doors(home, [Mount("/odata", routes=odata.routes(home, served))], at_home=at_home))


@pytest.fixture(scope="session")
def feed(town_home: Home, shown: Served) -> Reader:
    """A reader on a machine without accounts."""
    return opened(town_home, shown)


@pytest.fixture(scope="session")
def stations(shown: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same stations as a Parquet file, whole."""
    return shown.levels["bureau"].write(tmp_path_factory.mktemp("parquet") / "bureaux.parquet")


@pytest.fixture(scope="session")
def closed(closed_home: Home) -> Reader:
    """A reader of a server that anyone may reach."""
    return opened(closed_home, town_served(closed_home), at_home=False)
