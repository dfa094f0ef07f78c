"""From source tables to the material of the profile at one level: its places, weights, columns and elections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.places.apportionment import LOST
from carreau.places.codes import current_commune, movements_of
from carreau.places.stations import COMMUNE as BY_COMMUNE
from carreau.products.declare import Hands, Input, Keep, Product
from carreau.products.electoral_profile.ballots import elections_of
from carreau.products.electoral_profile.contours import contour_inputs, contours_of
from carreau.products.electoral_profile.indicators import indicators_of
from carreau.products.electoral_profile.levels import IRIS, STATION, PlaceLevel, level_of
from carreau.products.electoral_profile.material import Brought, Material
from carreau.products.electoral_profile.places import all_stations, chosen, widened
from carreau.products.electoral_profile.refined import (
    Codes,
    Refined,
    TargetFrame,
    Texts,
    Values,
    ZoneFrame,
    blank,
)
from carreau.products.electoral_profile.targets import Ground, Targets, targets_of
from carreau.products.electoral_profile.zones import columns_of, departments_of, zone_codes
from carreau.products.wanted import inputs_of
from carreau.terms import Territory

GEOGRAPHY: Final = date(2016, 1, 1)  # older than any census geography read: every later merger is followed


def refine(product: Product, territory: Territory, hands: Hands, keep: Keep, level: str = STATION) -> Material:
    """The material of a territory: everything that ``build`` needs, brought onto the places of ``level``.

    These are the places that hold a station of the territory, each whole. ``keep(key, make)`` keeps a table under a
    key that says all it was made from, so that it is made once.
    """
    wanted = level_of(product.facts, level)
    places = all_stations(hands)
    ground = Ground(places, chosen(territory, places, hands), _zones(places, hands), hands, keep)
    targets = targets_of(wanted, ground)
    refined = _refined(product, ground, targets)
    brought, remarks = _elections(product, wanted, ground, targets)
    return Material(
        territory,
        wanted,
        refined,
        brought,
        places,
        contours_of(wanted, targets, hands, keep),
        tuple(entry.input for entry in hands["bureaux"]),
        (*_lists(territory, hands, targets.stations), *contour_inputs(wanted, hands), *targets.inputs),
        (*widened(territory), *targets.remarks, *remarks, *_absent(product, hands)),
    )


def _absent(product: Product, hands: Hands) -> Iterator[str]:
    """What becomes of the profile without each input that is not at hand, as its declaration says it."""
    for wanted in inputs_of(product.facts):
        if wanted.without and not hands.get(wanted.alias):
            yield wanted.without


def _lists(territory: Territory, hands: Hands, stations: TargetFrame) -> tuple[Input, ...]:
    """The files that say what the territory is, and how its communes changed or are drawn."""
    read = ["mouvements"]
    read += ["epci"] if territory.kind == "epci" else []
    read += ["communes"] if (stations.placed == BY_COMMUNE).any() else []
    return tuple(entry.input for alias in read for entry in hands.get(alias, ()))


def _zones(places: TargetFrame, hands: Hands) -> ZoneFrame:
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


def _refined(product: Product, ground: Ground, targets: Targets) -> Refined:
    """Source columns on the zones and the weights that carry them, with what was lost on the way."""
    zones, weights, methods = ground.zones, targets.weights, targets.methods
    found = columns_of(indicators_of(product.facts), ground.hands, zones.codes)
    reached = np.asarray(weights.sum(axis=1)).ravel() > 0
    concerned = _concerned(ground, targets)
    people = np.nan_to_num(found.values.get("population", {}).get("P_POP", np.zeros(len(zones.codes))))
    coverage = _coverage(zones.codes[concerned], people[concerned], methods[concerned], weights.T @ people)
    return Refined(
        targets.frame,
        replace(zones, methods=methods),
        weights,
        found.values,
        found.reasons,
        {**_behind(ground.hands, targets), **found.inputs(reached)},
        targets.pieces.remarks,
        coverage if targets.frame is not targets.stations else {**coverage, "bureaux": _placed(targets.stations)},
    )


def _concerned(ground: Ground, targets: Targets) -> npt.NDArray[np.bool_]:
    """The zones of the departments of the stations; those of the communes of larger places."""
    if targets.frame is targets.stations:
        return np.isin(ground.zones.departments, np.unique(targets.frame.departments))
    return np.isin(ground.zones.communes, np.unique(targets.stations.communes))


def _behind(hands: Hands, targets: Targets) -> Mapping[str, tuple[Input, ...]]:
    """The files behind the weights: the contours of the IRIS, and the addresses and grids that carry something."""
    files = targets.pieces.files
    return {
        alias: tuple(entry.input for entry in hands.get(alias, ()) if alias == "iris" or entry.input.digest in files)
        for alias in ("iris", "adresses", "carreaux")
    }


def _elections(
    product: Product, level: PlaceLevel, ground: Ground, targets: Targets
) -> tuple[tuple[Brought, ...], tuple[str, ...]]:
    """The elections of the territory brought onto its places, and the remarks on them; IRIS have none."""
    if level.id == IRIS:
        return (), ()
    found = elections_of(ground.hands, product.facts["elections"], ground.places, targets.stations)
    if level.id == STATION:
        return found.brought, found.remarks
    return tuple(_summed(brought, targets) for brought in found.brought), found.remarks


def _summed(brought: Brought, targets: Targets) -> Brought:
    """An election of stations, on the places that they belong to, with the part of each place's voters it speaks of."""
    registered = np.nan_to_num(targets.stations.registered)
    spoken = registered * (np.asarray(brought.weights.sum(axis=0)).ravel() > 0)
    total = targets.members.T @ registered
    covered = np.divide(targets.members.T @ spoken, total, out=np.zeros(len(total)), where=total > 0)
    return replace(brought, weights=sparse.csr_array(brought.weights @ targets.members), covered=covered)


def _coverage(zones: Codes, people: Values, methods: Texts, carried: Values) -> dict[str, object]:
    """What was carried and lost, in people: zone by zone and in total, and by which method."""
    lost = methods == LOST
    by_method: dict[str, npt.NDArray[np.bool_]] = {name: methods == name for name in sorted(set(methods.tolist()))}
    return {
        "population_des_departements": float(people.sum()),
        "population_perdue": float(people[lost].sum()),
        "population_portee_sur_le_territoire": float(carried.sum()),
        "zones_perdues": dict(zip(zones[lost].tolist(), people[lost].tolist(), strict=True)),
        "population_par_methode": {name or "perdu": float(people[here].sum()) for name, here in by_method.items()},
    }


def _placed(stations: TargetFrame) -> dict[str, int]:
    """How many stations are placed by their contour, by that of their commune, or not."""
    return {name or "sans contour": int((stations.placed == name).sum()) for name in ("contour", "commune", "")}
