"""What a reader is told of a crossing: how many stations it rests on, how it is made, what it is not."""

from __future__ import annotations

from typing import Final

import numpy as np

from carreau.places.remarks import counted
from carreau.products.crossings.regions import Table
from carreau.products.crossings.tallies import Floats, Tally, Texts, unread

PARTLY: Final = "ce choix n'était pas proposé dans tous les bureaux"
METHOD: Final = (
    "Méthode : {method} ; part_reference donne la régression de Goodman bornée, méthode simple à laquelle comparer"
)
BOUNDS: Final = (
    "part_borne_basse et part_borne_haute sont ce que les totaux des bureaux imposent à eux seuls ; entre les deux, le "
    "chiffre est une estimation"
)
PLACES: Final = "Ces chiffres disent comment votent des groupes dans un lieu, jamais comment vote une personne"


def spread_remarks(registered: Floats, reasons: Texts, crossing: Table) -> tuple[str, ...]:
    """The remarks on the stations that are read and those that are not, then on the method and its limits."""
    read = reasons == ""
    voters = np.nan_to_num(registered)
    part = 100 * voters[read].sum() / max(voters.sum(), 1.0)
    some, all_of_them = _whole(read.sum()), _whole(len(read))
    few = f"Le calcul porte sur {some} bureaux sur {all_of_them}, soit {part:.0f}\u202f% des inscrits"
    untold = counted(int((~np.asarray(crossing.told)).sum()), "ligne{s} sans réponse sûre : voir l'avertissement")
    return (few, *unread(reasons), *untold, METHOD.format(method=crossing.method), BOUNDS, PLACES)


def partly(tally: Tally) -> tuple[str, ...]:
    """The warning of each choice: one that was not on offer everywhere must be read with care."""
    return tuple(PARTLY if partial else "" for partial in tally.partial)


def _whole(number: float) -> str:
    """A whole number, its thousands parted by narrow no-break spaces."""
    return f"{number:,.0f}".replace(",", "\u202f")
