"""Elections carried onto today's stations where the truth is known: codes hidden, and boundaries that moved.

Three truths: the national file of 2024 with the codes of some stations hidden, whole departments left out
(``scattered``); Lyon in 2012, whose contours are known beside today's (``moved_lyon``), half of its arrondissements
left out; and towns whose streets change station (``moved_town``). The national file is a facsimile: its errors are
measured, its figures are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product as product_of
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from accuracy_iris import halved, halves
from accuracy_samples import Sample
from accuracy_town import CALIBRATION, REPORT, patched
from scipy import sparse

from carreau.places import Stations, successions_of
from carreau.places.area import area_crosswalk
from carreau.places.successions import located
from carreau.places.zones import zones_of
from carreau.products import Hands, Product
from carreau.products.electoral_profile.brought import estimates_of_election
from carreau.products.electoral_profile.elections import Election, Measure, election_of
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.material import Brought
from carreau.products.electoral_profile.places import all_stations, taken
from carreau.products.electoral_profile.refined import TargetFrame, Values, blank
from carreau.sources.interieur_results.blocs import bloc_of
from carreau.testing.town import Town, town
from carreau.testing.town.model import ABSENT, FIRST_CANDIDATE

FACTORS = {"scattered": ("scattered",), "moved_lyon": ("share", "count"), "moved_town": ("share", "count")}
SMALL_TOWN = 30_000
STREETS = 24  # towns of each half whose streets change station
HIDDEN = 5  # one station in so many
FEWEST = 4  # stations of a commune whose codes are hidden
SEED = 20261124
LYON = "lyon_bureaux-vote-2012/lyon_bv_2012_pres_t1.parquet"
STIRS = (0.03, 0.08, 0.15, 0.30)  # the part of the streets of a town that changed station


@dataclass(frozen=True)
class Trial:
    """An election brought onto stations, the true counts there by name, and which stations are looked at."""

    brought: Brought
    targets: TargetFrame
    truth: dict[str, Values]
    chosen: Values
    method: str


def samples_of(trial: Trial) -> Iterator[tuple[Values, Sample]]:
    """The errors of each measure beside their margins, and which stations they are about."""
    runs: list[list[Estimate]] = []
    for value in (None, 0.0, 1.0):
        with patched("votes", value, *FACTORS[trial.method]):
            runs.append(list(estimates_of_election(trial.brought, trial.targets, trial.targets)))
    with patched("votes", 0.0, "grain"):
        runs.append(list(estimates_of_election(trial.brought, trial.targets, trial.targets)))
    for measure, *found in zip(trial.brought.election.measures, *runs, strict=True):
        base = trial.truth[measure.base] if measure.base else None
        with np.errstate(invalid="ignore", divide="ignore"):
            truth = trial.truth[measure.number] if base is None else 100 * trial.truth[measure.number] / base
        kept = trial.chosen & np.isfinite(found[0].value) & np.isfinite(truth)
        parts = (np.abs(found[0].value - truth), *(one.margin for one in found[:3]), np.nan_to_num(found[0].base))
        loose = found[0].margin ** 2 - found[3].margin ** 2
        kind = "vote_share" if measure.base else "vote_count"
        yield np.flatnonzero(kept), Sample(kind, trial.method, *(part[kept] for part in parts), loose=loose[kept])


def split(trial: Trial, calibrates: Values) -> Iterator[tuple[bool, Sample]]:
    """The samples of a trial, in two halves: the stations that calibrate and the others."""
    for rows, sample in samples_of(trial):
        for half in (True, False):
            yield half, sample.where(calibrates[rows] == half)


def hidden_codes(product: Product, hands: Hands) -> Iterator[tuple[bool, Sample]]:
    """Stations of 2024 whose code is hidden: each takes its part of what the hidden stations of its commune told."""
    election, places = national(product, hands)
    _, index, many = np.unique(places.communes, return_inverse=True, return_counts=True)
    fold = np.random.default_rng(SEED).integers(0, HIDDEN, len(places.codes))
    position, known = located(places.codes, election.codes)
    truth = {name: np.where(known, counts[position], np.nan) for name, counts in election.counts.items()}
    half_of = halves(places.departments)
    calibrates = np.array([half_of[name] for name in places.departments.tolist()])
    rank, ours = located(election.codes, places.codes)
    hides = (fold == 0) & (many[index] >= FEWEST)
    gone = ours & hides[rank]
    codes = np.array([f"{code}X" if away else code for code, away in zip(election.codes, gone, strict=True)])
    past = replace(election, codes=codes)
    trial = Trial(Brought(past, succession(past, places)), places, truth, hides & known, "scattered")
    # A scattered count is wrong by what its margin says: there is nothing to measure in it.
    yield from (one for one in split(trial, calibrates) if one[1].kind == "vote_share")


def national(product: Product, hands: Hands) -> tuple[Election, TargetFrame]:
    """The election of 2024 on all stations, as the national file tells it, and today's stations of its departments."""
    tables = []
    for alias in ("ballots", "ballots_candidats"):
        files = [one for one in hands[alias] if one.input.status == "facsimile"]
        read = [one.read(None, [("id_election", "==", "2024_legi_t1")]) for one in files]
        tables.append(max(read, key=lambda table: table.num_rows))
    election = election_of((tables[0], tables[1]), (), bloc_of, product.facts["elections"])
    places = all_stations(hands)
    blocs = tuple(one for one in election.measures if not one.name.startswith("nuance"))
    return replace(election, measures=blocs), places


