"""Reads the job seekers of France Travail: by priority neighbourhood (IPRO_<year>) and by IRIS (2009).

The first is one row per neighbourhood of the 2014-2023 perimeter, spreadsheet exports with hundreds of
unnamed columns and, until 2019, rows of totals. The second is a table of INSEE with titles above the codes
(line 7) and labels below them (line 8).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.reading import expect_columns
from carreau.sources.tabular import Form, keyed, published_table
from carreau.sources.tidy import numbers, one_row_per, padded


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``qpv``, one row per priority neighbourhood, or ``iris``, one row per IRIS of the area.

    Counts of registered job seekers; a blank cell is null, never zero. Rows of totals are put aside and
    counted. Raises :class:`~carreau.errors.Broken` when the file is truncated, lacks its key, or
    contradicts itself.
    """
    return (_neighbourhoods(file) if file.published.layout == "qpv" else _iris(file),)


def _neighbourhoods(file: Fetched) -> Sourced:
    """The rows of neighbourhoods; totals would count everyone twice."""
    raw, remarks = published_table(file)
    declared = {name.upper(): name for name in file.source.tables["qpv"].names}
    # some vintages write ABC_Dur4 for ABC_DUR4
    raw = raw.rename_columns([declared.get(name.upper(), name) for name in raw.column_names])
    expect_columns(file, raw, ("CODGEO", "ABC"))
    table = raw.filter(pc.starts_with(raw["CODGEO"], "QP"))
    totals = raw.num_rows - table.num_rows
    told = (f"{totals} ligne(s) de totaux écartée(s) (CODGEO sans QP)",) if totals else ()
    if not table.num_rows:
        raise Broken(
            f"{file.name} ne contient aucun quartier prioritaire", given=f"{raw.num_rows} lignes",
            expected="des codes CODGEO comme QP001001",
            advice="vérifier que le fichier est bien celui des quartiers prioritaires",
        )
    table, counted = one_row_per(table, ["CODGEO"], file.name)
    return conformed(file, "qpv", _figures(table, file, "qpv"), remarks + told + counted)


def _iris(file: Fetched) -> Sourced:
    """The rows of IRIS, under the codes of line 7, without the labels of line 8."""
    raw, remarks = published_table(file, Form(skip=6, sheet_skip=6))
    expect_columns(file, raw, ("dc", "iris", "A"))
    labels = raw["dc"][0].as_py()
    rows = raw if labels and labels.isalnum() else raw.slice(1)
    code = pc.binary_join_element_wise(padded(rows["dc"], 5), padded(rows["iris"], 4), "")
    rows = rows.append_column("IRIS", code)
    table, counted = keyed(file, rows, {"IRIS": 9})
    table = table.append_column("COM", pc.utf8_slice_codeunits(table["IRIS"], 0, 5))
    return conformed(file, "iris", _figures(table, file, "iris"), remarks + counted)


def _figures(table: pa.Table, file: Fetched, name: str) -> pa.Table:
    """The columns of ``table`` with the declared numbers as numbers."""
    numeric = {column.name for column in file.source.tables[name].columns if column.type == "number"}
    return pa.table({
        column: numbers(table[column], column) if column in numeric else table[column]
        for column in table.column_names
    })
