"""The rows of a file brought onto places: one row per place, counts added up, means kept with their weights.

What is kept of a figure is what carries it to a larger place without error: the sum of a count, and for a mean the
sum of the weighted values and that of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.places.brought.figures import Figures, Floats, Rule, weight_among
from carreau.places.codes import department_of

ROWS: Final = "nombre_de_lignes"
UP: Final[Mapping[str, tuple[str, ...]]] = {
    "bureau": ("bureau", "commune", "departement"),
    "iris": ("iris", "commune", "departement"),
    "commune": ("commune", "departement"),
    "circonscription": ("circonscription", "departement"),
    "departement": ("departement",),
}
"""The levels at which figures of each level can be shown: its own, and the larger ones that it lies whole in."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Figures by place: ``table`` has ``code``, ``nombre_de_lignes``, then ``a0``, ``b0``, ``a1``… in order.

    For the figure ``n``, ``rules[n]`` is how it adds up: ``an`` is the sum of a count, or of weighted values, and
    ``bn`` the sum of the weights (of the rows that have a value).
    """

    level: str
    names: tuple[str, ...]
    rules: tuple[Rule, ...]
    table: pa.Table


def joined_by_codes(level: str, codes: npt.NDArray[np.object_], figures: Sequence[Figures]) -> Joined:
    """The figures of rows whose places are ``codes`` (those of places served, one per row), by place, sorted."""
    places, row = np.unique(codes.astype(np.str_), return_inverse=True)
    drawn = [one for one in figures if one.rule is not None and one.numbers is not None]
    weight = weight_among(drawn)
    columns: dict[str, object] = {"code": places, ROWS: np.bincount(row, minlength=len(places))}
    for place, one in enumerate(drawn):
        held = one.rule == "moyenne" and weight is not None and weight is not one
        values = one.numbers if one.numbers is not None else np.empty(0)
        weights = weight.numbers if held and weight is not None and weight.numbers is not None else np.ones(len(values))
        used = ~np.isnan(values) & ~np.isnan(weights)
        a = values * (weights if one.rule == "moyenne" else 1.0)
        columns[f"a{place}"] = np.bincount(row[used], weights=a[used], minlength=len(places))
        columns[f"b{place}"] = np.bincount(row[used], weights=weights[used], minlength=len(places))
    rules = tuple(one.rule or "somme" for one in drawn)
    return Joined(level, tuple(one.name for one in drawn), rules, pa.table(columns))


def joined_by_counts(level: str, codes: Sequence[str], counts: npt.NDArray[np.int64]) -> Joined:
    """How many points lie in each of the places ``codes``, of those that have some; no figure besides."""
    some = np.flatnonzero(counts)
    places = np.array(codes, dtype=np.str_)[some] if len(some) else np.array([], dtype=np.str_)
    order = np.argsort(places, kind="stable")
    table = pa.table({"code": pa.array(places[order].tolist(), pa.string()), ROWS: counts[some][order]})
    return Joined(level, (), (), table)


def carried(joined: Joined, level: str, codes: Sequence[str]) -> tuple[npt.NDArray[np.int64], dict[str, Floats]]:
    """The rows counted and the figures at ``level``, in the order of ``codes``: NaN where there is none.

    A place that no row of the file speaks of has no figure: it is empty, and not zero.
    """
    within = [_within(code, joined.level, level) for code in joined.table["code"].to_pylist()]
    position = {code: place for place, code in enumerate(codes)}
    found = np.array([position.get(code, -1) for code in within], dtype=np.int64)
    here = found >= 0

    def summed(name: str) -> Floats:
        numbers = joined.table[name].to_numpy().astype(np.float64)
        return np.bincount(found[here], weights=numbers[here], minlength=len(codes)).astype(np.float64)

    figures: dict[str, Floats] = {}
    for place, (name, rule) in enumerate(zip(joined.names, joined.rules, strict=True)):
        a, b = summed(f"a{place}"), summed(f"b{place}")
        known = b > 0
        divisor = np.where(known, b if rule == "moyenne" else 1.0, 1.0)
        figures[name] = np.where(known, a / divisor, np.nan)
    return summed(ROWS).astype(np.int64), figures


def _within(code: str, level: str, wider: str) -> str:
    """The place of the level ``wider`` that a place lies in."""
    if level == wider:
        return code
    if wider == "departement":
        return department_of(code)
    return code[:5]
