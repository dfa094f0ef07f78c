"""The long layout of Filosofi by commune (DS_FILOSOFI_CC): one row per place and measure, made wide.

The codes of the measures and the columns that they fill are facts of ``source.toml`` (``[long]``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched
from carreau.sources.tabular import keyed

_MEASURE: Final = "FILOSOFI_MEASURE"
_COMMUNES: Final = pa.array(["COM", "ARM"])
_KNOWN: Final = frozenset({
    _MEASURE, "GEO", "GEO_OBJECT", "UNIT_MEASURE", "UNIT_MULT", "CONF_STATUS", "OBS_STATUS", "TIME_PERIOD",
    "OBS_VALUE",
})


def is_long(raw: pa.Table) -> bool:
    """Whether the table has one row per place and measure."""
    return _MEASURE in raw.column_names


def wide(raw: pa.Table, file: Fetched) -> tuple[pa.Table, tuple[str, ...]]:
    """One row per commune of a long table, one text column per known measure beside its ``_statut``.

    Only communes and municipal districts of the file's own year are kept. A confidential observation has
    the status ``s``, one declared missing ``nd``. Raises :class:`~carreau.errors.Broken` when nothing is
    left or when an observation is given twice with different values.
    """
    year = file.published.vintage[-4:]
    kept = raw
    if "GEO_OBJECT" in raw.column_names:
        kept = kept.filter(pc.is_in(kept["GEO_OBJECT"], value_set=_COMMUNES))
    if "TIME_PERIOD" in raw.column_names:
        kept = kept.filter(pc.equal(kept["TIME_PERIOD"], year))
    for name in sorted(set(raw.column_names) - _KNOWN):
        # a breakdown (by age, by tenure) has its total under the code _T
        kept = kept.filter(pc.equal(kept[name], "_T"))
    if not kept.num_rows:
        raise Broken(
            f"{file.name} ne contient aucune commune pour {year}", given=f"{raw.num_rows} lignes",
            expected="des lignes GEO_OBJECT = COM du millésime",
            advice="vérifier que le fichier est celui du millésime déclaré",
        )
    kept, remarks = keyed(file, kept, {"GEO": 5}, (_MEASURE,))
    left = raw.num_rows - kept.num_rows
    if left:
        remarks += (f"{left} ligne(s) d'autres niveaux géographiques ou d'autres années laissée(s) de côté",)
    return _pivoted(kept, _columns(file)), remarks


def _columns(file: Fetched) -> Mapping[str, str]:
    """The column that each measure of the long layout fills."""
    facts = tomllib.loads((file.source.folder / "source.toml").read_text("utf-8"))
    columns: Mapping[str, str] = facts["long"]
    return columns


def _pivoted(kept: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """The observations laid out: one row per commune in the order met, one column per known measure."""
    places = kept["GEO"].combine_chunks().dictionary_encode()
    rows = places.indices.to_numpy()
    arrays: dict[str, pa.Array] = {"CODGEO": places.dictionary}
    statuses = _statuses(kept)
    for measure, column in columns.items():
        chosen = np.flatnonzero(pc.equal(kept[_MEASURE], measure).to_numpy())
        if chosen.size:
            index = np.full(len(places.dictionary), -1)
            index[rows[chosen]] = chosen
            taken = pa.array(index, mask=index < 0)
            arrays[column] = kept["OBS_VALUE"].combine_chunks().take(taken)
            arrays[f"{column}_statut"] = statuses.take(taken)
    return pa.table(arrays)


def _statuses(kept: pa.Table) -> pa.Array:
    """``s`` for a confidential observation, ``nd`` for one declared missing, null otherwise."""
    blank = pa.scalar(None, pa.string())
    status = pa.nulls(kept.num_rows, pa.string())
    if "OBS_STATUS" in kept.column_names:
        absent = pc.and_(pc.not_equal(kept["OBS_STATUS"], "A"), pc.is_null(kept["OBS_VALUE"]))
        status = pc.if_else(absent, "nd", blank)
    if "CONF_STATUS" in kept.column_names:
        status = pc.if_else(pc.fill_null(pc.equal(kept["CONF_STATUS"], "C"), False), "s", status)
    return status.combine_chunks() if isinstance(status, pa.ChunkedArray) else status
