"""Stations like one: the nearest by who lives there and how they voted, and the figures that say so.

Each indicator is standardised by the voters of France (of the served territory); themes weigh alike, so that sixteen
figures on age do not outweigh two on income; a figure counts as much as its grade is good, and one that is missing on
either side does not count. The distance is the root of the weighted mean of squared gaps, in standard deviations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from carreau.errors import Unknown
from carreau.guard import Release
from carreau.terms import Column, Role, Slice

Floats = npt.NDArray[np.float32]
GRADES: Final = np.array([0.0, 1.0, 0.9, 0.7, 0.4, 0.1], dtype=np.float32)  # none, then A (sure) to E (fragile)
EXTREME: Final = 4.0  # a figure further than this from the mean is as far as this: one odd figure does not decide
ENOUGH: Final = 0.25  # two stations are compared on at least a quarter of what the first is sure of
KNOWN: Final = 0.3  # an indicator that too few stations have is no ground to compare on
REASONS: Final = 3
CANDIDATES: Final = 64  # found fast, then measured again exactly
_PERSONS: Final = re.compile(r"_\d{4}(_t\d)?_(voix|nuance)_|_inscrits$")  # blocs already say what candidates do


@dataclass(frozen=True, slots=True)
class Ground:
    """What stations are compared on: one column per indicator, one row per station, NaN where nothing is known.

    ``values`` are the figures, ``standard`` the same in standard deviations from the mean (0 where missing), ``sure``
    the weight of each (0 where missing).
    """

    indicators: tuple[Column, ...]
    values: Floats
    standard: Floats
    sure: Floats


@dataclass(frozen=True, slots=True)
class Likeness:
    """The stations of a release, ready to be compared; made once by :func:`likeness_of`."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    ground: Ground
    first: Floats
    second: Floats
    row: dict[str, int]

    def nearest(self, code: str, within: Collection[str] | None = None, limit: int = 6) -> list[dict[str, Any]]:
        """The stations most like ``code``, nearest first: code, name, distance, and why (three figures they share).

        ``within`` are the codes to choose among (all by default); the station itself is never one of them. A code that
        is not in the release is :class:`~carreau.errors.Unknown`.
        """
        if code not in self.row:
            raise Unknown.named(code, "bureau", _beginning_alike(self.codes, code), "vérifier le code du bureau")
        mine = self.row[code]
        found = sorted((self._distance(mine, other), other) for other in self._chosen(mine, within))
        return [
            {
                "code": self.codes[other],
                "name": self.names[other],
                "distance": round(distance, 4),
                "why": self._reasons(mine, other),
            }
            for distance, other in found[:limit]
            if np.isfinite(distance)
        ]

    def apart(self, code: str, other: str) -> dict[str, Any] | None:
        """The figure of both stations that makes the most of their distance; None when no figure is known of both."""
        mine, theirs = self.row[code], self.row[other]
        weight = self.ground.sure[mine] * self.ground.sure[theirs]
        if not weight.any():
            return None
        gaps = (self.ground.standard[mine] - self.ground.standard[theirs]) ** 2
        return self._reason(int(np.argmax(weight * gaps)), mine, theirs)

    def missing(self, code: str) -> tuple[Column, ...]:
        """The indicators that are not known of a station, and so count for nothing when it is compared."""
        unknown = np.flatnonzero(self.ground.sure[self.row[code]] == 0)
        return tuple(self.ground.indicators[place] for place in unknown)

    def _distances(self, mine: int, rows: npt.NDArray[np.int64] | slice) -> Floats:
        """The squared distance of some stations, expanded so that it is three products of a matrix and a vector."""
        weight, value = self.ground.sure[mine], self.ground.standard[mine]
        shared, own = (self.ground.sure[rows] @ np.column_stack([weight, weight * value**2])).T
        gaps = self.second[rows] @ weight - 2 * (self.first[rows] @ (weight * value)) + own
        enough = shared >= ENOUGH * float(weight @ weight)
        return np.where(enough & (shared > 0), gaps / np.maximum(shared, 1e-9), np.inf).astype(np.float32)

    def _chosen(self, mine: int, within: Collection[str] | None) -> list[int]:
        """The rows that may be nearest: some more than will be shown, since the fast distance is not exact."""
        rows = np.arange(len(self.codes)) if within is None else self._rows(within)
        far = self._distances(mine, slice(None) if within is None else rows)
        far[rows == mine] = np.inf
        count = min(CANDIDATES, len(rows))
        near = np.argpartition(far, count - 1)[:count] if count else np.empty(0, dtype=np.int64)
        return [int(rows[place]) for place in near if np.isfinite(far[place])]

    def _rows(self, within: Collection[str]) -> npt.NDArray[np.int64]:
        """The rows of some codes; those that the release does not have are left out."""
        return np.array(sorted({self.row[code] for code in within if code in self.row}), dtype=np.int64)

    def _distance(self, mine: int, other: int) -> float:
        """The exact distance between two stations."""
        weight = (self.ground.sure[mine] * self.ground.sure[other]).astype(np.float64)
        gaps = (self.ground.standard[mine] - self.ground.standard[other]).astype(np.float64) ** 2
        return float(np.sqrt((weight * gaps).sum() / weight.sum())) if weight.sum() > 0 else float("inf")

    def _reasons(self, mine: int, other: int) -> list[dict[str, Any]]:
        """The figures that are near in both and far from the mean of France, one by theme at the most."""
        ours, theirs = self.ground.standard[mine], self.ground.standard[other]
        both = np.where(ours * theirs > 0, np.minimum(np.abs(ours), np.abs(theirs)), 0)
        grade = np.sqrt(self.ground.sure[mine] * self.ground.sure[other])
        score = np.where(grade > 0, both - np.abs(ours - theirs), -np.inf)
        found: dict[str, int] = {}
        for place in np.argsort(-score, kind="stable").tolist():
            if np.isfinite(score[place]) and len(found) < REASONS:
                found.setdefault(self.ground.indicators[place].theme, place)
        return [self._reason(place, mine, other) for place in found.values()]

    def _reason(self, place: int, mine: int, other: int) -> dict[str, Any]:
        """One figure of both stations."""
        column, values = self.ground.indicators[place], self.ground.values[:, place]
        return {
            "name": column.name,
            "title": column.title,
            "value": round(float(values[mine]), 2),
            "theirs": round(float(values[other]), 2),
            "unit": column.unit,
        }


