"""The indicators and inputs that ``product.toml`` declares, read once and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from carreau.errors import Broken
from carreau.products.electoral_profile.formula import Formula
from carreau.products.wanted import inputs_of

Kind = Literal["count", "share", "ratio", "quantile"]
PUBLISHED: Final = {
    0.1: "D1",
    0.2: "D2",
    0.25: "Q1",
    0.3: "D3",
    0.4: "D4",
    0.5: "MED",
    0.6: "D6",
    0.7: "D7",
    0.75: "Q3",
    0.8: "D8",
    0.9: "D9",
}
_SAID: Final = ("theme", "title", "unit", "description")
_FORMULAS: Final = ("nombre", "base", "weight")
_KNOWN: Final = {*_SAID, *_FORMULAS, "kind", "distribution", "quantile"}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_FORM: Final = "theme, title, unit, description, et nombre (avec base pour une part) ou distribution, quantile et base"


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
    number: Formula | None = None
    base: Formula | None = None
    weight: Formula | None = None
    distribution: str = ""
    quantile: float = 0.5

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The source columns behind the figure, as (alias, column), in order of appearance."""
        own = [(self.distribution, PUBLISHED[self.quantile])] if self.distribution else []
        formulas = [f for f in (self.number, self.base, self.weight) if f is not None]
        return tuple(dict.fromkeys(own + [pair for formula in formulas for pair in formula.columns]))

    @property
    def aliases(self) -> tuple[str, ...]:
        """The inputs that the indicator reads, in order of appearance."""
        return tuple(dict.fromkeys(alias for alias, _ in self.columns))


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


def _indicator(name: str, entry: Any, themes: Mapping[str, str]) -> Indicator:
    """One line of ``[indicators]``."""
    wrong = _wrong(name, entry, themes)
    if wrong:
        raise Broken(
            f"l'indicateur « {name} » est mal déclaré",
            given=wrong,
            expected=_FORM,
            advice=f"corriger sa ligne dans product.toml ; thèmes connus : {', '.join(themes)}",
        )
    number, base, weight = (_formula(name, entry[key]) if key in entry else None for key in _FORMULAS)
    return Indicator(
        name,
        entry["theme"],
        entry["title"],
        entry["unit"],
        entry["description"],
        _kind(entry),
        number,
        base,
        weight,
        entry.get("distribution", ""),
        _quantile(entry),
    )


def _kind(entry: Mapping[str, Any]) -> Any:
    """The kind of a line: as it says, else a share when it has a base and a count when it has none."""
    return entry.get("kind", "quantile" if "distribution" in entry else "share" if "base" in entry else "count")


def _quantile(entry: Mapping[str, Any]) -> Any:
    """Which quantile a line asks for: the median where it does not say."""
    return entry.get("quantile", 0.5)


def _wrong(name: str, entry: Any, themes: Mapping[str, str]) -> str:
    """What is wrong in a line, in French; empty when nothing is."""
    if not isinstance(entry, Mapping):
        return f"{entry!r} au lieu d'une ligne {{ … }}"
    kind = _kind(entry)
    texts = [entry[key] for key in (*_SAID, *_FORMULAS, "distribution") if key in entry]
    needed = {"distribution", "base"} if kind == "quantile" else {"nombre", "base"} if kind != "count" else {"nombre"}
    extra = {"distribution", "quantile"} if kind != "quantile" else {"nombre", "weight"}
    found = {
        f"un nom de colonne qui n'est pas en minuscules : {name}": not _NAME.fullmatch(name),
        f"en trop : {', '.join(sorted(set(entry) - _KNOWN))}": bool(set(entry) - _KNOWN),
        f"il manque : {', '.join(key for key in _SAID if key not in entry)}": not set(_SAID) <= set(entry),
        "un texte vide, ou qui n'est pas un texte": not all(isinstance(text, str) and text.strip() for text in texts),
        f"un thème inconnu : {entry.get('theme')}": str(entry.get("theme")) not in themes,
        f"un genre inconnu : {kind}": kind not in get_args(Kind),
        f"il manque, pour ce genre ({kind}) : {', '.join(sorted(needed - set(entry)))}": not needed <= set(entry),
        f"de trop, pour ce genre ({kind}) : {', '.join(sorted(extra & set(entry)))}": bool(extra & set(entry)),
        f"un quantile que personne ne publie : {entry.get('quantile')}": _quantile(entry) not in list(PUBLISHED),
    }
    return next((sentence for sentence, is_so in found.items() if is_so), "")


def _formula(name: str, text: str) -> Formula:
    """The formula of one line, whose error names the indicator."""
    try:
        return Formula.parse(text)
    except Broken as error:
        raise Broken(
            f"l'indicateur « {name} » : {error.what}", given=error.given, expected=error.expected, advice=error.advice
        ) from error
