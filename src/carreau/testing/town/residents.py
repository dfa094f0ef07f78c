"""The inhabitants: place in the household, sex, age, nationality, marital status, schooling and work."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from carreau.testing.town.model import (
    CHILD,
    COMMUNITY,
    COUPLE,
    COUPLE_WITH_CHILDREN,
    FARMER,
    INACTIVE,
    LONE_PARENT,
    NONE,
    OCCUPIED,
    RETIRED,
    SELF_EMPLOYED,
    SHARED,
    SINGLE,
    SMALL_COMMUNE,
    STUDENT,
    UNEMPLOYED,
    Addresses,
    Array,
    Homes,
    Land,
    People,
    drawn,
    logistic,
)

_DIPLOMAS: Final = np.array([-0.95, -0.72, 0.03, 0.50, 0.80, 1.15])
_SCHOOL: Final = (
    (2, 0.75),
    (3, 0.99),
    (16, 0.96),
    (18, 0.72),
    (20, 0.52),
    (22, 0.36),
    (24, 0.17),
    (26, 0.06),
    (30, 0.01),
)
_OCCUPATIONS: Final = np.array([
    [0.012, 0.06, 0.02, 0.08, 0.35, 0.478],
    [0.012, 0.07, 0.04, 0.15, 0.42, 0.308],
    [0.015, 0.09, 0.03, 0.18, 0.34, 0.345],
    [0.012, 0.08, 0.08, 0.30, 0.38, 0.148],
    [0.008, 0.07, 0.15, 0.52, 0.20, 0.052],
    [0.003, 0.05, 0.40, 0.42, 0.10, 0.027],
    [0.001, 0.05, 0.73, 0.16, 0.05, 0.009],
])
_OF_WOMEN: Final = np.array([0.5, 0.55, 0.85, 1.05, 1.7, 0.35])
_CONTRACTS: Final = np.array([[0.845, 0.935, 0.96, 0.965, 1.0]])
_OWN_CONTRACTS: Final = np.array([[0.62, 0.97, 1.0]])
_WORKPLACES: Final = np.array([[0.34, 0.80, 0.94, 0.99, 1.0]])
_TRANSPORTS: Final = np.array([
    [0.05, 0.14, 0.19, 0.22, 0.76, 1.0],
    [0.04, 0.08, 0.10, 0.12, 0.96, 1.0],
])


def people_of(land: Land, addresses: Addresses, homes: Homes, random: np.random.Generator) -> People:
    """The inhabitants of the homes, sorted by home: the reference person, then adults, then children."""
    home = np.repeat(np.arange(len(homes.address)), homes.size)
    rank = np.arange(len(home)) - np.concatenate([[0], np.cumsum(homes.size)[:-1]])[home]
    adult = rank < homes.adults[home]
    woman = _women(homes, home, rank, random)
    age = _ages(homes, home, rank, random)
    foreign = homes.foreign[home] & (random.random(len(home)) < np.where(age < 18, 0.35, 0.78))
    immigrant = np.where(foreign, random.random(len(home)) < np.where(age < 18, 0.6, 0.95), False)
    immigrant |= (
        ~foreign & (age > 15) & (random.random(len(home)) < np.where(homes.foreign[home], 0.6, 0.028))
    )
    origin: dict[str, Any] = {
        "home": home, "adult": adult, "reference": rank == 0, "woman": woman, "age": age, "foreign": foreign,
        "immigrant": immigrant, "marital": _marital(homes, home, age, rank, random),
    }
    return People(**origin, **_careers(land, addresses, homes, origin, random))


def _women(homes: Homes, home: Array, rank: Array, random: np.random.Generator) -> Array:
    """Who is a woman: most lone parents and old residents are, partners differ 97 times in 100."""
    count = len(home)
    kind, first, community = homes.type[home], rank == 0, homes.kind[home] == COMMUNITY
    share = np.select(
        [community, first & (kind == LONE_PARENT), first & (kind == SINGLE) & (homes.age[home] > 60)],
        [0.73, 0.82, 0.68],
        np.where(first & (kind == SINGLE), 0.46, 0.49),
    )
    woman = random.random(count) < share
    reference = np.concatenate([[False], woman[:-1]])
    partner = ((kind == COUPLE) | (kind == COUPLE_WITH_CHILDREN)) & ~community & (rank == 1)
    return np.where(partner, reference ^ (random.random(count) < 0.97), woman).astype(bool)


def _ages(homes: Homes, home: Array, rank: Array, random: np.random.Generator) -> Array:
    """Ages in years: partners are near in age, children young enough for their parent."""
    lead = homes.age[home].astype(np.float64)
    count = len(home)
    spread = np.where(homes.type[home] == SHARED, 8.0, 3.5)
    other = np.clip(lead + spread * random.standard_normal(count), 18, 99)
    low, high = np.maximum(0.0, lead - 45), np.minimum(27.0, lead - 19)
    child = low + np.floor(random.random(count) * (high - low + 1))
    age = np.where(rank >= homes.adults[home], child, np.where(rank == 0, lead, other))
    old = np.clip(86 + 6.5 * random.standard_normal(count), 66, 104)
    return np.where(homes.kind[home] == COMMUNITY, old, age).astype(np.int8)


def _marital(homes: Homes, home: Array, age: Array, rank: Array, random: np.random.Generator) -> Array:
    """Legal status: 0 married, 1 civil union, 2 free union, 3 widowed, 4 divorced, 5 single."""
    luck = random.random(len(home))
    kind = homes.type[home]
    together = (
        ((kind == COUPLE) | (kind == COUPLE_WITH_CHILDREN)) & (rank < 2) & (homes.kind[home] != COMMUNITY)
    )
    bond = np.select([luck < np.where(age > 50, 0.86, 0.56), luck < np.where(age > 50, 0.9, 0.74)], [0, 1], 2)
    alone = np.select(
        [luck < np.clip((age - 58) / 45.0, 0, 0.75), luck > 1 - np.clip((age - 28) / 70.0, 0, 0.35)],
        [3, 4],
        5,
    )
    return np.where(together, bond, np.where(rank >= homes.adults[home], 5, alone)).astype(np.int8)


def _careers(
    land: Land, addresses: Addresses, homes: Homes, origin: dict[str, Any], random: np.random.Generator
) -> dict[str, Array]:
    """Diploma, school, activity, occupation and conditions of work, as columns of :class:`People`."""
    age, home, count = origin["age"], origin["home"], len(origin["age"])
    standing = homes.standing[home]
    level = 0.85 * standing + 0.75 * random.standard_normal(count) - 0.018 * (np.clip(age, 25, 90) - 47.0)
    diploma = np.where(age < 15, -1, np.searchsorted(_DIPLOMAS, level)).astype(np.int8)
    school = np.zeros(count)
    for since, rate in _SCHOOL:
        school = np.where(age >= since, rate, school)
    enrolled = random.random(count) < school + 0.08 * (standing > 0.5) * ((age > 17) & (age < 26))
    activity = _activities(homes, origin, diploma, enrolled, random)
    active = (activity == OCCUPIED) | (activity == UNEMPLOYED)
    rural = land.commune_kind[land.iris_commune[addresses.iris[homes.address[home]]]] == SMALL_COMMUNE
    occupation = np.where(active, _occupations(diploma, origin["woman"], rural, random), NONE).astype(np.int8)
    occupied = activity == OCCUPIED
    own = (occupation == FARMER) | (occupation == SELF_EMPLOYED)
    zero = np.zeros(count, dtype=np.int64)
    contract = np.where(own, 5 + drawn(random, _OWN_CONTRACTS, zero), drawn(random, _CONTRACTS, zero))
    part = random.random(count) < np.where(origin["woman"], 0.27, 0.08)
    flat = addresses.collective[homes.address[home]]
    workplace = drawn(random, _WORKPLACES, zero)
    transport = drawn(random, _TRANSPORTS, (~flat).astype(np.int64))
    return {
        "diploma": diploma, "enrolled": enrolled, "activity": activity, "occupation": occupation,
        "contract": np.where(occupied, contract, -1).astype(np.int8), "part_time": occupied & part,
        "workplace": np.where(occupied, workplace, -1).astype(np.int8),
        "transport": np.where(occupied, transport, -1).astype(np.int8),
    }


def _activities(
    homes: Homes, origin: dict[str, Any], diploma: Array, enrolled: Array, random: np.random.Generator
) -> Array:
    """Type of activity in the sense of the census."""
    age, woman, count = origin["age"], origin["woman"], len(origin["age"])
    standing = homes.standing[origin["home"]]
    retired = random.random(count) < np.clip((age - 57) / 9.0, 0, 0.985)
    at_work = random.random(count) < logistic(
        2.2 + 0.28 * diploma - 0.5 * woman + 0.25 * standing - 0.6 * (age < 22)
    )
    jobless = random.random(count) < logistic(
        -1.95 - 0.22 * diploma - 0.5 * standing - 0.028 * (age - 40.0) + 0.5 * origin["foreign"]
    )
    working_student = random.random(count) < 0.17
    work = np.where(jobless, UNEMPLOYED, OCCUPIED)
    return np.select(
        [
            age < 15,
            enrolled & ~working_student,
            (homes.kind[origin["home"]] == COMMUNITY) | retired,
            at_work | enrolled,
        ],
        [CHILD, np.where(age < 30, STUDENT, work), RETIRED, work],
        INACTIVE,
    ).astype(np.int8)


def _occupations(diploma: Array, woman: Array, rural: Array, random: np.random.Generator) -> Array:
    """Occupation group (one of the six of GSEC) by diploma, sex, and whether the commune is a village."""
    table = np.concatenate([_OCCUPATIONS, _OCCUPATIONS * _OF_WOMEN])
    table = np.concatenate(
        [table * np.array([0.12, 1, 1, 1, 1, 1]), table * np.array([3.5, 1.2, 0.8, 1, 1, 1])]
    )
    table = np.cumsum(table / table.sum(axis=1, keepdims=True), axis=1)
    return drawn(random, table, np.maximum(diploma, 0) + 7 * woman + 14 * rural)