def succession(past: Election, today: TargetFrame) -> sparse.csr_array:
    """The weights from the stations of an election to today's, as the profile makes them."""
    size = len(today.codes)
    nowhere = np.full(size, "", dtype=np.str_)
    shapes = np.full(size, None, dtype=np.object_)
    stations = Stations("", today.codes, today.communes, today.departments, nowhere, today.registered, shapes, nowhere)
    found = successions_of(pa.table({"bv_id": past.codes.tolist()}), stations, vintage=past.id)
    row, _ = located(found.crosswalk.origin, past.codes)
    pieces = found.crosswalk.weights.tocoo()
    column, _ = located(found.crosswalk.target, today.codes)
    where = (row[pieces.coords[0]], column[pieces.coords[1]])
    return sparse.csr_array((pieces.data, where), shape=(len(past.codes), size))


def lyon(product: Product, hands: Hands, mirror: Path) -> Iterator[tuple[bool, Sample]]:
    """Lyon in 2012 by code, beside what the contours of both vintages say of today's stations: its shares.

    Its counts are left out: sharing out by area is no truth for them, it errs by a sixth (the table of weightings).
    """
    election = _of_lyon(product, hands)
    today = hands["bureaux"][0].read()
    today = today.filter(pc.and_(pc.equal(today["code_commune"], "69123"), today["geometry"].is_valid()))
    maps = [zones_of(table, "bv_id", system="bv", vintage="")[0] for table in (pq.read_table(mirror / LYON), today)]
    walk = area_crosswalk(maps[0], maps[1], kernel="exact")[0]
    places = all_stations(hands)
    frame = taken(places, np.isin(places.codes, walk.target))
    row, _ = located(frame.codes, walk.target)
    order, _ = located(walk.origin, election.codes)
    onto = walk.weights.T.tocsr()[row]
    truth = {name: onto @ np.nan_to_num(counts[order]) for name, counts in election.counts.items()}
    weights = succession(election, frame)
    own = np.asarray((weights >= 1 - 1e-9).sum(axis=0)).ravel() > 0
    odd = np.array([int(code[6:8]) % 2 == 1 for code in frame.codes.tolist()])
    trial = Trial(Brought(election, weights), frame, truth, own, "moved_lyon")
    yield from (one for one in split(trial, odd) if one[1].kind == "vote_share")


