"""The elections that a profile's release holds, found by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carreau.errors import Missing, Unknown
from carreau.products.declare import Reading
from carreau.terms import Role, Territory

_TURNOUT: Final = "_participation"
_KINDS: Final = ("bloc_", "voix_", "nuance_")
_PREFIX: Final = re.compile(r"(?P<family>[a-z]+)_(?P<year>\d{4})(?:_(?P<turn>t\d))?")


@dataclass(frozen=True, slots=True)
class Election:
    """An election: how its columns start (``pres_2022_t1``), and how a sentence names it."""

    prefix: str
    title: str

    @property
    def name(self) -> str:
        """Its name as the ministry writes it, year first.

        >>> Election("pres_2022_t1", "présidentielle 2022, 1er tour").name
        '2022_pres_t1'
        """
        family, year, *turn = self.prefix.split("_")
        return "_".join([year, family, *turn])

    @property
    def family(self) -> str:
        """What it elects: ``pres``, ``legi``, ``euro``…"""
        return self.prefix.split("_")[0]

    @property
    def ballot(self) -> str:
        """Its family and year, which its two rounds share."""
        return "_".join(self.prefix.split("_")[:2])

    @property
    def first_round(self) -> bool:
        """Whether it is not a second round."""
        return not self.prefix.endswith("_t2")


def elections_of(profile: Reading, territory: Territory) -> tuple[Election, ...]:
    """The elections whose valid votes the profile tells, oldest first.

    :class:`~carreau.errors.Missing` when there is none.
    """
    found = []
    shares = {column.name for column in profile.schema.columns if column.role is Role.SHARE}
    for column in profile.schema.columns:
        prefix = column.name.removesuffix(_TURNOUT)
        told = column.role is Role.SHARE and column.name.endswith(_TURNOUT) and _PREFIX.fullmatch(prefix)
        voted = told and any(name.startswith(f"{prefix}_{kind}") for kind in _KINDS for name in shares)
        if voted and profile.table[column.name].null_count < profile.table.num_rows:
            found.append(Election(prefix, column.title.partition("(")[2].removesuffix(")") or prefix))
    if not found:
        raise Missing(
            f"le profil de {territory} ne donne les voix d'aucune élection",
            expected="au moins une élection avec ses suffrages exprimés, bureau par bureau",
            advice="voir les fichiers de résultats à ajouter : carreau sources",
        )
    return tuple(found)


def widely_told(profile: Reading, elections: Sequence[Election]) -> tuple[Election, ...]:
    """Those of ``elections`` that at least half as many stations tell as tell the best told one.

    A country where only a few departments know an election is not told by it, unless a reader asks for it.
    """
    table = profile.table
    told = {one: table.num_rows - table[f"{one.prefix}{_TURNOUT}"].null_count for one in elections}
    return tuple(one for one in elections if 2 * told[one] >= max(told.values()))


def election_named(given: str, elections: Sequence[Election]) -> Election:
    """The election called ``given``, as the ministry writes it or as its columns start.

    :class:`~carreau.errors.Unknown` lists those at hand.
    """
    wanted = given.strip().lower()
    for election in elections:
        if wanted in {election.name, election.prefix}:
            return election
    names = [election.name for election in elections]
    raise Unknown.named(given, "scrutin", names, f"choisir parmi : {', '.join(names)}")
