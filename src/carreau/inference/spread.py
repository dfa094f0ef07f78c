"""How far a crossing may be from the truth: what the draw of stations moves, what the methods dispute, what luck adds.

The unit of an interval is the root of a sum of squares, each term times a coefficient:
- ``draw``, the spread of the regression when stations are drawn again;
- ``lean``, the same had there been a hundred stations: what biases stations does not fade with their number;
- ``gap``, what sets the regressions apart from the even split; ``turn``, what sets both directions apart;
- ``blind``, the deviation of a vote in so far as stations do not tell of the origin; ``deaf``, the same where they tell
  next to nothing (its eighth power); ``own``, a part of it anyway;
- ``luck``, the deviation of a vote over the persons.

The coefficients, and how many units make an interval of 50, 80 and 90 %, were measured where the truth is known
(``calibration.toml``): the draw of stations alone says nothing of the bias that stations of a kind share.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from carreau.inference.crossing import LEVELS
from carreau.inference.margins import Floats, Margins
from carreau.inference.regression import moments_of, shrunk

_HEAVY: Final = 30_000_000


@cache
def calibration() -> Mapping[str, Any]:
    """What was measured on the towns: the strengths, the coefficients, the widths; and when, and by which command."""
    return tomllib.loads(files("carreau.inference").joinpath("calibration.toml").read_text(encoding="utf-8"))


def replicated(margins: Margins, strength: float, seed: int, replicates: int) -> Floats:
    """The standard deviation (R, C) of the regression's shares when the stations are drawn again, with replacement.

    The stations are taken in the order of their content, so that their order in the file changes nothing.
    """
    both = np.concatenate([margins.origins, margins.destinations], axis=1)
    both = both[np.lexsort(both.T)]
    count = margins.origins.shape[1]
    ordered = Margins(both[:, :count], both[:, count:])
    random = np.random.default_rng(seed)
    size = max(1, _HEAVY // max(len(both), 1))
    draws = (
        random.poisson(1.0, (min(size, replicates - start), len(both))).astype(np.float64)
        for start in range(0, replicates, size)
    )
    found = [shrunk(moments_of(ordered, times), strength) for times in draws]
    return np.asarray(np.concatenate(found).std(axis=0))


@dataclass(frozen=True, slots=True)
class Doubts:
    """What makes shares (R, C) uncertain, each in share of the origin; see the module for what they are."""

    draw: Floats
    lean: Floats
    gap: Floats
    turn: Floats
    blind: Floats
    deaf: Floats
    own: Floats
    luck: Floats

    def unit(self, known: Mapping[str, float]) -> Floats:
        """The unit (R, C) of the intervals: the root of the sum of squares, each times its coefficient."""
        parts = (known[name] * np.asarray(getattr(self, name)) for name in DOUBTS)
        return np.asarray(np.sqrt(sum(part**2 for part in parts)))


DOUBTS: Final = tuple(field.name for field in fields(Doubts))


def intervals_of(
    kind: str, shares: Floats, width: Floats, bounds: tuple[Floats, Floats]
) -> dict[int, tuple[Floats, Floats]]:
    """The low and high shares of each level: so many units on each side, within what the margins impose."""
    widths = calibration()[kind]["widths"]
    return {
        level: (
            np.clip(shares - widths[str(level)] * width, bounds[0], shares),
            np.clip(shares + widths[str(level)] * width, shares, bounds[1]),
        )
        for level in LEVELS
    }
