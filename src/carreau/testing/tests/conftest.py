"""The town that these tests share: made once, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from carreau.testing.town import Town, town, written


@pytest.fixture(scope="session")
def place() -> Town:
    """The town of the demonstration: 30,000 inhabitants."""
    return town()


@pytest.fixture(scope="session")
def mirror(place: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its mirror on disk."""
    return written(place, tmp_path_factory.mktemp("mirror"))
