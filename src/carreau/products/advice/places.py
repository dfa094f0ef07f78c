"""The figures of the stations of a profile, and of the territory that they make, beside what they are compared with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse

from carreau.products.advice.evidence import SURE, Figures, Flags, Floats, Texts
from carreau.products.arrays import numbers
from carreau.products.declare import Reading
from carreau.terms import Role, Territory

NEAR: Final = {"bv": "commune", "com": "departement", "dep": "", "france": ""}
OWN: Final = {"com": "commune", "dep": "departement", "france": "france"}
TITLES: Final = {"commune": "commune", "departement": "département", "territoire": "territoire", "": ""}
UNTOLD: Final = "la source ne le dit pas ici"
NO_MEDIAN: Final = "une médiane ne se calcule pas à partir de celles des bureaux"


@dataclass(frozen=True, slots=True)
class Stations:
    """The figures of stations, with the registered voters of each and what each is compared with close by."""

    figures: Figures
    registered: Floats
    near: Texts


def stations_of(profile: Reading, names: tuple[str, ...]) -> Stations:
    """The figures called ``names`` of each station; the reference close by is its commune, or its department when the
    station is the only one of its commune that is read."""
    grid = {suffix: _grid(profile, names, suffix) for suffix in ("", "_marge", "_base")}
    gaps = {where: _grid(profile, names, f"_ecart_{where}") for where in ("commune", "departement", "france")}
    _, commune, count = np.unique(_texts(profile, "code_commune"), return_inverse=True, return_counts=True)
    alone = (count[commune] == 1)[:, None]
    near = grid[""] - np.where(alone, gaps["departement"], gaps["commune"])
    figures = Figures(
        names,
        grid[""],
        grid["_marge"],
        grid["_base"],
        near,
        np.zeros_like(near),
        grid[""] - gaps["france"],
        np.broadcast_to(reference_margins(names, "france"), near.shape),
        _letters(profile, names),
        _statuses(profile, names),
    )
    inside = sparse.csr_array((np.ones(len(commune)), (commune, np.arange(len(commune)))))
    figures = replace(
        figures,
        near_margin=np.where(alone, reference_margins(names, "departement"), spread_of(figures, inside)[commune]),
    )
    where = np.where(alone[:, 0], "departement", "commune").astype(np.object_)
    registered = np.nan_to_num(numbers(profile, "inscrits"))
    return Stations(figures, registered, where)


@dataclass(frozen=True, slots=True)
class Limits:
    """How the figures of a place of several stations are read: the kind of the territory, which figures are shares,
    and the largest half-widths of the grades."""

    kind: str
    shares: Flags
    grades: Mapping[str, Any]


def limits_of(profile: Reading, names: tuple[str, ...], territory: Territory, grades: Mapping[str, Any]) -> Limits:
    """The limits for the figures called ``names``; one that the profile does not hold counts as a share."""
    shares = np.array([name not in profile.schema.names or is_share(profile, name) for name in names])
    return Limits(territory.kind, shares, grades)


def territory_of(profile: Reading, stations: Stations, limits: Limits) -> Stations:
    """The figures of the whole territory, as one place.

    Those of a commune, a department or France are what its stations are compared with; elsewhere a share is the sum
    of its stations, and a median is not said. The margin is that of a sum of stations that err apart.
    """
    figures, everyone = stations.figures, np.ones((1, len(stations.registered)))
    margin = spread_of(figures, everyone)[0]
    if limits.kind in OWN:
        value = _reference(profile, figures, OWN[limits.kind])
    else:
        value = np.where(limits.shares, mean_of(figures, everyone)[0], np.nan)
    value = np.where(np.isfinite(margin), value, np.nan)
    unknown = np.full(len(value), np.nan)
    where = NEAR.get(limits.kind, "departement")
    near = _reference(profile, figures, where) if where else unknown
    country = _reference(profile, figures, "france") if limits.kind != "france" else unknown
    status = np.where(np.isfinite(value), "", np.where(limits.shares, UNTOLD, NO_MEDIAN)).astype(np.object_)
    base = np.nansum(np.where(np.isfinite(figures.value), figures.base, np.nan), axis=0)
    one = Figures(
        figures.names,
        value[None],
        np.where(np.isfinite(value), margin, np.nan)[None],
        np.where(np.isfinite(value), base, np.nan)[None],
        near[None],
        (margin if where == "commune" else reference_margins(figures.names, where))[None],
        country[None],
        figures.country_margin[:1],
        graded(value[None], margin[None], limits),
        status[None],
    )
    near_said = np.array([where if np.isfinite(near).any() else ""], dtype=np.object_)
    return Stations(one, np.array([stations.registered.sum()]), near_said)


def mean_of(figures: Figures, inside: Floats) -> Floats:
    """The mean of the figures of the stations ``inside`` each place (places x stations, 1 or 0), by their bases."""
    base = np.where(np.isfinite(figures.value) & np.isfinite(figures.base), figures.base, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((inside @ (np.nan_to_num(figures.value) * base)) / (inside @ base))


def _reference(profile: Reading, figures: Figures, where: str) -> Floats:
    """What every station is compared with; NaN where the stations are not all compared with the same."""
    found = figures.value - _grid(profile, figures.names, f"_ecart_{where}")
    with np.errstate(all="ignore"):
        low, high = (np.array([_extreme(column, which) for column in found.T]) for which in (np.min, np.max))
    same = np.isclose(low, high, rtol=1e-6, atol=1e-6)
    return np.where(same, low, np.nan)


def _extreme(values: Floats, which: Any) -> float:
    """The least or the greatest of the known values; NaN when none is."""
    known = values[np.isfinite(values)]
    return float(which(known)) if len(known) else np.nan


def spread_of(figures: Figures, inside: Floats) -> Floats:
    """The margin of a mean of stations that err apart, per place: the root of the sum of squares, over the sum."""
    margin, base = figures.margin, figures.base
    known = np.isfinite(figures.value) & np.isfinite(margin) & np.isfinite(base) & (base > 0)
    total, squares = inside @ np.where(known, base, 0.0), inside @ np.where(known, base * margin, 0.0) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, np.sqrt(squares) / total, np.nan))


def graded(value: Floats, margin: Floats, limits: Limits) -> Texts:
    """The grades of figures, by their margins: in points for a share, in parts of the value for the rest."""
    letters = np.array(list(SURE), dtype=np.object_)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.nan_to_num(margin / np.abs(value), nan=np.inf)
    points, parts = ([limits.grades[unit][letter] for letter in "ABCD"] for unit in ("points", "relative"))
    in_points = np.searchsorted(points, np.nan_to_num(margin, nan=np.inf))
    rank = np.where(limits.shares, in_points, np.searchsorted(parts, relative))
    return np.where(np.isfinite(value), letters[rank], "").astype(np.object_)


@cache
def _references() -> Mapping[str, Any]:
    """The margins of ``references.toml``, by figure, then by place."""
    return dict(tomllib.loads((Path(__file__).parent / "references.toml").read_text("utf-8"))["margins"])


def reference_margins(names: Sequence[str], where: str) -> Floats:
    """The margins of the figures called ``names`` in a department or in France; NaN where nobody has measured them."""
    return np.array([float(_references().get(name, {}).get(where, np.nan)) for name in names])


def is_share(profile: Reading, name: str) -> bool:
    """Whether a column of the profile is a share, in percent."""
    return name in profile.schema.names and profile.schema.column(name).role is Role.SHARE


def _grid(profile: Reading, names: tuple[str, ...], suffix: str) -> Floats:
    """The columns ``name + suffix`` side by side, NaN where there is none."""
    return np.column_stack([numbers(profile, f"{name}{suffix}") for name in names])


def _texts(profile: Reading, name: str) -> Texts:
    """A column as texts, empty where it is empty or absent."""
    if name not in profile.table.column_names:
        return np.full(profile.table.num_rows, "", dtype=np.object_)
    return np.array([text or "" for text in profile.table[name].to_pylist()], dtype=np.object_)


def _letters(profile: Reading, names: tuple[str, ...]) -> Texts:
    """The grades of the figures."""
    return np.column_stack([_texts(profile, f"{name}_note") for name in names])


def _statuses(profile: Reading, names: tuple[str, ...]) -> Texts:
    """What must be known of the figures; a figure that the profile does not hold says so."""
    said = np.column_stack([_texts(profile, f"{name}_statut") for name in names])
    for column, name in enumerate(names):
        if name not in profile.table.column_names:
            said[:, column] = UNTOLD
    return said
