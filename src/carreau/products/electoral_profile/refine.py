"""From source tables to the material of the profile: its stations, weights, columns and elections."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
from scipy import sparse

from carreau.places import Stations, stations_of
from carreau.places.apportionment import Places
from carreau.places.codes import current_commune, movements_of
from carreau.products.declare import Hands, Input, Keep, Product
from carreau.products.electoral_profile.ballots import elections_of
from carreau.products.electoral_profile.indicators import indicators_of
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.places import all_stations, chosen, lists_of, taken, texts
from carreau.products.electoral_profile.refined import Codes, Refined, StationFrame, Values, ZoneFrame
from carreau.products.electoral_profile.weights import Ground, department_weights
from carreau.products.electoral_profile.zones import columns_of, departments_of, located, zone_codes
from carreau.store import digest_of
from carreau.terms import Territory

GEOGRAPHY: Final = date(2016, 1, 1)  # older than any census geography read: every later merger is followed
_BEHIND_WEIGHTS: Final = ("bureaux", "iris", "communes", "mouvements", "adresses", "bureaux_reu", "carreaux", "population")


def refine(product: Product, territory: Territory, hands: Hands, keep: Keep) -> Material:
    """The material of a territory: everything that ``build`` needs, brought onto today's stations.

    ``keep(key, make)`` keeps a table under a key that says all it was made from, so that it is made once.
    """
    places = all_stations(hands)
    mask = chosen(territory, places, lists_of(hands, places))
    frame = taken(places, mask)
    zones = _zones(places, hands)
    departments = sorted(set(frame.departments))
    digests = [(alias, entry.input.digest) for alias in _BEHIND_WEIGHTS for entry in hands.get(alias, ())]
    placed, pieces = [], []
    for department in departments:
        key = digest_of("placed", department, digests)
        placed.append(keep(key, partial(_placed, department, hands)))
        pieces.append(keep(digest_of("weights", key), partial(_weights, department, placed[-1], zones, hands)))
    shapes = pa.concat_tables(placed)
    refined = _refined(product, hands, _framed(frame, shapes), zones, pieces)
    (contours,) = {entry.input for entry in hands["bureaux"][:1]}
    geometry = shapes.filter(pa.array(located(texts(shapes["bv_id"]), frame.codes)[1])).select(["bv_id", "geometry"])
    elections = elections_of(hands, product.facts["elections"], places, refined.stations)
    return Material(
        territory,
        refined,
        elections.brought,
        places,
        geometry.filter(geometry["geometry"].is_valid()),
        contours,
        elections.remarks,
    )


def _zones(places: StationFrame, hands: Hands) -> ZoneFrame:
    """The IRIS of the census, with today's commune of each: merged communes follow their movement."""
    codes, communes = zone_codes(hands)
    known = set(places.communes)
    gone = sorted(set(communes) - known)
    if gone and hands.get("mouvements"):
        movements = movements_of(hands["mouvements"][0].read())
        today = {code: current_commune(code, GEOGRAPHY, movements) for code in gone}
        communes = np.array([today[code] if today.get(code) in known else code for code in communes], dtype=object)
    return ZoneFrame(codes, communes, departments_of(communes), np.full(len(codes), "", dtype=object))


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
            "bv_id": pa.array(stations.codes.tolist(), pa.string()),
            "code_commune": pa.array(stations.communes.tolist(), pa.string()),
            "libelle": pa.array(stations.names.tolist(), pa.string()),
            "inscrits": pa.array(stations.registered, pa.float64()),
            "rattachement": pa.array(stations.placed_by.tolist(), pa.string()),
            "geometry": pa.array(stations.wkb.tolist(), pa.binary()),
        }
    )


def _weights(department: str, placed: pa.Table, zones: ZoneFrame, hands: Hands) -> pa.Table:
    """The weights from the IRIS of a department to its stations."""
    here = zones.departments == department
    strings = {
        name: np.asarray(placed[name].to_pylist(), dtype=np.str_)
        for name in ("bv_id", "code_commune", "libelle", "rattachement")
    }
    shapes = np.asarray([*placed["geometry"].to_pylist(), None], dtype=object)[:-1]
    stations = Stations(
        "",
        strings["bv_id"],
        strings["code_commune"],
        np.full(placed.num_rows, department),
        strings["libelle"],
        placed["inscrits"].to_numpy(),
        shapes,
        strings["rattachement"],
    )
    origin = Places(zones.codes[here].astype(str), zones.communes[here].astype(str), np.empty(0))
    people = hands["population"][0].read(["IRIS", "P_POP"]).sort_by("IRIS")["P_POP"].to_numpy()[here]
    return department_weights(Ground(department, stations, origin, people), hands)


def _framed(frame: StationFrame, shapes: pa.Table) -> StationFrame:
    """The stations of the territory, now with how each is placed."""
    position, found = located(frame.codes, texts(shapes["bv_id"]))
    placed = np.where(found, texts(shapes["rattachement"])[position], "")
    return StationFrame(
        frame.codes, frame.communes, frame.departments, frame.labels, frame.registered, placed.astype(object)
    )


def _refined(
    product: Product, hands: Hands, stations: StationFrame, zones: ZoneFrame, pieces: list[pa.Table]
) -> Refined:
    """Source columns on the zones and the weights that carry them, with what was lost on the way."""
    table = pa.concat_tables([piece.replace_schema_metadata(None) for piece in pieces])
    zone, _ = located(texts(table["zone"]), zones.codes)
    methods = zones.methods.copy()
    methods[zone] = texts(table["methode"])
    column, here = located(texts(table["bureau"]), stations.codes)
    weight = np.where(here, table["poids"].to_numpy(), 0.0)
    weights = sparse.csr_array((weight, (zone, column)), shape=(len(zones.codes), len(stations.codes)))
    weights.eliminate_zeros()
    values, reasons = columns_of(indicators_of(product.facts), hands, zones.codes)
    remarks = dict.fromkeys(
        remark for piece in pieces for remark in json.loads((piece.schema.metadata or {}).get(b"remarks", b"[]"))
    )
    inputs: dict[str, Input] = {alias: entries[0].input for alias, entries in hands.items() if entries}
    people = np.nan_to_num(values.get("population", {}).get("P_POP", np.zeros(len(zones.codes))))
    return Refined(
        stations,
        ZoneFrame(zones.codes, zones.communes, zones.departments, methods),
        weights,
        values,
        reasons,
        inputs,
        tuple(remarks),
        _coverage(people, zone, methods, weights, stations),
    )


def _coverage(
    people: Values,
    zone: np.ndarray[tuple[int], np.dtype[np.int64]],
    methods: Codes,
    weights: sparse.csr_array,
    stations: StationFrame,
) -> dict[str, object]:
    """What was carried and lost, in people: in the departments of the territory, and to its own stations."""
    concerned = np.unique(zone)
    lost = concerned[methods[concerned] == ""]
    by_method = {
        str(name) or "perdu": float(people[concerned[methods[concerned] == name]].sum())
        for name in sorted(set(methods[concerned]))
    }
    return {
        "population_des_departements": float(people[concerned].sum()),
        "population_perdue": float(people[lost].sum()),
        "population_portee_sur_le_territoire": float((weights.T @ people).sum()),
        "population_par_methode": by_method,
        "bureaux": {
            name or "sans contour": int((stations.placed == name).sum()) for name in ("contour", "commune", "")
        },
    }
