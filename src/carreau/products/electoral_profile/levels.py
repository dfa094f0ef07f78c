"""The levels of places that the profile is made at, as ``[levels]`` of product.toml declares them, finest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carreau.errors import Broken, Unknown

STATION: Final = "bureau"
IRIS: Final = "iris"
COMMUNE: Final = "commune"
CONSTITUENCY: Final = "circonscription"
DEPARTMENT: Final = "departement"


@dataclass(frozen=True, slots=True)
class PlaceLevel:
    """One level of places: the column that is its key, what a row is, its words, what its figures are compared with.

    ``noun``, ``this`` and ``within`` complete sentences: « commune », « cette commune », « dans la commune ».
    ``compared`` are the larger places whose gap stands beside each indicator.
    """

    id: str
    title: str
    title_en: str
    key: str
    grain: str
    noun: str
    this: str
    within: str
    compared: tuple[str, ...]


def levels_of(facts: Mapping[str, Any]) -> Mapping[str, PlaceLevel]:
    """The levels under ``[levels]``, in their order; :class:`~carreau.errors.Broken` names a wrong one."""
    try:
        return {
            name: PlaceLevel(**{**entry, "id": name, "compared": tuple(entry["compared"])})
            for name, entry in facts["levels"].items()
        }
    except (KeyError, TypeError) as error:
        raise Broken(
            "un niveau de lieux du produit est mal déclaré",
            given=str(error),
            expected="title, title_en, key, grain, noun, this, within, compared",
            advice="corriger [levels] dans product.toml",
        ) from error


def level_of(facts: Mapping[str, Any], name: str) -> PlaceLevel:
    """The level called ``name``; :class:`~carreau.errors.Unknown` with those that exist."""
    levels = levels_of(facts)
    if name not in levels:
        raise Unknown.named(name, "niveau", levels, "choisir l'un de ces niveaux")
    return levels[name]
