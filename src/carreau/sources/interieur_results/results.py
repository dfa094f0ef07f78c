"""From results as a file gives them to the declared tables: places, counts, one row per station.

Nothing is repaired. A few rows that cannot be used (no place, two results for one station) are set aside, and
said with their votes; beyond one row in a hundred, the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.checks import checks_of_stations, checks_of_votes
from carreau.sources.interieur_results.codes import (
    constituency_codes,
    departments_of,
    places_of,
    station_codes,
)
from carreau.sources.interieur_results.raw import CANDIDATE, COUNTS, PLACE, Raw, trimmed
from carreau.sources.tidy import numbers

_KEY: Final = ["id_election", "bv_id"]
TOLERATED: Final = 0.01
"""The share of unusable rows beyond which a file is refused: fewer are set aside and said."""

_SEXES: Final = {"MASCULIN": "M", "FEMININ": "F", "FÉMININ": "F", "M.": "M", "MME": "F", "M": "M", "F": "F"}


def stations_and_candidates(file: Fetched, raw: Raw) -> tuple[Sourced, Sourced]:
    """The declared tables ``stations`` and ``candidats`` of results by station.

    :class:`~carreau.errors.Broken` when a number is not one, or when too many rows have no place or
    contradict.
    """
    placed, aside = placed_stations(file, raw.stations)
    votes = placed_candidates(file, raw.candidates, placed)
    lost = votes.filter(votes["bv_id"].is_null())
    if aside:
        aside = (f"{aside[0]}, avec {pc.sum(lost['voix']).as_py() or 0} voix",)
    usable = votes.filter(votes["bv_id"].is_valid())
    stations, shared = one_per_station(file, placed.filter(placed["bv_id"].is_valid()))
    candidates = _of_stations(usable, stations, summed=bool(shared))
    remarks = raw.remarks + aside + shared
    checks = checks_of_stations(stations) + checks_of_votes(stations, candidates)
    return (
        conformed(file, "stations", stations, remarks + checks),
        conformed(file, "candidats", candidates, remarks),
    )


def placed_stations(file: Fetched, stations: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The stations with their codes in the official geographic code and whole numbers, row for row.

    ``bv_id`` is null in the few rows that have no place, which the remark counts.
    """
    one = {name: trimmed(stations[name]) for name in (*PLACE, "id_election") if name in stations.column_names}
    places = places_of(one["code_departement"], one["code_commune"], one["code_bv"])
    columns = {
        "id_election": one["id_election"],
        "bv_id": places.keys,
        "code_departement": departments_of(places.communes),
        "code_commune": places.communes,
        "code_bv": station_codes(one["code_bv"]),
        **{name: one[name] for name in ("libelle_commune",) if name in one},
    }
    if "code_circonscription" in one:
        constituencies = constituency_codes(one["code_departement"], one["code_circonscription"])
        columns["code_circonscription"] = constituencies
    counts = {name: whole(file, stations, name) for name in COUNTS if name in stations.column_names}
    return pa.table(columns | counts), without_place(file, places.keys, places.problem)


def without_place(file: Fetched, keys: pa.Array, problem: Broken | None) -> tuple[str, ...]:
    """A remark on the rows without a place; beyond one in a hundred, the ``problem`` is raised."""
    if problem is None:
        return ()
    if keys.null_count > TOLERATED * len(keys):
        raise Broken(
            f"{file.name} : {problem.what} ({keys.null_count} lignes sur {len(keys)} sans lieu)",
            given=problem.given,
            expected=problem.expected, advice=problem.advice,
        )
    return (f"{keys.null_count} ligne(s) sans lieu reconnu écartée(s) ({problem.what} : {problem.given})",)


def placed_candidates(file: Fetched, candidates: pa.Table, stations: pa.Table) -> pa.Table:
    """The candidates with the key of their station, votes as whole numbers."""
    row = candidates["row"].combine_chunks()
    columns = {name: stations[name].combine_chunks().take(row) for name in _KEY}
    held = [name for name in CANDIDATE if name in candidates.column_names and name != "elu"]
    columns |= {name: candidates[name] for name in held}
    if "sexe" in columns:
        columns["sexe"] = sexes(columns["sexe"])
    return pa.table(columns | {"voix": whole(file, candidates, "voix")})


