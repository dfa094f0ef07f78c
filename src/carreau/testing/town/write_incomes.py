"""Filosofi by IRIS and by commune, with their roundings and secrecy codes.

The codes stand where INSEE puts them: ``ns`` where too few households live, ``nd`` where nobody does,
``so`` for what then has no object, ``s`` for a part of income that would betray someone; ``NOTE`` 1 warns
of a change. None is a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from carreau.testing.town.files import File, french, plain, text_of, zipped
from carreau.testing.town.incomes import incomes_by_zone
from carreau.testing.town.model import RESIDENCE, Array, Town
from carreau.testing.town.streets import facts

PUBLISHED_FROM: Final = 200
DETAILED_FROM: Final = 1000
_WITHOUT_OBJECT: Final = {"INCERT", "RD", "S80S20", "NOTE"}
_EUROS: Final = {"Q1", "MED", "Q3", *(f"D{n}" for n in range(1, 10))}
_DECIMALS: Final = {"EQ": 2, "GI": 3}
_SECRET: Final = {"PTSA", "PCHO", "PBEN"}
_SECRET_PLACE, _NOTED_PLACE = 8, 4


def income_files(town: Town) -> Iterator[File]:
    """BASE_TD_FILO_IRIS_2021_DISP, base-cc-filosofi-2021 and FILO2019_DISP_COM."""
    land, address = town.land, town.homes.address
    iris = town.addresses.iris[address]
    yield _by_iris(town, incomes_by_zone(town.homes, town.budgets, iris, len(land.iris)))
    communes = incomes_by_zone(town.homes, town.budgets, land.iris_commune[iris], len(land.communes))
    yield _communes_of_2021(town, communes)
    yield _communes_of_2019(town, communes)


def measure_of(column: str, vintage: str) -> str:
    """The indicator that a column holds: prefix and vintage taken away.

    >>> measure_of("DISP_S80S2021", "21"), measure_of("DISP_TP6021", "21"), measure_of("RD", "19")
    ('S80S20', 'TP60', 'RD')
    """
    return column.removeprefix("DISP_").removesuffix(vintage)


def _by_iris(town: Town, incomes: Mapping[str, Array]) -> File:
    """The file by IRIS, which holds only IRIS of communes that are cut."""
    header = facts("layouts")["filosofi"]["iris_2021"]
    rows = [
        [code, *(_iris_cell(measure_of(column, "21"), incomes, row) for column in header[1:])]
        for row, code in enumerate(town.land.iris)
        if not code.endswith("0000")
    ]
    stem = "BASE_TD_FILO_IRIS_2021_DISP"
    return File(
        f"insee_filosofi-iris-2021/{stem}_CSV.zip", zipped({f"{stem}.csv": text_of(header, rows).encode()}),
        "INSEE layout", "Filosofi 2021", len(rows),
        "decimal comma, codes ns/nd/so/s, only IRIS of cut communes",
    )


def _iris_cell(measure: str, incomes: Mapping[str, Array], row: int) -> str:
    """One cell of the file by IRIS: a rounded figure or the code that stands for it."""
    households = incomes["NBMEN"][row]
    if households < PUBLISHED_FROM:
        return "so" if measure in _WITHOUT_OBJECT else "nd" if households == 0 else "ns"
    if measure == "INCERT":
        return "1" if households >= DETAILED_FROM else "2"
    if measure == "NOTE":
        return "1" if row % 12 == _NOTED_PLACE else "0"
    if measure in _SECRET and row % 12 == _SECRET_PLACE:
        return "s"
    value = incomes[measure][row]
    if measure == "TP60":
        return french(round(value) if households >= DETAILED_FROM else 2 * (value // 2) + 1, 1)
    return _rounded(measure, value)


def _rounded(measure: str, value: float) -> str:
    """A figure rounded as published: tens of euros, one decimal of a percent, three of a Gini index."""
    if measure in _EUROS:
        return plain(round(value, -1))
    return french(value, _DECIMALS.get(measure, 1))


def _communes_of_2021(town: Town, incomes: Mapping[str, Array]) -> File:
    """The file by commune of 2021, with medians of the communes that are not cut."""
    header = facts("layouts")["filosofi"]["communes_2021"]
    names = {"NBMENFISC": "NBMEN", "NBPERSMENFISC": "NBPERS", "PIMP": "PIMP"}
    rows, taxed = [], _taxed(town)
    for row, code in enumerate(town.land.communes):
        small = incomes["NBMEN"][row] < DETAILED_FROM
        cells = [code]
        for column in header[1:]:
            measure = measure_of(column, "21")
            if measure == "PIMP":
                cells.append("" if small else french(taxed[row], 1))
            elif small and measure in {"D1", "D9", "RD"}:
                cells.append("")
            else:
                measure = names.get(measure, measure)
                value = incomes[measure][row]
                cells.append(plain(value) if measure.startswith("NB") else _rounded(measure, value))
        rows.append(cells)
    return File(
        "insee_filosofi-communes-2021/base-cc-filosofi-2021-geo2024_csv.zip",
        zipped({"cc_filosofi_2021_COM.csv": text_of(header, rows).encode()}),
        "INSEE layout", "Filosofi 2021", len(rows),
        "deciles empty in communes of fewer than 1,000 households",
    )


def _taxed(town: Town) -> Array:
    """The share, in percent, of the households of each commune that pay the tax."""
    rows = np.flatnonzero(town.homes.kind == RESIDENCE)
    commune = town.land.iris_commune[town.addresses.iris[town.homes.address[rows]]]
    households = np.bincount(commune, minlength=len(town.land.communes))
    return np.asarray(100.0 * np.bincount(commune, town.budgets.tax[rows] > 0) / np.maximum(households, 1))


def _communes_of_2019(town: Town, incomes: Mapping[str, Array]) -> File:
    """The file by commune in the layout of 2019; small communes have a median and nothing else."""
    header = facts("layouts")["filosofi"]["communes_2019"]
    rows = [
        [code, town.land.commune_names[row], *(_cell_of_2019(column, incomes, row) for column in header[2:])]
        for row, code in enumerate(town.land.communes)
    ]
    content = "\ufeff" + text_of(header, rows, end="\r\n")
    return File(
        "insee_filosofi-communes-2019/FILO2019_DISP_COM.zip",
        zipped({"FILO2019_DISP_COM.csv": content.encode()}),
        "INSEE layout", "Filosofi 2019", len(rows),
        "the town of 2021 in the older layout; BOM, CRLF, decimal comma",
    )


def _cell_of_2019(column: str, incomes: Mapping[str, Array], row: int) -> str:
    """One cell of the layout of 2019."""
    if column.startswith("NB"):
        value = incomes[column.removesuffix("19")][row]
        return french(value, 1) if column.startswith("NBUC") else plain(value)
    if column == "Q219":
        return _rounded("MED", incomes["MED"][row])
    if incomes["NBMEN"][row] < DETAILED_FROM:
        return ""
    if column == "Q3_Q1":
        return plain(round(incomes["Q3"][row] - incomes["Q1"][row], -1))
    measure = measure_of(column, "19")
    return _rounded(measure, incomes[measure][row])
