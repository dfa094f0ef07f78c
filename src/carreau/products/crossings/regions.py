"""A crossing of the country made department by department, then summed.

One table for the whole country mistakes what sets regions apart for what sets groups apart: each department is crossed
on its own, and the country is the sum. The errors of departments are held to go the same way, so that their intervals
are averaged and not narrowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from carreau.inference import Crossing, Margins, Stations
from carreau.places.codes import department_of
from carreau.products.crossings.tallies import Floats
from carreau.terms import Territory

ENOUGH: Final = 30  # stations: a department with fewer is crossed with the others that have too few
MOSTLY_UNTOLD: Final = "les bureaux de la plupart des départements ne permettent pas de le dire"
BY_DEPARTMENT: Final = "{method}, département par département, puis somme"


class Table(Protocol):
    """What a crossing tells, whole or summed: see :class:`~carreau.inference.Crossing`."""

    @property
    def shares(self) -> Floats:
        """The part of each origin that goes to each destination."""

    @property
    def counts(self) -> Floats:
        """The same in persons."""

    @property
    def intervals(self) -> Mapping[int, tuple[Floats, Floats]]:
        """The low and high shares at each level."""

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The shares that the margins alone allow."""

    @property
    def baseline(self) -> Floats:
        """The clipped regression of Goodman."""

    @property
    def told(self) -> npt.NDArray[np.bool_]:
        """Whether the stations tell enough of each origin."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not, in French."""

    @property
    def method(self) -> str:
        """How it is made, in French."""

    def stations(self) -> Stations:
        """The same for each station."""


@dataclass(frozen=True, slots=True)
class Summed:
    """Crossings of parts of a territory, summed: the attributes are those of a crossing."""

    shares: Floats
    counts: Floats
    intervals: Mapping[int, tuple[Floats, Floats]]
    bounds: tuple[Floats, Floats]
    baseline: Floats
    told: npt.NDArray[np.bool_]
    reasons: tuple[str, ...]
    method: str
    parts: tuple[tuple[npt.NDArray[np.int64], Crossing], ...]

    def stations(self) -> Stations:
        """The stations of all parts, in the order of the margins that were parted."""
        size = (sum(len(rows) for rows, _ in self.parts), *self.shares.shape)
        counts, deviation = np.empty(size, dtype=np.float32), np.empty(size, dtype=np.float32)
        for rows, crossing in self.parts:
            found = crossing.stations()
            counts[rows], deviation[rows] = found.counts, found.deviation
        return Stations(counts, deviation)


def crossing_of(
    territory: Territory, communes: npt.NDArray[np.str_], margins: Margins, cross: Callable[[Margins], Crossing]
) -> Table:
    """The crossing of ``margins`` by ``cross``: at once, or department by department for the country."""
    if territory.kind == "france":
        return crossed_by_department(margins, communes, cross)
    return cross(margins)


def crossed_by_department(
    margins: Margins, communes: npt.NDArray[np.str_], cross: Callable[[Margins], Crossing]
) -> Table:
    """The crossing of ``margins`` made by ``cross`` in each department of the stations' ``communes``, then summed."""
    rows = _parts(communes)
    if len(rows) < 2:
        return cross(margins)
    parts = tuple((part, cross(Margins(margins.origins[part], margins.destinations[part]))) for part in rows)
    crossings = [crossing for _, crossing in parts]
    people = np.stack([crossing.counts.sum(axis=1) for crossing in crossings])[:, :, None]
    total = people.sum(axis=0)
    weights = np.divide(people, total, out=np.full(people.shape, 1 / len(parts)), where=total > 0)

    def mean(values: list[Floats]) -> Floats:
        return np.asarray((weights * np.stack(values)).sum(axis=0))

    def ends(pairs: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
        return mean([low for low, _ in pairs]), mean([high for _, high in pairs])

    shares = mean([crossing.shares for crossing in crossings])
    told = (weights[:, :, 0] * np.stack([crossing.told for crossing in crossings])).sum(axis=0) > 0.5
    levels = crossings[0].intervals
    return Summed(
        shares,
        shares * total,
        {level: ends([crossing.intervals[level] for crossing in crossings]) for level in levels},
        ends([crossing.bounds for crossing in crossings]),
        mean([crossing.baseline for crossing in crossings]),
        told,
        tuple("" if is_told else MOSTLY_UNTOLD for is_told in told),
        BY_DEPARTMENT.format(method=crossings[0].method),
        parts,
    )


def _parts(communes: npt.NDArray[np.str_]) -> list[npt.NDArray[np.int64]]:
    """The stations of each department, those of departments with too few together."""
    names, of = np.unique(communes, return_inverse=True)
    department = np.array([department_of(str(name)) for name in names], dtype=np.str_)[of]
    _, index, sizes = np.unique(department, return_inverse=True, return_counts=True)
    region = np.where(sizes[index] >= ENOUGH, index, -1)
    return [np.flatnonzero(region == one) for one in np.unique(region)]
