"""The places of each level: which they are, what zones and stations each is made of, and how a reader names it.

A level is another set of targets for the same machinery. IRIS, communes and departments are whole zones of the
sources: nothing is apportioned. A constituency is a set of stations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import sparse

from carreau.places.apportionment import ALONE
from carreau.places.successions import located
from carreau.products.declare import Hands, Input, Keep
from carreau.products.electoral_profile.constituencies import constituencies_of
from carreau.products.electoral_profile.estimate import ENOUGH
from carreau.products.electoral_profile.levels import COMMUNE, CONSTITUENCY, IRIS, STATION, PlaceLevel
from carreau.products.electoral_profile.names import names_of
from carreau.products.electoral_profile.pieces import NO_PIECES, Pieces, pieces_of
from carreau.products.electoral_profile.places import among, taken
from carreau.products.electoral_profile.refined import (
    Codes,
    Mask,
    TargetFrame,
    Texts,
    Values,
    ZoneFrame,
    blank,
    codes_of,
    numbers,
    texts,
)

PLACED: Final = "contour"


@dataclass(frozen=True, slots=True)
class Targets:
    """The places of one level that a territory meets, each whole, and what they are made of.

    ``weights`` (zones x places) carries the zones, each by one of ``methods``; ``stations`` are all the stations of
    these places and ``members`` (stations x places) says to which each belongs. ``pieces`` are the kept tables of
    their departments, empty where the level needs none. ``inputs`` are the files that say what the places are.
    """

    frame: TargetFrame
    weights: sparse.csr_array
    methods: Texts
    stations: TargetFrame
    members: sparse.csr_array
    pieces: Pieces
    inputs: tuple[Input, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What every level is cut from: all stations of the country, those of the territory, all zones, what is kept."""

    places: TargetFrame
    chosen: Mask
    zones: ZoneFrame
    hands: Hands
    keep: Keep

    def pieces(self, stations: TargetFrame) -> Pieces:
        """The kept tables of the departments of some stations."""
        return pieces_of(sorted(set(stations.departments.tolist())), self.zones, self.hands, self.keep)


def targets_of(level: PlaceLevel, ground: Ground) -> Targets:
    """The places of ``level`` that hold a station of the territory; for IRIS, those of its communes."""
    if level.id == STATION:
        return _stations(ground)
    made = {IRIS: _iris, CONSTITUENCY: _constituencies}.get(level.id, _sums)
    found = made(level, ground)
    placed = np.full(len(found.frame.codes), PLACED, dtype=np.object_)
    return replace(found, frame=replace(found.frame, placed=placed, this=level.this))


def _stations(ground: Ground) -> Targets:
    """The stations of the territory."""
    stations = taken(ground.places, ground.chosen)
    pieces = ground.pieces(stations)
    position, found = located(stations.codes, codes_of(pieces.placed["bv_id"]))
    placed = np.where(found, texts(pieces.placed["rattachement"])[position], "")
    stations = replace(stations, placed=placed)
    weights, methods = _carrying(pieces, ground.zones, stations)
    members = sparse.csr_array(sparse.eye_array(len(stations.codes)))
    return Targets(stations, weights, methods, stations, members, pieces)


def _carrying(pieces: Pieces, zones: ZoneFrame, stations: TargetFrame) -> tuple[sparse.csr_array, Texts]:
    """The weights from zones to stations that the pieces hold, and the method of each zone."""
    table = pieces.weights
    zone, _ = located(codes_of(table["zone"]), zones.codes)
    methods = zones.methods.copy()
    methods[zone] = texts(table["methode"])
    column, here = located(codes_of(table["bureau"]), stations.codes)
    weight = np.where(here, numbers(table["poids"]), 0.0)
    weights = sparse.csr_array((weight, (zone, column)), shape=(len(zones.codes), len(stations.codes)))
    weights.eliminate_zeros()
    return weights, methods


def _sums(level: PlaceLevel, ground: Ground) -> Targets:
    """Communes or departments: the sums of their zones and of their stations."""
    of: Callable[[TargetFrame | ZoneFrame], Codes]
    of = (lambda frame: frame.communes) if level.id == COMMUNE else (lambda frame: frame.departments)
    stations, codes, members = _grouped(ground, of(ground.places))
    column, here = located(of(ground.zones), codes)
    row = np.flatnonzero(here)
    weights = sparse.csr_array((np.ones(len(row)), (row, column[row])), shape=(len(here), len(codes)))
    frame = _framed(codes, stations, members)
    frame = frame if level.id == COMMUNE else replace(frame, communes=np.full(len(codes), "", dtype=np.str_))
    labels, inputs = names_of(level, frame, ground.hands)
    methods = np.where(here, ALONE, "").astype(np.object_)
    return Targets(replace(frame, labels=labels), weights, methods, stations, members, NO_PIECES, inputs)


