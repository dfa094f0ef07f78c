"""Dwellings and the households who live in them: type, size, age of the reference person, tenure, comfort.

The social standing of a household is drawn around that of its neighbourhood: ``segregation`` is the share
of its variance that the neighbourhood explains. Probabilities are set near the national figures of the
census of 2022 (orders of magnitude, from memory): they make a plausible town, not a model of France.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from carreau.testing.town.model import (
    COMMUNITY,
    COUPLE,
    COUPLE_WITH_CHILDREN,
    FREE,
    LONE_PARENT,
    OWNER,
    PRIVATE,
    RESIDENCE,
    SECONDARY,
    SHARED,
    SINGLE,
    SOCIAL,
    VACANT,
    Addresses,
    Array,
    Homes,
    Land,
    drawn,
    logistic,
)
from carreau.testing.town.streets import HOMES_OF_A_BUILDING

_COMMUNITY_SHARE: Final = 0.012
_TYPES: Final = np.log([0.31, 0.025, 0.275, 0.285, 0.085])
_TYPE_OF_FLATS: Final = np.array([0.35, 0.4, -0.25, -0.5, 0.05])
_TYPE_OF_YOUTH: Final = np.array([0.05, 0.35, -0.1, 0.12, 0.05])
_TYPE_OF_SOCIAL: Final = np.array([-0.25, -0.1, -0.35, 0.15, 0.95])
_SECONDARY_SHARE: Final = 0.3


def homes_of(
    land: Land, addresses: Addresses, people: int, segregation: float, random: np.random.Generator
) -> Homes:
    """The dwellings of the town, sorted by address; exactly ``people`` inhabitants live in them.

    What is left empty is vacant or a secondary residence. One retirement home per block houses 1.2 % of the
    people.
    """
    flats = 2 + random.geometric(1.0 / (HOMES_OF_A_BUILDING - 1.0), len(addresses.x))
    address = np.repeat(np.arange(len(addresses.x)), np.where(addresses.collective, np.minimum(flats, 60), 1))
    standing = np.sqrt(segregation) * addresses.standing[address]
    standing = standing + np.sqrt(1.0 - segregation) * random.standard_normal(len(address))
    kind_of_household = _types(addresses, address, random)
    adults, children, age = _members(kind_of_household, addresses.youth[address], random)
    empty = np.zeros(len(address), dtype=np.int8)
    homes = Homes(
        address=address, kind=empty, type=kind_of_household, adults=adults, children=children, age=age,
        standing=standing, tenure=empty, rooms=empty, surface=empty, moved=empty, heating=empty, garage=empty,
        cars=empty, foreign=empty,
    )
    homes = _with_retirement_homes(land, addresses, homes, people)
    homes = replace(homes, kind=_kinds(homes, people, random))
    return _furnished(addresses, homes, random)


def _types(addresses: Addresses, address: Array, random: np.random.Generator) -> Array:
    """The household type of each dwelling, by building and neighbourhood."""
    chance = np.tile(_TYPES, (len(addresses.x), 1))
    chance += np.outer(addresses.collective, _TYPE_OF_FLATS) + np.outer(addresses.youth, _TYPE_OF_YOUTH)
    chance += np.outer(addresses.social, _TYPE_OF_SOCIAL)
    chance = np.exp(chance)
    return drawn(random, np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1), address)


def _members(kind: Array, youth: Array, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Adults, children and age of the reference person of each household."""
    count = len(kind)
    families = (kind == COUPLE_WITH_CHILDREN) | (kind == LONE_PARENT)
    adults = np.where((kind == COUPLE) | (kind == COUPLE_WITH_CHILDREN), 2, 1)
    adults = np.where(kind == SHARED, 2 + (random.random(count) < 0.3), adults).astype(np.int8)
    children = 1 + (random.random(count) < 0.55).astype(np.int8)
    children += (children == 2) & (random.random(count) < 0.32)
    children += (children == 3) & (random.random(count) < 0.3)
    young, luck = random.random(count), random.standard_normal(count)
    age = np.select(
        [kind == SINGLE, kind == COUPLE, kind == LONE_PARENT, kind == SHARED],
        [
            np.where(young < 0.36 + 0.12 * youth, 29 + 7 * luck, 67 + 13 * luck),
            np.where(young < 0.22 + 0.08 * youth, 31 + 6 * luck, 68 + 9 * luck),
            42 + 8 * luck,
            33 + 14 * luck,
        ],
        40 + 7.5 * luck - 2 * youth,
    )
    low, high = np.where(families, 22, 19), np.where(families, 62, 97)
    return adults, np.where(families, children, 0).astype(np.int8), np.clip(age, low, high).astype(np.int8)