def likeness_of(release: Release) -> Likeness:
    """The stations of ``release`` ready to be compared: every share, ratio and quantile that enough of them have.

    Counts, candidates and nuances are left out: they say how large a station is, or what blocs already say.
    """
    voters = np.nan_to_num(_vector(release, "inscrits"))
    ground = _ground(release, voters)
    said = json.loads(release.asked(Slice((release.schema.names[0], "libelle_commune"))).json_columns())
    codes, towns = (tuple(column) for column in said.values())
    names = tuple(_name(code, town) for code, town in zip(codes, towns, strict=True))
    return Likeness(
        codes,
        names,
        ground,
        ground.sure * ground.standard,
        ground.sure * ground.standard**2,
        {code: row for row, code in enumerate(codes)},
    )


def _name(code: str, town: str | None) -> str:
    """How a reader names a station: « Lyon, bureau 0101 »."""
    commune, _, number = code.partition("_")
    return f"{town or commune}, bureau {number}"


def _ground(release: Release, voters: Floats) -> Ground:
    """The indicators that stations are compared on, standardised and weighed."""
    kept, values, standard, sure = [], [], [], []
    for column in _compared(release):
        figures = _vector(release, column.name)
        known = np.isfinite(figures)
        weight = np.where(known, voters, 0.0)
        if known.mean() < KNOWN or not weight.sum():
            continue
        filled = np.where(known, figures, 0.0).astype(np.float64)
        mean = (weight * filled).sum() / weight.sum()
        spread = np.sqrt((weight * (filled - mean) ** 2).sum() / weight.sum())
        if spread > 0:
            grade = np.nan_to_num(_vector(release, f"{column.name}_note")).astype(np.int64)
            kept.append(column)
            values.append(figures)
            standard.append(np.where(known, np.clip((filled - mean) / spread, -EXTREME, EXTREME), 0.0))
            sure.append(np.where(known, GRADES[grade], 0.0))
    if not kept:
        nothing = np.zeros((len(voters), 0), dtype=np.float32)
        return Ground((), nothing, nothing, nothing)
    by_theme = np.sqrt(_theme_weights(kept))
    return Ground(
        tuple(kept),
        np.column_stack(values).astype(np.float32),
        np.column_stack(standard).astype(np.float32),
        (np.column_stack(sure) * by_theme).astype(np.float32),
    )


def _compared(release: Release) -> list[Column]:
    """The indicators that may be compared."""
    names = set(release.schema.names)
    return [
        column
        for column in release.schema.columns
        if f"{column.name}_marge" in names and column.role is not Role.COUNT and not _PERSONS.search(column.name)
    ]


def _theme_weights(columns: Sequence[Column]) -> Floats:
    """The weight of each indicator: its theme weighs one, shared by its indicators."""
    themes = [column.theme for column in columns]
    return np.array([1 / themes.count(theme) for theme in themes], dtype=np.float32)


def _vector(release: Release, name: str) -> Floats:
    """A column of numbers, NaN where it is empty."""
    return np.frombuffer(release.vector(name), dtype="<f4")


def _beginning_alike(codes: Sequence[str], code: str) -> list[str]:
    """The codes of the same commune, or else of the same department: those one may have meant."""
    commune = [one for one in codes if one.startswith(code[:5])]
    return commune or [one for one in codes if one.startswith(code[:2])][:200] or list(codes[:200])
