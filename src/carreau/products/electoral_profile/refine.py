"""From source tables to the material of the profile: its stations, weights, columns and elections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from carreau.places import Stations, stations_of
from carreau.places.apportionment import LOST, Places
from carreau.places.codes import current_commune, movements_of
from carreau.places.stations import COMMUNE
from carreau.places.successions import located
from carreau.products.declare import Hands, Input, Keep, Product
from carreau.products.electoral_profile.ballots import elections_of
from carreau.products.electoral_profile.indicators import Indicator, indicators_of
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.places import all_stations, chosen, taken, widened
from carreau.products.electoral_profile.refined import (
    Codes,
    Refined,
    StationFrame,
    Texts,
    Values,
    ZoneFrame,
    blank,
    codes_of,
    numbers,
    texts,
)
from carreau.products.electoral_profile.weights import Ground, department_weights
from carreau.products.electoral_profile.zones import columns_of, departments_of, zone_codes
from carreau.products.wanted import inputs_of
from carreau.store import digest_of
from carreau.terms import Territory

GEOGRAPHY: Final = date(2016, 1, 1)  # older than any census geography read: every later merger is followed
_ON_THE_GROUND: Final = ("bureaux", "communes")
_BEHIND_WEIGHTS: Final = (*_ON_THE_GROUND, "iris", "mouvements", "adresses", "bureaux_reu", "carreaux", "population")


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The tables kept for the departments of a territory: the stations on the ground, and the weights to them."""

    placed: pa.Table
    weights: pa.Table
    remarks: tuple[str, ...]
    files: frozenset[str]


def refine(product: Product, territory: Territory, hands: Hands, keep: Keep) -> Material:
    """The material of a territory: everything that ``build`` needs, brought onto today's stations.

    ``keep(key, make)`` keeps a table under a key that says all it was made from, so that it is made once.
    """
    places = all_stations(hands)
    frame = taken(places, chosen(territory, places, hands))
    zones = _zones(places, hands)
    pieces = _pieces(sorted(set(frame.departments.tolist())), zones, hands, keep)
    refined = _refined(indicators_of(product.facts), hands, (_framed(frame, pieces.placed), zones), pieces)
    here = located(codes_of(pieces.placed["bv_id"]), frame.codes)[1]
    geometry = pieces.placed.filter(pa.array(here)).select(["bv_id", "geometry"])
    elections = elections_of(hands, product.facts["elections"], places, refined.stations)
    return Material(
        territory,
        refined,
        elections.brought,
        places,
        geometry.filter(geometry["geometry"].is_valid()),
        tuple(entry.input for entry in hands["bureaux"]),
        _lists(territory, hands, refined.stations),
        (*widened(territory), *elections.remarks, *_absent(product, hands)),
    )


def _absent(product: Product, hands: Hands) -> Iterator[str]:
    """What becomes of the profile without each input that is not at hand, as its declaration says it."""
    for wanted in inputs_of(product.facts):
        if wanted.without and not hands.get(wanted.alias):
            yield wanted.without


def _lists(territory: Territory, hands: Hands, stations: StationFrame) -> tuple[Input, ...]:
    """The files that say what the territory is, and how its communes changed or are drawn."""
    read = ["mouvements"]
    read += ["epci"] if territory.kind == "epci" else []
    read += ["communes"] if (stations.placed == COMMUNE).any() else []
    return tuple(entry.input for alias in read for entry in hands.get(alias, ()))


def _zones(places: StationFrame, hands: Hands) -> ZoneFrame:
    """The IRIS of the census, with today's commune of each: merged communes follow their movement."""
    codes, communes = zone_codes(hands)
    known = set(places.communes.tolist())
    names, index = np.unique(communes, return_inverse=True)
    if hands.get("mouvements"):
        movements = movements_of(hands["mouvements"][0].read())
        today = [name if name in known else current_commune(name, GEOGRAPHY, movements) for name in names.tolist()]
        kept = [new if new in known else old for new, old in zip(today, names.tolist(), strict=True)]
        names = np.array(kept, dtype=np.str_)
    communes = names[index]
    return ZoneFrame(codes, communes, departments_of(communes), blank(len(codes)))


def _pieces(departments: Sequence[str], zones: ZoneFrame, hands: Hands, keep: Keep) -> _Pieces:
    """The stations and weights of the departments, each made once and kept."""
    placed, weights = [], []
    for department in departments:
        placed.append(keep(_key("placed", department, _ON_THE_GROUND, hands), partial(_placed, department, hands)))
        key = _key("weights", department, _BEHIND_WEIGHTS, hands)
        weights.append(keep(key, partial(_weights, department, placed[-1], zones, hands)))
    return _Pieces(
        pa.concat_tables(placed),
        pa.concat_tables([table.replace_schema_metadata(None) for table in weights]),
        tuple(dict.fromkeys(remark for table in weights for remark in _said(table, "remarks"))),
        frozenset(digest for table in weights for digest in _said(table, "files")),
    )


def _key(what: str, department: str, aliases: Sequence[str], hands: Hands) -> str:
    """The key of a kept table: what it is, of which department, and the bytes of all that it is made from."""
    return digest_of(what, department, [(alias, e.input.digest) for alias in aliases for e in hands.get(alias, ())])


