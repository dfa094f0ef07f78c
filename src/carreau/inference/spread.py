"""How far a crossing may be from the truth: what the draw of stations moves, what the methods dispute, what luck adds.

The unit of an interval is the root of a sum of squares, each term times a coefficient:
- ``lean``, the spread of the regression when a hundred stations are drawn again: what biases stations does not fade
  with their number, so that more of them do not narrow it;
- ``gap``, what sets the regressions apart from the even split; ``turn``, what sets both directions apart; ``apart``,
  what sets the answer apart from the baseline, which believes all that the stations tell;
- ``astray``, the same where the differences between stations' votes go along several axes, in part where they nearly
  go along one: the answer was chosen for places where one thing, the neighbourhood, sets votes apart;
- ``bend``, what sets the regressions that lean with the place apart from those that do not; ``sway``, what sets their
  two directions apart (nothing where they take no part);
- ``deaf``, the deviation of a vote where stations tell next to nothing of the origin (the eighth power of the silence);
- ``luck``, the deviation of a vote over the persons.

The coefficients, and how many units make an interval of 50, 80 and 90 %, were measured where the truth is known
(``calibration.toml``). No unit makes up for stations that are alike: an origin of which they tell too little is said
not to be told, and its intervals go part of the way to the baseline, further as the level rises; one of which they tell
nothing at all, to what the margins impose.
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

    lean: Floats
    gap: Floats
    turn: Floats
    apart: Floats
    astray: Floats
    bend: Floats
    sway: Floats
    deaf: Floats
    luck: Floats

    def unit(self, known: Mapping[str, float]) -> Floats:
        """The unit (R, C) of the intervals: the root of the sum of squares, each times its coefficient."""
        parts = (known[name] * np.asarray(getattr(self, name)) for name in DOUBTS)
        return np.asarray(np.sqrt(sum(part**2 for part in parts)))


DOUBTS: Final = tuple(field.name for field in fields(Doubts))


@dataclass(frozen=True, slots=True)
class Doubted:
    """Shares (R, C), the unit of their intervals, how far these go besides, and what the margins impose.

    ``reach`` is how far down (not positive) and up (not negative) a whole interval would go besides; 0 where an origin
    is told.
    """

    shares: Floats
    unit: Floats
    reach: tuple[Floats, Floats]
    bounds: tuple[Floats, Floats]


def intervals_of(widths: Mapping[str, float], doubted: Doubted) -> dict[int, tuple[Floats, Floats]]:
    """The low and high shares of each level: so many units on each side, and the level's part of the reach.

    Nested, and within what the margins impose.
    """
    found, shares = {}, doubted.shares
    for level in LEVELS:
        wide, (down, up) = widths[str(level)] * doubted.unit, doubted.reach
        low, high = shares - wide + level / 100 * down, shares + wide + level / 100 * up
        found[level] = np.clip(low, doubted.bounds[0], shares), np.clip(high, shares, doubted.bounds[1])
    return found
