"""What does not add up in results by station: counted and said, never repaired."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def checks_of_stations(stations: pa.Table) -> tuple[str, ...]:
    """The identities that some stations break: voters, then ballots; an unknown count breaks none."""
    names = set(stations.column_names)
    said = []
    if "abstentions" in names:
        total = pc.add(stations["abstentions"], stations["votants"])
        said.append((_breaches(stations["inscrits"], total), "inscrits ≠ abstentions + votants"))
    if {"blancs", "nuls"} <= names:
        total = pc.add(pc.add(stations["blancs"], stations["nuls"]), stations["exprimes"])
        said.append((_breaches(stations["votants"], total), "votants ≠ blancs + nuls + exprimés"))
    return _sentences(said)


def checks_of_votes(stations: pa.Table, candidates: pa.Table) -> tuple[str, ...]:
    """The stations where the votes of all candidates are not the valid votes."""
    key = ["id_election", "bv_id"]
    votes = candidates.group_by(key).aggregate([("voix", "sum")])
    joined = stations.select([*key, "exprimes"]).join(votes, key)
    count = _breaches(joined["exprimes"], pc.fill_null(joined["voix_sum"], 0))
    return _sentences([(count, "somme des voix ≠ exprimés")])


def _sentences(said: list[tuple[int, str]]) -> tuple[str, ...]:
    """One sentence per identity that some station breaks."""
    return tuple(f"{count} bureau(x) de vote où {identity}" for count, identity in said if count)


def _breaches(left: pa.ChunkedArray, right: pa.ChunkedArray) -> int:
    """In how many rows two counts differ."""
    return pc.sum(pc.not_equal(left, right)).as_py() or 0
