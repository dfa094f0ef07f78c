"""The indicators and inputs that ``product.toml`` declares, read once and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from carreau.errors import Broken
from carreau.products.electoral_profile.formula import Formula
from carreau.products.wanted import inputs_of

Kind = Literal["count", "share", "ratio", "quantile"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One declared indicator: what is counted (``number``), over what (``base``), and how it reads.

    ``kind`` is ``count`` (no base), ``share`` (percent), ``ratio`` (number over base, in the unit) or ``quantile`` (of
    the distribution of alias ``distribution``). ``weight`` counts the persons behind the figure when the base does
    not (a sum of incomes): the guard's threshold is held against it.
    """

    name: str
    theme: str
    title: str
    unit: str
    description: str
    kind: Kind
    number: Formula | None
    base: Formula | None
    weight: Formula | None
    distribution: str = ""
    quantile: float = 0.5

    @property
    def aliases(self) -> tuple[str, ...]:
        """The inputs that the indicator reads, in order of appearance."""
        formulas = [f for f in (self.number, self.base, self.weight) if f is not None]
        names = [self.distribution] if self.distribution else []
        return tuple(dict.fromkeys(names + [alias for f in formulas for alias, _ in f.columns]))


def indicators_of(facts: Mapping[str, Any]) -> tuple[Indicator, ...]:
    """The indicators under ``[indicators]``, in their order; :class:`~carreau.errors.Broken` names a wrong line."""
    aliases = {wanted.alias for wanted in inputs_of(facts)}
    found = tuple(_indicator(name, entry, facts["themes"]) for name, entry in facts["indicators"].items())
    for indicator in found:
        strangers = set(indicator.aliases) - aliases
        if strangers:
            raise Broken(
                f"l'indicateur « {indicator.name} » lit une entrée inconnue",
                given=", ".join(sorted(strangers)),
                expected=f"l'une des entrées {', '.join(sorted(aliases))}",
                advice="déclarer l'entrée sous [[inputs]]",
            )
    return found


def _indicator(name: str, entry: Mapping[str, Any], themes: Mapping[str, str]) -> Indicator:
    """One line of ``[indicators]``."""
    expected = "theme, title, unit, description, et nombre (avec base pour une part) ou distribution et quantile"
    unknown = set(entry) - {
        "theme",
        "title",
        "unit",
        "description",
        "kind",
        "nombre",
        "base",
        "weight",
        "distribution",
        "quantile",
    }
    lacking = {"theme", "title", "unit", "description"} - set(entry)
    if unknown or lacking or entry["theme"] not in themes or not ("nombre" in entry or "distribution" in entry):
        raise Broken(
            f"l'indicateur « {name} » est mal déclaré",
            given=", ".join(f"{k} = {v!r}" for k, v in entry.items()),
            expected=expected,
            advice=f"thèmes connus : {', '.join(themes)}",
        )
    kind: Kind = entry.get("kind", "share" if "base" in entry else "count")
    return Indicator(
        name,
        entry["theme"],
        entry["title"],
        entry["unit"],
        entry["description"],
        kind,
        *(Formula.parse(entry[key]) if key in entry else None for key in ("nombre", "base", "weight")),
        distribution=entry.get("distribution", ""),
        quantile=entry.get("quantile", 0.5),
    )
