"""Reads INSEE's census files by IRIS (base-ic) and by commune (base-cc), RP 2017 to RP 2022, CSV or workbook.

One row per IRIS, or per commune. Columns lose their vintage: ``P22_POP`` becomes ``P_POP`` and
``C22_POP15P_STAT_GSEC13_23`` becomes ``C_POP15P_STAT_GSEC13_23``; only the digits that follow the prefix P or
C are a vintage. Layouts: INSEE's dictionaries of variables, published beside each file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.tabular import Form, keyed, published_table
from carreau.sources.tidy import numbers

_VINTAGED: Final = re.compile(r"([PC])(\d{2})_(\w+)")
_VARIABLE: Final = re.compile(r"[PC]_\w+")
# without its total a theme has no denominator: such a file is another one, or its columns were renamed
_TOTALS: Final[Mapping[str, str]] = {
    "population": "P_POP",
    "activite": "P_ACT1564",
    "diplomes": "P_NSCOL15P",
    "logement": "P_LOG",
    "menages": "C_MEN",
}


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The theme of one census file: one row per IRIS (``population``…) or commune (``population_communes``…).

    Counts of persons, households or dwellings, as estimated (with decimals). A variable that the file
    lacks, and a column that is empty throughout, is null. Raises :class:`~carreau.errors.Broken` when the
    file is truncated, lacks its key or its total, holds another vintage, or gives two different rows for
    one place.
    """
    scope, _, theme = file.published.layout.partition(":")
    by_iris = scope == "ic"
    raw, remarks = published_table(file, Form(sheets=("IRIS",) if by_iris else ()))
    table, renamed = _without_vintage(raw, file)
    if _TOTALS[theme] not in table.column_names:
        raise Broken(
            f"{file.name} n'a pas la variable « {_TOTALS[theme]} », total du thème {theme}",
            given=", ".join(raw.column_names[:12]), expected=f"le fichier {file.published.name}",
            advice="vérifier que le fichier est celui du thème et du millésime, sans colonne renommée",
        )
    table, counted = keyed(file, table, {"IRIS": 9} if by_iris else {"CODGEO": 5})
    if by_iris:
        table = _with_commune(table)
    name = theme if by_iris else f"{theme}_communes"
    figures, told = _figures(table, file, name)
    return (conformed(file, name, figures, remarks + renamed + counted + told),)


def _without_vintage(raw: pa.Table, file: Fetched) -> tuple[pa.Table, tuple[str, ...]]:
    """``raw`` with the variables of the file's own vintage, renamed; those of other vintages are left out."""
    own = file.published.vintage[-2:]
    variables = {column: _VINTAGED.fullmatch(column) for column in raw.column_names}
    vintages = {variable[2] for variable in variables.values() if variable}
    if vintages and own not in vintages:
        raise Broken(
            f"{file.name} n'est pas du millésime {file.published.vintage}",
            given=f"des variables du millésime {', '.join(sorted(vintages))}",
            expected=f"des variables nommées P{own}_ ou C{own}_",
            advice="ranger le fichier sous le nom de son millésime",
        )
    kept = [column for column, variable in variables.items() if variable is None or variable[2] == own]
    names = [_VINTAGED.sub(r"\1_\3", column) for column in kept]
    left = raw.num_columns - len(kept)
    remark = (f"{left} variable(s) d'autres millésimes laissées de côté",) if left else ()
    return raw.select(kept).rename_columns(names), remark


def _with_commune(table: pa.Table) -> pa.Table:
    """``table`` with the commune of each IRIS, which is the start of its code."""
    communes = pc.utf8_slice_codeunits(table["IRIS"], 0, 5)
    others = [column for column in table.column_names if column != "COM"]
    return table.select(others).append_column("COM", communes)


def _figures(table: pa.Table, file: Fetched, name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """The declared columns that the file holds, counts as numbers; the remarks tell what has no figure."""
    counts = {column.name for column in file.source.tables[name].columns if column.type == "number"}
    arrays = {
        column: numbers(table[column], column) if column in counts else table[column]
        for column in table.column_names
    }
    blank = sum(arrays[column].null_count == table.num_rows for column in counts & arrays.keys())
    strange = [column for column in arrays if _VARIABLE.fullmatch(column) and column not in counts]
    remarks = []
    if blank:
        remarks.append(f"{blank} variable(s) vides de bout en bout : sans valeur, et non zéro")
    if strange:
        remarks.append(f"{len(strange)} variable(s) non déclarées laissées : {', '.join(strange[:8])}")
    return pa.table(arrays), tuple(remarks)
