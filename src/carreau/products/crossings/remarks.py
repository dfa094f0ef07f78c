"""What a reader is told of a crossing: how many stations it rests on, how it is made, what it is not."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

import numpy as np

from carreau.places.remarks import counted
from carreau.products.arrays import numbers
from carreau.products.crossings.regions import Table
from carreau.products.crossings.tallies import Floats, Tally, Texts, unread
from carreau.products.declare import Reading
from carreau.typography import number

PARTLY: Final = "ce choix n'était pas proposé dans tous les bureaux"
HALF: Final = "Moins de la moitié des inscrits sont lus : ces chiffres disent les bureaux lus, non tout le territoire"
_HALF: Final = 50
METHOD: Final = (
    "Méthode : {method} ; part_reference donne la régression de Goodman bornée, méthode simple à laquelle comparer"
)
BOUNDS: Final = (
    "part_borne_basse et part_borne_haute sont ce que les totaux des bureaux imposent à eux seuls ; entre les deux, le "
    "chiffre est une estimation"
)
CHECKED: Final = (
    "Vérifié sur {towns} villes d'essai dont la vérité est connue : l'intervalle à 90\u202f% la contient {held} fois "
    "sur 100 ; {misplaced}\u202f% des voix sont mal placées, contre {baseline}\u202f% par la régression de Goodman"
)
PLACES: Final = "Ces chiffres disent comment votent des groupes dans un lieu, jamais comment vote une personne"


def voters_of(profile: Reading, tally: Tally) -> Floats:
    """The registered voters of every station: those of today, else those of the election; 0 where neither is known."""
    today = numbers(profile, "inscrits")
    return np.nan_to_num(np.where(np.isfinite(today), today, tally.registered))


def spread_remarks(voters: Floats, reasons: Texts, crossing: Table, kind: str) -> tuple[str, ...]:
    """The remarks on the stations that are read and those that are not, then on the method and its limits.

    ``kind`` is that of the origins: a set of groups, or « reports » for transfers.
    """
    read = reasons == ""
    part = 100 * voters[read].sum() / max(voters.sum(), 1.0)
    some, all_of_them = number(read.sum()), number(len(read))
    few = f"Le calcul porte sur {some} bureaux sur {all_of_them}, soit {number(part)}\u202f% des inscrits"
    untold = counted(int((~np.asarray(crossing.told)).sum()), "ligne{s} sans réponse sûre : voir l'avertissement")
    half = (HALF,) if part < _HALF else ()
    method = METHOD.format(method=crossing.method)
    return (few, *half, *unread(reasons), *untold, method, checked(kind), BOUNDS, PLACES)


def checked(kind: str) -> str:
    """How far crossings of a kind hold where the truth is known, beside the baseline."""
    facts = tomllib.loads(files("carreau.inference").joinpath("measured.toml").read_text("utf-8"))
    found = facts[kind]
    said = {name: number(found[name], decimals) for name, decimals in (("held", 0), ("misplaced", 1), ("baseline", 1))}
    return CHECKED.format(towns=facts["towns"], **said)


def partly(tally: Tally) -> tuple[str, ...]:
    """The warning of each choice: one that was not on offer everywhere must be read with care."""
    return tuple(PARTLY if partial else "" for partial in tally.partial)
