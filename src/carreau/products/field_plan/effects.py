"""What a plan rests on, as ``effects.toml`` declares it: published effects, facts of the field, needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from carreau.errors import Broken

DECLARED: Final = Path(__file__).parent / "effects.toml"
Range = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a goal may expect: low, central and high effects per person talked to, in points; what is counted; whether
    the effect follows the interest of a place; what a reader must know; the studies behind it, in short."""

    goal: str
    noun: str
    points: Range
    scaled: bool
    interest: str
    caution: str
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """How a team works: share of doors where someone talks (low, central, high), minutes, metres, sizes of sectors."""

    contact: Range
    knock: float
    talk: float
    speed: float
    detour: float
    tour: float
    most: float
    segment: float
    largest: float
    far: float
    least: float

    @property
    def minutes(self) -> float:
        """Minutes spent at a door, walking apart."""
        return self.knock + self.contact[1] * self.talk


def declared_effects() -> dict[str, Any]:
    """The declaration of Carreau."""
    return tomllib.loads(DECLARED.read_text("utf-8"))


def effect_of(declared: Mapping[str, Any], goal: str) -> Effect:
    """The effect of a goal; :class:`~carreau.errors.Broken` when its range is not in order or cites no study."""
    said = declared["effects"][goal]
    points = (float(said["low"]), float(said["central"]), float(said["high"]))
    studies = tuple(str(study["short"]) for study in said["studies"] if study["source"] and study["found"])
    if not (0 <= points[0] <= points[1] <= points[2]) or not studies:
        raise Broken(
            f"l'effet « {goal} » est mal déclaré",
            given=str(points),
            expected="low, central et high dans l'ordre, avec les études citées",
            advice="corriger effects.toml",
        )
    return Effect(goal, said["noun"], points, said["scaled"], said["interest"], said["caution"], studies)


def field_of(declared: Mapping[str, Any]) -> Field:
    """The facts of the field."""
    value = {name: float(fact["value"]) for name, fact in declared["field"].items()}
    contact = (value.pop("contact_low"), value.pop("contact"), value.pop("contact_high"))
    return Field(contact=contact, **value)
