"""Who is registered, who votes and for whom: an individual model over four elections.

Each voter has two leanings (economy: left to right; openness: open to closed) that follow age, occupation,
diploma, income, tenure and origin, plus a part of their own that lasts from one election to the next. They
choose the candidate whose place is near, whose favour is high, by a multinomial logit; turnout is another
logit. Two habits can be added, both absent by default: loyalty from one election to the next, and the lean of
voters towards what their neighbourhood leans to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from carreau.testing.town.model import (
    ABSENT,
    BLANK,
    EMPLOYEE,
    EXECUTIVE,
    FARMER,
    FIRST_CANDIDATE,
    NOT_REGISTERED,
    NULL,
    OWNER,
    PRIVATE,
    SELF_EMPLOYED,
    SOCIAL,
    WORKER,
    Addresses,
    Array,
    Ballots,
    Budgets,
    Homes,
    People,
    Stations,
    logistic,
)
from carreau.testing.town.streets import facts

CENSUS_YEAR: Final = 2022
_CHUNK: Final = 250_000
_QUALIFIED: Final = 0.125


@dataclass(frozen=True, slots=True)
class Habits:
    """What voters do beyond their own leanings.

    ``loyalty``, 0 to 1: the part of the voters who choose again the candidate of the election before, or the nearest
    one standing. ``neighbourhood``: how much of the mean leaning of a station each of its voters takes on top of
    their own; 0 is none, and a negative part leans away. It is what biases any inference from stations to persons.
    """

    loyalty: float = 0.0
    neighbourhood: float = 0.0


def ballots_of(
    lived: tuple[Addresses, Stations, Homes, People, Budgets],
    random: np.random.Generator,
    habits: Habits = Habits(),
) -> tuple[Ballots, ...]:
    """The ballots of the four elections, in order; every voter of 2017 votes at the address of today."""
    chance = random.spawn(1)[0]
    addresses, stations, homes, people, budgets = lived
    where = stations.constituency[addresses.station[homes.address[people.home]]]
    leaning = _leanings(homes, people, budgets, random)
    leaning = _neighbourly(leaning, addresses.station[homes.address[people.home]], habits.neighbourhood)
    zeal = _zeal(homes, people, budgets) + 0.9 * random.standard_normal(len(people.home))
    listed = random.random(len(people.home)) < _registration(homes, people)
    done: list[Ballots] = []
    for election in facts("elections")["elections"]:
        fields = _fields(election, done, where)
        right_age = people.age >= 18 - (int(election["id"][:4]) - CENSUS_YEAR)
        registered = listed & right_age & ~people.foreign
        present = _present(zeal, registered, election["turnout"], random)
        choice = np.full(len(where), NOT_REGISTERED, dtype=np.int8)
        choice[registered] = ABSENT
        rows = np.flatnonzero(present)
        choice[rows] = _choices(fields, where[rows], leaning[rows], random)
        if done and habits.loyalty > 0.0:
            choice = _loyal(choice, done[-1], fields, where, chance.random(len(where)) < habits.loyalty)
        luck = random.random(len(rows))
        choice[rows[luck < election["blank"] + election["null"]]] = NULL
        choice[rows[luck < election["blank"]]] = BLANK
        done.append(Ballots(election["id"], choice, fields))
    return tuple(done)


def _registration(homes: Homes, people: People) -> Array:
    """The probability that an adult citizen is on the electoral roll: lower for those who moved lately."""
    return logistic(
        2.4 + 0.02 * (people.age - 40.0) + 0.05 * homes.moved[people.home] + 0.15 * people.diploma
    )


def _standardised(amount: Array) -> Array:
    """The logarithm of a living standard, of mean 0 and deviation 1 over the persons."""
    value = np.log(np.maximum(amount, 5_000.0))
    return np.asarray((value - value.mean()) / max(float(value.std()), 1e-9))


def _leanings(homes: Homes, people: People, budgets: Budgets, random: np.random.Generator) -> Array:
    """The two leanings of each person."""
    income, age = _standardised(budgets.standard[people.home]), (people.age - 48.0) / 18.0
    tenure = homes.tenure[people.home]
    own = (people.occupation == SELF_EMPLOYED) | (people.occupation == FARMER)
    economy = 0.3 * income + 0.55 * own + 0.25 * (tenure == OWNER) - 0.35 * (tenure == SOCIAL) + 0.2 * age
    economy = economy - 0.55 * people.immigrant - 0.1 + 0.75 * random.standard_normal(len(age))
    worker, employee = people.occupation == WORKER, people.occupation == EMPLOYEE
    openness = (
        -0.26 * (people.diploma - 2.6)
        + 0.4 * worker
        + 0.2 * employee
        - 0.35 * (people.occupation == EXECUTIVE)
    )
    openness = openness - 0.15 * age - 0.6 * people.immigrant - 0.15 * (tenure == PRIVATE)
    return np.stack([economy, openness + 0.7 * random.standard_normal(len(age))], axis=1).astype(np.float32)


def _neighbourly(leaning: Array, station: Array, part: float) -> Array:
    """The leanings moved by ``part`` of what their station leans to beyond the town."""
    if part == 0.0:
        return leaning
    persons = np.maximum(np.bincount(station), 1)
    mean = np.stack([np.bincount(station, weights=axis) / persons for axis in leaning.T], axis=1)
    moved = leaning + part * (mean[station] - leaning.mean(axis=0))
    return np.asarray(moved, dtype=np.float32)


def _loyal(
    choice: Array, before: Ballots, fields: Sequence[Sequence[dict[str, Any]]], where: Array, loyal: Array
) -> Array:
    """The choices, where the ``loyal`` choose the heir of the candidate that they chose in the election ``before``."""
    kept = choice.copy()
    again = loyal & (choice >= FIRST_CANDIDATE) & (before.choice >= FIRST_CANDIDATE)
    for field in range(max(len(fields), len(before.candidates))):
        mine = again & (where == field) if max(len(fields), len(before.candidates)) > 1 else again
        heirs = np.array([
            _heir(each, fields[min(field, len(fields) - 1)])
            for each in before.candidates[min(field, len(before.candidates) - 1)]
        ])
        kept[mine] = FIRST_CANDIDATE + heirs[before.choice[mine] - FIRST_CANDIDATE]
    return kept


def _heir(candidate: dict[str, Any], field: Sequence[dict[str, Any]]) -> int:
    """The rank in ``field`` of the same person, or of whoever stands nearest, the more favoured ones first."""
    away = [
        (each["economy"] - candidate["economy"]) ** 2
        + (each["openness"] - candidate["openness"]) ** 2
        - 0.3 * each["favour"]
        - 100.0 * (each["last"] == candidate["last"])
        for each in field
    ]
    return int(np.argmin(away))


def _zeal(homes: Homes, people: People, budgets: Budgets) -> Array:
    """The leaning of each person to go and vote."""
    age = np.minimum(people.age, 75) - 48.0
    tenure = homes.tenure[people.home]
    zeal = (
        0.03 * age
        - 0.04 * np.maximum(people.age - 80.0, 0)
        + 0.2 * _standardised(budgets.standard[people.home])
    )
    return np.asarray(zeal + 0.17 * people.diploma - 0.45 * (tenure == SOCIAL) - 0.2 * (tenure == PRIVATE))


def _present(zeal: Array, registered: Array, turnout: float, random: np.random.Generator) -> Array:
    """Who votes: the most zealous, with luck, in the proportion of the election's turnout."""
    chance = zeal[registered]
    level = float(np.quantile(chance, 1 - turnout)) if len(chance) else 0.0
    present = np.zeros(len(zeal), dtype=bool)
    present[registered] = random.random(len(chance)) < logistic(2.2 * (chance - level))
    return present


