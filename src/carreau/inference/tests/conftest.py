"""Stations made for the tests: a table of shares, persons of each origin, and luck if asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.inference import Floats, Margins

SHARES = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])


@pytest.fixture
def shares() -> Floats:
    """The part of each of three origins that goes to each of three destinations."""
    return SHARES


@pytest.fixture
def homogeneous() -> Callable[[int], Margins]:
    """Stations in which every origin votes exactly as everywhere."""

    def made(stations: int, seed: int = 0) -> Margins:
        origins = np.random.default_rng(seed).dirichlet(np.ones(len(SHARES)), stations) * 800
        return Margins(origins, origins @ SHARES)

    return made


@pytest.fixture
def lucky() -> Callable[[int], Margins]:
    """Stations of whole persons, each of whom votes as their origin, with luck."""

    def made(stations: int, seed: int = 0) -> Margins:
        random = np.random.default_rng(seed)
        origins = np.round(random.dirichlet(2 * np.ones(len(SHARES)), stations) * 700)
        votes = sum(random.multinomial(origins[:, row].astype(int), each) for row, each in enumerate(SHARES))
        return Margins(origins, np.asarray(votes, dtype=np.float64))

    return made
