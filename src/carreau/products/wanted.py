"""What a product wants to be made from: one input per alias, as its ``product.toml`` declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carreau.errors import Broken


@dataclass(frozen=True, slots=True)
class Wanted:
    """One input of a product: its alias, the source table, the files in order of preference.

    ``files`` are patterns of the keys of the source's published files (choices of one pattern are joined by ``|``).
    The first pattern with a file at hand wins, and in it the first declared; with ``many``, all the files of that
    pattern are handed over together. ``without`` says, in French, what becomes of the product when an input that is
    not required is absent: the product repeats it in its remarks.
    """

    alias: str
    source: str
    table: str
    files: tuple[str, ...]
    required: bool
    many: bool = False
    without: str = ""


def inputs_of(facts: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """The inputs of a product, in their order; :class:`~carreau.errors.Broken` names a wrong one."""
    try:
        return tuple(Wanted(**{**entry, "files": tuple(entry["files"])}) for entry in facts["inputs"])
    except (KeyError, TypeError) as error:
        raise Broken(
            "une entrée du produit est mal déclarée",
            given=str(error),
            expected="alias, source, table, files, required ; si besoin many, without",
            advice="corriger « inputs » dans product.toml",
        ) from error
