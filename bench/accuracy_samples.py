"""Samples of errors beside their margins: how often the truth lies within, and the factors with which it would.

Split conformal: a factor is the smallest that covers ceil((n + 1) x level) of the n errors of the calibration half; the
other half says whether it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
LEVELS = (50, 80, 90)
CLOSE = 1e-9
ARRAYS = ("error", "margin", "fixed", "unit", "size")


@dataclass(frozen=True)
class Sample:
    """Errors of figures of one kind by one method: absolute error, margin, and the margin at two values of a factor.

    ``fixed`` is the margin with the measured factor at 0, ``unit`` with it at 1: squares add between them. ``size`` is
    how many people each figure is about. ``name`` is the indicator, where all figures are of one.
    """

    kind: str
    method: str
    error: Values
    margin: Values
    fixed: Values
    unit: Values
    size: Values
    name: str = ""

    def __len__(self) -> int:
        return len(self.error)

    @property
    def arrays(self) -> tuple[Values, ...]:
        """The arrays, in order."""
        return tuple(getattr(self, name) for name in ARRAYS)

    @property
    def sharp(self) -> Sample:
        """The figures that have a margin: the others are exact by construction."""
        return self.where(self.unit > CLOSE)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Sample:
        """The chosen figures."""
        return replace(self, **{name: part[chosen] for name, part in zip(ARRAYS, self.arrays, strict=True)})

    def margin_at(self, factor: float) -> Values:
        """The margin that another value of the measured factor would give."""
        return np.sqrt(self.fixed**2 + factor**2 * np.maximum(self.unit**2 - self.fixed**2, 0))

    def with_factor(self, factor: float) -> Sample:
        """The same figures with the margins of another value of the measured factor."""
        return replace(self, margin=self.margin_at(factor))

    def coverage(self, part: float = 1.0) -> float:
        """The part of the figures whose truth lies within ``part`` of the margin."""
        return float((self.error <= part * self.margin + CLOSE).mean()) if len(self) else float("nan")


def joined(samples: Iterable[Sample], key: Callable[[Sample], tuple[str, str]] | None = None) -> list[Sample]:
    """One sample per kind and method (or per ``key``), in order of appearance; only figures that have a margin."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(key(sample) if key else (sample.kind, sample.method), []).append(sample.sharp)
    return [
        Sample(*name, *(np.concatenate(parts) for parts in zip(*(one.arrays for one in each), strict=True)))
        for name, each in groups.items()
    ]


def measured_factor(samples: Sequence[Sample], level: float = 0.90) -> float:
    """The value of the measured factor with which the margins cover ``level`` of the errors, each sample alike."""
    low, high = 0.0, 16.0
    for _ in range(40):
        middle = (low + high) / 2
        enough = pooled_width([one.with_factor(middle) for one in samples], level) <= 1
        low, high = (low, middle) if enough else (middle, high)
    return high


def pooled_width(samples: Sequence[Sample], level: float) -> float:
    """The half-width that covers ``level`` of the errors, as a part of the margin.

    Each sample counts as much as another, however many figures it holds.
    """
    ratio = np.concatenate([sample.error / np.maximum(sample.margin, CLOSE) for sample in samples])
    weight = np.concatenate([np.full(len(sample), 1 / (len(samples) * (len(sample) + 1))) for sample in samples])
    order = np.argsort(ratio, kind="stable")
    reached = np.searchsorted(np.cumsum(weight[order]), level)
    return float(ratio[order][min(reached, len(order) - 1)])
