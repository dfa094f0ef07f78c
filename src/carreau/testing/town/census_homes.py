"""The columns of the census that count dwellings, households and families.

Each rule yields a column's name without its vintage (``P_RP_PROP``), and for each dwelling whether, or how
much, it counts in it (a number of rooms, of persons, of years).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from carreau.testing.town.census_people import Measure
from carreau.testing.town.model import (
    COMMUNITY,
    COUPLE,
    COUPLE_WITH_CHILDREN,
    FREE,
    LONE_PARENT,
    OWNER,
    RESIDENCE,
    SECONDARY,
    SHARED,
    SINGLE,
    SOCIAL,
    VACANT,
    Addresses,
    Array,
    Homes,
    People,
)

_SURFACES: Final = (
    ("M30M2", 0, 30), ("3040M2", 30, 40), ("4060M2", 40, 60), ("6080M2", 60, 80), ("80100M2", 80, 100),
    ("100120M2", 100, 120), ("120M2P", 120, 10_000),
)
_PERIODS: Final = ("ACH19", "ACH45", "ACH70", "ACH90", "ACH05")
_STAYS: Final = (("ANEM0002", 0, 2), ("ANEM0204", 2, 5), ("ANEM0509", 5, 10), ("ANEM10P", 10, 200))
_SMALLEST_WITH_A_BATH: Final = 11


def home_measures(addresses: Addresses, homes: Homes, people: People) -> Iterator[Measure]:
    """Every census column that counts dwellings, households or families."""
    yield from _dwellings(addresses, homes)
    yield from _residences(homes)
    yield from _tenures(homes)
    yield from _households(homes, people)
    yield from _families(homes, people)


def _dwellings(addresses: Addresses, homes: Homes) -> Iterator[Measure]:
    """Dwellings by use, building, rooms and surface."""
    main, flat = homes.kind == RESIDENCE, addresses.collective[homes.address]
    any_use = homes.kind != COMMUNITY
    yield from (
        ("P_LOG", any_use),
        ("P_RP", main),
        ("P_RSECOCC", homes.kind == SECONDARY),
        ("P_LOGVAC", homes.kind == VACANT),
    )
    yield from (("P_MAISON", any_use & ~flat), ("P_APPART", any_use & flat))
    yield from (("P_RPMAISON", main & ~flat), ("P_RPAPPART", main & flat))
    for rooms in range(1, 5):
        yield f"P_RP_{rooms}P", main & (homes.rooms == rooms)
    yield "P_RP_5PP", main & (homes.rooms >= 5)
    for name, low, high in _SURFACES:
        yield f"P_RP_{name}", main & (homes.surface >= low) & (homes.surface < high)
    for name, building in (("", main), ("MAISON", main & ~flat), ("APPART", main & flat)):
        yield f"P_NBPI_RP{name}", np.where(building, homes.rooms, 0)
    yield "P_RP_ACHTOT", main
    for code, period in enumerate(_PERIODS):
        yield f"P_RP_{period}", main & (addresses.period[homes.address] == code)


def _residences(homes: Homes) -> Iterator[Measure]:
    """Main residences by years since moving in, comfort and cars."""
    main = homes.kind == RESIDENCE
    persons = np.where(main, homes.size, 0)
    yield from (("P_MEN", main),)
    for name, low, high in _STAYS:
        stayed = main & (homes.moved >= low) & (homes.moved < high)
        yield f"P_MEN_{name}", stayed
        yield f"P_PMEN_{name}", np.where(stayed, persons, 0)
    yield "P_RP_SDB", main & (homes.surface > _SMALLEST_WITH_A_BATH)
    for code, heating in enumerate(("CCCOLL", "CCIND", "CINDELEC")):
        yield f"P_RP_{heating}", main & (homes.heating == code)
    yield "P_RP_GARL", main & homes.garage
    yield from (("P_RP_VOIT1P", main & (homes.cars >= 1)), ("P_RP_VOIT1", main & (homes.cars == 1)))
    yield "P_RP_VOIT2P", main & (homes.cars >= 2)


def _tenures(homes: Homes) -> Iterator[Measure]:
    """Main residences, their persons and years since moving in, by tenure."""
    main = homes.kind == RESIDENCE
    let = main & (homes.tenure != OWNER) & (homes.tenure != FREE)
    tenures = (
        ("", main), ("_PROP", main & (homes.tenure == OWNER)), ("_LOC", let),
        ("_LOCHLMV", main & (homes.tenure == SOCIAL)), ("_GRAT", main & (homes.tenure == FREE)),
    )
    for name, mine in tenures:
        if name:
            yield f"P_RP{name}", mine
        yield f"P_NPER_RP{name}", np.where(mine, homes.size, 0)
        yield f"P_ANEM_RP{name}", np.where(mine, homes.moved, 0)


def _households(homes: Homes, people: People) -> Iterator[Measure]:
    """Households and their persons by type of family."""
    main, by_woman = homes.kind == RESIDENCE, _led_by_woman(homes, people)
    alone, family = main & (homes.type == SINGLE), main & (homes.type >= COUPLE)
    types = (
        ("", main), ("PSEUL", alone), ("HSEUL", alone & ~by_woman), ("FSEUL", alone & by_woman),
        ("SFAM", main & (homes.type == SHARED)), ("FAM", family), ("COUPSENF", main & (homes.type == COUPLE)),
        ("COUPAENF", main & (homes.type == COUPLE_WITH_CHILDREN)),
        ("FAMMONO", main & (homes.type == LONE_PARENT)),
    )
    for name, mine in types:
        yield f"C_MEN{name}", mine
        yield f"C_PMEN{'_MEN' + name if name else ''}", np.where(mine, homes.size, 0)


def _families(homes: Homes, people: People) -> Iterator[Measure]:
    """Families by composition and number of children under 25."""
    main, by_woman = homes.kind == RESIDENCE, _led_by_woman(homes, people)
    family, lone = main & (homes.type >= COUPLE), main & (homes.type == LONE_PARENT)
    yield from (
        ("C_FAM", family),
        ("C_COUPAENF", main & (homes.type == COUPLE_WITH_CHILDREN)),
        ("C_FAMMONO", lone),
    )
    yield from (
        ("C_HMONO", lone & ~by_woman),
        ("C_FMONO", lone & by_woman),
        ("C_COUPSENF", main & (homes.type == COUPLE)),
    )
    young = np.bincount(people.home, ~people.adult & (people.age < 25), minlength=len(homes.kind))
    for children in range(4):
        yield f"C_NE24F{children}", family & (young == children)
    yield "C_NE24F4P", family & (young >= 4)


def _led_by_woman(homes: Homes, people: People) -> Array:
    """Which homes have a woman as their reference person."""
    return np.bincount(people.home, people.reference & people.woman, minlength=len(homes.kind)) > 0
