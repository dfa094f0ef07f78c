"""The electoral profile: from refined tables to the Draft, one row per place. Pure: no file, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.places.remarks import counted
from carreau.products.declare import Draft, Product
from carreau.products.electoral_profile.brought import estimates_of_election
from carreau.products.electoral_profile.carrier import Carrier, carrier_of
from carreau.products.electoral_profile.columns import indicator_columns, key_columns, provenance_of
from carreau.products.electoral_profile.estimate import Estimate, estimates_of
from carreau.products.electoral_profile.income import income_estimates_of
from carreau.products.electoral_profile.indicators import Indicator, indicators_of
from carreau.products.electoral_profile.levels import STATION, PlaceLevel
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.refined import Refined
from carreau.products.electoral_profile.types import METHOD, read_by_types, shown_values, type_columns
from carreau.terms import Column, Provenance, Schema

__all__ = ["build", "refine"]

BEHIND: Final = ("iris", "adresses", "carreaux")  # the files that say how much of a zone goes to a station
CARRIED: Final = "résultats du bureau, portés sur les bureaux d'aujourd'hui par leur code"
WAYS: Final = {"identite": "zones entières", "commune": "inscrits de la commune"}


def build(product: Product, material: Material) -> Draft:
    """The Draft of the profile: one row per place of the territory at the level of ``material``, sorted by its key."""
    refined, level = material.refined, material.level
    indicators = indicators_of(product.facts)
    columns = [*key_columns(refined.targets, level, _placing(material)), *_of_zones(product, material, indicators)]
    for brought in material.elections:
        provenance = provenance_of([*brought.election.inputs, *material.contours], f"{CARRIED}{_sum(level)}")
        for estimate in estimates_of_election(brought, refined.targets, material.places):
            columns += indicator_columns(estimate, level, provenance)
    said = {column.name for column, _ in columns}
    unsaid = [indicator.title for indicator in indicators if indicator.name not in said]
    return _draft(product, material, columns, unsaid)


def _of_zones(
    product: Product, material: Material, indicators: Sequence[Indicator]
) -> Iterator[tuple[Column, pa.Array]]:
    """The columns of what zones tell: each indicator in its order, then the type of each station."""
    refined, level = material.refined, material.level
    carrier = carrier_of(refined)
    method = method_of(refined, carrier, level.noun)
    found = [*estimates_of(indicators, refined, carrier), *income_estimates_of(indicators, refined, carrier)]
    for estimate in _in_order(indicators, found):
        yield from indicator_columns(estimate, level, _provenance(estimate.indicator, refined, method))
    if level.id == STATION:
        yield from _types(product, material, found)


def _in_order(indicators: Iterable[Indicator], estimates: Iterable[Estimate]) -> list[Estimate]:
    """The estimates in the order in which their indicators are declared."""
    rank = {indicator.name: position for position, indicator in enumerate(indicators)}
    return sorted(estimates, key=lambda estimate: rank[estimate.indicator.name])


def _types(product: Product, material: Material, estimates: Sequence[Estimate]) -> Iterator[tuple[Column, pa.Array]]:
    """The type of each station, from what the guard will let out of its figures."""
    refined = material.refined
    named = {estimate.indicator.name: estimate for estimate in estimates}
    shown = [shown_values(named.get(name), len(refined.targets.codes), product.policy.k) for name in read_by_types()]
    aliases = [alias for name in read_by_types() if name in named for alias in named[name].indicator.aliases]
    read = [entry for alias in dict.fromkeys(aliases) for entry in refined.inputs.get(alias, ())]
    behind = [*material.contours, *(entry for alias in BEHIND for entry in refined.inputs.get(alias, ()))]
    return type_columns(shown, provenance_of(read, METHOD, behind))


def _provenance(indicator: Indicator, refined: Refined, method: str) -> Provenance:
    """Where an indicator comes from, how it was carried, and how official is the least of all that it rests on."""
    read = [entry for alias in indicator.aliases for entry in refined.inputs.get(alias, ())]
    behind = [entry for alias in BEHIND for entry in refined.inputs.get(alias, ())]
    return provenance_of(read, method, behind)


def method_of(refined: Refined, carrier: Carrier, noun: str = "bureau") -> str:
    """How the people of the territory were carried to its places, by part: « adresses (98 %), surface (2 %) »."""
    reaching = carrier.mass * np.asarray(refined.weights.sum(axis=1)).ravel()
    total = reaching.sum()
    methods = sorted(set(refined.zones.methods.tolist()))
    parts = {name: reaching[refined.zones.methods == name].sum() / total for name in methods if total > 0}
    shown = sorted(((part, name) for name, part in parts.items() if part > 0), reverse=True)
    said = [f"{WAYS.get(name, name)} ({_percent(part)})" for part, name in shown]
    return f"{'IRIS' if noun == 'IRIS' else f'IRIS vers {noun}'} par {', '.join(said)}" if said else "aucun report"


def _placing(material: Material) -> Provenance:
    """Where the places come from, and how their voters are known."""
    method = "fichier des bureaux" if material.level.id == STATION else f"bureaux rattachés : {material.level.noun}"
    return provenance_of([*material.contours, *(() if material.level.id == STATION else material.lists)], method)


def _sum(level: PlaceLevel) -> str:
    """What is added to the way of an election when stations are summed."""
    return "" if level.id == STATION else f", puis sommés : {level.noun}"


def _percent(part: float) -> str:
    """A part as a reader reads it."""
    return f"{part:.0%}".replace("%", "\u202f%") if part >= 0.005 else "moins de 1\u202f%"


def _draft(
    product: Product, material: Material, columns: Sequence[tuple[Column, pa.Array]], unsaid: Sequence[str]
) -> Draft:
    """The Draft out of its columns, with what could not be said as remarks."""
    schema = Schema(material.level.grain, tuple(column for column, _ in columns))
    empty = counted(len(unsaid), "indicateur{s} n'{ont} aucune donnée dans les fichiers lus")
    remarks = [*material.refined.remarks, *material.remarks]
    remarks += [f"{sentence} : {', '.join(unsaid)}" for sentence in empty]
    lineage = [
        *material.contours,
        *material.lists,
        *(entry for entries in material.refined.inputs.values() for entry in entries),
        *(entry for brought in material.elections for entry in brought.election.inputs),
    ]
    return Draft(
        product,
        material.territory,
        schema,
        pa.table([array for _, array in columns], names=list(schema.names)),
        material.geometry,
        product.facts["contributors"],
        tuple(dict.fromkeys(lineage)),
        tuple(remarks),
        material.refined.coverage,
    )