def _choices(
    fields: Sequence[Sequence[dict[str, Any]]], where: Array, leaning: Array, random: np.random.Generator
) -> Array:
    """The candidate chosen by each voter, counted from FIRST_CANDIDATE, among those of their constituency."""
    chosen = np.empty(len(where), dtype=np.int8)
    for start in range(0, len(where), _CHUNK):
        part = slice(start, start + _CHUNK)
        for field in np.unique(where[part]) if len(fields) > 1 else [0]:
            mine = np.flatnonzero(where[part] == field) if len(fields) > 1 else np.arange(len(where[part]))
            place = np.array(
                [[each["economy"], each["openness"]] for each in fields[field]], dtype=np.float32
            )
            favour = np.array([each["favour"] for each in fields[field]], dtype=np.float32)
            away = ((leaning[part][mine, None, :] - place) ** 2).sum(axis=2)
            luck = random.gumbel(size=away.shape).astype(np.float32)
            chosen[start + mine] = FIRST_CANDIDATE + np.argmax(favour - 0.9 * away + luck, axis=1)
    return chosen


def _fields(
    election: dict[str, Any], done: Sequence[Ballots], where: Array
) -> tuple[tuple[dict[str, Any], ...], ...]:
    """The candidates of an election: one national field, or one per constituency with its own persons."""
    if "after" in election:
        first = next(each for each in done if each.election == election["after"])
        return tuple(_qualified(first, field, where) for field in range(len(first.candidates)))
    candidates = tuple(election["candidates"])
    if "last" in candidates[0]:
        return (candidates,)
    return tuple(_named(candidates, field) for field in range(int(where.max()) + 1))


def _named(candidates: Sequence[dict[str, Any]], field: int) -> tuple[dict[str, Any], ...]:
    """The candidates of one constituency under fictive names, women and men in turn."""
    words = facts("words")
    named = []
    for place, each in enumerate(candidates):
        number, sex = field * len(candidates) + place, "MF"[(field + place) % 2]
        first = words["first_names_f" if sex == "F" else "first_names_m"]
        named.append(each | {
            "sex": sex, "last": words["last_names"][number % len(words["last_names"])],
            "first": first[(number * 7 + field) % len(first)],
        })
    return tuple(named)


def _qualified(first: Ballots, field: int, where: Array) -> tuple[dict[str, Any], ...]:
    """The candidates of the second round: the two first, and whoever 12.5 % of the registered chose.

    This is the rule of article L162 of the electoral code, except that nobody is elected in the first round:
    the town votes twice everywhere.
    """
    choice = first.choice[where == field]
    registered = int((choice != NOT_REGISTERED).sum())
    votes = np.bincount(
        choice[choice >= FIRST_CANDIDATE] - FIRST_CANDIDATE, minlength=len(first.candidates[field])
    )
    order = np.argsort(-votes, kind="stable")
    kept = sorted(
        place for rank, place in enumerate(order) if rank < 2 or votes[place] >= _QUALIFIED * registered
    )
    return tuple(first.candidates[field][place] for place in kept)
