"""The aggregated files of data.gouv.fr (L6): every election in one schema, Parquet or CSV.

``general_results`` holds the stations, ``candidats_results`` the votes; each is read alone, and gives one
table. Only the rounds declared in ``elections.toml`` are kept, so that memory holds what is wanted of
fifty-six elections.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.codes import commune_codes, station_keys
from carreau.sources.interieur_results.elections import elections
from carreau.sources.interieur_results.raw import COUNTS, trimmed
from carreau.sources.interieur_results.results import checks_of_stations, keyed_stations, naming, sexes, whole
from carreau.sources.reading import expect_columns
from carreau.sources.tidy import one_row_per

_PLACE: Final = ("id_election", "code_departement", "code_commune", "code_bv")
_STATION: Final = (*_PLACE, "libelle_commune", "code_circonscription", *COUNTS)
_NAMES: Final = ("nom", "nom_tete_liste", "binome")
_LISTS: Final = ("libelle_etendu_liste", "liste", "libelle_abrege_liste")
_CANDIDATE: Final = (*_PLACE, "no_panneau", "voix", "nuance", "sexe", "prenom", *_NAMES, *_LISTS)


def stations_of(file: Fetched) -> Sourced:
    """The table ``stations`` of a ``general_results`` file."""
    table, remarks = _declared(file, _STATION)
    keyed = keyed_stations(file, table)
    once, repeated = one_row_per(keyed, ["id_election", "bv_id"], file.name)
    return conformed(file, "stations", once, remarks + repeated + checks_of_stations(once))


def candidates_of(file: Fetched) -> Sourced:
    """The table ``candidats`` of a ``candidats_results`` file."""
    table, remarks = _declared(file, _CANDIDATE)
    one = table.combine_chunks()
    with naming(file):
        communes = commune_codes(trimmed(one["code_departement"]), trimmed(one["code_commune"]))
    columns = {
        "id_election": one["id_election"],
        "bv_id": station_keys(communes, trimmed(one["code_bv"])),
        "numero_panneau": trimmed(one["no_panneau"]),
        "nom": _first(one, _NAMES),
        "prenom": trimmed(one["prenom"]),
        "sexe": sexes(one["sexe"]),
        "nuance": trimmed(one["nuance"]),
        "liste": _first(one, _LISTS),
        "voix": whole(file, one, "voix"),
    }
    named = pa.table(columns)
    once = named.group_by(named.column_names, use_threads=False).aggregate([])
    extra = named.num_rows - once.num_rows
    repeated = (f"{extra} lignes de candidats en double, identiques, écartées",) if extra else ()
    return conformed(file, "candidats", once, remarks + repeated)


def _first(table: pa.Table, names: tuple[str, ...]) -> pa.Array:
    """The first of several columns that says something, row by row."""
    return pc.coalesce(*(trimmed(table[name]) for name in names))


def _declared(file: Fetched, names: tuple[str, ...]) -> tuple[pa.Table, tuple[str, ...]]:
    """The named columns of the declared elections, and how many other elections were left aside."""
    wanted, kept, others = pa.array(list(elections())), [], set()
    for batch in _batches(file, names):
        known = pc.is_in(batch["id_election"], wanted)
        others |= set(batch["id_election"].filter(pc.invert(known)).unique().to_pylist())
        kept.append(batch.filter(known))
    if not sum(batch.num_rows for batch in kept):
        raise Broken(
            f"{file.name} ne contient aucune élection connue",
            given=", ".join(sorted(map(str, others))[:6]) or "aucune ligne",
            expected=", ".join(list(elections())[-6:]),
            advice="vérifier que le fichier est bien celui des élections agrégées",
        )
    left = (f"{len(others)} autres scrutins du fichier laissés de côté, non déclarés",) if others else ()
    return pa.concat_tables(kept), left


def _batches(file: Fetched, names: tuple[str, ...]) -> Iterator[pa.Table]:
    """The named columns, piece by piece; those that the file lacks are null."""
    try:
        yield from (_named(file, piece, names) for piece in _pieces(file, names))
    except (pa.ArrowException, OSError) as error:
        raise Broken(
            f"{file.name} n'est pas lisible jusqu'au bout", given=str(error).splitlines()[0][:120],
            expected="un fichier complet des élections agrégées", advice="télécharger à nouveau le fichier",
        ) from error


def _pieces(file: Fetched, names: tuple[str, ...]) -> Iterator[pa.Table]:
    """Pieces of the file as published."""
    if "parquet" in file.published.layout:
        with pq.ParquetFile(file.path) as parquet:
            held = [name for name in names if name in parquet.schema_arrow.names]
            for batch in parquet.iter_batches(1 << 18, columns=held):
                yield pa.Table.from_batches([batch])
        return
    with opened(file.path, "*.csv") as stream:
        reader = pcsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pcsv.ReadOptions(block_size=1 << 24),
            parse_options=pcsv.ParseOptions(delimiter=";"),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
            ),
        )
        yield from (pa.Table.from_batches([batch]) for batch in reader)


def _named(file: Fetched, piece: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """A piece with every named column, text but for counts in a Parquet file."""
    expect_columns(file, piece, (*_PLACE, "inscrits" if "inscrits" in names else "voix"))
    counts = (*COUNTS, "voix")
    columns = {
        name: piece[name] if name in counts else piece[name].cast(pa.string())
        for name in names if name in piece.column_names
    }
    missing = {name: pa.nulls(piece.num_rows, pa.string()) for name in names if name not in columns}
    return pa.table(columns | missing).select(list(names))
