"""The votes that a profile is compared with: turnout and each bloc of one election, station by station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.errors import Unknown
from carreau.products.arrays import numbers
from carreau.products.associations.ground import Floats
from carreau.products.crossings import Election, election_named, elections_of
from carreau.products.crossings.elections import widely_told
from carreau.products.declare import Asked, Reading
from carreau.terms import Column, Role

TURNOUT: Final = "participation"
BLOC: Final = "bloc_"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One share of an election: its short name (``participation``, ``gauche``), its title, its column, its values."""

    name: str
    title: str
    column: Column
    values: Floats


def latest_election(profile: Reading, asked: Asked) -> Election:
    """The election asked for, else the latest that is widely told: what goes with the vote of today is looked for."""
    elections = elections_of(profile, asked.territory)
    if asked.choices["election"]:
        return election_named(asked.choices["election"], elections)
    return widely_told(profile, elections)[-1]


def outcomes_of(profile: Reading, election: Election, wanted: str) -> tuple[Outcome, ...]:
    """Turnout and the blocs of ``election``, or the one that is ``wanted``.

    :class:`~carreau.errors.Unknown` lists those at hand.
    """
    found = []
    for column in profile.schema.columns:
        rest = column.name.removeprefix(f"{election.prefix}_")
        own = rest != column.name and column.role is Role.SHARE
        if own and (rest == TURNOUT or rest.startswith(BLOC)):
            title = column.title.removesuffix(f" ({election.title})").removeprefix("Bloc ")
            name, values = rest.removeprefix(BLOC), numbers(profile, column.name)
            if np.isfinite(values).any():
                found.append(Outcome(name, title[:1].upper() + title[1:], column, values))
    if not wanted:
        return tuple(found)
    names = [one.name for one in found]
    for one in found:
        if wanted in {one.name, f"{BLOC}{one.name}"}:
            return (one,)
    raise Unknown.named(wanted, "vote", names, f"choisir parmi : {', '.join(names)}")
