"""The limits that a product of crossings declares under ``[limits]`` and ``[grades]`` of its product.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """From where a figure is not shown, a station not read, a candidate not told apart.

    ``widest``: the largest half-width (points) of a figure that is shown. ``moved``: the largest margin on a station's
    voters, as a part of them, of a station that is read. ``small``: the part of valid votes under which candidates are
    counted together. ``least``: the part of the voters under which an origin is not told. ``most_choices``: the largest
    number of choices told apart. ``most_rows``: the largest table.
    ``even``: the part of voters under which two elections are held to have the same voters. ``grades``: the largest
    half-width (points) of each of the grades A to D.
    """

    widest: float
    moved: float
    small: float
    least: float
    most_choices: int
    most_rows: int
    even: float
    grades: tuple[float, ...]


def limits_of(facts: Mapping[str, Any]) -> Limits:
    """The limits declared in ``facts``, the whole of a product.toml."""
    value = {name: entry["value"] for name, entry in facts["limits"].items()}
    return Limits(
        widest=float(value["widest"]),
        moved=float(value["moved"]),
        small=float(value["small"]),
        least=float(value["least"]),
        most_choices=int(value["most_choices"]),
        most_rows=int(value["most_rows"]),
        even=float(value["even"]),
        grades=tuple(float(facts["grades"]["points"][letter]) for letter in "ABCD"),
    )