def _said(table: pa.Table, name: str) -> list[str]:
    """A list of words in a table's metadata."""
    words: list[str] = json.loads((table.schema.metadata or {}).get(name.encode(), b"[]"))
    return words


def _stations(department: str, hands: Hands) -> Stations:
    """The stations of a department, with the contour of each where one is known."""
    here = [("code_departement", "==", department)]
    contours = pa.concat_tables([handed.read(None, here) for handed in hands["bureaux"]])
    outlines = [handed.read(None, here) for handed in hands.get("communes", ())]
    empty = pa.table(
        {
            "code_commune": pa.array([], pa.string()),
            "type": pa.array([], pa.string()),
            "geometry": pa.array([], pa.binary()),
        }
    )
    communes = pa.concat_tables(outlines) if outlines else empty
    return stations_of(contours, communes, vintage=hands["bureaux"][0].input.vintage)[0]


def _placed(department: str, hands: Hands) -> pa.Table:
    """The stations of a department with their contour: one row per station, ``rattachement`` empty without contour."""
    stations = _stations(department, hands)
    return pa.table(
        {
            "bv_id": pa.array(stations.codes, pa.string()),
            "code_commune": pa.array(stations.communes, pa.string()),
            "libelle": pa.array(stations.names, pa.string()),
            "inscrits": pa.array(stations.registered, pa.float64()),
            "rattachement": pa.array(stations.placed_by, pa.string()),
            "geometry": pa.array(stations.wkb.tolist(), pa.binary()),
        }
    )


def _weights(department: str, placed: pa.Table, zones: ZoneFrame, hands: Hands) -> pa.Table:
    """The weights from the IRIS of a department to its stations."""
    here = zones.departments == department
    codes, communes, names, ways = (
        codes_of(placed[name]) for name in ("bv_id", "code_commune", "libelle", "rattachement")
    )
    shapes = np.asarray([*placed["geometry"].to_pylist(), None], dtype=np.object_)[:-1]
    departments = np.full(len(codes), department)
    stations = Stations("", codes, communes, departments, names, numbers(placed["inscrits"]), shapes, ways)
    origin = Places(zones.codes[here], zones.communes[here], np.empty(0))
    census = hands["population"][0].read(["IRIS", "P_POP"]).sort_by("IRIS")
    return department_weights(Ground(department, stations, origin, numbers(census["P_POP"])[here]), hands)


def _framed(frame: StationFrame, placed: pa.Table) -> StationFrame:
    """The stations of the territory, now with how each is placed."""
    position, found = located(frame.codes, codes_of(placed["bv_id"]))
    return replace(frame, placed=np.where(found, texts(placed["rattachement"])[position], ""))


def _refined(
    indicators: Sequence[Indicator], hands: Hands, frames: tuple[StationFrame, ZoneFrame], pieces: _Pieces
) -> Refined:
    """Source columns on the zones and the weights that carry them, with what was lost on the way."""
    stations, zones = frames
    table = pieces.weights
    zone, _ = located(codes_of(table["zone"]), zones.codes)
    methods = zones.methods.copy()
    methods[zone] = texts(table["methode"])
    column, here = located(codes_of(table["bureau"]), stations.codes)
    weight = np.where(here, numbers(table["poids"]), 0.0)
    weights = sparse.csr_array((weight, (zone, column)), shape=(len(zones.codes), len(stations.codes)))
    weights.eliminate_zeros()
    found = columns_of(indicators, hands, zones.codes)
    reached, concerned = np.asarray(weights.sum(axis=1)).ravel() > 0, np.unique(zone)
    people = np.nan_to_num(found.values.get("population", {}).get("P_POP", np.zeros(len(zones.codes))))
    return Refined(
        stations,
        replace(zones, methods=methods),
        weights,
        found.values,
        found.reasons,
        {**_behind(hands, pieces.files), **found.inputs(reached)},
        pieces.remarks,
        _coverage(zones.codes[concerned], people[concerned], methods[concerned], weights.T @ people, stations),
    )


def _behind(hands: Hands, files: frozenset[str]) -> Mapping[str, tuple[Input, ...]]:
    """The files behind the weights: the contours of the IRIS, and the addresses and grids that carry something."""
    return {
        alias: tuple(entry.input for entry in hands.get(alias, ()) if alias == "iris" or entry.input.digest in files)
        for alias in ("iris", "adresses", "carreaux")
    }


def _coverage(
    zones: Codes, people: Values, methods: Texts, carried: Values, stations: StationFrame
) -> dict[str, object]:
    """What was carried and lost, in people: zone by zone and in total, and by which method."""
    lost = methods == LOST
    by_method: dict[str, npt.NDArray[np.bool_]] = {name: methods == name for name in sorted(set(methods.tolist()))}
    return {
        "population_des_departements": float(people.sum()),
        "population_perdue": float(people[lost].sum()),
        "population_portee_sur_le_territoire": float(carried.sum()),
        "zones_perdues": dict(zip(zones[lost].tolist(), people[lost].tolist(), strict=True)),
        "population_par_methode": {name or "perdu": float(people[here].sum()) for name, here in by_method.items()},
        "bureaux": {
            name or "sans contour": int((stations.placed == name).sum()) for name in ("contour", "commune", "")
        },
    }
