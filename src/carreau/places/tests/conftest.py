"""What the tests of the room share: towns drawn on a lattice, so that borders and corners coincide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import settings

from carreau.places.crosswalk import Crosswalk, crosswalk_of
from carreau.places.zones import Zones

# The first example of a test may compile a kernel, which takes seconds.
settings.register_profile("places", deadline=None)
settings.load_profile("places")
_MIRROR = next(
    (p / "shared" / "data" for p in Path(__file__).parents if (p / "shared" / "data").is_dir()), None
)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The publishers' files, or the test is skipped."""
    if _MIRROR is None:
        pytest.skip("les fichiers des producteurs (../shared/data) ne sont pas là")
    return _MIRROR


@pytest.fixture(scope="session")
def town() -> Callable[..., Zones]:
    """Zones out of a matrix of labels: each label's squares united, 0 belonging to nobody."""

    def drawn(labels: np.ndarray, corner: tuple[float, float] = (0.0, 0.0), side: float = 1.0) -> Zones:
        rows, columns = np.indices(labels.shape)
        west, south = corner[0] + columns * side, corner[1] + rows * side
        squares = shapely.box(west, south, west + side, south + side)
        names = [int(label) for label in np.unique(labels) if label]
        shapes = np.asarray([shapely.union_all(squares[labels == label]) for label in names], dtype=object)
        return Zones("ville", "2024", np.asarray([f"z{name}" for name in names], dtype=np.str_), shapes, 2154)

    return drawn


@pytest.fixture(scope="session")
def walk() -> Callable[..., Crosswalk]:
    """A plain crosswalk out of a dense matrix of weights."""

    def made(weights: list[list[float]], **facts: str) -> Crosswalk:
        dense = np.asarray(weights, dtype=np.float64)
        rows, columns = np.nonzero(dense)
        named = {"vintage": "2020", "method": "surface", **facts}
        codes = [
            np.asarray([f"{letter}{k}" for k in range(size)], dtype=np.str_)
            for letter, size in zip("ot", dense.shape, strict=True)
        ]
        return crosswalk_of(codes[0], codes[1], (rows, columns, dense[rows, columns]), **named)

    return made
