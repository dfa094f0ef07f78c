"""The addresses of voters of the stations of a plan, out of the public address file: places, never persons."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.products.declare import Handed, Hands
from carreau.products.field_plan.labels import streets_of
from carreau.products.field_plan.pieces import Addresses
from carreau.products.field_plan.stations import Texts

READ: Final = ["bv_id", "longitude", "latitude", "geo_adresse", "geo_type", "nb_adresses"]
VAGUE: Final = "municipality"


def addresses_of(hands: Hands, codes: Texts) -> Addresses:
    """The addresses of the stations called ``codes`` that have a position of their own, in the order of the files.

    The first file that knows a station gives all its addresses.
    """
    left, tables, files = pa.array(codes, pa.string()), [], []
    departments = sorted({str(code)[:2] for code in codes})
    for handed in hands.get("adresses", ()):
        found = pa.concat_tables([_renamed(_of_department(handed, one), hands) for one in departments])
        found = found.filter(pc.is_in(found["bv_id"], value_set=left))
        left = left.filter(pc.invert(pc.is_in(left, value_set=found["bv_id"].combine_chunks())))
        tables.append(found)
        files += [handed.input] if found.num_rows else []
    if not tables:
        none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Addresses(none, nowhere, nowhere, nowhere, none, none, np.zeros(0, dtype=np.object_))
    whole = pa.concat_tables(tables)
    street, number, names = streets_of(whole["geo_adresse"], whole["geo_type"])
    return Addresses(
        pc.index_in(whole["bv_id"], value_set=pa.array(codes, pa.string())).to_numpy().astype(np.int64),
        whole["longitude"].to_numpy().astype(np.float64),
        whole["latitude"].to_numpy().astype(np.float64),
        pc.fill_null(whole["nb_adresses"], 1).to_numpy().astype(np.float64),
        street,
        number,
        names,
        tuple(files),
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
