"""What the tests of the house share: one town's mirror, one home over it, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from carreau.house import Home, open_home
from carreau.testing.town import town, written

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def noon() -> datetime:
    """The hour of the tests."""
    return NOON


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a town of 30,000 people."""
    return written(town(people=30_000), tmp_path_factory.mktemp("mirror"))


@pytest.fixture(scope="session")
def home(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that looks for files in the town's mirror, shared by the tests that only add to it."""
    return open_home(tmp_path_factory.mktemp("home"), mirror, noon)
