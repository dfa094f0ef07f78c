"""The source columns brought onto one set of zones (the IRIS of the census), with the reason of every hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.places.codes import commune_of, department_of
from carreau.products.declare import Handed, Hands
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.places import texts
from carreau.products.electoral_profile.refined import Codes, Values

Columns = Mapping[str, Mapping[str, Values]]
Reasons = Mapping[str, Mapping[str, Codes]]
KEYS: Final = {"revenu": "IRIS", "caf": "CODGEO"}
INCOME: Final = ("MED", "Q1", "Q3", "D1", "D2", "D3", "D4", "D6", "D7", "D8", "D9")
NOT_CUT: Final = "publié par IRIS seulement dans les communes découpées en IRIS"


def zone_codes(hands: Hands) -> tuple[Codes, Codes]:
    """The IRIS of the census, sorted, and the commune of each as ballots know it."""
    (census,) = hands["population"]
    table = census.read(["IRIS", "COM"]).sort_by("IRIS")
    return texts(table["IRIS"]), np.array([commune_of(code) for code in texts(table["COM"])], dtype=object)


def departments_of(communes: Codes) -> Codes:
    """The department of each commune."""
    names, index = np.unique(communes.astype(str), return_inverse=True)
    return np.array([department_of(name) for name in names], dtype=object)[index]


def columns_of(indicators: Sequence[Indicator], hands: Hands, zones: Codes) -> tuple[Columns, Reasons]:
    """Every column that the indicators read, over ``zones`` (NaN where missing), and why it is missing."""
    wanted: dict[str, list[str]] = {}
    for indicator in indicators:
        for formula in (indicator.number, indicator.base, indicator.weight):
            for alias, column in formula.columns if formula else ():
                wanted.setdefault(alias, []).append(column)
        if indicator.distribution:
            wanted.setdefault(indicator.distribution, []).extend(INCOME)
    values: dict[str, dict[str, Values]] = {}
    reasons: dict[str, dict[str, Codes]] = {}
    for alias, columns in wanted.items():
        for handed in hands.get(alias, ())[:1]:
            values[alias], reasons[alias] = _aligned(
                handed, KEYS.get(alias, "IRIS"), list(dict.fromkeys(columns)), zones
            )
    if "revenu" in values:
        _complete_income(values["revenu"], reasons["revenu"], hands, zones)
    return values, reasons


def _aligned(handed: Handed, key: str, columns: list[str], zones: Codes) -> tuple[dict[str, Values], dict[str, Codes]]:
    """Columns of one table in the order of ``zones``, with the marks that stand beside them."""
    table = handed.read()
    names = table.column_names
    position, found = located(zones, texts(table[key]))
    values = {name: np.where(found, _floats(table[name])[position], np.nan) for name in columns if name in names}
    marks: dict[str, Codes] = {}
    for name in columns:
        mark = f"{name}_statut" if f"{name}_statut" in names else "statut" if "statut" in names else ""
        here = texts(table[mark])[position] if mark else np.full(len(zones), "", dtype=object)
        marks[name] = np.where(found, here, NOT_CUT if key != "IRIS" or mark else "")
    return values, marks


def _complete_income(values: dict[str, Values], reasons: dict[str, Codes], hands: Hands, zones: Codes) -> None:
    """Give the zones that are a whole commune (``0000``) the income of their commune, where the IRIS file has none.

    A zone takes all its figures from one file, the first that knows its median: two vintages are not mixed in one
    distribution.
    """
    communes = np.array([code[:5] for code in zones], dtype=object)
    left = np.array([code.endswith("0000") for code in zones]) & ~np.isfinite(values["MED"])
    for handed in (*hands.get("revenu_communes", ()), *hands.get("revenu_communes_avant", ())):
        table = handed.read()
        position, found = located(communes, texts(table["CODGEO"]))
        taken = left & found & np.isfinite(_floats(table["MED"])[position])
        for name in values:
            known = _floats(table[name])[position] if name in table.column_names else np.nan
            values[name] = np.where(taken, known, values[name])
            mark = texts(table[f"{name}_statut"])[position] if f"{name}_statut" in table.column_names else ""
            reasons[name] = np.where(taken, mark, reasons[name])
        left &= ~taken


def located(wanted: Codes, known: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The position of each wanted code among ``known`` (any order), and whether it is there."""
    if not len(known):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    names, sought = known.astype(str), wanted.astype(str)
    order = np.argsort(names)
    position = order[np.minimum(np.searchsorted(names, sought, sorter=order), len(names) - 1)]
    return position, names[position] == sought


def _floats(column: pa.ChunkedArray) -> Values:
    """A column of numbers, NaN where null."""
    return np.asarray(column.cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64)