def one_per_station(file: Fetched, stations: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """One row per station, out of rows that are all different.

    Two rows of one code with different voters are two stations that share a code: their results are added.
    Two different results of the same voters contradict: both are set aside.
    """
    counted = stations.group_by(_KEY).aggregate([("inscrits", "count_distinct"), ([], "count_all")])
    several = counted.filter(pc.greater(counted["count_all"], 1))
    if not several.num_rows:
        return stations, ()
    against = several.filter(pc.less(several["inscrits_count_distinct"], several["count_all"]))
    kept, contradicted = _without(file, stations, against)
    added = several.num_rows - against.num_rows
    shared = (f"{added} code(s) porté(s) par plusieurs bureaux de vote, résultats additionnés",) if added else ()
    return _added(kept), contradicted + shared


def _without(file: Fetched, stations: pa.Table, against: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The stations without those that contradict themselves; refused when they are many."""
    if not against.num_rows:
        return stations, ()
    example = against["bv_id"][0].as_py()
    if against.num_rows > TOLERATED * stations.num_rows:
        raise Broken(
            f"{file.name} donne deux résultats différents du bureau {example}",
            given=f"{against.num_rows} bureaux de vote en double, qui se contredisent",
            expected="une ligne par bureau de vote", advice="reprendre le fichier chez son producteur",
        )
    kept = stations.join(against.select(_KEY), _KEY, join_type="left anti")
    lost = (pc.sum(stations["exprimes"]).as_py() or 0) - (pc.sum(kept["exprimes"]).as_py() or 0)
    what = f"{against.num_rows} bureau(x) de vote aux résultats contradictoires écarté(s) (dont {example})"
    return kept, (f"{what}, soit {lost} suffrages exprimés",)


def _added(stations: pa.Table) -> pa.Table:
    """The stations with the counts of those that share a code added."""
    facts = [name for name in PLACE if name in stations.column_names]
    counts = [name for name in COUNTS if name in stations.column_names]
    summed = stations.group_by(_KEY, use_threads=False).aggregate(
        [(name, "first") for name in facts] + [(name, "sum") for name in counts]
    )
    names = [f"{name}_first" for name in facts] + [f"{name}_sum" for name in counts]
    return summed.select([*_KEY, *names]).rename_columns([*_KEY, *facts, *counts])


def _of_stations(candidates: pa.Table, stations: pa.Table, *, summed: bool) -> pa.Table:
    """The votes of the stations that were kept, added where stations share a code."""
    if not summed:
        return candidates
    kept = candidates.join(stations.select(_KEY), _KEY, join_type="left semi")
    return added_votes(kept)


def added_votes(candidates: pa.Table) -> pa.Table:
    """One row per station and candidate: the votes of stations that share a code are added."""
    labels = [name for name in candidates.column_names if name != "voix"]
    votes = candidates.group_by(labels, use_threads=False).aggregate([("voix", "sum")])
    return votes.select([*labels, "voix_sum"]).rename_columns([*labels, "voix"])


def sexes(column: pa.ChunkedArray) -> pa.Array:
    """``M`` or ``F``, however the edition writes it; anything else is null."""
    text = trimmed(column).dictionary_encode()
    known = pa.array([_SEXES.get((word or "").upper()) for word in text.dictionary.to_pylist()], pa.string())
    return known.take(text.indices)


def whole(file: Fetched, table: pa.Table, name: str) -> pa.Array:
    """A column of counts as integers; :class:`~carreau.errors.Broken` names the column otherwise."""
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
    least = pc.min(one).as_py() or 0
    if least < 0:
        raise Broken(
            f"{file.name} : la colonne « {name} » contient des nombres négatifs", given=str(least),
            expected="des nombres entiers positifs", advice="reprendre le fichier chez son producteur",
        )
    return one


@contextmanager
def naming(file: Fetched) -> Iterator[None]:
    """Errors about a code or a number, made to name the file that it was met in."""
    try:
        yield
    except Broken as error:
        raise Broken(
            f"{file.name} : {error.what}", given=error.given, expected=error.expected, advice=error.advice
        ) from error
