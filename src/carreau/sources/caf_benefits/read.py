"""Reads the benefit recipients by IRIS that the Cnaf publishes (data_CAF_<year>_IRIS), 2016 to 2020.

One row per IRIS of a commune cut in IRIS. The layouts differ by their label columns, by ``UU`` (2017) and by
``APRES50`` and ``APRES100`` (2016 and 2017): columns are found by name.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.reading import expect_columns
from carreau.sources.tabular import keyed, published_table
from carreau.sources.tidy import codes, numbers


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``iris``: counts of recipients, persons and children, each beside its ``<count>_statut``.

    A blank cell is null, with the status ``s`` (statistical secrecy) in a published row (``NOTE = 0``) and
    ``nd`` in a row that is not published. Raises :class:`~carreau.errors.Broken` when the file is
    truncated, lacks ``CODGEO``, ``NOTE`` or ``A``, or contradicts itself.
    """
    raw, remarks = published_table(file)
    expect_columns(file, raw, ("CODGEO", "NOTE", "A"))
    table, counted = keyed(file, raw, {"CODGEO": 9})
    notes = codes(table["NOTE"], 1, "NOTE")
    published = pc.equal(notes, "0")
    columns: dict[str, pa.Array] = {
        "CODGEO": table["CODGEO"],
        "COM": pc.utf8_slice_codeunits(table["CODGEO"], 0, 5),
        "NOTE": notes,
    }
    hidden = 0
    for name in (column.name for column in file.source.tables["iris"].columns if column.type == "number"):
        if name in table.column_names:
            columns[name] = numbers(table[name], name)
            columns[f"{name}_statut"] = _status(columns[name], published)
            hidden += pc.sum(pc.and_(pc.is_null(columns[name]), published)).as_py() or 0
    unpublished = table.num_rows - (pc.sum(published).as_py() or 0)
    told = (
        f"{unpublished} IRIS non publiés (NOTE différente de 0)",
        f"{hidden} cellule(s) vides d'IRIS publiés, sous le secret statistique",
    )
    return (conformed(file, "iris", pa.table(columns), remarks + counted + told),)


def _status(values: pa.Array, published: pa.Array) -> pa.Array:
    """``s`` for a blank cell of a published row, ``nd`` for one of a row that is not, null beside a value."""
    reason = pc.if_else(published, "s", "nd")
    return pc.if_else(pc.is_null(values), reason, pa.scalar(None, pa.string()))
