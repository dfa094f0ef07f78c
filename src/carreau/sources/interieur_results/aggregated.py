"""The aggregated files of data.gouv.fr (L6): every election in one schema, Parquet or CSV.

``general_results`` holds the stations, ``candidats_results`` the votes; each is read alone, and gives one
table. Only the rounds that ``elections.toml`` declares for them are kept, one after the other, so that memory
holds what is wanted out of fifty-six elections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.checks import checks_of_stations
from carreau.sources.interieur_results.codes import places_of
from carreau.sources.interieur_results.elections import elections
from carreau.sources.interieur_results.raw import COUNTS, trimmed
from carreau.sources.interieur_results.results import (
    TOLERATED,
    added_votes,
    one_per_station,
    placed_stations,
    sexes,
    whole,
    without_place,
)
from carreau.sources.reading import expect_columns

_PLACE: Final = ("id_election", "code_departement", "code_commune", "code_bv")
_STATION: Final = (*_PLACE, "libelle_commune", "code_circonscription", *COUNTS)
_NAMES: Final = ("nom", "nom_tete_liste", "binome")
_LISTS: Final = ("libelle_etendu_liste", "liste", "libelle_abrege_liste")
_CANDIDATE: Final = (*_PLACE, "no_panneau", "voix", "nuance", "sexe", "prenom", *_NAMES, *_LISTS)


_OLDER: Final = {
    "code_departement": "Code du département", "code_commune": "Code de la commune",
    "libelle_commune": "Libellé de la commune", "code_circonscription": "Code de la circonscription",
    "code_bv": "Code du b.vote", "inscrits": "Inscrits", "abstentions": "Abstentions", "votants": "Votants",
    "blancs": "Blancs", "nuls": "Nuls", "exprimes": "Exprimés", "no_panneau": "N°Panneau", "voix": "Voix",
    "nuance": "Nuance", "sexe": "Sexe", "nom": "Nom", "prenom": "Prénom",
    "nom_tete_liste": "Nom Tête de Liste",
    "binome": "Binôme", "liste": "Liste", "libelle_etendu_liste": "Libellé Etendu Liste",
    "libelle_abrege_liste": "Libellé Abrégé Liste",
}
"""The names that the aggregated files bore until January 2026: the ministry's own."""


def stations_of(file: Fetched) -> Sourced:
    """The table ``stations`` of a ``general_results`` file."""
    tables, remarks = [], []
    for election, table in _declared(file, _STATION).items():
        placed, aside = placed_stations(file, table)
        distinct, repeated = _distinct(placed.filter(placed["bv_id"].is_valid()), "bureaux de vote")
        once, shared = one_per_station(file, distinct)
        tables.append(once)
        said = aside + repeated + shared + checks_of_stations(once)
        remarks += [f"{election} : {remark}" for remark in said]
    return conformed(file, "stations", pa.concat_tables(tables), tuple(remarks))


def candidates_of(file: Fetched) -> Sourced:
    """The table ``candidats`` of a ``candidats_results`` file."""
    tables, remarks = [], []
    for election, table in _declared(file, _CANDIDATE).items():
        named, aside = _named_votes(file, table)
        once, repeated = _one_per_candidate(named)
        tables.append(once)
        remarks += [f"{election} : {remark}" for remark in aside + repeated]
    return conformed(file, "candidats", pa.concat_tables(tables), tuple(remarks))


