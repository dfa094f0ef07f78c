"""How stable the types are: the adjusted Rand index with other seeds, resampled indicators, figures left unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from typology_fit import RIDGE, SEED, Fitted, Floats, Ground, Labels, filled, fitted, labels_of

LEFT_OUT: Final = 0.2  # of the indicators of each theme, drawn at random
DRAWS: Final = 20
SEEDS: Final = 5
Index = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried: the stations' figures and voters, the themes of indicators, the types as they are published."""

    ground: Ground
    voters: Floats
    themes: Sequence[str]
    fit: Fitted
    figures: Floats


def stability(case: Case, draws: int = DRAWS) -> Index:
    """The mean index of each way to try the types: over types, over families, by certainty, within each family.

    ``…_seuls`` has no relation measured on the country: axes and types are found anew in the kept indicators alone.
    """
    random = np.random.default_rng(SEED)
    fewer = [drawn(case.themes, random) for _ in range(draws)]
    again = [redrawn(case.themes, random) for _ in range(draws)]
    others: Mapping[str, Iterable[Fitted]] = {
        "graines": (fitted(case.figures, case.voters, SEED + 1 + k) for k in range(SEEDS)),
        "indicateurs": (fitted(filled(case.ground, kept), case.voters) for kept in fewer),
        "indicateurs_avec_remise": (fitted(filled(case.ground, kept), case.voters) for kept in again),
        "lecture_avec_un_cinquieme_en_moins": (_read(case, kept) for kept in fewer),
        "lecture_avec_remise": (_read(case, kept) for kept in again),
        "indicateurs_seuls": (alone(case, kept) for kept in fewer),
        "indicateurs_seuls_avec_remise": (alone(case, kept) for kept in again),
    }
    return {name: _indices(case, tried) for name, tried in others.items()}


def drawn(themes: Sequence[str], random: np.random.Generator) -> Labels:
    """The indicators of each theme without a fifth of them, at random."""
    return _of_each(themes, lambda mine: random.choice(mine, max(2, round((1 - LEFT_OUT) * len(mine))), replace=False))


def redrawn(themes: Sequence[str], random: np.random.Generator) -> Labels:
    """As many indicators of each theme as it has, drawn with replacement: near two fifths of them are left out."""
    return _of_each(themes, lambda mine: random.choice(mine, len(mine)))


def _of_each(themes: Sequence[str], draw: Callable[[list[int]], Labels]) -> Labels:
    """What is drawn in each theme, in the order of indicators."""
    places = {theme: [k for k, other in enumerate(themes) if other == theme] for theme in dict.fromkeys(themes)}
    return np.sort(np.concatenate([draw(mine) for mine in places.values()]))


def _read(case: Case, kept: Labels) -> Fitted:
    """The same types read on some of the indicators, the others unknown."""
    points = filled(case.ground, kept) @ case.fit.axes
    return replace(case.fit, labels=labels_of(points, case.fit.centres))


def alone(case: Case, kept: Labels) -> Fitted:
    """The types as they would be if no other indicator had ever been seen; one drawn twice weighs twice."""
    known = case.ground.known[:, kept]
    figures, relations = case.ground.standard[:, kept], case.ground.relations[np.ix_(kept, kept)]
    _, first, alike = np.unique(np.packbits(known, axis=1), axis=0, return_index=True, return_inverse=True)
    figures = figures.copy()
    for number, example in enumerate(first):
        rows, told = np.flatnonzero(alike.ravel() == number), known[example]
        among = relations[np.ix_(told, told)] + RIDGE * np.eye(told.sum())
        carried = np.linalg.solve(among, relations[np.ix_(told, ~told)])
        figures[np.ix_(rows, ~told)] = figures[np.ix_(rows, told)] @ carried
    return fitted(figures, case.voters)


def certainty_of(points: Floats, centres: Floats) -> Floats:
    """How sure each station's type is, as ``types.py`` says it."""
    far = np.sort(np.linalg.norm(points[:, None] - centres[None], axis=2), axis=1)
    return np.asarray(1 - far[:, 0] / far[:, 1])


def rand_index(left: Labels, right: Labels, weight: Floats) -> float:
    """The adjusted Rand index (Hubert and Arabie, 1985), a pair counting by the product of its two weights."""
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), weight)
    pairs, rows, columns = ((n**2).sum() for n in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / weight.sum() ** 2
    return float((pairs - expected) / ((rows + columns) / 2 - expected))


def _indices(case: Case, tried: Iterable[Fitted]) -> dict[str, float]:
    """The mean index of types, of families, of types weighed by their certainty, and of types within each family."""
    mine, one = case.fit.labels, np.ones(len(case.voters))
    family = case.fit.families[mine]
    several = [k for k in range(family.max() + 1) if (case.fit.families == k).sum() > 1]
    sure = certainty_of(case.figures @ case.fit.axes, case.fit.centres)
    found = [
        [
            rand_index(mine, other.labels, one),
            rand_index(family, other.families[other.labels], one),
            rand_index(mine, other.labels, sure),
            *(rand_index(mine, other.labels, (family == k).astype(float)) for k in several),
        ]
        for other in tried
    ]
    names = ["ensemble", "familles", "ponderes_par_certitude", *(f"famille_{k + 1}" for k in several)]
    return {name: round(float(mean), 3) for name, mean in zip(names, np.mean(found, axis=0), strict=True)}
