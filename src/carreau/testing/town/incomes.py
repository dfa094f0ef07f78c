"""The distribution of living standards and the benefits drawn, by zone: exact, before any secrecy.

Filosofi describes persons of ordinary households: a quantile is the living standard under which that share
of the persons live; shares of income are shares of the disposable income of the zone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from carreau.testing.town.budgets import couples, poverty_line, social_tenants
from carreau.testing.town.model import (
    LONE_PARENT,
    RESIDENCE,
    SINGLE,
    STUDENT,
    Addresses,
    Array,
    Budgets,
    Homes,
    People,
)

_QUANTILES: Final = {"Q1": 0.25, "MED": 0.5, "Q3": 0.75} | {f"D{n}": n / 10 for n in (1, 2, 3, 4, 6, 7, 8, 9)}
_CHILD_AGES: Final = (
    ("_2", 0, 2),
    ("_3_5", 3, 5),
    ("_6_10", 6, 10),
    ("_11_14", 11, 14),
    ("_15_17", 15, 17),
    ("_18_24", 18, 24),
)
_RECENT_BUILDINGS: Final = 2


def incomes_by_zone(homes: Homes, budgets: Budgets, zone: Array, zones: int) -> dict[str, Array]:
    """Filosofi's indicators by zone, not rounded, named without vintage; NaN where no household lives.

    Also ``NBMEN``, ``NBPERS`` and ``NBUC``, counts of households, persons and consumption units.
    """
    rows = np.flatnonzero(homes.kind == RESIDENCE)
    rows = rows[np.lexsort((budgets.standard[rows], zone[rows]))]
    where, persons, standard = zone[rows], homes.size[rows].astype(np.float64), budgets.standard[rows]
    bounds = np.searchsorted(where, np.arange(zones + 1))
    found = {name: np.full(zones, np.nan) for name in (*_QUANTILES, "S80S20", "GI")}
    for each in range(zones):
        part = slice(bounds[each], bounds[each + 1])
        if bounds[each + 1] > bounds[each]:
            for name, value in _spread(persons[part], standard[part]).items():
                found[name][each] = value
    found["EQ"] = (found["Q3"] - found["Q1"]) / found["MED"]
    found["RD"] = found["D9"] / found["D1"]
    poor = np.bincount(where, persons * (standard < poverty_line(homes, budgets)), minlength=zones)
    people = np.bincount(where, persons, minlength=zones)
    found["TP60"] = 100 * _share(poor, people)
    found |= {"NBMEN": np.bincount(where, minlength=zones).astype(np.float64), "NBPERS": people}
    found["NBUC"] = np.bincount(where, budgets.units[rows], minlength=zones)
    return found | _parts(budgets, rows, where, zones)


def _share(part: Array, whole: Array) -> Array:
    """Part over whole; NaN where there is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _spread(persons: Array, standard: Array) -> dict[str, float]:
    """Quantiles, ratio of the shares of the outer fifths, and Gini index of one zone (sorted rows)."""
    below = np.cumsum(persons) / persons.sum()
    spread = {
        name: float(standard[np.searchsorted(below, level - 1e-12)]) for name, level in _QUANTILES.items()
    }
    held = np.cumsum(persons * standard) / (persons @ standard)
    lorenz_at, lorenz = np.concatenate([[0.0], below]), np.concatenate([[0.0], held])
    fifth, rest = np.interp([0.2, 0.8], lorenz_at, lorenz)
    area = float(np.sum(np.diff(lorenz_at) * (lorenz[1:] + lorenz[:-1])) / 2)
    return spread | {"S80S20": float((1 - rest) / fifth), "GI": 1 - 2 * area}


def _parts(budgets: Budgets, rows: Array, where: Array, zones: int) -> dict[str, Array]:
    """The parts of the disposable income of each zone, in percent; taxes are negative."""
    social = (budgets.family, budgets.minima, budgets.bonus, budgets.disabled, budgets.housing)
    amounts = {
        "PTSA": budgets.wages, "PCHO": budgets.unemployment, "PBEN": budgets.business,
        "PPEN": budgets.pensions,
        "PPAT": budgets.capital, "PPFAM": budgets.family, "PPLOGT": budgets.housing, "PIMPOT": -budgets.tax,
        "PPMINI": budgets.minima + budgets.bonus + budgets.disabled,
        "PPSOC": sum(social, np.zeros(len(budgets.tax))),
    }
    total = np.bincount(where, (budgets.standard * budgets.units)[rows], minlength=zones)
    parts = {
        name: 100 * _share(np.bincount(where, amount[rows], minlength=zones), total)
        for name, amount in amounts.items()
    }
    return parts | {"PACT": parts["PTSA"] + parts["PCHO"] + parts["PBEN"]}


def benefits_by_zone(
    lived: tuple[Addresses, Homes, People, Budgets], zone: Array, zones: int
) -> dict[str, Array]:
    """The columns of the CAF file by zone: households that draw a benefit, persons and children covered."""
    addresses, homes, people, budgets = lived
    drawn = {
        "AAL": budgets.housing > 0, "AAAH": budgets.disabled > 0, "APPA": budgets.bonus > 0,
        "ARSAS": budgets.minima > 0,
    }
    any_benefit = np.logical_or.reduce([*drawn.values(), budgets.family > 0])
    recent = addresses.period[homes.address] > _RECENT_BUILDINGS
    couple, lone = couples(homes), homes.type == LONE_PARENT
    covered = any_benefit[people.home]
    child = covered & ~people.adult & (people.age < 25)
    children = np.bincount(people.home, child, minlength=len(homes.kind))
    student = covered & people.reference & (people.activity == STUDENT)
    young = covered & people.reference & (people.age < 25) & ~student
    counted = {
        "A": any_benefit, "PERCOU": np.where(any_benefit, homes.size, 0),
        "AI": any_benefit & (homes.type == SINGLE),
        "AM": any_benefit & lone & (children > 0), "ACSSENF": any_benefit & couple & (children == 0),
        "ACAVENF": any_benefit & couple & (children > 0), "AC3ENF": any_benefit & couple & (children > 2),
        "AAPL": drawn["AAL"] & (social_tenants(homes) | recent),
    }
    found = {name: np.bincount(zone, value, minlength=zones) for name, value in (counted | drawn).items()}
    persons = {"ENF": child, "A_ETUD": student, "A_NETUD_24": young}
    for name, low, high in _CHILD_AGES:
        persons[f"ENF{name}"] = child & (people.age >= low) & (people.age <= high)
    where = zone[people.home]
    return found | {name: np.bincount(where, value, minlength=zones) for name, value in persons.items()}
