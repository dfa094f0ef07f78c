"""Places left apart: which stations a model is not shown when it is asked about them.

A station's neighbours look like it: to leave out single stations would flatter any model. Whole communes are left out,
and whole departments when there are enough; in a single commune, stations whose numbers follow one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.products.associations.ground import Floats, Ground, Index

FOLDS: Final = 10
FEWEST: Final = 5  # places of a kind: with fewer, leaving one out leaves too little
SEED: Final = 20261124


@dataclass(frozen=True, slots=True)
class Apart:
    """One way to leave places out: its name, its French title, the fold of each station."""

    name: str
    title: str
    folds: Index

    @property
    def count(self) -> int:
        """How many folds there are."""
        return int(self.folds.max()) + 1


DEPARTMENTS: Final = ("departements", "départements entiers laissés de côté")
COMMUNES: Final = ("communes", "communes entières laissées de côté")
STATIONS: Final = ("bureaux", "groupes de bureaux aux numéros voisins laissés de côté")


def ways_apart(ground: Ground) -> tuple[Apart, ...]:
    """The ways to leave places out of this territory, the hardest first; never empty when there are stations."""
    ways = []
    if len(np.unique(ground.departments)) >= FEWEST:
        ways.append(Apart(*DEPARTMENTS, shared_out(ground.departments, ground.weights)))
    if len(np.unique(ground.communes)) >= FEWEST:
        ways.append(Apart(*COMMUNES, shared_out(ground.communes, ground.weights)))
    if not ways:
        ways.append(Apart(*STATIONS, _in_order(ground)))
    return tuple(ways)


def missing_ways(ground: Ground) -> str:
    """What is said of the ways that this territory does not allow; empty when it allows all."""
    if len(np.unique(ground.departments)) >= FEWEST:
        return ""
    if len(np.unique(ground.communes)) >= FEWEST:
        return (
            f"Moins de {FEWEST} départements ici\u202f: aucun n'a pu être laissé de côté, seules des communes l'ont été"
        )
    return (
        f"Moins de {FEWEST} communes ici\u202f: des groupes de bureaux ont été laissés de côté, et la mesure est plus "
        "flatteuse qu'avec des communes entières"
    )


def shared_out(places: Index, weights: Floats) -> Index:
    """The fold of each station: whole places drawn in a fixed order, each put where there are fewest voters."""
    size = np.bincount(places, weights=weights)
    count = min(FOLDS, len(np.unique(places)))
    order = np.random.default_rng(SEED).permutation(len(size))
    order = order[np.argsort(-size[order], kind="stable")]
    held, fold = np.zeros(count), np.zeros(len(size), dtype=np.int64)
    for place in order:
        fold[place] = np.argmin(held)
        held[fold[place]] += size[place]
    return np.asarray(fold[places])


def _in_order(ground: Ground) -> Index:
    """The fold of each station of a single commune: those whose numbers follow one another together."""
    count = max(1, min(FOLDS, len(ground.codes)))
    folds = np.empty(len(ground.codes), dtype=np.int64)
    folds[np.argsort(ground.codes, kind="stable")] = np.arange(len(ground.codes)) * count // max(1, len(ground.codes))
    return folds