def _one_per_candidate(votes: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """One row per station and candidate; the costly part is only for a file that repeats some."""
    labels = [name for name in votes.column_names if name != "voix"]
    if votes.group_by(labels).aggregate([]).num_rows == votes.num_rows:
        return votes, ()
    distinct, repeated = _distinct(votes, "candidats")
    return added_votes(distinct), repeated


def _distinct(table: pa.Table, what: str) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows without those that repeat another one, and how many there were."""
    once = table.group_by(table.column_names, use_threads=False).aggregate([])
    extra = table.num_rows - once.num_rows
    return once, (f"{extra} ligne(s) de {what} en double, identique(s), écartée(s)",) if extra else ()


def _named_votes(file: Fetched, table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The votes of one election under our names, those without a place set aside and counted."""
    places = places_of(*(trimmed(table[name]) for name in _PLACE[1:]))
    votes = whole(file, _counted(table), "voix")
    aside = without_place(file, places.keys, places.problem)
    named = pa.table({
        "id_election": table["id_election"],
        "bv_id": places.keys,
        "numero_panneau": trimmed(table["no_panneau"]),
        "nom": _first(table, _NAMES),
        "prenom": trimmed(table["prenom"]),
        "sexe": sexes(table["sexe"]),
        "nuance": trimmed(table["nuance"]),
        "liste": _first(table, _LISTS),
        "voix": votes,
    })
    kept = named.filter(pc.and_(places.keys.is_valid(), votes.is_valid()))
    empty = pc.sum(pc.and_(places.keys.is_valid(), votes.is_null())).as_py() or 0
    if empty > TOLERATED * table.num_rows:
        raise Broken(
            f"{file.name} : la colonne « voix » est vide sur {empty} lignes de candidats",
            given=f"{table.num_rows} lignes de candidats", expected="un nombre de voix par candidat et par bureau",
            advice="télécharger à nouveau le fichier",
        )
    if aside:
        lost = pc.sum(votes.filter(places.keys.is_null())).as_py() or 0
        aside = (f"{aside[0]}, avec {lost} voix",)
    return kept, aside + ((f"{empty} ligne(s) de candidats sans nombre de voix écartée(s)",) if empty else ())


def _counted(table: pa.Table) -> pa.Table:
    """The table with its votes; a few cells that are no count (columns shifted in old files) become empty.

    When they are many, they are left for the reader of counts to refuse.
    """
    column = table["voix"]
    if not pa.types.is_string(column.type):
        return table
    text = trimmed(column)
    count = pc.match_substring_regex(text, r"^\d+$")
    wrong = pc.sum(pc.invert(count)).as_py() or 0
    if wrong > TOLERATED * len(text):
        return table
    votes = pc.if_else(count, text, pa.scalar(None, pa.string()))
    return table.set_column(table.column_names.index("voix"), "voix", votes)


def _first(table: pa.Table, names: tuple[str, ...]) -> pa.Array:
    """The first of several columns that says something, row by row."""
    return pc.coalesce(*(trimmed(table[name]) for name in names))


def _declared(file: Fetched, names: tuple[str, ...]) -> dict[str, pa.Table]:
    """The named columns of each declared election of the file, oldest first."""
    wanted = [election.id for election in elections().values() if election.aggregated]
    pieces: dict[str, list[pa.Table]] = defaultdict(list)
    met: set[str] = set()
    for piece in _batches(file, names):
        found = pc.unique(piece["id_election"]).to_pylist()
        met |= {str(name) for name in found}
        for name in set(found) & set(wanted):
            pieces[name].append(piece.filter(pc.equal(piece["id_election"], name)))
    if not pieces:
        raise Broken(
            f"{file.name} ne contient aucune élection connue",
            given=", ".join(sorted(met)[:6]) or "aucune ligne",
            expected=", ".join(wanted[-6:]),
            advice="vérifier que le fichier est bien celui des élections agrégées",
        )
    return {name: pa.concat_tables(pieces[name]) for name in wanted if name in pieces}


def _batches(file: Fetched, names: tuple[str, ...]) -> Iterator[pa.Table]:
    """The named columns, piece by piece; those that the file lacks are null."""
    try:
        for piece in _pieces(file, names):
            yield _named(file, piece, names)
    except (pa.ArrowException, OSError) as error:
        raise Broken(
            f"{file.name} n'est pas lisible jusqu'au bout", given=str(error).splitlines()[0][:120],
            expected="un fichier complet des élections agrégées", advice="télécharger à nouveau le fichier",
        ) from error


def _pieces(file: Fetched, names: tuple[str, ...]) -> Iterator[pa.Table]:
    """Pieces of the file as published."""
    if file.published.layout.endswith("parquet"):
        with pq.ParquetFile(file.path) as parquet:
            held = _held(parquet.schema_arrow.names, names)
            for batch in parquet.iter_batches(1 << 18, columns=held):
                yield pa.Table.from_batches([batch])
        return
    with opened(file.path, "*.csv") as stream:
        header = stream.readline().decode("utf-8-sig", "replace").strip("\r\n").replace('"', "").split(";")
        reader = pcsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pcsv.ReadOptions(column_names=header, block_size=1 << 24),
            parse_options=pcsv.ParseOptions(delimiter=";"),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True,
                include_columns=_held(header, names) or header,
            ),
        )
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _held(columns: list[str], names: tuple[str, ...]) -> list[str]:
    """Those of the named columns that a file has, under their present name or the older one."""
    wanted = (name if name in columns else _OLDER.get(name, name) for name in names)
    return [name for name in wanted if name in columns]


def _named(file: Fetched, piece: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """A piece with every named column, in order; those that the file lacks are null."""
    ours = {theirs: name for name, theirs in _OLDER.items() if name not in piece.column_names}
    piece = piece.rename_columns([ours.get(name, name) for name in piece.column_names])
    expect_columns(file, piece, (*_PLACE, "inscrits" if "inscrits" in names else "voix"))
    missing = pa.nulls(piece.num_rows, pa.string())
    return pa.table({name: piece[name] if name in piece.column_names else missing for name in names})
