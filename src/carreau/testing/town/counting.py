"""Counting the town by zones: the survey as INSEE draws it, the counts by IRIS, the counts by station.

INSEE surveys every dwelling of a commune under 10,000 inhabitants, and two in five of a larger one over
five years; the complementary questions are read on one dwelling in four, or on those two in five. A
surveyed dwelling then stands for others: its weight is the number of dwellings of its commune over the
number surveyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.testing.town.census_homes import home_measures
from carreau.testing.town.census_people import Measure, people_measures
from carreau.testing.town.model import COMMUNITY, LARGE_COMMUNE, Addresses, Array, Homes, Land, People

SURVEYED_IN_LARGE: Final = 0.4
SURVEYED_IN_SMALL: Final = 0.25


@dataclass(frozen=True, slots=True)
class Survey:
    """The weight of each dwelling in the main and complementary exploitations; 0 when not surveyed."""

    main: Array
    complementary: Array


def census_of_all(homes: Homes) -> Survey:
    """The survey that would have asked everyone: all weights are 1."""
    ones = np.ones(len(homes.kind))
    return Survey(ones, ones)


def survey_of(land: Land, addresses: Addresses, homes: Homes, random: np.random.Generator) -> Survey:
    """The survey of the town, drawn as described above; retirement homes are surveyed whole."""
    commune = land.iris_commune[addresses.iris[homes.address]]
    persons = np.bincount(commune, homes.size, minlength=len(land.communes))
    large = persons >= LARGE_COMMUNE
    luck = random.random(len(commune))
    complementary = np.where(large, SURVEYED_IN_LARGE, SURVEYED_IN_SMALL)
    return Survey(
        _weights(homes, commune, luck, np.where(large, SURVEYED_IN_LARGE, 1.0)),
        _weights(homes, commune, luck, complementary),
    )


def _weights(homes: Homes, commune: Array, luck: Array, rate: Array) -> Array:
    """The weights of dwellings surveyed at the rate of their commune, which sum to its dwellings."""
    ordinary = homes.kind != COMMUNITY
    asked = ordinary & (luck < rate[commune])
    total = np.bincount(commune[ordinary], minlength=len(rate))
    surveyed = np.bincount(commune[asked], minlength=len(rate))
    weight = np.divide(total, surveyed, out=np.zeros(len(rate)), where=surveyed > 0)
    return np.where(asked, weight[commune], np.where(ordinary, 0.0, 1.0))


def census_counts(
    lived: tuple[Addresses, Homes, People], zone: Array, zones: int, survey: Survey
) -> dict[str, Array]:
    """Every census column counted by zone; ``zone`` is that of each dwelling, ``survey`` the weights.

    Columns whose name begins with P take the main weights, those with C the complementary ones.
    """
    addresses, homes, people = lived
    homes_asked = {"P": survey.main, "C": survey.complementary}
    people_asked = {letter: weight[people.home] for letter, weight in homes_asked.items()}
    counts = _counted(people_measures(people, homes), zone[people.home], people_asked, zones)
    return counts | _counted(home_measures(addresses, homes, people), zone, homes_asked, zones)


def _counted(
    measures: Iterable[Measure], zone: Array, weights: Mapping[str, Array], zones: int
) -> dict[str, Array]:
    """Each measure summed by zone with the weights of its exploitation, over the rows surveyed."""
    rows = {letter: np.flatnonzero(weight) for letter, weight in weights.items()}
    heavy = {letter: weight[rows[letter]] for letter, weight in weights.items()}
    where = {letter: zone[rows[letter]] for letter in weights}
    return {
        name: np.bincount(where[name[0]], heavy[name[0]] * value[rows[name[0]]], minlength=zones)
        for name, value in measures
    }
