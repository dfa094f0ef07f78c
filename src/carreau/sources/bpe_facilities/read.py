"""Reads INSEE's database of facilities (BPE): counted by IRIS, located one by one, or long (DS_BPE).

One row per place and type of facility when the file counts them, one row per facility when it locates them.
Layouts: INSEE's dictionaries of variables, BPE 2018 to 2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.reading import expect_columns
from carreau.sources.tabular import Form, published_table
from carreau.sources.tidy import codes, integers, numbers, one_row_per, padded

_MEMBERS: Final[Mapping[str, str]] = {"ensemble": "bpe*.csv", "xy": "bpe*.csv", "ds": "*_data.csv"}
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "ensemble": ("DEPCOM", "TYPEQU", "NB_EQUIP"),
    "xy": ("DEPCOM", "TYPEQU", "LAMBERT_X", "LAMBERT_Y"),
    "ds": ("DEPCOM", "TYPEQU", "NB_EQUIP"),
}
_LONG_NAMES: Final[Mapping[str, str]] = {
    "GEO": "DEPCOM",
    "FACILITY_TYPE": "TYPEQU",
    "TIME_PERIOD": "AN",
    "OBS_VALUE": "NB_EQUIP",
}
# INSEE counts the three largest cities both whole and by district
_WHOLE_CITIES: Final = pa.array(["13055", "69123", "75056"])
# the projections of the overseas departments, as INSEE documents them
_OVERSEAS: Final[Mapping[str, str]] = {
    "971": "EPSG:5490",
    "972": "EPSG:5490",
    "973": "EPSG:2972",
    "974": "EPSG:2975",
    "976": "EPSG:4471",
}


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``equipements`` of one BPE file.

    ``DCIRIS`` has 9 characters, ``0000`` at the end where the commune is not cut in IRIS, and is null where
    the file does not say. Coordinates are in metres in ``crs``. Raises :class:`~carreau.errors.Broken` when
    the file is truncated, lacks a column of its layout, or counts one type twice differently in one place.
    """
    layout = file.published.layout
    raw, remarks = published_table(file, Form(_MEMBERS[layout]))
    if layout == "ds":
        raw = raw.rename_columns([_LONG_NAMES.get(name, name) for name in raw.column_names])
    expect_columns(file, raw, _COLUMNS[layout])
    if layout == "ds":
        raw, told = _communes_of(raw, file)
        remarks += told
    table, told = _equipment(raw)
    if layout == "xy":
        table = _located(table)
    else:
        table, counted = one_row_per(table, ["DEPCOM", "DCIRIS", "TYPEQU"], file.name)
        told += counted
    return (conformed(file, "equipements", table, remarks + told),)


def _equipment(raw: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The declared columns of any layout, codes as codes and numbers as numbers."""
    columns: dict[str, pa.Array] = {
        name: numbers(raw[name], name)
        for name in ("NB_EQUIP", "LAMBERT_X", "LAMBERT_Y")
        if name in raw.column_names
    }
    if "AN" in raw.column_names:
        columns["AN"] = integers(raw["AN"], "AN")
    columns["DEPCOM"] = codes(raw["DEPCOM"], 5, "DEPCOM")
    columns["TYPEQU"] = pc.utf8_trim_whitespace(raw["TYPEQU"])
    columns["DCIRIS"] = pa.nulls(raw.num_rows, pa.string())
    told: tuple[str, ...] = ()
    if "DCIRIS" in raw.column_names:
        columns["DCIRIS"], told = _iris(raw["DCIRIS"])
    if "QUALITE_XY" in raw.column_names:
        columns["QUALITE_XY"] = raw["QUALITE_XY"]
    return pa.table(columns), told


def _iris(column: pa.ChunkedArray) -> tuple[pa.Array, tuple[str, ...]]:
    """The IRIS of each row on 9 characters, without the underscore that some copies write."""
    bare = pc.replace_substring(padded(column, 5), "_", "")
    bare = pc.if_else(pc.equal(pc.utf8_length(bare), 5), pc.binary_join_element_wise(bare, "0000", ""), bare)
    texts = padded(bare, 9)
    known = pc.match_substring_regex(texts, r"^\d[0-9AB]\d{7}$")
    lost = pc.sum(pc.invert(known)).as_py() or 0
    told = (f"{lost} équipement(s) sans IRIS reconnu",) if lost else ()
    return pc.if_else(known, texts, pa.scalar(None, pa.string())), told


def _located(table: pa.Table) -> pa.Table:
    """``table`` of facilities, each counting for one, with the projection of its coordinates."""
    department = pc.utf8_slice_codeunits(table["DEPCOM"], 0, 3)
    crs = pa.scalar("EPSG:2154")
    for code, projection in _OVERSEAS.items():
        crs = pc.if_else(pc.equal(department, code), projection, crs)
    crs = pc.if_else(pc.is_valid(table["LAMBERT_X"]), crs, pa.scalar(None, pa.string()))
    one = pa.repeat(1.0, table.num_rows)
    kept = table.select([name for name in table.column_names if name != "NB_EQUIP"])
    return kept.append_column("crs", crs).append_column("NB_EQUIP", one)


def _communes_of(raw: pa.Table, file: Fetched) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows of a long file that count facilities of one type in one commune, in the file's own year."""
    year = file.published.vintage[-4:]
    kept = raw.filter(pc.match_substring_regex(raw["TYPEQU"], r"^[A-Z]\d{3}$"))
    for name, wanted in (("GEO_OBJECT", ("COM", "ARM")), ("BPE_MEASURE", ("FACILITIES",)), ("AN", (year,))):
        if name in kept.column_names:
            kept = kept.filter(pc.is_in(kept[name], value_set=pa.array(wanted)))
    if "GEO_OBJECT" in kept.column_names and pc.any(pc.equal(kept["GEO_OBJECT"], "ARM")).as_py():
        kept = kept.filter(pc.invert(pc.is_in(kept["DEPCOM"], value_set=_WHOLE_CITIES)))
    if not kept.num_rows:
        raise Broken(
            f"{file.name} ne compte aucun équipement par commune pour {year}", given=f"{raw.num_rows} lignes",
            expected="des lignes GEO_OBJECT = COM, BPE_MEASURE = FACILITIES du millésime",
            advice="vérifier que le fichier est celui du millésime déclaré",
        )
    left = raw.num_rows - kept.num_rows
    return kept, (f"{left} ligne(s) d'autres niveaux, mesures ou années laissée(s) de côté",) if left else ()