def _with_retirement_homes(land: Land, addresses: Addresses, homes: Homes, people: int) -> Homes:
    """The homes where the first dwelling of each block is a retirement home of many persons."""
    each = int(people * _COMMUNITY_SHARE / land.blocks)
    first = np.searchsorted(addresses.iris[homes.address], np.arange(land.blocks) * 12)
    kind, adults, children = homes.kind.copy(), homes.adults.astype(np.int16), homes.children.copy()
    kind[first], adults[first], children[first] = COMMUNITY, each, 0
    return replace(homes, kind=kind, adults=adults, children=children)


def _kinds(homes: Homes, people: int, random: np.random.Generator) -> Array:
    """The use of each dwelling: lived in until ``people`` are housed, empty after."""
    kind = homes.kind.copy()
    community = kind == COMMUNITY
    size = np.where(community, 0, homes.adults.astype(np.int64) + homes.children)
    order = random.permutation(len(kind))
    filled = np.cumsum(size[order])
    target = people - int(homes.adults[community].sum())
    last = int(np.searchsorted(filled, target, side="right"))
    empty = order[last:]
    left = target - (int(filled[last - 1]) if last else 0)
    fitting = empty[(size[empty] == left) & ~community[empty]][:1] if left else empty[:0]
    kind[empty] = np.where(random.random(len(empty)) < _SECONDARY_SHARE, SECONDARY, VACANT)
    kind[fitting] = RESIDENCE
    kind[community] = COMMUNITY
    return kind


def _furnished(addresses: Addresses, homes: Homes, random: np.random.Generator) -> Homes:
    """The homes with tenure, rooms, surface, years since moving in, heating, garage, cars, origin."""
    address, standing = homes.address, homes.standing
    flat, social, count = addresses.collective[address], addresses.social[address], len(address)
    people = np.minimum(homes.adults + homes.children, 6)
    owner = random.random(count) < logistic(1.35 + 0.75 * standing + 0.035 * (homes.age - 45.0) - 1.3 * flat)
    tenure = np.where(social, SOCIAL, np.where(owner, OWNER, PRIVATE))
    tenure = np.where(random.random(count) < 0.02, FREE, tenure)
    room = 1.6 + 0.55 * people + 1.1 * ~flat + 0.35 * standing + 0.7 * random.standard_normal(count)
    rooms = np.clip(np.round(room), 1, 6)
    surface = np.clip(8 + rooms * (17 + 3 * standing + 6 * ~flat) + 7 * random.standard_normal(count), 9, 300)
    stay = random.exponential(np.where(tenure == OWNER, 16.0, 6.0))
    cars = 0.45 + 0.45 * (people > 1) + 0.5 * ~flat + 0.2 * standing + 0.6 * random.standard_normal(count)
    foreign = random.random(count) < logistic(-2.9 - 0.75 * standing + 0.7 * social + 0.4 * flat)
    return replace(
        homes,
        tenure=tenure.astype(np.int8),
        rooms=rooms.astype(np.int8),
        surface=surface.astype(np.int16),
        moved=np.minimum(stay, np.maximum(homes.age - 18.0, 0)).astype(np.int8),
        heating=drawn(random, np.array([[0.46, 0.78, 1.0], [0.04, 0.42, 1.0]]), (~flat).astype(np.int64)),
        garage=random.random(count) < np.where(flat, 0.35, 0.82),
        cars=np.clip(np.round(cars), 0, 3).astype(np.int8),
        foreign=foreign,
    )
