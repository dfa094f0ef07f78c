"""The elections: their identifiers (``2022_pres_t1``), and those that each file holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from carreau.errors import Broken
from carreau.sources.declare import Fetched

_KEY: Final = re.compile(r"^(\d{4}_[a-z]{4})(_t([12]))?(?=_|$)")


@dataclass(frozen=True, slots=True)
class Election:
    """One round: identifier, French name, day of the vote, whether the aggregated files are read for it."""

    id: str
    title: str
    day: date
    aggregated: bool


@cache
def elections() -> Mapping[str, Election]:
    """Every declared round, by identifier, oldest first."""
    facts = tomllib.loads(Path(__file__).with_name("elections.toml").read_text("utf-8"))
    declared = (
        Election(name, entry["title"], entry["day"], entry.get("aggregated", True)) for name,
        entry in facts.items()
    )
    by_day = sorted(declared, key=lambda election: election.day)
    return MappingProxyType({election.id: election for election in by_day})


def election_of(file: Fetched) -> str:
    """The election of a file of one round, from the key of its declaration (``2022_pres_t1_bureaux``)."""
    found = _KEY.match(file.published.key)
    if not found or not found[2]:
        raise _undeclared(file)
    return found[1] + found[2]


def election_of_round(file: Fetched, number: str) -> str:
    """The election of one round of a file of both rounds, from the key of its declaration (``2012_pres``)."""
    found = _KEY.match(file.published.key)
    if not found or number not in {"1", "2"}:
        raise _undeclared(file)
    return f"{found[1]}_t{number}"


def _undeclared(file: Fetched) -> Broken:
    """The error for a file whose declaration does not say which election it holds."""
    return Broken(
        f"{file.name} : l'élection n'est pas déclarée", given=file.published.key,
        expected="une clé comme 2022_pres_t1 (ou 2012_pres et des tours 1 et 2)",
        advice="corriger la clé du fichier dans source.toml",
    )
