"""The columns of a plan: where, how many doors, how long, what is read of the place, what may be expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from carreau.products.arrays import number_array, text_array
from carreau.products.declare import Reading
from carreau.products.field_plan.effects import Effect, Field
from carreau.products.field_plan.pieces import Pieces
from carreau.products.field_plan.plan import Index, Plan, Routes
from carreau.products.field_plan.stations import Floats, Stations, Texts
from carreau.terms import Column, ColumnType, Provenance, Role
from carreau.typography import number

Described = tuple[Column, pa.Array]
Named = tuple[str, ColumnType, str, str, Role]
THEME = "terrain"
ABSTENTION = "turnout"  # the goal that reads abstention
STREET, NEIGHBOURS, LOT = "voie nommée", "adresses voisines", "lot du bureau entier"
_LARGE = 100  # from there, a decimal would say more than is known
METHOD = "personnes rencontrées par heure, selon la densité des portes, fois l'intérêt du lieu"


@dataclass(frozen=True, slots=True)
class Told:
    """All that a table of a plan is made of; ``origin`` is where its figures come from."""

    profile: Reading
    stations: Stations
    pieces: Pieces
    plan: Plan
    effect: Effect
    field: Field
    origin: Provenance


@dataclass(frozen=True, slots=True)
class Doors:
    """Doors of each row, those kept, minutes for them all, metres walked, and what is expected of those kept."""

    all: Floats
    planned: Floats
    minutes: Floats
    walk: Floats
    expected: tuple[Floats, Floats, Floats]


def station_columns(told: Told, rows: Index) -> Iterator[Described]:
    """The columns that name the station of each row."""
    index = pa.array(rows)
    for name in ("bv_id", "code_commune", "libelle_commune"):
        if name in told.profile.table.column_names:
            column = replace(told.profile.schema.column(name), provenance=told.origin)
            yield column, told.profile.table[name].combine_chunks().take(index)


def registered_column(told: Told, rows: Index) -> Described:
    """The registered voters of the station of each row."""
    return _number(
        told,
        ("inscrits", "number", "Inscrits", "Électeurs inscrits du bureau", Role.COUNT),
        told.stations.registered[rows],
        "électeurs",
    )


def voter_columns(told: Told, voters: Floats, share: Floats) -> Iterator[Described]:
    """The registered voters of each row and, when the goal is that people vote, those of them who abstain."""
    what = "Inscrits, estimés : ceux du bureau, répartis selon ses adresses au répertoire"
    yield _number(told, ("inscrits_estimes", "number", "Inscrits", what, Role.COUNT), voters.round(), "électeurs")
    if told.effect.goal == ABSTENTION:
        what = "Abstentionnistes, estimés : les inscrits du lieu, à l'abstention du bureau"
        named: Named = ("abstentions_estimees", "number", "Abstentionnistes", what, Role.COUNT)
        yield _number(told, named, (voters * share / 100).round(), "électeurs")


def sector_columns(told: Told, rows: Index) -> Iterator[Described]:
    """The code of the piece of each row, its streets, how well its place is known, and where its middle lies."""
    pieces = told.pieces
    what = "Code du tronçon ou du secteur : le bureau de vote, puis un numéro"
    yield _text(told, ("secteur", "text", "Secteur", what, Role.KEY), pieces.codes[rows])
    what = "Voie ou lieu-dit ; plusieurs quand les petites sont jointes à leur voisine ; vide si elle n'est pas dite"
    yield _text(told, ("voie", "text", "Voie", what, Role.PLACE), pieces.streets[rows])
    what = "Quelle partie de la voie, par dizaines de numéros ; vide pour la voie entière dans ce bureau"
    yield _text(told, ("troncon", "text", "Tronçon", what, Role.PLACE), pieces.parts[rows])
    words = np.where(pieces.named[rows], STREET, np.where(pieces.known[rows], NEIGHBOURS, LOT)).astype(np.object_)
    what = "Ce que l'on sait du lieu : une voie nommée, des adresses voisines, ou un lot du bureau à partager sur place"
    yield _text(told, ("precision", "text", "Précision", what, Role.PLACE), words)
    for name, title, values in (
        ("longitude", "Longitude", pieces.longitude),
        ("latitude", "Latitude", pieces.latitude),
    ):
        what = f"{title} du milieu du lieu (WGS 84)"
        yield _number(told, (name, "number", title, what, Role.PLACE), values[rows].round(5), "degrés")


def rank_column(told: Told, rank: Floats) -> Described:
    """The rank of each row."""
    what = "Rang : 1 est à parcourir en premier"
    values = pa.array(np.nan_to_num(rank).astype(np.int64), pa.int64(), mask=~np.isfinite(rank))
    return _column(told, ("rang", "integer", "Rang", what, Role.PLACE)), values


def door_columns(told: Told, doors: Doors) -> Iterator[Described]:
    """The doors of each row, those of the plan, the pace, the time."""
    field = told.field
    what = "Portes : ménages du bureau, répartis entre ses adresses"
    yield _number(told, ("portes", "number", "Portes", what, Role.COUNT), doors.all, "portes")
    what = "Portes où le plan prévoit de frapper"
    yield _number(told, ("portes_prevues", "number", "Portes prévues", what, Role.COUNT), doors.planned, "portes")
    with np.errstate(invalid="ignore", divide="ignore"):
        pace = 60 * doors.all / doors.minutes
        walk = np.where(doors.all > 0, doors.walk / doors.all, np.nan)
        part = doors.planned / doors.all
    what = f"Portes par heure pour une équipe de deux : {number(field.minutes, 2)} minutes par porte, et la marche"
    yield _number(told, ("portes_par_heure", "number", "Portes par heure", what, Role.MEASURE), pace, "")
    what = f"Personnes rencontrées par heure : {100 * field.contact[1]:.0f} % des portes"
    named: Named = ("contacts_par_heure", "number", "Contacts par heure", what, Role.MEASURE)
    yield _number(told, named, pace * field.contact[1], "")
    what = "Marche d'une porte à la suivante, en moyenne ; estimée, à vérifier sur place"
    yield _number(told, ("marche_par_porte", "number", "Marche par porte", what, Role.MEASURE), walk, "m")
    what = "Temps de marche d'une porte à l'autre, pour les portes prévues"
    named = ("temps_de_marche", "number", "Temps de marche", what, Role.MEASURE)
    yield _number(told, named, (doors.walk * part / field.speed).round(1), "min")
    what = "Temps pour les portes prévues, marche comprise, sans le trajet jusque là"
    yield _number(told, ("duree", "number", "Durée", what, Role.MEASURE), (doors.minutes * part).round(1), "min")


def interest_columns(told: Told, rows: Index) -> Iterator[Described]:
    """What is read of the place of each row, and what that is to the territory."""
    words = told.effect.interest
    share, interest = told.stations.share[rows], told.stations.interest[rows]
    what = f"Ce que le plan lit du bureau : {words.split(',')[0]}"
    yield _number(told, ("lu", "number", "Lu dans le bureau", what, Role.MEASURE), share, "%")
    what = f"Intérêt : {words} ; 100 est la moyenne du territoire, pondérée par les portes"
    yield _number(told, ("interet", "number", "Intérêt", what, Role.MEASURE), 100 * interest, "")
    why = "Intérêt : pourquoi le bureau n'est pas dans le plan ; vide s'il y est"
    named: Named = ("interet_statut", "text", "Statut", why, Role.STATUS)
    yield _text(told, named, told.stations.reasons[rows], of="interet")


def expected_columns(told: Told, doors: Doors) -> Iterator[Described]:
    """What may be expected of the doors of each row, from the lowest published effect to the highest."""
    noun = told.effect.noun
    title = f"{noun.capitalize()}, attendus"
    what = f"Attendu des portes prévues : {noun}, effet et contacts centraux"
    yield _number(told, ("attendu", "number", title, what, Role.MEASURE), doors.expected[1], "")
    for end, size, values in (("bas", "petits", doors.expected[0]), ("haut", "grands", doors.expected[2])):
        what = f"Attendu, {end} : effet et contacts les plus {size} publiés"
        named: Named = (f"attendu_{end}", "number", f"Attendu, {end}", what, Role.MARGIN)
        yield _number(told, named, values, "", of="attendu")
    said = [spread(*entry) for entry in zip(*doors.expected, strict=True)]
    named = ("attendu_phrase", "text", noun.capitalize(), "Attendu : le même en clair, de bas à haut", Role.STATUS)
    yield _text(told, named, np.array(said, dtype=np.object_), of="attendu")


def route_columns(told: Told, routes: Routes) -> Iterator[Described]:
    """The outing, the team and the place in its order of each row; the walk and the hour; a box to tick."""
    for name, title, what, values in (
        ("sortie", "Sortie", "Numéro de la sortie : 1 est la plus utile par heure", routes.outing),
        ("equipe", "Équipe", "Équipe à qui la sortie est donnée", routes.team),
        ("ordre", "Ordre", "Place de l'étape dans la sortie", routes.place),
    ):
        yield _column(told, (name, "integer", title, what, Role.PLACE)), pa.array(values)
    what = "Marche depuis l'étape précédente de la sortie"
    yield _number(told, ("marche", "number", "Marche", what, Role.MEASURE), routes.metres.round(), "m")
    what = "Temps écoulé depuis le début de la sortie quand on arrive"
    yield _number(told, ("debut", "number", "Début", what, Role.MEASURE), routes.start.round(1), "min")
    boxes = np.full(len(routes.rows), "☐", dtype=np.object_)
    yield _text(told, ("fait", "text", "Fait", "À cocher sur la feuille imprimée", Role.PLACE), boxes)


def spread(low: float, central: float, high: float) -> str:
    """What is expected, in words.

    >>> spread(0.0, 2.04, 35.5), spread(10.0, 1000.0, 2500.4)
    ('2,0 (0,0 à 35,5)', '1\\u202f000 (10,0 à 2\\u202f500)')
    """
    if not np.isfinite([low, central, high]).all():
        return ""
    first, second, third = (number(value, int(value < _LARGE)) for value in (low, central, high))
    return f"{second} ({first} à {third})"


def _number(told: Told, named: Named, values: Floats, unit: str, of: str = "") -> Described:
    """A column of numbers, empty where there is none."""
    return _column(told, named, unit, of), number_array(values)


def _text(told: Told, named: Named, values: Texts, of: str = "") -> Described:
    """A column of words, empty where there is none."""
    return _column(told, named, of=of), text_array(values)


def _column(told: Told, named: Named, unit: str = "", of: str = "") -> Column:
    """A described column."""
    name, kind, title, what, role = named
    return Column(name, kind, what, unit, role, of, title=title, theme=THEME, provenance=told.origin)
