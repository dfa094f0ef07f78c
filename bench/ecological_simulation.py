"""Stations drawn from a table of shares, in the manner of the simulators of papers: no neighbourhood, or a plain one.

``mixed`` is the part of the voters who are placed at random, the others being sorted by group: the greater, the less
the stations tell. ``spread`` is the concentration of a Dirichlet law from which each station draws its own shares
(none: all stations share one table). ``bias`` makes everyone's vote follow the part of the first group in the station.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from ecological_cases import Case, Habits

from carreau.inference import Margins

STATIONS, VOTERS, GROUPS, CHOICES = 300, 800, 4, 5
SEEDS: Final = 4


@dataclass(frozen=True)
class Recipe:
    """How stations are drawn."""

    mixed: float
    spread: float | None = None
    bias: float = 0.0


RECIPES: Final = {
    "mixed 0.5, one table": Recipe(0.5),
    "mixed 0.9, one table": Recipe(0.9),
    "mixed 0.5, Dirichlet 20": Recipe(0.5, 20.0),
    "mixed 0.9, Dirichlet 20": Recipe(0.9, 20.0),
    "mixed 0.5, Dirichlet 20, bias 0.3": Recipe(0.5, 20.0, 0.3),
    "mixed 0.9, Dirichlet 20, bias 0.3": Recipe(0.9, 20.0, 0.3),
}


def simulated() -> Iterator[Case]:
    """Every recipe, several times."""
    for name, recipe in RECIPES.items():
        for seed in range(SEEDS):
            yield _drawn(name, recipe, seed)


def _drawn(name: str, recipe: Recipe, seed: int) -> Case:
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
    return Case("groups", name, "simulated", Habits(0, seed, 0.0, 0.0, 0.0), margins, truth)
