"""A plan for the field: from the release of a profile, and the public address file, to the Draft. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.errors import Missing, Unknown
from carreau.products.arrays import provenance_read
from carreau.products.crossings.elections import election_read
from carreau.products.declare import Asked, Draft, Hands, Product, Reading
from carreau.products.field_plan.columns import (
    METHOD,
    Described,
    Doors,
    Told,
    door_columns,
    expected_columns,
    interest_columns,
    rank_column,
    registered_column,
    route_columns,
    sector_columns,
    station_columns,
    voter_columns,
)
from carreau.products.field_plan.effects import declared_effects, effect_of, field_of
from carreau.products.field_plan.homes import addresses_of
from carreau.products.field_plan.orders import Order, order_of
from carreau.products.field_plan.pieces import Addresses, outline_of, pieces_of, without_lost
from carreau.products.field_plan.plan import Index, Routes, expected_of, plan_of, routes_of
from carreau.products.field_plan.said import remarks_of
from carreau.products.field_plan.stations import (
    Stations,
    abstention_of,
    dispersion_of,
    needs_of,
    stations_of,
)
from carreau.terms import Schema

STATION: Final = "bureau"
SECTOR: Final = "secteur"
ROUTES: Final = "parcours"


def build(product: Product, asked: Asked, profile: Reading, hands: Hands) -> Draft:
    """The Draft of the stations in their order of interest, of the streets kept, or of the routes through them.

    :class:`~carreau.errors.Missing` when no station can be planned, or when streets are asked where no address is
    known; :class:`~carreau.errors.Unknown` when routes are asked of the whole country.
    """
    _walkable(asked)
    order, declared = order_of(asked.choices), declared_effects()
    effect, field = effect_of(declared, order.goal), field_of(declared)
    stations, read = _stations(asked, profile, order, (declared["needs"]["indicators"], field.least))
    addresses = addresses_of(hands, stations.codes)
    stations = without_lost(stations, addresses)
    if not (stations.reasons == "").any():
        raise Missing(
            f"aucun bureau de {asked.territory} ne peut être mis dans un plan",
            given="; ".join(dict.fromkeys(stations.reasons)),
            expected="des bureaux avec leur nombre de ménages, et les chiffres que lit le but",
            advice="choisir un autre but ou une autre élection, ou ajouter les fichiers qui manquent : carreau sources",
        )
    pieces = pieces_of(stations, addresses, field)
    plan = plan_of(stations, pieces, order, effect, field)
    origin = provenance_read(profile, ("menages", *read), METHOD, addresses.files)
    told = Told(profile, stations, pieces, plan, effect, field, origin)
    routes = routes_of(pieces, plan, order, field)
    if asked.level == STATION:
        columns, geometry = _at_stations(told), profile.geometry
    else:
        columns, geometry = _of_sectors(asked, told, routes), _outlines(told, addresses)
    where = product.facts["levels"][asked.level]
    schema = Schema(where["grain"], tuple(column for column, _ in columns))
    table = pa.table([array for _, array in columns], names=list(schema.names))
    contributors = "inscrits" if asked.level == STATION else "portes"
    remarks = remarks_of(told, order, routes, addresses.files)
    return Draft(product, asked.territory, schema, table, geometry, contributors, profile.lineage, remarks)


def _walkable(asked: Asked) -> None:
    """Refuse routes of the whole country: a team would be sent from one end of it to the other."""
    if asked.level == ROUTES and asked.territory.kind == "france":
        raise Unknown(
            "un parcours à pied ne se prépare pas pour la France entière",
            given=f"{asked.territory}, niveau {ROUTES}",
            expected="une commune, une intercommunalité, une circonscription ou un département",
            advice="par exemple com:69123 ; pour ranger les bureaux de toute la France, --level bureau",
        )


def _stations(
    asked: Asked, profile: Reading, order: Order, needs: tuple[Sequence[str], float]
) -> tuple[Stations, tuple[str, ...]]:
    """The stations with what the goal reads of them, and the columns that are read."""
    indicators, least = needs
    if order.goal == "listen":
        return stations_of(profile, *needs_of(profile, indicators), least), tuple(indicators)
    election = election_read(profile, asked.territory, asked.choices["election"])
    found = (abstention_of if order.goal == "turnout" else dispersion_of)(profile, election)
    return stations_of(profile, *found, least), (f"{election.prefix}_participation",)


def _at_stations(told: Told) -> list[Described]:
    """One row per station: those of the plan by rank, then those left out."""
    stations, pieces, plan = told.stations, told.pieces, told.plan
    many = len(stations.codes)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(pieces.station, values, many)

    doors, minutes = summed(pieces.doors), summed(plan.minutes)
    left_out = stations.reasons != ""
    worth = np.where(left_out, -1.0, summed(plan.worth * plan.minutes) / np.maximum(minutes, 1e-9))
    rows: Index = np.argsort(-worth, kind="stable")
    expected = expected_of(summed(plan.planned), np.nan_to_num(stations.interest), told.effect, told.field)
    shown = Doors(
        np.where(left_out, np.nan, doors)[rows],
        np.where(left_out, np.nan, summed(plan.planned))[rows],
        minutes[rows],
        summed(pieces.walk)[rows],
        _three(expected, rows, left_out[rows]),
    )
    rank = np.where(left_out[rows], np.nan, np.arange(1.0, many + 1))
    return [
        *station_columns(told, rows),
        registered_column(told, rows),
        rank_column(told, rank),
        *door_columns(told, shown),
        *interest_columns(told, rows),
        *expected_columns(told, shown),
    ]


def _three(
    expected: tuple[np.ndarray, ...], rows: Index, left_out: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is expected, by row, unknown where the station is left out."""
    low, central, high = (np.where(left_out, np.nan, values[rows]) for values in expected)
    return low, central, high


