"""Results as a file gives them, in one shape for all layouts: stations, candidates, what links them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.sources.interieur_results.grids import Rows
from carreau.sources.interieur_results.headers import Header

PLACE: Final = ("code_departement", "code_circonscription", "code_commune", "libelle_commune", "code_bv")
COUNTS: Final = ("inscrits", "abstentions", "votants", "blancs", "nuls", "exprimes")
CANDIDATE: Final = ("numero_panneau", "nom", "prenom", "sexe", "nuance", "liste", "elu")


@dataclass(frozen=True, slots=True)
class Raw:
    """``stations``: one row per row of the file; its columns are ``id_election``, PLACE and COUNTS, as text.

    ``candidates``: ``row`` (the rank of the station's row), CANDIDATE and ``voix``, text.
    """

    stations: pa.Table
    candidates: pa.Table
    remarks: tuple[str, ...] = ()


def raw_of(rows: Sequence[Rows], header: Header, id_election: str, remarks: tuple[str, ...] = ()) -> Raw:
    """Stations and candidates of rows with one block per candidate; a block without votes is none."""
    stations = pa.concat_tables([_stations(group, header) for group in rows]).sort_by("row")
    blocks = [block for group in rows for block in _candidates(group, header)]
    candidates = pa.concat_tables(blocks) if blocks else _no_candidate(header)
    order = [("row", "ascending"), ("rank", "ascending")]
    # ranks must be consecutive, so that a row number is a place in the table
    election = constant(id_election, stations.num_rows)
    named = stations.drop_columns("row").append_column("id_election", election)
    return Raw(named, _listed(candidates.sort_by(order).drop_columns("rank")), remarks)


def _stations(group: Rows, header: Header) -> pa.Table:
    """The fixed cells of rows of one width."""
    columns = {name: trimmed(group.cells[str(place)]) for name, place in header.station.items()}
    return pa.table({"row": pa.array(group.ranks)} | columns)


def _candidates(group: Rows, header: Header) -> list[pa.Table]:
    """One table per block, of the rows where it holds votes."""
    tables = []
    ranks = pa.array(group.ranks)
    for rank in range((group.cells.num_columns - header.fixed) // header.block):
        start = header.fixed + rank * header.block
        columns = {name: trimmed(group.cells[str(start + place)]) for name, place in header.candidate.items()}
        block = pa.table({"row": ranks, "rank": pa.array(np.full(len(ranks), rank))} | columns)
        tables.append(block.filter(block["voix"].is_valid()))
    return tables


def _no_candidate(header: Header) -> pa.Table:
    """An empty table of candidates."""
    names = [("row", pa.int64()), ("rank", pa.int64()), *((name, pa.string()) for name in header.candidate)]
    return pa.schema(names).empty_table()


def _listed(candidates: pa.Table) -> pa.Table:
    """The candidates with one name of their list: the long one, or the short one when it is alone."""
    if "liste_abregee" not in candidates.column_names:
        return candidates
    short = candidates["liste_abregee"]
    long = pc.coalesce(candidates["liste"], short) if "liste" in candidates.column_names else short
    names = [name for name in candidates.column_names if name not in ("liste", "liste_abregee")]
    kept = candidates.select(names)
    return kept.append_column("liste", long)


def distinct(cells: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows without those that repeat another one, cell for cell, in order; and how many there were."""
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in cells.columns]
    signature = pc.binary_join_element_wise(*texts, "\t").combine_chunks().dictionary_encode()
    first = np.unique(signature.indices.to_numpy(), return_index=True)[1]
    extra = cells.num_rows - len(first)
    if not extra:
        return cells, ()
    return cells.take(pa.array(np.sort(first))), (f"{extra} ligne(s) en double, identique(s), écartée(s)",)


def trimmed(column: pa.ChunkedArray) -> pa.Array:
    """The text without blanks around it; nothing left is null."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    one = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return pc.if_else(pc.equal(one, ""), pa.scalar(None, pa.string()), one)


def constant(value: str, length: int) -> pa.Array:
    """The same text, ``length`` times."""
    return pa.repeat(pa.scalar(value, pa.string()), length)
