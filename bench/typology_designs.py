"""Ways to make types, on the same resampled indicators: how stable each is, and how much of what differs it tells.

Each is a function of full figures in standard deviations, the first 55 columns of which are the indicators. In the
columns ``relations`` what a draw leaves out is predicted by the country's relations and all is fitted again; in
``alone`` it is fitted on the kept indicators as if the others had never been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from typology_fit import (
    SEED,
    Floats,
    Ground,
    Labels,
    Stations,
    axes_of,
    centres_of,
    filled,
    ground_of,
    labels_of,
)
from typology_stability import drawn, rand_index, redrawn

DRAWS: Final = 8
BOUNDS: Final = (1_500, 12_000, 60_000)  # registered voters of a commune: the four sizes of the types of before
OF_EACH: Final = (2, 2, 3, 3)  # how many types each size was cut into
# What the types should tell: ages, households, tenure, income, diplomas, work; then the votes, which define none.
TELLS: Final = (
    "part_65_ans_ou_plus", "part_15_24_ans", "part_couples_avec_enfants", "part_proprietaires", "part_locataires_hlm",
    "revenu_median", "part_bac_plus_5", "part_ouvriers",
)  # fmt: skip
VOTED: Final = ("participation", "bloc_gauche", "bloc_centre_droit", "bloc_extreme_droite")
WELL_OFF: Final = "revenus"


@dataclass(frozen=True, slots=True)
class World:
    """The stations as one draw of indicators shows them: figures, the themes of columns, voters, size of communes."""

    figures: Floats
    themes: tuple[str, ...]
    voters: Floats
    of_commune: Floats


Design = Callable[[World, int], Labels]


def _before(world: World, seed: int) -> Labels:
    """The types of before: four known sizes of commune, each cut on one axis that is mostly income."""
    weight = np.array([(1.25 if theme == WELL_OFF else 1.0) / world.themes.count(theme) for theme in world.themes])
    points = world.figures * weight @ axes_of(world.figures * weight, world.voters, 1)
    size, labels, first = np.searchsorted(BOUNDS, world.of_commune, side="right"), np.zeros(len(points), dtype=int), 0
    for group, number in enumerate(OF_EACH):
        here = size == group
        centres = centres_of(points[here], world.voters[here], number, seed)
        labels[here] = first + labels_of(points[here], centres)
        first += number
    return labels


def _on_axes(axes: int, types: int, power: float = 0.0) -> Design:
    """Types on the first axes; ``power`` 0.5 makes themes weigh as much as each other, 0 indicators."""

    def found(world: World, seed: int) -> Labels:
        weight = np.array([world.themes.count(theme) ** -power for theme in world.themes])
        points = world.figures * weight @ axes_of(world.figures * weight, world.voters, axes)
        return labels_of(points, centres_of(points, world.voters, types, seed))

    return found


def _consensus(axes: int, types: int, again: int = 5) -> Design:
    """Types of the mean co-membership over resampled indicators: k-means on the memberships side by side."""

    def found(world: World, seed: int) -> Labels:
        random, one = np.random.default_rng(seed), _on_axes(axes, types)
        tried = [_taken(world, redrawn(world.themes, random)) for _ in range(again)]
        members = np.hstack([np.eye(types)[one(part, seed)] for part in tried])
        points = members @ axes_of(members - members.mean(axis=0), world.voters, types)
        return labels_of(points, centres_of(points, world.voters, types, seed))

    return found


DESIGNS: Final[Mapping[str, Design]] = {
    "before: 4 sizes of commune, then 1 axis, mostly income: 10": _before,
    "3 axes: 9 (kept)": _on_axes(3, 9),
    "4 axes: 8": _on_axes(4, 8),
    "4 axes: 9": _on_axes(4, 9),
    "4 axes: 10": _on_axes(4, 10),
    "4 axes, themes weigh the same: 9": _on_axes(4, 9, 0.5),
    "consensus of 5 draws, 3 axes: 9": _consensus(3, 9),
}


def compared(stations: Stations, draws: int = DRAWS) -> dict[str, dict[str, float]]:
    """The figures of each design; the draws and the stations are the same for all."""
    ground, random = ground_of(stations), np.random.default_rng(SEED + 1)
    whole = World(filled(ground, np.arange(len(stations.names))), stations.themes, stations.voters, stations.of_commune)
    sets = {
        "fifth_out": [drawn(stations.themes, random) for _ in range(draws)],
        "replacement": [redrawn(stations.themes, random) for _ in range(draws)],
    }
    return {name: _figures(design, stations, (ground, whole), sets) for name, design in DESIGNS.items()}


def _figures(
    design: Design, stations: Stations, told: tuple[Ground, World], sets: Mapping[str, Sequence[Labels]]
) -> dict[str, float]:
    """The indices of a design, then the part of the variance between its types (eta squared): figures, votes."""
    ground, whole = told
    mine = design(whole, SEED)
    found = {"seeds": _mean(mine, [design(whole, SEED + 1 + k) for k in range(3)])}
    for name, draws in sets.items():
        known = [design(replace(whole, figures=filled(ground, kept)), SEED) for kept in draws]
        found[f"{name}_relations"] = _mean(mine, known)
        found[f"{name}_alone"] = _mean(mine, [design(_taken(whole, kept), SEED) for kept in draws])
    columns = dict(zip(stations.names, stations.values.T, strict=True))
    for name in TELLS:
        found[name] = _told(columns[name], mine, stations.voters)
    for name in VOTED:
        found[name] = _told(stations.told[f"legi_2024_t1_{name}"], mine, stations.voters)
    return {name: round(value, 3) for name, value in found.items()}


def _taken(world: World, kept: Labels) -> World:
    """What is seen with some of the indicators alone; one drawn twice weighs twice."""
    return replace(world, figures=world.figures[:, kept], themes=tuple(world.themes[place] for place in kept))


def _mean(mine: Labels, others: Sequence[Labels]) -> float:
    """The mean adjusted Rand index."""
    return float(np.mean([rand_index(mine, other, np.ones(len(mine))) for other in others]))


def _told(values: Floats, labels: Labels, voters: Floats) -> float:
    """The part of the variance of a figure that lies between types, weighed by voters."""
    known = np.isfinite(values)
    value, label, weight = values[known], labels[known], voters[known]
    mass = np.bincount(label, weight)
    means = np.bincount(label, weight * value) / np.where(mass > 0, mass, 1.0)
    centre = np.average(value, weights=weight)
    return float((mass * (means - centre) ** 2).sum() / (weight * (value - centre) ** 2).sum())
