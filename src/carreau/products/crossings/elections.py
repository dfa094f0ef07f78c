"""The elections that a profile's release holds, found by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carreau.errors import Missing, Unknown
from carreau.products.declare import Reading
from carreau.terms import Role, Territory

PRESIDENT: Final = "pres"
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


def election_read(profile: Reading, territory: Territory, given: str = "") -> Election:
    """The election called ``given``; else the latest first round of a presidential one, else the latest of all.

    The one rule of every answer about one election. An election that few stations tell (:func:`widely_told`) is not
    taken unless it is asked for. :class:`~carreau.errors.Missing` when the profile tells none,
    :class:`~carreau.errors.Unknown` for one that is not at hand.
    """
    elections = elections_of(profile, territory)
    if given:
        return election_named(given, elections)
    wide = widely_told(profile, elections)
    presidential = [one for one in wide if one.family == PRESIDENT and one.first_round]
    return (presidential or list(wide))[-1]


def elections_read(profile: Reading, territory: Territory, given: Sequence[str]) -> tuple[Election, ...]:
    """Those that an answer about several elections chooses from, oldest first: named, or told by most stations.

    All that the profile tells when fewer than two are left. The same errors as :func:`election_read`.
    """
    elections = elections_of(profile, territory)
    named = [election_named(name, elections) for name in given if name]
    wide = widely_told(profile, elections)
    pool = tuple(one for one in elections if one in wide or one in named)
    return pool if len(pool) > 1 else elections


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
