"""The source columns brought onto one set of zones (the IRIS of the census), with the reason of every hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from carreau.places.codes import commune_of, department_of
from carreau.places.successions import located
from carreau.products.declare import Handed, Hands, Input
from carreau.products.electoral_profile.indicators import PUBLISHED, Indicator
from carreau.products.electoral_profile.outside import COLUMN
from carreau.products.electoral_profile.refined import Codes, Mask, Texts, Values, blank, codes_of, numbers, texts

KEYS: Final[Mapping[str, str]] = {"caf": "CODGEO"}
INCOME: Final = "revenu"
MEDIAN: Final = PUBLISHED[0.5]
BY_COMMUNE: Final = ("revenu_communes", "revenu_communes_avant")
NOT_CUT: Final = "publié par IRIS seulement dans les communes découpées en IRIS"


@dataclass(frozen=True, slots=True)
class OnZones:
    """Source columns over the zones, by alias and name, why they are missing, and which file speaks of which zones."""

    values: dict[str, dict[str, Values]] = field(default_factory=dict)
    reasons: dict[str, dict[str, Texts]] = field(default_factory=dict)
    served: dict[str, list[tuple[Input, Mask]]] = field(default_factory=dict)

    def inputs(self, reached: Mask) -> dict[str, tuple[Input, ...]]:
        """The files of each alias that speak of one of the zones ``reached``; the first of an alias when none does."""
        found = {}
        for alias, served in self.served.items():
            speaking = tuple(entry for entry, zones in served if (zones & reached).any())
            found[alias] = speaking or tuple(entry for entry, _ in served[:1])
        return found


def zone_codes(hands: Hands) -> tuple[Codes, Codes]:
    """The IRIS of the census, sorted, and the commune of each as ballots know it."""
    (census,) = hands["population"]
    table = census.read(["IRIS", "COM"]).sort_by("IRIS")
    names, index = np.unique(codes_of(table["COM"]), return_inverse=True)
    return codes_of(table["IRIS"]), np.array([commune_of(str(name)) for name in names], dtype=np.str_)[index]


def departments_of(communes: Codes) -> Codes:
    """The department of each commune."""
    names, index = np.unique(communes, return_inverse=True)
    return np.array([department_of(str(name)) for name in names], dtype=np.str_)[index]


def columns_of(indicators: Sequence[Indicator], hands: Hands, zones: Codes) -> OnZones:
    """Every column that the indicators and their margins read, over ``zones`` (NaN where missing), and why."""
    wanted: dict[str, list[str]] = {COLUMN[0]: [COLUMN[1]]}
    for indicator in indicators:
        for alias, column in indicator.columns:
            wanted.setdefault(alias, []).append(column)
        if indicator.distribution:
            wanted[indicator.distribution] += PUBLISHED.values()
    found = OnZones()
    for alias, columns in wanted.items():
        for handed in hands.get(alias, ())[:1]:
            _align(found, (alias, handed), list(dict.fromkeys(columns)), zones)
    if MEDIAN in found.values.get(INCOME, {}):
        _complete_income(found, hands, zones)
    return found


def _align(found: OnZones, source: tuple[str, Handed], columns: list[str], zones: Codes) -> None:
    """Put the columns of one table in the order of ``zones``, with the marks that stand beside them."""
    alias, handed = source
    key, table = KEYS.get(alias, "IRIS"), handed.read()
    names = table.column_names
    position, here = located(zones, codes_of(table[key]))
    found.values[alias] = {
        name: np.where(here, numbers(table[name])[position], np.nan) for name in columns if name in names
    }
    found.reasons[alias] = {}
    for name in columns:
        mark = next((column for column in (f"{name}_statut", "statut") if column in names), "")
        said = texts(table[mark])[position] if mark else blank(len(zones))
        found.reasons[alias][name] = np.where(here, said, NOT_CUT if mark else "")
    found.served[alias] = [(handed.input, here)]


def _complete_income(found: OnZones, hands: Hands, zones: Codes) -> None:
    """Give the zones that are a whole commune (``0000``) the income of their commune, where the IRIS file has none.

    A zone takes all its figures from one file, the first that knows its median: two vintages are not mixed in one
    distribution.
    """
    values, reasons = found.values[INCOME], found.reasons[INCOME]
    communes = zones.astype("<U5")
    left = np.char.endswith(zones, "0000") & ~np.isfinite(values[MEDIAN])
    for handed in (entry for alias in BY_COMMUNE for entry in hands.get(alias, ())):
        table = handed.read()
        position, told = located(communes, codes_of(table["CODGEO"]))
        told &= left
        taken = told & np.isfinite(numbers(table[MEDIAN])[position])
        for name, column in values.items():
            known = numbers(table[name])[position] if name in table.column_names else np.nan
            values[name] = np.where(taken, known, column)
            mark = texts(table[f"{name}_statut"])[position] if f"{name}_statut" in table.column_names else ""
            reasons[name] = np.where(told, mark, reasons[name])
        found.served[INCOME].append((handed.input, taken))
        left &= ~taken
