"""The layout in which a city transmits its results (L7, Toulouse): no header, lists by deposit number."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.interieur_results.elections import election_of
from carreau.sources.interieur_results.grids import cells_of, text_of
from carreau.sources.interieur_results.raw import Raw, constant, distinct, trimmed
from carreau.sources.reading import parquet_of

_STATION: Final = {
    4: "code_departement", 5: "code_commune", 6: "code_bv", 8: "inscrits", 9: "abstentions", 10: "votants",
    12: "blancs", 13: "nuls", 14: "exprimes",
}
_KIND: Final = {"MN": "muni"}
_FIXED: Final = 16


def city_results(file: Fetched) -> Raw:
    """The results of a city's file: sixteen fields, then pairs of a list's deposit number and its votes.

    Deposit numbers get the name that ``deposits.toml`` gives them, where it does.
    :class:`~carreau.errors.Broken` when the file is of another election than declared, or when a row does not
    hold as many lists as it says.
    """
    table = parquet_of(file) if "parquet" in file.published.layout else _headerless(file)
    if table.num_columns < _FIXED + 2 or not table.num_rows:
        raise Broken(
            f"{file.name} n'est pas un fichier de transmission",
            given=f"{table.num_columns} colonnes, {table.num_rows} lignes",
            expected="seize champs, puis le numéro et les voix de chaque liste",
            advice="reprendre le fichier de la ville",
        )
    table, repeated = distinct(table)
    cells = [trimmed(column) for column in table.columns]
    _expect_election(file, cells)
    stations = {name: cells[place] for place, name in _STATION.items()}
    election = election_of(file)
    city = stations["code_departement"][0].as_py().zfill(2) + stations["code_commune"][0].as_py().zfill(3)
    candidates = _candidates(cells, deposits(election, city))
    _expect_lists(file, cells[_FIXED - 1], candidates)
    return Raw(pa.table({"id_election": constant(election, table.num_rows)} | stations), candidates, repeated)


def _candidates(cells: list[pa.Array], names: Mapping[str, str]) -> pa.Table:
    """One row per station and list."""
    rows, blocks = pa.array(np.arange(len(cells[0]))), []
    for place in range(_FIXED, len(cells) - 1, 2):
        number = cells[place]
        heads = pa.array([names.get(each or "") for each in number.to_pylist()], pa.string())
        block = pa.table({"row": rows, "numero_panneau": number, "nom": heads, "voix": cells[place + 1]})
        blocks.append(block.filter(number.is_valid()))
    return pa.concat_tables(blocks).sort_by("row")


def _expect_election(file: Fetched, cells: list[pa.Array]) -> None:
    """Refuse a file of another election, year or round than declared."""
    kind, year, tour = (pc.unique(cells[place]).to_pylist() for place in (1, 2, 3))
    found = [f"{y}_{_KIND.get(k or '', k)}_t{t}" for k in kind for y in year for t in tour]
    if found != [election_of(file)]:
        raise Broken(
            f"{file.name} n'est pas un fichier de l'élection déclarée", given=", ".join(found[:4]),
            expected=election_of(file),
            advice="vérifier le nom et le contenu du fichier",
        )


def _expect_lists(file: Fetched, declared: pa.Array, candidates: pa.Table) -> None:
    """Refuse a row whose number of lists is not the one it declares: its columns have moved."""
    counts = np.bincount(candidates["row"].to_numpy(), minlength=len(declared))
    wrong = [row for row, number in enumerate(declared.to_pylist()) if str(counts[row]) != str(number)]
    if wrong:
        raise Broken(
            f"{file.name} : le nombre de listes n'est pas celui annoncé",
            given=f"{len(wrong)} bureaux de vote, dont la ligne {wrong[0] + 1}",
            expected="autant de couples numéro et voix que de listes annoncées",
            advice="reprendre le fichier de la ville",
        )


def _headerless(file: Fetched) -> pa.Table:
    """The cells of the CSV edition, which has no header (or the names ``column_1``…)."""
    with opened(file.path, "*.csv") as stream:
        text = text_of(stream.read(), file.name)
    lines = text.lines[1:] if text.lines[0].startswith((b"column_", b"sequence")) else text.lines
    return cells_of(text, lines, text.lines[0].count(text.delimiter.encode()) + 1)


@cache
def deposits(election: str, city: str) -> Mapping[str, str]:
    """The heads of lists by deposit number, for an election in a city; empty where none is declared."""
    facts = tomllib.loads(Path(__file__).with_name("deposits.toml").read_text("utf-8"))
    found: Mapping[str, str] = facts.get(election, {}).get(city, {}).get("heads", {})
    return found