def _constituencies(level: PlaceLevel, ground: Ground) -> Targets:
    """Constituencies: what reaches their stations."""
    owners = constituencies_of(ground.places, ground.hands, ground.keep)
    stations, codes, members = _grouped(ground, owners.codes)
    pieces = ground.pieces(stations)
    weights, methods = _carrying(pieces, ground.zones, stations)
    frame = replace(_framed(codes, stations, members), communes=np.full(len(codes), "", dtype=np.str_))
    labels, inputs = names_of(level, frame, ground.hands)
    position, _ = located(stations.codes, ground.places.codes)
    known = members.T @ (np.nan_to_num(stations.registered) * owners.sure[position])
    sure = np.divide(known, frame.registered, out=np.ones(len(codes)), where=frame.registered > 0)
    return Targets(
        replace(frame, labels=labels, sure=sure, registered=np.where(sure >= ENOUGH, frame.registered, np.nan)),
        sparse.csr_array(weights @ members),
        methods,
        stations,
        members,
        pieces,
        (*owners.inputs, *inputs),
        owners.remarks(ground.chosen),
    )


def _iris(level: PlaceLevel, ground: Ground) -> Targets:
    """The IRIS of the communes of the territory, with the voters that their inhabitants suggest."""
    near = set(ground.places.communes[ground.chosen].tolist())
    stations = taken(ground.places, among(ground.places.communes, near))
    pieces = ground.pieces(stations)
    carrying, _ = _carrying(pieces, ground.zones, stations)
    row = np.flatnonzero(among(ground.zones.communes, near))
    shape = (len(ground.zones.codes), len(row))
    weights = sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape)
    registered = _voters_of_zones(carrying, stations, ground)[row]
    zones = ground.zones
    frame = TargetFrame(
        zones.codes[row], zones.communes[row], zones.departments[row], blank(len(row)), registered, blank(len(row))
    )
    labels, inputs = names_of(level, frame, ground.hands)
    methods = np.where(among(zones.communes, near), ALONE, "").astype(np.object_)
    nothing = sparse.csr_array((len(stations.codes), len(row)))
    return Targets(replace(frame, labels=labels), weights, methods, stations, nothing, pieces, inputs)


def _voters_of_zones(carrying: sparse.csr_array, stations: TargetFrame, ground: Ground) -> Values:
    """The voters of each station shared out to the zones that its inhabitants come from.

    A station that no zone reaches is shared out to its commune by inhabitants: no voter of a known commune is lost.
    """
    census = ground.hands["population"][0].read(["IRIS", "P_POP"]).sort_by("IRIS")
    people = np.nan_to_num(numbers(census["P_POP"]))
    pieces = carrying.multiply(people[:, None]).tocsr()
    reach = np.asarray(pieces.sum(axis=0)).ravel()
    registered = np.nan_to_num(stations.registered)
    share = np.divide(registered, reach, out=np.zeros(len(reach)), where=reach > 0)
    names, commune = np.unique(stations.communes, return_inverse=True)
    left = np.bincount(commune, np.where(reach > 0, 0.0, registered), minlength=len(names))
    place, found = located(ground.zones.communes, names)
    inhabitants = np.bincount(place[found], people[found], minlength=len(names))
    rate = np.divide(left, inhabitants, out=np.zeros(len(left)), where=inhabitants > 0)
    return np.asarray(pieces @ share) + np.where(found, rate[place] * people, 0.0)


def _grouped(ground: Ground, owner: Codes) -> tuple[TargetFrame, Codes, sparse.csr_array]:
    """The places that own a station of the territory, all their stations, and which belongs to which."""
    codes = np.unique(owner[ground.chosen & (owner != "")])
    place, here = located(owner, codes)
    stations = taken(ground.places, here)
    row = np.arange(len(stations.codes))
    members = sparse.csr_array((np.ones(len(row)), (row, place[here])), shape=(len(row), len(codes)))
    return stations, codes, members


def _framed(codes: Codes, stations: TargetFrame, members: sparse.csr_array) -> TargetFrame:
    """The places as a frame: voters summed; the commune, department and name are those of a station of each."""
    first = np.asarray(members.argmax(axis=0)).ravel() if len(codes) else np.zeros(0, dtype=np.int64)
    registered = np.asarray(members.T @ np.nan_to_num(stations.registered))
    return TargetFrame(
        codes,
        stations.communes[first],
        stations.departments[first],
        stations.labels[first],
        registered,
        blank(len(codes)),
    )

