"""What the parts of a profile are compared on: the indicators that are not votes, as columns of standardised numbers.

Each indicator is read three times: what a station has more than its commune, what its commune has, and (on a large
territory) what its department has. Lines that bend, and products with the size of the commune, let a slope differ
between few and many, between villages and cities. Nothing is read of any election.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.places.codes import department_of
from carreau.products.arrays import numbers
from carreau.products.declare import Reading
from carreau.terms import Column, Role

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]

ELECTIONS: Final = "elections"
SIZE: Final = Column(
    "inscrits_commune",
    "number",
    "Électeurs inscrits des bureaux de la commune qui sont dans ce profil",
    "inscrits",
    title="Taille de la commune",
    theme="taille",
)
BENDS: Final = (-1.0, 0.0, 1.0)  # standard deviations from the mean where a line may bend
EXTREME: Final = 4.0  # one odd figure does not decide
KNOWN: Final = 0.1  # an indicator that fewer voters have is no ground
MANY_DEPARTMENTS: Final = 20  # fewer tell nothing of departments
FAINT: Final = 0.1  # departments are few: their part is held ten times more tightly
_VOTES: Final = re.compile(r"^[a-z]+_\d{4}(_t\d)?_")


@dataclass(frozen=True, slots=True)
class Ground:
    """The stations of a profile, ready to be compared.

    ``indicators`` (m, the size of the commune last when communes differ) have ``values`` (stations x m, NaN where
    unknown); ``features`` (stations x p) are standardised, 0 where unknown, in the order of the indicator that each
    belongs to: those of indicator i are the columns from ``starts[i]`` to ``starts[i + 1]``. ``weights`` are registered
    voters; ``communes`` and ``departments`` number the places.
    """

    indicators: tuple[Column, ...]
    values: Floats
    features: Singles
    starts: Index
    weights: Floats
    communes: Index
    departments: Index
    codes: npt.NDArray[np.str_]

    @property
    def known(self) -> Floats:
        """The part of the indicators that each station has."""
        return np.asarray(np.isfinite(self.values).mean(axis=1))

    def block(self, indicator: int) -> slice:
        """The features of one indicator."""
        return slice(int(self.starts[indicator]), int(self.starts[indicator + 1]))


def is_predictor(column: Column, names: frozenset[str]) -> bool:
    """Whether a column of the profile is an indicator on who lives there, and no vote, no count, no margin."""
    told = f"{column.name}_marge" in names and column.role in {Role.SHARE, Role.MEASURE}
    return told and column.theme != ELECTIONS and _VOTES.match(column.name) is None


def ground_of(profile: Reading) -> Ground:
    """The ground of a profile: its indicators that are not votes and that enough voters have."""
    codes = np.array(profile.table["bv_id"].to_pylist(), dtype=np.str_)
    _, communes = np.unique(codes.astype("<U5"), return_inverse=True)
    _, departments = np.unique([department_of(code[:5]) for code in codes], return_inverse=True)
    weights = np.nan_to_num(numbers(profile, "inscrits"))
    names = frozenset(profile.schema.names)
    kept, values = [], []
    for column in profile.schema.columns:
        if is_predictor(column, names):
            figures = numbers(profile, column.name)
            if weights[np.isfinite(figures)].sum() >= KNOWN * weights.sum() and np.nanstd(figures) > 0:
                kept.append(column)
                values.append(figures)
    size = np.bincount(communes, weights=weights)[communes].astype(np.float64)
    place = _Place(communes, departments, weights, standard(np.log1p(size), weights))
    blocks = [np.column_stack(list(_features(figures, place))) for figures in values]
    if size.std() > 0:
        kept.append(SIZE)
        values.append(size)
        blocks.append(np.column_stack(_size_features(place.size, weights)))
    starts = np.cumsum([0, *(block.shape[1] for block in blocks)])
    told = np.column_stack(values) if values else np.empty((len(codes), 0))
    features = np.column_stack(blocks) if blocks else np.empty((len(codes), 0), dtype=np.float32)
    return Ground(tuple(kept), told, features, starts, weights, communes, departments, codes)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where each station lies, its voters, the size of its commune (standardised logarithm)."""

    communes: Index
    departments: Index
    weights: Floats
    size: Floats


def standard(values: Floats, weights: Floats) -> Floats:
    """``values`` in standard deviations from their weighted mean, cut at extremes; 0 where unknown or all alike."""
    known = np.isfinite(values)
    weight = np.where(known, weights, 0.0)
    total = weight.sum()
    if total <= 0:
        return np.zeros(len(values))
    filled = np.where(known, values, 0.0)
    mean = (weight * filled).sum() / total
    spread = np.sqrt((weight * (filled - mean) ** 2).sum() / total)
    if spread <= 1e-9 * max(1.0, abs(mean)):
        return np.zeros(len(values))
    return np.where(known, np.clip((filled - mean) / spread, -EXTREME, EXTREME), 0.0)


def mean_by(values: Floats, places: Index, weights: Floats) -> Floats:
    """For each station the weighted mean of its place over the stations where it is known; NaN where none is."""
    known = np.isfinite(values)
    weight = np.where(known, weights, 0.0)
    total = np.bincount(places, weights=weight)
    carried = np.bincount(places, weights=weight * np.where(known, values, 0.0))
    mean = np.divide(carried, total, out=np.full(len(total), np.nan), where=total > 0)
    return np.asarray(mean[places])


def _features(values: Floats, place: _Place) -> Iterator[Singles]:
    """The features of one indicator; those that are the same everywhere are left out."""
    commune = mean_by(values, place.communes, place.weights)
    for own in (standard(values - commune, place.weights), standard(commune, place.weights)):
        yield from _varied([own, *_bent(own), own * place.size], place.weights)
    departments = mean_by(values, place.departments, place.weights)
    if len(np.unique(place.departments)) >= MANY_DEPARTMENTS:
        yield from (FAINT * one for one in _varied([departments], place.weights))


def _size_features(size: Floats, weights: Floats) -> list[Singles]:
    """The features of the size of a commune."""
    return list(_varied([size, size**2, *_bent(size)], weights))


def _bent(values: Floats) -> list[Floats]:
    """What a line that bends needs besides itself."""
    return [np.maximum(values - bend, 0.0) for bend in BENDS]


def _varied(features: list[Floats], weights: Floats) -> Iterator[Singles]:
    """The features standardised, but for those that do not vary."""
    for feature in features:
        told = standard(feature, weights)
        if told.any():
            yield told.astype(np.float32)
