"""Stations drawn from a table of shares, in the manner of the simulators of papers: no neighbourhood, or a plain one.

``mixed`` is the part of the voters who are placed at random, the others being sorted by group: the greater, the less
the stations tell. ``spread`` is the concentration of a Dirichlet law from which each station draws its own shares
(none: all stations share one table). ``bias`` makes everyone's vote follow the part of the first group in the station.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from ecological_cases import Case, Habits

from carreau.inference import Margins

STATIONS, VOTERS, GROUPS, CHOICES = 300, 800, 4, 5
MIXED: Final = (0.5, 0.7, 0.8, 0.9, 0.95)
TRAINING, HELD_OUT = range(100, 103), range(200, 204)


@dataclass(frozen=True)
class Recipe:
    """How stations are drawn."""

    mixed: float
    spread: float | None = None
    bias: float = 0.0

    @property
    def name(self) -> str:
        """What a reader is told of it."""
        lean = f", bias {self.bias}" if self.bias else ""
        return f"mixed {self.mixed}, {'one table' if self.spread is None else f'Dirichlet {self.spread:g}'}{lean}"


LEARNT: Final = tuple(Recipe(*each) for each in product(MIXED, (None, 5.0, 20.0, 100.0), (0.0, 0.3)))
SHOWN: Final = tuple(Recipe(mixed, *each) for mixed in MIXED for each in ((None,), (20.0,), (20.0, 0.3)))


def learnt(kind: str) -> Iterator[Case]:
    """The simulations on which doubts are calibrated; every recipe, several times, as crossings of ``kind``."""
    return (_drawn(kind, recipe, seed) for recipe in LEARNT for seed in TRAINING)


def simulated(kind: str = "groups") -> Iterator[Case]:
    """Those that are measured: other draws."""
    return (_drawn(kind, recipe, seed) for recipe in SHOWN for seed in HELD_OUT)


def _drawn(kind: str, recipe: Recipe, seed: int) -> Case:
    """The stations of one recipe."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(CHOICES), GROUPS)
    voters = np.repeat(np.arange(GROUPS), STATIONS * VOTERS // GROUPS)
    loose = np.flatnonzero(random.random(len(voters)) < recipe.mixed)
    voters[loose] = voters[random.permutation(loose)]
    origins = np.stack([np.bincount(each, minlength=GROUPS) for each in voters.reshape(STATIONS, VOTERS)])
    lean = recipe.bias * (origins[:, 0] / VOTERS)
    truth = np.empty((STATIONS, GROUPS, CHOICES))
    for group in range(GROUPS):
        own = np.tile(shares[group], (STATIONS, 1))
        own = (1 - lean)[:, None] * own
        own[:, 0] += lean
        if recipe.spread is not None:
            own = np.stack([random.dirichlet(recipe.spread * each + 1e-9) for each in own])
        truth[:, group] = random.multinomial(origins[:, group], own)
    margins = Margins(truth.sum(axis=2), truth.sum(axis=1))
    return Case(kind, recipe.name, "simulated", Habits(0, seed, 0.0, 0.0, 0.0), margins, truth)
