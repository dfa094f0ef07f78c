"""What is kept of each department: its stations on the ground, and the weights from its IRIS to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.places import Stations, stations_of
from carreau.places.apportionment import Places
from carreau.products.declare import Hands, Keep
from carreau.products.electoral_profile.refined import ZoneFrame, codes_of, numbers
from carreau.products.electoral_profile.weights import Ground, department_weights
from carreau.store import digest_of

ON_THE_GROUND: Final = ("bureaux", "communes")
_BEHIND_WEIGHTS: Final = (*ON_THE_GROUND, "iris", "mouvements", "adresses", "bureaux_reu", "carreaux", "population")


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tables kept for some departments: the stations on the ground (``placed``), and the weights to them.

    ``weights`` has one row per zone and station (``zone``, ``bureau``, ``poids``, ``methode``); ``remarks`` are what
    was met when they were made, ``files`` the digests of the address and grid files that carry something.
    """

    placed: pa.Table
    weights: pa.Table
    remarks: tuple[str, ...]
    files: frozenset[str]


NO_PIECES: Final = Pieces(pa.table({}), pa.table({}), (), frozenset())


def pieces_of(departments: Sequence[str], zones: ZoneFrame, hands: Hands, keep: Keep) -> Pieces:
    """The stations and weights of the departments, each made once and kept."""
    placed, weights = [], []
    for department in departments:
        placed.append(keep(kept_key("placed", department, ON_THE_GROUND, hands), partial(_placed, department, hands)))
        key = kept_key("weights", department, _BEHIND_WEIGHTS, hands)
        weights.append(keep(key, partial(_weights, department, placed[-1], zones, hands)))
    return Pieces(
        pa.concat_tables(placed),
        pa.concat_tables([table.replace_schema_metadata(None) for table in weights]),
        tuple(dict.fromkeys(remark for table in weights for remark in _said(table, "remarks"))),
        frozenset(digest for table in weights for digest in _said(table, "files")),
    )


def kept_key(what: str, department: str, aliases: Sequence[str], hands: Hands) -> str:
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
