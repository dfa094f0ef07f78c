"""The addresses of voters of the stations of a plan, out of the public address file: places, never persons."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.products.declare import Handed, Hands
from carreau.products.field_plan.pieces import Addresses
from carreau.products.field_plan.stations import Texts

READ: Final = ["bv_id", "longitude", "latitude", "geo_type", "nb_adresses"]
VAGUE: Final = "municipality"


def addresses_of(hands: Hands, codes: Texts) -> Addresses:
    """The addresses of the stations called ``codes`` that have a position of their own, in the order of the files.

    The first file that knows a station gives all its addresses.
    """
    taken: set[str] = set()
    tables = []
    for handed in hands.get("adresses", ()):
        for department in sorted({str(code)[:2] for code in codes}):
            table = _renamed(_of_department(handed, department), hands)
            ours = np.array([code for code in codes if code not in taken], dtype=np.object_)
            tables.append(table.filter(pc.is_in(table["bv_id"], value_set=pa.array(ours, pa.string()))))
        taken |= {str(code) for table in tables for code in table["bv_id"].unique().to_pylist()}
    if not tables:
        empty = np.zeros(0)
        return Addresses(np.zeros(0, dtype=np.int64), empty, empty, empty)
    whole = pa.concat_tables(tables)
    return Addresses(
        pc.index_in(whole["bv_id"], value_set=pa.array(codes, pa.string())).to_numpy().astype(np.int64),
        whole["longitude"].to_numpy().astype(np.float64),
        whole["latitude"].to_numpy().astype(np.float64),
        pc.fill_null(whole["nb_adresses"], 1).to_numpy().astype(np.float64),
    )


def _of_department(handed: Handed, department: str) -> pa.Table:
    """The placed addresses of a department; those that the geocoding left at the town hall are not placed."""
    table = handed.read(READ, [("bv_id", ">=", department), ("bv_id", "<", f"{department}~")])
    placed = pc.and_(pc.is_finite(pc.fill_null(table["longitude"], np.nan)), table["latitude"].is_valid())
    vague = pc.fill_null(pc.equal(table["geo_type"], VAGUE), False)
    return table.filter(pc.and_(placed, pc.invert(vague)))


def _renamed(table: pa.Table, hands: Hands) -> pa.Table:
    """The addresses under the ministry's keys of stations: the roll has its own in Paris, Lyon and Marseille."""
    for handed in hands.get("bureaux_reu", ()):
        names = handed.read(["id_reu", "bv_id"])
        place = pc.index_in(table["bv_id"], value_set=names["id_reu"].combine_chunks())
        renamed = names["bv_id"].combine_chunks().take(place)
        table = table.set_column(table.column_names.index("bv_id"), "bv_id", pc.coalesce(renamed, table["bv_id"]))
    return table
