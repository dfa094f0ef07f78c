"""A table of shares brought onto the margins of every station at once.

The fitted counts of station *i* are ``u[i] * seed * v[i]``: one seed for all stations, two factors each. Nothing of
size stations x origins x destinations is held to know the territory: each step is one matrix product. What the steps
leave is closed by the rounding of Altschuler, Weed and Rigollet (2017, algorithm 2): the margins are then exact.
Method: Deming and Stephan (1940), iterative proportional fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.inference.margins import Floats, Margins

_FLOOR: Final = 1e-5
_STEPS: Final = 60
_CLOSE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Fit:
    """Counts of every station in factors: ``rows[i] * seed * columns[i]`` plus ``more_rows[i] x more_columns[i]``.

    Invariant: the counts are not negative and their sums are the margins of each station, within rounding.
    """

    seed: Floats
    rows: Floats
    columns: Floats
    more_rows: Floats
    more_columns: Floats

    def total(self) -> Floats:
        """The counts (R, C) of all stations together."""
        return np.asarray(self.seed * (self.rows.T @ self.columns) + self.more_rows.T @ self.more_columns)

    def turned(self) -> Fit:
        """The same counts, origins and destinations exchanged."""
        return Fit(self.seed.T, self.columns, self.rows, self.more_columns, self.more_rows)

    def stations(self, part: slice) -> Floats:
        """The counts (n, R, C) of the stations of ``part``."""
        main = self.rows[part, :, None] * self.seed * self.columns[part, None, :]
        return np.asarray(main + self.more_rows[part, :, None] * self.more_columns[part, None, :])


def fitted(seed: Floats, margins: Margins) -> Fit:
    """The fit of the shares ``seed`` (R, C) onto every station of ``margins``.

    A seed is never wholly zero: each origin keeps a hundred-thousandth for each destination, so that a station where
    that destination is the only one can still be told.
    """
    origins, destinations = margins.origins, margins.destinations
    seed = np.maximum(seed, _FLOOR)
    columns = np.ones_like(destinations)
    rows = origins
    for _ in range(_STEPS):
        rows = _ratio(origins, columns @ seed.T)
        reached = rows @ seed
        if np.abs(columns * reached - destinations).sum() <= _CLOSE * max(margins.total, 1.0):
            break
        columns = _ratio(destinations, reached)
    return _closed(seed, rows, columns, margins)


def _closed(seed: Floats, rows: Floats, columns: Floats, margins: Margins) -> Fit:
    """The fit whose remainders are closed: both factors only shrink, then one product per station fills what lacks."""
    columns = columns * np.minimum(1.0, _ratio(margins.destinations, columns * (rows @ seed), empty=1.0))
    rows = rows * np.minimum(1.0, _ratio(margins.origins, rows * (columns @ seed.T), empty=1.0))
    lack_rows = np.maximum(margins.origins - rows * (columns @ seed.T), 0.0)
    lack_columns = np.maximum(margins.destinations - columns * (rows @ seed), 0.0)
    lack = np.maximum(lack_rows.sum(axis=1), lack_columns.sum(axis=1))[:, None]
    return Fit(seed, rows, columns, _ratio(lack_rows, lack), lack_columns)


def even(margins: Margins) -> Fit:
    """The fit in which, within each station, every origin goes to the destinations as the whole station does."""
    shape = (margins.origins.shape[1], margins.destinations.shape[1])
    nothing = np.zeros_like
    parts = _ratio(margins.destinations, margins.destinations.sum(axis=1, keepdims=True))
    return Fit(np.ones(shape), margins.origins, parts, nothing(margins.origins), nothing(margins.destinations))


def imposed(margins: Margins) -> tuple[Floats, Floats]:
    """The fewest and the most persons (R, C) that the margins of the stations alone allow, summed over stations.

    Method: Duncan and Davis (1953), for each station apart.
    """
    origins, destinations = margins.origins, margins.destinations
    total = destinations.sum(axis=1)
    low = np.empty((origins.shape[1], destinations.shape[1]))
    high = np.empty_like(low)
    for origin in range(origins.shape[1]):
        count = origins[:, origin, None]
        low[origin] = np.maximum(count + destinations - total[:, None], 0.0).sum(axis=0)
        high[origin] = np.minimum(count, destinations).sum(axis=0)
    return low, high


def _ratio(above: Floats, under: Floats, *, empty: float = 0.0) -> Floats:
    """``above / under``, and ``empty`` where nothing is under."""
    shape = np.broadcast_shapes(above.shape, under.shape)
    return np.asarray(np.divide(above, under, out=np.full(shape, empty), where=under > 0))
