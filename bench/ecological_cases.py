"""Crossings whose truth is known, out of synthetic towns: who votes how, and who votes again for whom.

Each case gives what a publisher would give (origins and destinations per station) and the true table of each station.
Origins are known in two ways: ``exact`` (the voters themselves), and ``published`` as a profile has them. Published
groups count all adults, registered or not, with an error of 8 % per station and group; published votes of an election
long past are those of a station from which 4 % of the voters a year have moved. Votes are told by bloc, and by
candidate with those under 1 % together, as the products tell them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from carreau.inference import Margins, balanced
from carreau.testing.town import Town, town
from carreau.testing.town.model import BLANK, FIRST_CANDIDATE, NULL

Counts = NDArray[np.float64]
Codes = NDArray[np.int64]
PEOPLE: Final = (12_000, 30_000, 60_000, 120_000, 240_000)
PAIRS: Final = ((0, 1, 5), (1, 2, 2), (2, 3, 0))
DETAILS: Final = ("blocs", "candidates")
ERROR: Final = 0.08
MOVED: Final = 0.04
SMALL: Final = 0.01
AGES: Final = (18, 25, 40, 55, 65, 75)
ABSENT_CODE, SPOILT_CODE, OTHER_CODE = 0, 1, 2
BLOCS: Final = (
    {"EXG", "UG", "ARTHAUD", "POUTOU", "MÉLENCHON", "HAMON", "ROUSSEL", "HIDALGO", "JADOT"},
    {"ENS", "LR", "DVC", "MACRON", "FILLON", "PÉCRESSE"},
    {"RN", "REC", "LE PEN", "ZEMMOUR", "DUPONT-AIGNAN"},
)


@dataclass(frozen=True)
class Habits:
    """What makes a town: its size, and how much its voters sort, repeat themselves and follow their neighbours."""

    people: int
    seed: int
    segregation: float
    loyalty: float
    neighbourhood: float


@dataclass(frozen=True)
class Case:
    """One crossing: its kind, its name, how its origins are known, its margins and its true counts (N, R, C)."""

    kind: str
    name: str
    known: str
    habits: Habits
    margins: Margins
    truth: Counts


def towns(number: int, seed: int) -> list[Habits]:
    """So many towns drawn at random; another ``seed``, other towns."""
    random = np.random.default_rng(seed)
    return [
        Habits(
            PEOPLE[rank % len(PEOPLE)], 1000 * seed + rank, float(random.uniform(0.1, 0.9)),
            float(random.uniform(0.0, 0.9)), float(random.uniform(-0.3, 0.8)),
        )
        for rank in range(number)
    ]


def cases(habits: Habits) -> Iterator[Case]:
    """All crossings of a town: seven kinds of groups with three elections, and three pairs of elections."""
    place = town(
        habits.people, habits.seed, habits.segregation, loyalty=habits.loyalty, neighbourhood=habits.neighbourhood
    )
    random = np.random.default_rng(habits.seed)
    station = place.addresses.station[place.homes.address[place.people.home]].astype(np.int64)
    for detail in DETAILS:
        chosen = [choices(place, election, detail) for election in range(len(place.ballots))]
        for name, group in groups(place).items():
            for ballots, choice in zip(place.ballots[:3], chosen, strict=False):
                told = (f"{name}, {ballots.election}, {detail}", group, choice)
                yield from group_cases(habits, told, station, random)
        for before, after, years in PAIRS:
            name = f"{place.ballots[before].election} to {place.ballots[after].election}, {detail}"
            yield from transfer_cases(
                habits, (name, chosen[before], chosen[after]), station, (MOVED * years, random)
            )


def choices(place: Town, election: int, detail: str) -> Codes:
    """What each inhabitant chose: -1 not registered, 0 absent, 1 blank or null, 2 others, then candidates or blocs."""
    ballots = place.ballots[election]
    station = place.addresses.station[place.homes.address[place.people.home]]
    field = place.stations.constituency[station] if len(ballots.candidates) > 1 else np.zeros(len(station), np.int64)
    found = np.where(ballots.choice >= FIRST_CANDIDATE, OTHER_CODE, np.minimum(ballots.choice, BLANK)).astype(np.int64)
    found[ballots.choice == NULL] = SPOILT_CODE
    names = sorted({str(each.get("nuance", each["last"])) for every in ballots.candidates for each in every})
    for row, candidates in enumerate(ballots.candidates):
        for rank, each in enumerate(candidates):
            name = str(each.get("nuance", each["last"]))
            if detail == "blocs":
                code = next((OTHER_CODE + 1 + bloc for bloc, of in enumerate(BLOCS) if name in of), OTHER_CODE)
            else:
                code = OTHER_CODE + 1 + names.index(name)
            found[(field == row) & (ballots.choice == FIRST_CANDIDATE + rank)] = code
    votes = np.bincount(found[found > SPOILT_CODE], minlength=OTHER_CODE + 1 + len(names))
    found[(found > OTHER_CODE) & (votes < SMALL * votes.sum())[found]] = OTHER_CODE
    return found


def groups(place: Town) -> dict[str, Codes]:
    """The groups of adults, -1 for whoever is of none: age, occupation, diploma, tenure, income, two pairs."""
    people, homes = place.people, place.homes
    adult = people.age >= 18
    income = place.budgets.standard[people.home]
    thirds = np.quantile(income[adult], (1 / 3, 2 / 3))
    found: dict[str, Any] = {
        "age": np.digitize(people.age, AGES) - 1,
        "occupation": people.occupation,
        "diploma": people.diploma,
        "tenure": homes.tenure[people.home],
        "income": np.digitize(income, thirds),
        "graduates": people.diploma >= people.diploma[adult].mean(),
        "social housing": homes.tenure[people.home] == 2,
    }
    return {name: np.where(adult, np.asarray(code, dtype=np.int64), -1) for name, code in found.items()}


def group_cases(
    habits: Habits, told: tuple[str, Codes, Any], station: Codes, random: np.random.Generator
) -> Iterator[Case]:
    """One crossing of groups and votes, with origins exact and published."""
    name, group, choice = told
    registered = (choice >= ABSENT_CODE) & (group >= 0)
    truth = table(station[registered], group[registered], choice[registered])
    residents = table(station[group >= 0], group[group >= 0], np.zeros(int((group >= 0).sum()), dtype=np.int64))
    kept, truth = tidy(truth)
    yield Case("groups", name, "exact", habits, Margins(truth.sum(axis=2), truth.sum(axis=1)), truth)
    published = residents[: len(kept)][kept, :, 0][:, _present(kept, station, group, registered)]
    published = published * np.exp(ERROR * random.standard_normal(published.shape))
    yield Case("groups", name, "published", habits, balanced(published, truth.sum(axis=1)), truth)


def _present(kept: NDArray[np.bool_], station: Codes, group: Codes, registered: Any) -> NDArray[np.bool_]:
    """Which groups have somebody registered."""
    return np.bincount(group[registered], minlength=int(group.max()) + 1) > 0


def transfer_cases(
    habits: Habits, told: tuple[str, Any, Any], station: Codes, moved: tuple[float, np.random.Generator]
) -> Iterator[Case]:
    """One crossing of two elections, with origins exact and published."""
    name, first, second = told
    both = (first >= ABSENT_CODE) & (second >= ABSENT_CODE)
    where, before, after = station[both], first[both], second[both]
    _, truth = tidy(table(where, before, after))
    yield Case("transfers", name, "exact", habits, Margins(truth.sum(axis=2), truth.sum(axis=1)), truth)
    part, random = moved
    if part == 0:
        yield Case("transfers", name, "published", habits, Margins(truth.sum(axis=2), truth.sum(axis=1)), truth)
        return
    movers = np.flatnonzero(random.random(len(where)) < part)
    former = where.copy()
    former[movers] = where[random.permutation(movers)]
    published = table(former, before, np.zeros_like(before))[:, :, 0]
    published = published[:, published.sum(axis=0) > 0][np.bincount(where, minlength=len(published)) > 0]
    yield Case("transfers", name, "published", habits, balanced(published, truth.sum(axis=1)), truth)


def table(station: Codes, origin: Codes, destination: Codes) -> Counts:
    """The persons (N, R, C) of each station, origin and destination."""
    shape = (int(station.max()) + 1, int(origin.max()) + 1, int(destination.max()) + 1)
    flat = np.ravel_multi_index((station, origin, destination), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def tidy(truth: Counts) -> tuple[NDArray[np.bool_], Counts]:
    """Which stations have somebody, and the table of those, without origins and destinations of nobody."""
    kept = truth.sum(axis=(1, 2)) > 0
    truth = truth[kept]
    truth = truth[:, truth.sum(axis=(0, 2)) > 0]
    return kept, truth[:, :, truth.sum(axis=(0, 1)) > 0]
