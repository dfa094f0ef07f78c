"""Ballots counted by station of any vintage, and the truth of the town by station of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from carreau.testing.town.counting import census_counts, census_of_all
from carreau.testing.town.incomes import benefits_by_zone, incomes_by_zone
from carreau.testing.town.model import (
    ABSENT,
    BLANK,
    FIRST_CANDIDATE,
    NULL,
    Addresses,
    Array,
    Ballots,
    Budgets,
    Homes,
    People,
    Stations,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one station counted: registered, abstentions, blank, null, and the votes of its candidates."""

    registered: int
    absent: int
    blank: int
    null: int
    votes: tuple[int, ...]
    candidates: tuple[dict[str, Any], ...]

    @property
    def voters(self) -> int:
        """Who came: registered less abstentions."""
        return self.registered - self.absent

    @property
    def valid(self) -> int:
        """Votes for a candidate."""
        return self.voters - self.blank - self.null


def tallies_of(ballots: Ballots, station: Array, fields: Array) -> tuple[Tally, ...]:
    """One tally per station; ``station`` is where each inhabitant votes, ``fields`` each station's field."""
    width = FIRST_CANDIDATE + max(len(field) for field in ballots.candidates)
    voter = ballots.choice >= 0
    cell = station[voter] * width + ballots.choice[voter]
    table = np.bincount(cell, minlength=len(fields) * width).reshape(len(fields), width)
    tallies = []
    for row, field in zip(table, fields, strict=True):
        candidates = ballots.candidates[int(field)]
        votes = tuple(int(each) for each in row[FIRST_CANDIDATE : FIRST_CANDIDATE + len(candidates)])
        tallies.append(
            Tally(int(row.sum()), int(row[ABSENT]), int(row[BLANK]), int(row[NULL]), votes, candidates)
        )
    return tuple(tallies)


def field_of(ballots: Ballots, constituency: Array) -> Array:
    """The field of candidates of each station: its constituency's, or the only one of a national election."""
    return constituency if len(ballots.candidates) > 1 else np.zeros(len(constituency), dtype=np.int64)


def truth_of(
    lived: tuple[Addresses, Stations, Homes, People, Budgets], ballots: tuple[Ballots, ...]
) -> pa.Table:
    """One row per station of today: every source column, counted on those who live at its addresses.

    ``bv_id``, then the census (``P_POP`` … ``C_MEN`` …, households and dwellings included), Filosofi
    (``MED`` …), CAF (``A`` …), then ``<election>_inscrits``, ``_abstentions``, ``_votants``, ``_blancs``,
    ``_nuls``, ``_exprimes`` and ``_voix_<NAME or NUANCE>``. Counts are whole numbers; income columns are
    null where nobody lives in a household.
    """
    addresses, stations, homes, people, budgets = lived
    zone, zones = addresses.station[homes.address], len(stations.ids)
    counts = census_counts((addresses, homes, people), zone, zones, census_of_all(homes))
    columns: dict[str, pa.Array] = {"bv_id": pa.array(stations.ids, pa.string())}
    columns |= {name: _whole(value) for name, value in sorted(counts.items())}
    incomes = incomes_by_zone(homes, budgets, zone, zones)
    columns |= {name: pa.array(value, pa.float64(), from_pandas=True) for name, value in incomes.items()}
    benefits = benefits_by_zone((addresses, homes, people, budgets), zone, zones)
    columns |= {name: _whole(value) for name, value in benefits.items()}
    for each in ballots:
        tallies = tallies_of(each, zone[people.home], field_of(each, stations.constituency))
        columns |= _ballot_columns(each.election, tallies)
    return pa.table(columns)


def _whole(value: Array) -> pa.Array:
    """A column of whole numbers."""
    return pa.array(np.round(value).astype(np.int64))


def _ballot_columns(election: str, tallies: tuple[Tally, ...]) -> dict[str, pa.Array]:
    """The columns of one election; a candidate who was not in a station's field is null there."""
    totals = {
        "inscrits": [t.registered for t in tallies], "abstentions": [t.absent for t in tallies],
        "votants": [t.voters for t in tallies], "blancs": [t.blank for t in tallies],
        "nuls": [t.null for t in tallies], "exprimes": [t.valid for t in tallies],
    }
    columns = {f"{election}_{name}": pa.array(values, pa.int64()) for name, values in totals.items()}
    votes = [
        {each.get("nuance", each["last"]): vote for each, vote in zip(t.candidates, t.votes, strict=True)}
        for t in tallies
    ]
    names = dict.fromkeys(name for row in votes for name in row)
    return columns | {
        f"{election}_voix_{name}": pa.array([row.get(name) for row in votes], pa.int64()) for name in names
    }
