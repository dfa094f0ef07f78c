"""What households live on in a year: earnings, pensions, benefits, tax, and the living standard they make.

Amounts are rounded rules of 2021 (orders of magnitude, from memory) that give plausible distributions by
neighbourhood; consumption units are those of the OECD's modified scale, as INSEE uses: 1 for the first
adult, 0.5 for each other person of 14 or more, 0.3 for each child under 14.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from carreau.testing.town.model import (
    COMMUNITY,
    COUPLE,
    COUPLE_WITH_CHILDREN,
    FARMER,
    OCCUPIED,
    OWNER,
    RESIDENCE,
    RETIRED,
    SELF_EMPLOYED,
    SOCIAL,
    STUDENT,
    UNEMPLOYED,
    Array,
    Budgets,
    Homes,
    People,
)

_EARNINGS: Final = np.array([21_000.0, 33_000.0, 46_000.0, 30_500.0, 22_500.0, 23_000.0, 0.0])
_GROUND: Final = 7_000.0


def budgets_of(homes: Homes, people: People, random: np.random.Generator) -> Budgets:
    """One budget per dwelling, in euros a year; zeros where nobody lives and in retirement homes."""
    count = len(homes.address)
    standing = homes.standing[people.home]

    def by_home(amount: Array) -> Array:
        """The sum of an amount per person over each home."""
        return np.bincount(people.home, amount, minlength=count)

    spread = np.exp(0.28 * random.standard_normal(len(people.home)) + 0.14 * standing)
    usual = _EARNINGS[people.occupation] * spread * np.where(people.part_time, 0.62, 1.0)
    usual = usual * np.clip(0.72 + 0.009 * (people.age - 20.0), 0.6, 1.15)
    own = (people.occupation == FARMER) | (people.occupation == SELF_EMPLOYED)
    work, idle = people.activity == OCCUPIED, people.activity == UNEMPLOYED
    pension = np.where(people.activity == RETIRED, 18_500 * np.exp(0.13 * people.diploma) * spread, 0.0)
    pension = pension * np.where(people.woman, 0.86, 1.08)
    units = by_home(np.where(people.age < 14, 0.3, 0.5)) + 0.5
    earned = by_home(np.where(work, usual, 0.0)) + by_home(pension)
    market = {
        "wages": by_home(np.where(work & ~own, usual, 0.0)),
        "unemployment": by_home(np.where(idle, 0.48 * usual, 0.0)),
        "business": by_home(np.where(work & own, usual, 0.0)),
        "pensions": by_home(pension),
        "capital": 0.045 * earned * np.exp(0.6 * homes.standing + 0.8 * random.standard_normal(count)),
    }
    return _after_transfers(homes, people, market, units, random)


def _after_transfers(
    homes: Homes, people: People, market: dict[str, Array], units: Array, random: np.random.Generator
) -> Budgets:
    """The budgets once family, housing and minimum benefits are received and the tax is paid."""
    count = len(homes.address)
    income = sum(market.values(), np.zeros(count))
    young = np.bincount(people.home, people.age < 20, minlength=count)
    adult_disabled = (people.age >= 20) & (people.age < 62) & (random.random(len(people.home)) < 0.022)
    disabled = 8_500.0 * np.bincount(
        people.home, adult_disabled & (people.activity > UNEMPLOYED), minlength=count
    )
    family = np.where(young >= 2, 1_600.0, 0.0) + np.maximum(young - 2, 0) * 2_300.0
    family += 1_900.0 * np.bincount(people.home, people.age < 3, minlength=count)
    housing = _housing_benefit(homes, income, units)
    working = np.bincount(people.home, people.activity == OCCUPIED, minlength=count) > 0
    bonus = np.where(working, np.clip(3_600 - 0.24 * np.abs(income / units - 9_500), 0, 2_800), 0.0)
    bonus = np.where(bonus < 700, 0.0, bonus)
    of_age = (people.age >= 25) & (people.activity != STUDENT)
    entitled = np.bincount(people.home, of_age, minlength=count) > 0
    minima = np.where(entitled, np.maximum(0.0, _GROUND * units**0.8 - income - disabled), 0.0)
    minima = np.where(minima < 500, 0.0, minima)
    tax = np.clip(0.17 * (income - 11_500 * units), 0, None) + 0.045 * np.maximum(income - 8_000, 0)
    left = income + family + housing + minima + bonus + disabled - tax
    lived_in = homes.kind == RESIDENCE
    standard = np.where(lived_in, np.maximum(left, 0.6 * _GROUND * units) / units, 0.0)
    received = {
        "family": family, "minima": minima, "housing": housing, "bonus": bonus,
        "disabled": disabled, "tax": tax, "units": units,
    }
    kept = {name: np.where(lived_in, amount, 0.0) for name, amount in (market | received).items()}
    return Budgets(**kept, standard=standard)


def _housing_benefit(homes: Homes, income: Array, units: Array) -> Array:
    """The housing benefit of tenants: it falls as income rises, and is not paid under 200 euros a year."""
    tenant = (homes.tenure != OWNER) & (homes.kind == RESIDENCE)
    due = np.where(tenant, np.maximum(0.0, 3_300 - 0.145 * (income / units)), 0.0) * np.sqrt(units)
    return np.where(due < 200, 0.0, due)


def poverty_line(homes: Homes, budgets: Budgets) -> float:
    """60 % of the median living standard of the town's persons, in euros a year."""
    rows = np.flatnonzero(homes.kind == RESIDENCE)
    order = rows[np.argsort(budgets.standard[rows], kind="stable")]
    persons = np.cumsum(homes.size[order])
    return 0.6 * float(budgets.standard[order[np.searchsorted(persons, persons[-1] / 2)]])


def couples(homes: Homes) -> Array:
    """Which homes hold a couple, with children or not."""
    return np.asarray(
        ((homes.type == COUPLE) | (homes.type == COUPLE_WITH_CHILDREN)) & (homes.kind != COMMUNITY)
    )


def social_tenants(homes: Homes) -> Array:
    """Which main residences are let by a social landlord (HLM)."""
    return np.asarray((homes.tenure == SOCIAL) & (homes.kind == RESIDENCE))
