"""Which file tells each election of a territory, and how its stations pass into today's.

Two files may carry the same election (a national facsimile and the ministry's own rows of one department): they are
never mixed. One is taken for the whole territory, the other is named in a remark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from carreau.places import Stations, successions_of
from carreau.places.codes import current_commune, movements_of
from carreau.products.declare import Handed, Hands
from carreau.products.electoral_profile.columns import OFFICIAL
from carreau.products.electoral_profile.elections import Election, election_of
from carreau.products.electoral_profile.material import Brought
from carreau.products.electoral_profile.places import among, taken, texts
from carreau.products.electoral_profile.refined import StationFrame
from carreau.products.electoral_profile.zones import located
from carreau.sources.interieur_results.blocs import bloc_of


@dataclass(frozen=True, slots=True)
class Elections:
    """The elections of a territory, oldest first, each with the weights to today's stations, and French remarks."""

    brought: tuple[Brought, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """One election as one file tells it, and how many registered voters of the territory it knows."""

    handed: Handed
    stations: pa.Table
    registered: float


def elections_of(hands: Hands, facts: Mapping[str, Any], places: StationFrame, stations: StationFrame) -> Elections:
    """The elections that the files at hand tell of the stations' communes, brought onto ``stations``."""
    now = commune_now(hands, places)
    here = set(stations.communes)
    told: dict[str, list[_Told]] = {}
    for handed in hands.get("ballots", ()):
        for name, table in _by_election(handed.read()).items():
            inside = np.array([now(code) in here for code in texts(table["code_commune"])])
            voters = np.asarray(table["inscrits"].cast(pa.float64()).fill_null(0).to_numpy())
            told.setdefault(name, []).append(_Told(handed, table, float(voters[inside].sum())))
    brought, remarks = [], []
    for name in sorted(told, key=_order):
        chosen = _best([one for one in told[name] if one.registered > 0])
        if chosen is None:
            continue
        remarks += _set_aside(name, chosen, told[name])
        election = election_of(
            (chosen.stations, _candidates(hands, chosen.handed, name)), chosen.handed.input, bloc_of, facts
        )
        weights, said = _succession(election, places, stations, now)
        brought.append(Brought(election, weights))
        remarks += [f"{election.title} : {sentence}" for sentence in said]
    return Elections(tuple(brought), tuple(remarks))


def commune_now(hands: Hands, places: StationFrame) -> Callable[[str], str]:
    """The function that gives today's commune of a past one; merged communes follow their movement."""
    known = set(places.communes)
    movements = movements_of(hands["mouvements"][0].read()) if hands.get("mouvements") else None
    found: dict[str, str] = {}

    def now(code: str) -> str:
        if code in known or movements is None:
            return code
        if code not in found:
            today = current_commune(code, date(1999, 1, 1), movements)
            found[code] = today if today in known else code
        return found[code]

    return now


def _order(name: str) -> tuple[str, str]:
    """Elections by year, then by name and round."""
    year, _, rest = name.partition("_")
    return year, rest


def _by_election(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each election of a table."""
    names = pc.unique(table["id_election"]).to_pylist()
    return {name: table.filter(pc.equal(table["id_election"], name)) for name in names}


def _best(told: Sequence[_Told]) -> _Told | None:
    """The file that knows most of the territory's voters; the most official of those that know about as many."""
    if not told:
        return None
    most = max(one.registered for one in told)
    near = [one for one in told if one.registered >= 0.98 * most]
    return min(near, key=lambda one: OFFICIAL.index(one.handed.input.status))


def _set_aside(name: str, chosen: _Told, told: Sequence[_Told]) -> list[str]:
    """The remark on the files that tell the same election otherwise; nothing when they tell the same."""
    others = [
        one
        for one in told
        if one is not chosen
        and one.registered > 0
        and not one.stations.select(["bv_id", "votants"])
        .sort_by("bv_id")
        .equals(chosen.stations.select(["bv_id", "votants"]).sort_by("bv_id"))
    ]
    if not others:
        return []
    kept, left = chosen.handed.input, others[0].handed.input
    return [
        f"{name} : {kept.name} ({kept.status}) est retenu et n'est pas mélangé avec {left.name} "
        f"({left.status}, {others[0].stations.num_rows} bureaux), "
        "qui raconte la même élection autrement"
    ]


def _candidates(hands: Hands, stations: Handed, name: str) -> pa.Table:
    """The candidates of one election, from the file that goes with its stations: the same file, or its pair."""
    candidates = hands.get("ballots_candidats", ())
    same = [one for one in candidates if one.input.digest == stations.input.digest]
    pair = [
        one
        for one in candidates
        if one.file.published.folder == stations.file.published.folder and one.input.status == stations.input.status
    ]
    tables = [one.read(None, [("id_election", "==", name)]) for one in same or pair]
    return next((table for table in tables if table.num_rows), tables[0] if tables else _NO_CANDIDATES)


_NO_CANDIDATES = pa.table(
    {name: pa.array([], pa.string()) for name in ("id_election", "bv_id", "nom", "prenom", "nuance", "liste")}
    | {"voix": pa.array([], pa.int64())}
)


def _succession(
    election: Election, places: StationFrame, stations: StationFrame, now: Callable[[str], str]
) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """The weights from the election's stations to today's, and the remarks on those that changed."""
    around = taken(places, among(places.communes, set(stations.communes)))
    today = Stations(
        "",
        around.codes.astype(np.str_),
        around.communes.astype(np.str_),
        around.departments.astype(np.str_),
        around.labels.astype(np.str_),
        around.registered,
        np.full(len(around.codes), None),
        np.full(len(around.codes), ""),
    )
    near = set(around.communes)
    concerned = np.flatnonzero([now(code) in near for code in election.communes])
    past = pa.table({"bv_id": election.codes[concerned].tolist()})
    found = successions_of(past, today, vintage=election.id, commune_now=now)
    pieces = found.crosswalk.weights.tocoo()
    row, _ = located(np.asarray(found.crosswalk.origin, dtype=object), election.codes)
    column, kept = located(np.asarray(found.crosswalk.target, dtype=object), stations.codes)
    keep = kept[pieces.coords[1]]
    weights = sparse.csr_array(
        (pieces.data[keep], (row[pieces.coords[0][keep]], column[pieces.coords[1][keep]])),
        shape=(len(election.codes), len(stations.codes)),
    )
    return weights, tuple(remark for remark in found.remarks if "n'existent plus" in remark or "perdues" in remark)
