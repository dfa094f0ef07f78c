"""What may be asked of a product made from another's release: its levels and choices, checked at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from carreau.errors import Unknown
from carreau.products.declare import Asked, Product
from carreau.terms import Territory


def is_derived(facts: Mapping[str, Any]) -> bool:
    """Whether a product is made from the release of another one, as its declaration says with ``reads``."""
    return "reads" in facts


def asked_of(product: Product, territory: Territory, level: str, given: Mapping[str, str]) -> Asked:
    """The question put to ``product``: the first level and the defaults where nothing is said.

    :class:`~carreau.errors.Unknown` with near names for a level, a choice or a value that the product does not declare;
    a value that depends on the figures (an election) is left for the product to check.
    """
    levels, choices = product.facts["levels"], product.facts.get("choices", {})
    if level and level not in levels:
        raise Unknown.named(level, "niveau", levels, f"choisir parmi : {', '.join(levels)}")
    for name in given:
        if name not in choices:
            raise Unknown.named(name, "choix", choices, f"choisir parmi : {', '.join(choices) or 'aucun choix ici'}")
    said = {name: str(given.get(name) or declared.get("default", "")) for name, declared in choices.items()}
    for name, value in said.items():
        allowed = (*choices[name].get("values", ()), *choices[name].get("aliases", {}))
        if allowed and value and value not in allowed:
            raise Unknown.named(value, str(choices[name]["title"]).lower(), allowed, f"--{name} : {', '.join(allowed)}")
    plain = {name: str(choices[name].get("aliases", {}).get(value, value)) for name, value in said.items()}
    return Asked(territory, level or next(iter(levels)), MappingProxyType(plain))
