"""What a reader must know before using a plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from carreau.places.remarks import agreed, counted
from carreau.products.declare import Input
from carreau.products.field_plan.columns import Told, spread
from carreau.products.field_plan.orders import Order
from carreau.products.field_plan.plan import Routes
from carreau.typography import bare, number

LAWFUL = (
    "Le porte-à-porte ne demande aucun fichier de personnes : ne rien noter sur quelqu'un sans son accord, ni nom ni "
    "opinion"
)
STANDINGS = {
    "original": "la table officielle",
    "compiled": "la table officielle, remise en forme",
    "extract": "un extrait de la table officielle",
    "facsimile": "un facsimilé, aux adresses reconstituées : ne pas partir sur le terrain avec",
    "synthetic": "une table inventée pour les essais",
}


def remarks_of(told: Told, order: Order, routes: Routes, files: Sequence[Input]) -> tuple[str, ...]:
    """The remarks of a plan: how much it is, what may be expected, what it rests on, what is not known."""
    plan, pieces = told.plan, told.pieces
    planned = float(plan.planned.sum())
    total = [float(values.sum()) for values in plan.expected]
    left_out = int((told.stations.reasons != "").sum())
    outings = len(np.unique(routes.outing))
    said = [
        f"{agreed(planned, 'porte{s}')}, {agreed(outings, 'sortie{s}')} d'au plus {bare(order.hours)} h, "
        f"pour {agreed(order.teams, 'équipe{s}')} de deux",
        f"Attendu en tout : {told.effect.noun}, {spread(total[0], total[1], total[2])}",
        told.effect.caution,
        f"Études, citées dans la fiche du plan : {' ; '.join(told.effect.studies)}",
        LAWFUL,
        *_of_addresses(told, files),
        *counted(left_out, "bureau{x} {ont} été laissé{s} hors du plan : voir leur statut"),
    ]
    if planned < order.doors:
        known = number(pieces.doors.sum())
        said.append(f"Il n'y a que {known} portes connues ici, pour {number(order.doors)} demandées")
    return tuple(said)


def _of_addresses(told: Told, files: Sequence[Input]) -> tuple[str, ...]:
    """What is known of where people live."""
    kept = told.plan.planned > 0
    without = kept & ~told.pieces.known
    standing = dict.fromkeys(STANDINGS.get(file.status, "une table dont le statut n'est pas connu") for file in files)
    said = []
    if (kept & told.pieces.known).any():
        said.append(f"Adresses du répertoire électoral : {' ; '.join(standing)}")
        said += _of_streets(told)
    if without.any():
        many = len(np.unique(told.pieces.station[without]))
        alone = (
            "bureau{x} du plan {ont} été rangé{s} d'un seul tenant, sans adresse connue, en lots à partager sur place"
        )
        said += counted(many, alone)
    return tuple(said)


def _of_streets(told: Told) -> list[str]:
    """What a piece of the plan is: a part of a street, or neighbouring addresses where no street is named."""
    kept, named = told.plan.planned > 0, told.pieces.named
    said = []
    if (kept & named).any():
        said.append(
            "Un tronçon est une rue, ou une partie de rue, dans un seul bureau : au moins "
            f"{told.field.least:.0f} portes et autant d'inscrits, une rue plus petite étant jointe à sa voisine ; "
            "aucun numéro de maison n'est dit"
        )
    if (kept & ~named & told.pieces.known).any():
        said.append(
            "Là où la table des adresses ne nomme pas les rues, un secteur est un groupe d'adresses voisines d'un même "
            "bureau"
        )
    return said