def _of_sectors(asked: Asked, told: Told, routes: Routes) -> list[Described]:
    """One row per street or sector kept, by rank; or per stage of the routes through them."""
    pieces, plan = told.pieces, told.plan
    by_rank = np.argsort(plan.rank, kind="stable")
    rows = by_rank[(plan.planned[by_rank] > 0) & pieces.known[by_rank]] if asked.level == SECTOR else routes.rows
    if asked.level == SECTOR and not len(rows):
        raise Missing(
            f"aucune adresse publique d'électeurs n'est connue pour les bureaux à parcourir de {asked.territory}",
            expected="la table des adresses du répertoire électoral unique, avec leurs positions",
            advice="demander les bureaux (--level bureau), ou voir comment ajouter le fichier : carreau sources",
        )
    shown = Doors(
        pieces.doors[rows],
        plan.planned[rows],
        plan.minutes[rows],
        pieces.walk[rows],
        (plan.expected[0][rows], plan.expected[1][rows], plan.expected[2][rows]),
    )
    ways = [] if asked.level == SECTOR else [*route_columns(told, routes)]
    return [
        *ways,
        *sector_columns(told, rows),
        *station_columns(told, pieces.station[rows]),
        rank_column(told, plan.rank[rows].astype(np.float64)),
        *voter_columns(told, pieces.voters[rows], told.stations.share[pieces.station[rows]]),
        *door_columns(told, shown),
        *interest_columns(told, pieces.station[rows]),
        *expected_columns(told, shown),
    ]


def _outlines(told: Told, addresses: Addresses) -> pa.Table:
    """The outlines of the streets and sectors of the plan: of those that are made of addresses."""
    kept = np.flatnonzero((told.plan.planned > 0) & told.pieces.known)
    shapes = [outline_of(told.pieces.rows[row], addresses) for row in kept]
    codes = pa.array(told.pieces.codes[kept], pa.string())
    return pa.table({"secteur": codes, "geometry": pa.array(shapes, pa.binary())})
