"""Which file tells each election of a territory, and how its stations pass into today's.

Two files may carry the same election (a national facsimile and the ministry's own rows of one department): they are
never mixed. One is taken for the whole territory, the other is named in a remark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from carreau.places import Stations, successions_of
from carreau.places.codes import current_commune, movements_of
from carreau.places.successions import located
from carreau.products.declare import Handed, Hands, Input
from carreau.products.electoral_profile.columns import STANDING
from carreau.products.electoral_profile.elections import Election, election_of
from carreau.products.electoral_profile.material import Brought
from carreau.products.electoral_profile.places import among, taken
from carreau.products.electoral_profile.refined import Codes, TargetFrame, codes_of, numbers
from carreau.sources.interieur_results.blocs import bloc_of
from carreau.sources.manifest import STATUSES

AS_MANY: Final = 0.98  # two files know about as many voters: the more official is taken
OLDEST: Final = date(1999, 1, 1)  # before every ballot that is read: every later merger is followed
_NO_CANDIDATES: Final = pa.table(
    {name: pa.array([], pa.string()) for name in ("id_election", "bv_id", "nom", "prenom", "nuance", "liste")}
    | {"voix": pa.array([], pa.int64())}
)


@dataclass(frozen=True, slots=True)
class Elections:
    """The elections of a territory, oldest first, each with the weights to today's stations, and French remarks."""

    brought: tuple[Brought, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """One election as one file tells it: all its stations, those of the territory, and the voters of these."""

    handed: Handed
    stations: pa.Table
    here: pa.Table
    registered: float


def elections_of(hands: Hands, facts: Mapping[str, Any], places: TargetFrame, stations: TargetFrame) -> Elections:
    """The elections that the files at hand tell of the stations' communes, brought onto ``stations``."""
    now = commune_now(hands, places)
    told = _told(hands, now, set(stations.communes.tolist()))
    brought: list[Brought] = []
    remarks: list[str] = []
    for name in sorted(told, key=_order):
        best = _best(told[name])
        candidates, files = _candidates(hands, best.handed, name)
        inputs = tuple(dict.fromkeys([best.handed.input, *files]))
        election = election_of((best.stations, candidates), inputs, bloc_of, facts)
        weights, said = _succession(election, places, stations, now)
        today = _mapped(election.communes, now)
        brought.append(Brought(replace(election, communes=today), weights))
        remarks += [f"{election.title} : {sentence}" for sentence in (*_set_aside(best, told[name], hands), *said)]
    return Elections(tuple(brought), tuple(remarks))


def commune_now(hands: Hands, places: TargetFrame) -> Callable[[str], str]:
    """The function that gives today's commune of a past one; merged communes follow their movement."""
    known = set(places.communes.tolist())
    movements = movements_of(hands["mouvements"][0].read()) if hands.get("mouvements") else None
    found: dict[str, str] = {}

    def now(code: str) -> str:
        if code in known or movements is None:
            return code
        if code not in found:
            today = current_commune(code, OLDEST, movements)
            found[code] = today if today in known else code
        return found[code]

    return now


def _told(hands: Hands, now: Callable[[str], str], here: set[str]) -> dict[str, list[_Told]]:
    """The elections that speak of the communes ``here``, each as every file tells it."""
    told: dict[str, list[_Told]] = {}
    for handed in hands.get("ballots", ()):
        for name, table in _by_election(handed.read()):
            inside = table.filter(pa.array(among(_mapped(codes_of(table["code_commune"]), now), here)))
            voters = float(np.nansum(numbers(inside["inscrits"])))
            if voters > 0:
                told.setdefault(name, []).append(_Told(handed, table, inside, voters))
    return told


def _mapped(communes: Codes, now: Callable[[str], str]) -> Codes:
    """Today's commune of each past one."""
    names, index = np.unique(communes, return_inverse=True)
    return np.array([now(name) for name in names.tolist()], dtype=np.str_)[index]


def _order(name: str) -> tuple[str, str]:
    """Elections by year, then by name and round."""
    year, _, rest = name.partition("_")
    return year, rest


def _by_election(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each election of a table."""
    for name in pc.unique(table["id_election"]).to_pylist():
        yield name, table.filter(pc.equal(table["id_election"], name))


def _best(told: Sequence[_Told]) -> _Told:
    """The file that knows most of the territory's voters; the most official of those that know about as many."""
    most = max(one.registered for one in told)
    near = [one for one in told if one.registered >= AS_MANY * most]
    return min(near, key=lambda one: STATUSES.index(one.handed.input.status))


def _set_aside(best: _Told, told: Sequence[_Told], hands: Hands) -> Iterator[str]:
    """The remark on the files that tell otherwise of the territory; nothing when they tell the same."""
    others = [one.handed.input for one in told if one is not best and not _agree(one, best, hands)]
    if others:
        kept = best.handed.input
        left = ", ".join(f"{one.name} ({STANDING[one.status]})" for one in others)
        yield (
            f"plusieurs fichiers la racontent autrement ; {kept.name} ({STANDING[kept.status]}) est retenu, "
            f"{left} mis de côté : ils ne sont pas mélangés"
        )


def _agree(one: _Told, other: _Told, hands: Hands) -> bool:
    """Whether two files tell the same of the territory: the counts of its stations, then the votes they found there."""
    counts = [_ordered(told.here, ["bv_id", "inscrits", "votants", "exprimes"]) for told in (one, other)]
    return bool(counts[0].equals(counts[1]) and _votes(one, hands).equals(_votes(other, hands)))


def _votes(told: _Told, hands: Hands) -> pa.Table:
    """The votes of each station of the territory, whoever has them: files do not write names alike."""
    candidates, _ = _candidates(hands, told.handed, told.here["id_election"][0].as_py())
    here = pc.is_in(candidates["bv_id"], value_set=told.here["bv_id"].combine_chunks())
    return _ordered(candidates.filter(pc.and_(here, pc.greater(candidates["voix"], 0))), ["bv_id", "voix"])


def _ordered(table: pa.Table, names: list[str]) -> pa.Table:
    """These columns of a table, its rows in their order."""
    return table.select(names).sort_by([(name, "ascending") for name in names]).combine_chunks()


def _candidates(hands: Hands, stations: Handed, name: str) -> tuple[pa.Table, tuple[Input, ...]]:
    """The candidates of one election and the file that tells them: that of its stations, or its pair; none without."""
    candidates = hands.get("ballots_candidats", ())
    same = [one for one in candidates if one.input.digest == stations.input.digest]
    pair = [
        one
        for one in candidates
        if one.file.published.folder == stations.file.published.folder and one.input.status == stations.input.status
    ]
    for one in same or pair:
        table = one.read(None, [("id_election", "==", name)])
        if table.num_rows:
            return table, (one.input,)
    return _NO_CANDIDATES, ()


def _succession(
    election: Election, places: TargetFrame, stations: TargetFrame, now: Callable[[str], str]
) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """The weights from the election's stations to today's, and the remarks on those that changed."""
    around = taken(places, among(places.communes, set(stations.communes.tolist())))
    size = len(around.codes)
    labels, nowhere = around.labels.astype(np.str_), np.full(size, "", dtype=np.str_)
    shapes = np.full(size, None, dtype=np.object_)
    today = Stations(
        "", around.codes, around.communes, around.departments, labels, around.registered, shapes, nowhere
    )
    near = set(around.communes.tolist())
    concerned = election.codes[among(_mapped(election.communes, now), near)]
    past = pa.table({"bv_id": pa.array(concerned, pa.string())})
    found = successions_of(past, today, vintage=election.id, commune_now=now)
    pieces = found.crosswalk.weights.tocoo()
    row, _ = located(found.crosswalk.origin, election.codes)
    column, kept = located(found.crosswalk.target, stations.codes)
    keep = kept[pieces.coords[1]]
    weights = sparse.csr_array(
        (pieces.data[keep], (row[pieces.coords[0][keep]], column[pieces.coords[1][keep]])),
        shape=(len(election.codes), len(stations.codes)),
    )
    return weights, tuple(remark for remark in found.remarks if "plus" in remark)
