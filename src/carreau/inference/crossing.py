"""What a crossing says, for the territory and for each of its stations, with how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from carreau.inference.fitting import Fit
from carreau.inference.margins import Floats, Margins

LEVELS: Final = (50, 80, 90)
_Z90: Final = 1.6449
_PART: Final = 4096


@dataclass(frozen=True, slots=True)
class Stations:
    """Per station, origin and destination, in the order of the margins: ``counts`` in persons, ``deviation`` in share.

    ``counts`` (N, R, C) sum to the margins of each station. ``deviation`` (N, R, C) is the half-width at 90 % of the
    part of the origin that goes to the destination in that station, never wider than what its margins allow.
    """

    counts: NDArray[np.float32]
    deviation: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Blend:
    """Fits of the same margins and the weight of each (they sum to one): their mean fits the margins too."""

    margins: Margins
    fits: tuple[tuple[float, Fit], ...]

    def total(self) -> Floats:
        """The counts (R, C) of all stations together."""
        return np.asarray(sum(weight * fit.total() for weight, fit in self.fits))

    def stations(self, part: slice) -> Floats:
        """The counts (n, R, C) of the stations of ``part``."""
        return np.asarray(sum(weight * fit.stations(part) for weight, fit in self.fits))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where each origin goes: the table of a territory, its intervals, what the margins alone impose, the baseline.

    ``shares`` (R, C): the part of each origin that goes to each destination; every row sums to one. ``counts`` the
    same in persons. ``intervals``: level in % (50, 80, 90) to the low and high shares, nested, within ``bounds``.
    ``bounds``: the shares that the margins alone allow. ``baseline``: the clipped regression of Goodman. ``told`` is
    False for an origin of which the stations do not tell enough; ``reasons`` says why, in French, "" when told.
    ``method``: the French words for provenance. ``spread`` (R, C), the half-width at 90 % before the bounds, serves
    :meth:`stations`.
    """

    shares: Floats
    counts: Floats
    intervals: Mapping[int, tuple[Floats, Floats]]
    bounds: tuple[Floats, Floats]
    baseline: Floats
    told: NDArray[np.bool_]
    reasons: tuple[str, ...]
    method: str
    spread: Floats
    blend: Blend

    def stations(self) -> Stations:
        """The same for each station, made when asked: about 8 bytes x stations x origins x destinations."""
        margins = self.blend.margins
        shape = (len(margins.origins), *self.shares.shape)
        counts, deviation = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
        for start in range(0, shape[0], _PART):
            part = slice(start, start + _PART)
            fitted = self.blend.stations(part)
            counts[part] = fitted
            deviation[part] = self._deviation(fitted, margins.origins[part], margins.destinations[part])
        return Stations(counts, deviation)

    def _deviation(self, counts: Floats, origins: Floats, destinations: Floats) -> Floats:
        """The half-width at 90 % of each share of each station: the territory's, and luck."""
        persons = np.maximum(origins, 1.0)[:, :, None]
        shares = np.clip(counts / persons, 0.0, 1.0)
        luck = _Z90**2 * shares * (1.0 - shares) / persons
        wide = np.sqrt(self.spread**2 + luck)
        total = destinations.sum(axis=1)[:, None, None]
        low = np.maximum(origins[:, :, None] + destinations[:, None, :] - total, 0.0) / persons
        high = np.minimum(origins[:, :, None], destinations[:, None, :]) / persons
        return np.asarray(np.clip(wide, 0.0, np.maximum(np.maximum(high - shares, shares - low), 0.0)))
