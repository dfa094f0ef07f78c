"""The themes that advice may put forward, as ``themes.toml`` declares them: their indicators, links and sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from carreau.errors import Broken

DECLARED: Final = Path(__file__).parent / "themes.toml"
VOTES: Final = "elections"


@dataclass(frozen=True, slots=True)
class Support:
    """An indicator of a theme: ``sign`` is +1 when it counts above the reference, -1 below; ``weight`` at most 1."""

    indicator: str
    sign: float
    weight: float


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: its title, the indicators it rests on, on what authority, and what to check on the ground."""

    id: str
    title: str
    supports: tuple[Support, ...]
    link: str
    check: str


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest gap that matters: ``points`` for a share, ``relative`` for the rest, ``own`` where declared."""

    points: float
    relative: float
    own: Mapping[str, float]
    source: str


def themes_of(declared: Mapping[str, Any]) -> tuple[Theme, ...]:
    """The themes of a declaration, in their order; :class:`~carreau.errors.Broken` names what is wrong in one."""
    try:
        return tuple(_theme(name, entry) for name, entry in declared["themes"].items())
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(
            "un thème est mal déclaré",
            given=str(error),
            expected="title, up ou down avec au moins trois chiffres, link, check",
            advice="corriger themes.toml",
        ) from error


def _theme(name: str, entry: Mapping[str, Any]) -> Theme:
    """One theme, its supports in order of declaration."""
    supports = tuple(
        Support(indicator, sign, float(weight))
        for side, sign in (("up", 1.0), ("down", -1.0))
        for indicator, weight in entry.get(side, {}).items()
    )
    if len(supports) < 3 or not all(0 < one.weight <= 1 for one in supports):
        raise ValueError(name)
    words = {word: str(entry[word]).strip() for word in ("title", "link", "check")}
    if not all(words.values()):
        raise ValueError(name)
    return Theme(name, supports=supports, **words)


def smallest_of(declared: Mapping[str, Any]) -> Smallest:
    """The smallest gaps that matter, with the source and date of the choice."""
    said = declared["smallest"]
    source = f"{said['source']} ({said['date']})"
    return Smallest(float(said["points"]), float(said["relative"]), said.get("own", {}), source)


def declared_themes() -> tuple[tuple[Theme, ...], Smallest]:
    """The themes of Carreau and the smallest gaps that matter, read in ``themes.toml``."""
    declared = tomllib.loads(DECLARED.read_text("utf-8"))
    return themes_of(declared), smallest_of(declared)


def without_votes(themes: tuple[Theme, ...], kinds: Mapping[str, str]) -> None:
    """Refuse a theme that would rest on a vote; ``kinds`` gives the theme, in the profile, of each of its columns."""
    read = {one.indicator for theme in themes for one in theme.supports}
    votes = sorted(name for name in read if kinds.get(name) == VOTES)
    if votes:
        raise Broken(
            "un conseil ne se fonde jamais sur un vote",
            given=", ".join(votes),
            expected="des chiffres sur les habitants, les logements, les revenus",
            advice="retirer ces colonnes de themes.toml",
        )
