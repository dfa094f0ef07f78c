"""From results as a file gives them to the declared tables: codes, numbers, one row per station, checks.

Nothing is repaired: rows written twice are one, and what does not add up is counted and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.codes import (
    commune_codes,
    constituency_codes,
    departments_of,
    station_codes,
    station_keys,
)
from carreau.sources.interieur_results.raw import CANDIDATE, COUNTS, PLACE, Raw, trimmed
from carreau.sources.tidy import numbers

_KEY: Final = ("id_election", "bv_id")
_SEXES: Final = {"MASCULIN": "M", "FEMININ": "F", "FÉMININ": "F", "M.": "M", "MME": "F", "M": "M", "F": "F"}


def stations_and_candidates(file: Fetched, raw: Raw) -> tuple[Sourced, Sourced]:
    """The declared tables ``stations`` and ``candidats`` of results by station.

    :class:`~carreau.errors.Broken` when a code or a number is not one, or when two rows of one station
    disagree.
    """
    raw, repeated = distinct(raw)
    stations = keyed_stations(file, raw.stations)
    candidates = keyed_candidates(file, raw.candidates, stations)
    stations, candidates, shared = _one_per_station(file, stations, candidates)
    remarks = raw.remarks + repeated + shared
    return (
        conformed(file, "stations", stations, remarks + checks(stations, candidates)),
        conformed(file, "candidats", candidates, remarks),
    )


def distinct(raw: Raw) -> tuple[Raw, tuple[str, ...]]:
    """The results without the rows that repeat another one, cell for cell, and how many there were."""
    signature = _signatures(raw)
    first = np.unique(signature, return_index=True)[1]
    extra = len(signature) - len(first)
    if not extra:
        return raw, ()
    kept = np.zeros(len(signature), bool)
    kept[first] = True
    rank = np.cumsum(kept) - 1
    row = raw.candidates["row"].to_numpy()
    alive = raw.candidates.filter(pa.array(kept[row]))
    renumbered = alive.set_column(0, "row", pa.array(rank[row[kept[row]]]))
    remark = f"{extra} lignes de bureaux de vote en double, identiques, écartées"
    return Raw(raw.stations.filter(pa.array(kept)), renumbered, raw.remarks), (remark,)


def _signatures(raw: Raw) -> npt.NDArray[np.object_]:
    """Each station row as one text: its cells, then those of its candidates."""
    cells = _joined(raw.stations, raw.stations.column_names)
    candidates = _joined(raw.candidates, [name for name in raw.candidates.column_names if name != "row"])
    row = raw.candidates["row"].to_numpy()
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(len(cells) + 1))
    listed = np.array(candidates.to_pylist(), object)[order]
    votes = ["|".join(listed[start:stop]) for start, stop in pairwise(starts)]
    return np.array([f"{cell}|{vote}" for cell, vote in zip(cells.to_pylist(), votes, strict=True)], object)


def _joined(table: pa.Table, names: list[str]) -> pa.Array:
    """The named cells of each row as one text."""
    texts = [pc.fill_null(table[name].cast(pa.string()), "") for name in names]
    joined = pc.binary_join_element_wise(*texts, "\t")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def keyed_stations(file: Fetched, stations: pa.Table) -> pa.Table:
    """The stations with their codes in the official geographic code, and whole numbers; row order kept."""
    for name in ("code_departement", "code_commune", "code_bv"):
        if stations[name].null_count:
            raise Broken(
                f"{file.name} : {stations[name].null_count} lignes sans {name}", given="une cellule vide",
                expected="un code sur chaque ligne", advice="vérifier que les colonnes ne sont pas décalées",
            )
    one = {name: trimmed(stations[name]) for name in (*PLACE, "id_election") if name in stations.column_names}
    with naming(file):
        communes = commune_codes(one["code_departement"], one["code_commune"])
    codes = one["code_bv"]
    columns = {
        "id_election": one["id_election"],
        "bv_id": station_keys(communes, codes),
        "code_departement": departments_of(communes),
        "code_commune": communes,
        "code_bv": station_codes(codes),
        **{name: one[name] for name in ("libelle_commune",) if name in one},
    }
    if "code_circonscription" in one:
        constituencies = constituency_codes(one["code_departement"], one["code_circonscription"])
        columns["code_circonscription"] = constituencies
    counts = {name: whole(file, stations, name) for name in COUNTS if name in stations.column_names}
    return pa.table(columns | counts)


def keyed_candidates(file: Fetched, candidates: pa.Table, stations: pa.Table) -> pa.Table:
    """The candidates with the key of their station, votes as whole numbers."""
    row = candidates["row"].combine_chunks()
    columns = {name: stations[name].combine_chunks().take(row) for name in _KEY}
    held = [name for name in CANDIDATE if name in candidates.column_names and name != "elu"]
    columns |= {name: candidates[name] for name in held}
    if "sexe" in columns:
        columns["sexe"] = sexes(columns["sexe"])
    return pa.table(columns | {"voix": whole(file, candidates, "voix")})


@contextmanager
def naming(file: Fetched) -> Iterator[None]:
    """Errors about a code or a number, made to name the file that it was met in."""
    try:
        yield
    except Broken as error:
        raise Broken(
            f"{file.name} : {error.what}", given=error.given, expected=error.expected, advice=error.advice
        ) from error


def sexes(column: pa.ChunkedArray) -> pa.Array:
    """``M`` or ``F``, however the edition writes it; anything else is null."""
    text = column.cast(pa.string()).combine_chunks().dictionary_encode()
    known = pa.array([_SEXES.get((word or "").upper()) for word in text.dictionary.to_pylist()], pa.string())
    return known.take(text.indices)


def whole(file: Fetched, table: pa.Table, name: str) -> pa.Array:
    """A column of counts as integers; :class:`~carreau.errors.Broken` names the column that holds something
    else.
    """
    column = table[name]
    with naming(file):
        values = column if pa.types.is_integer(column.type) else numbers(column, name)
    try:
        counts = values.cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise Broken(
            f"{file.name} : la colonne « {name} » contient des nombres à virgule", given=str(error)[:80],
            expected="des nombres entiers", advice="vérifier que les colonnes ne sont pas décalées",
        ) from error
    one = counts.combine_chunks() if isinstance(counts, pa.ChunkedArray) else counts
    if (pc.min(one).as_py() or 0) < 0:
        raise Broken(
            f"{file.name} : la colonne « {name} » contient des nombres négatifs",
            given=str(pc.min(one).as_py()),
            expected="des nombres entiers positifs", advice="reprendre le fichier chez son producteur",
        )
    return one


def _one_per_station(
    file: Fetched, stations: pa.Table, candidates: pa.Table
) -> tuple[pa.Table, pa.Table, tuple[str, ...]]:
    """One row per station. Two different stations under one code (their voters differ) are added together;
    two different results of one station are refused.
    """
    counted = stations.group_by(list(_KEY)).aggregate([("inscrits", "count_distinct"), ([], "count_all")])
    several = counted.filter(pc.greater(counted["count_all"], 1))
    if not several.num_rows:
        return stations, candidates, ()
    against = several.filter(pc.less(several["inscrits_count_distinct"], several["count_all"]))
    if against.num_rows:
        raise Broken(
            f"{file.name} donne deux résultats différents du bureau {against['bv_id'][0].as_py()}",
            given=f"{against.num_rows} bureaux de vote en double, qui se contredisent",
            expected="une ligne par bureau de vote",
            advice="reprendre le fichier chez son producteur",
        )
    facts = [name for name in PLACE if name in stations.column_names]
    counts = [name for name in COUNTS if name in stations.column_names]
    summed = stations.group_by(list(_KEY), use_threads=False).aggregate(
        [(name, "first") for name in facts] + [(name, "sum") for name in counts]
    )
    labels = [name for name in candidates.column_names if name != "voix"]
    votes = candidates.group_by(labels, use_threads=False).aggregate([("voix", "sum")])
    remark = f"{several.num_rows} codes portés par plusieurs bureaux de vote, résultats additionnés"
    return summed.rename_columns([*_KEY, *facts, *counts]), votes.rename_columns([*labels, "voix"]), (remark,)


def checks(stations: pa.Table, candidates: pa.Table) -> tuple[str, ...]:
    """What does not add up, counted: voters, ballots, votes of the candidates."""
    votes = candidates.group_by(list(_KEY)).aggregate([("voix", "sum")])
    joined = stations.select([*_KEY, "exprimes"]).join(votes, list(_KEY))
    count = _breaches(joined["exprimes"], pc.fill_null(joined["voix_sum"], 0))
    votes_differ = (f"{count} bureaux de vote où la somme des voix ≠ exprimés",) if count else ()
    return checks_of_stations(stations) + votes_differ


def checks_of_stations(stations: pa.Table) -> tuple[str, ...]:
    """What does not add up among the counts of each station, counted."""
    names = set(stations.column_names)
    said = []
    if {"abstentions"} <= names:
        total = pc.add(stations["abstentions"], stations["votants"])
        said.append((_breaches(stations["inscrits"], total), "inscrits ≠ abstentions + votants"))
    if {"blancs", "nuls"} <= names:
        total = pc.add(pc.add(stations["blancs"], stations["nuls"]), stations["exprimes"])
        said.append((_breaches(stations["votants"], total), "votants ≠ blancs + nuls + exprimés"))
    return tuple(f"{count} bureaux de vote où {sentence}" for count, sentence in said if count)


def _breaches(left: pa.ChunkedArray, right: pa.ChunkedArray) -> int:
    """In how many rows two counts differ; an unknown count is no breach."""
    return pc.sum(pc.not_equal(left, right)).as_py() or 0