def _of_lyon(product: Product, hands: Hands) -> Election:
    """The presidential election of 2012 in Lyon."""
    (handed,) = [one for one in hands["ballots"] if "2012_pres_t1" in pc.unique(one.read()["id_election"]).to_pylist()]
    (votes,) = [one for one in hands["ballots_candidats"] if one.file.published.folder == handed.file.published.folder]
    tables = [one.read(None, [("id_election", "==", "2012_pres_t1")]) for one in (handed, votes)]
    return election_of((tables[0], tables[1]), (), bloc_of, product.facts["elections"])


def streets(people: int) -> Iterator[tuple[bool, Sample]]:
    """Towns whose streets changed station since the election: the past stations keep their codes."""
    towns = [(True, *one) for one in CALIBRATION[:STREETS]] + [(False, *one) for one in REPORT[:STREETS]]
    for (half, seed, segregation, _), stir in product_of(towns, STIRS):
        for _rows, sample in samples_of(_moved(town(people, seed, segregation), stir, np.random.default_rng(seed))):
            yield half, sample


def _moved(place: Town, stir: float, random: np.random.Generator) -> Trial:
    """The trial of a town a part ``stir`` of whose streets voted in the nearest other station of their commune."""
    past = _past_station(place, stir, random)
    ballots = next(each for each in place.ballots if each.election == "2022_pres_t1")
    size, home = len(place.stations.ids), place.homes.address[place.people.home]
    then, now = (_counted(ballots.choice, station[home], size) for station in (past, place.addresses.station))
    codes = np.array(place.stations.ids)
    communes, departments = (np.array([code[:length] for code in codes.tolist()]) for length in (5, 2))
    facts = [("participation", "votants", "inscrits"), ("inscrits", "inscrits", "")]
    facts += [(name, name, "exprimes") for name in then if name.startswith("liste")]
    measures = tuple(Measure(name, name, name, "%", number, base) for name, number, base in facts)
    election = Election("2022_pres_t1", "v", "v", codes, communes, departments, then, measures, ())
    frame = TargetFrame(codes, communes, departments, blank(size), now["inscrits"], np.full(size, "contour", object))
    every = np.ones(size, dtype=bool)
    return Trial(Brought(election, succession(election, frame)), frame, now, every, "moved_town")


def _past_station(place: Town, stir: float, random: np.random.Generator) -> Values:
    """The station of each address before a part ``stir`` of the streets went over to where they are now."""
    where, stations = place.addresses, place.stations
    size = len(stations.ids)
    centres = np.array([[axis[where.station == k].mean() for axis in (where.x, where.y)] for k in range(size)])
    past = where.station.copy()
    for street in np.flatnonzero(random.random(len(where.streets)) < stir):
        here = np.flatnonzero(where.street == street)
        for station in np.unique(where.station[here]):
            mine = here[where.station[here] == station]
            far = ((centres - np.array([where.x[mine].mean(), where.y[mine].mean()])) ** 2).sum(axis=1)
            far[(stations.commune != stations.commune[station]) | (np.arange(size) == station)] = np.inf
            past[mine] = far.argmin() if np.isfinite(far).any() else station
    return past


def _counted(choice: Values, station: Values, size: int) -> dict[str, Values]:
    """The counts of an election by station: registered, voters, valid votes, and the votes of each list."""

    def count(chosen: Values) -> Values:
        return np.bincount(station[chosen], minlength=size).astype(np.float64)

    lists = {f"liste{k}": count(choice == k) for k in range(FIRST_CANDIDATE, int(choice.max()) + 1)}
    return {
        "inscrits": count(choice >= 0),
        "votants": count((choice >= 0) & (choice != ABSENT)),
        "exprimes": count(choice >= FIRST_CANDIDATE),
        **lists,
    }


def vote_samples(product: Product, hands: Hands, mirror: Path) -> tuple[list[Sample], list[Sample]]:
    """The samples of all three questions: those that calibrate, and those that report."""
    return halved([*hidden_codes(product, hands), *lyon(product, hands, mirror), *streets(SMALL_TOWN)])
