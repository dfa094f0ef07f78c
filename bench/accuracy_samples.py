"""Samples of errors beside their margins: how often the truth lies within, and the factors with which it would.

Split conformal: a factor is the smallest that covers ceil((n + 1) x level) of the n errors of the calibration half; the
other half says whether it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
LEVELS = (50, 80, 90)
CLOSE = 1e-9
ARRAYS = ("error", "margin", "fixed", "unit", "size", "loose")
TIMES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)  # what a grain or a floor is tried at
CLASSES = 4  # over which the cover is to be even


@dataclass(frozen=True)
class Sample:
    """Errors of figures of one kind by one method: absolute error, margin, and the margin at two values of a factor.

    ``fixed`` is the margin with the measured factor at 0, ``unit`` with it at 1: squares add between them. ``size`` is
    how many people each figure is about. ``name`` is the indicator, where all figures are of one. ``loose`` is the part
    of the squared margin that comes from a grain or a floor, 0 unless said.
    """

    kind: str
    method: str
    error: Values
    margin: Values
    fixed: Values
    unit: Values
    size: Values
    name: str = ""
    loose: Values = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if len(self.loose) != len(self.error):
            object.__setattr__(self, "loose", np.zeros(len(self.error)))  # a frozen sample, not yet handed out

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

    def with_loose(self, times: float) -> Sample:
        """The same figures with the margins that so many times the grain or the floor declared would give."""
        more = (times - 1) * self.loose
        margin, fixed, unit = (np.sqrt(np.maximum(part**2 + more, 0)) for part in (self.margin, self.fixed, self.unit))
        return replace(self, margin=margin, fixed=fixed, unit=unit, loose=times * self.loose)

    def coverage(self, part: float = 1.0) -> float:
        """The part of the figures whose truth lies within ``part`` of the margin."""
        return float((self.error <= part * self.margin + CLOSE).mean()) if len(self) else float("nan")


def joined(samples: Iterable[Sample], key: Callable[[Sample], tuple[str, str]] | None = None) -> list[Sample]:
    """One sample per kind and method (or per ``key``), in order of appearance; only figures that have a margin."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(key(sample) if key else (sample.kind, sample.method), []).append(sample.sharp)
    return [_joined(name, each) for name, each in groups.items()]


def _joined(name: tuple[str, str], each: Sequence[Sample]) -> Sample:
    """Samples as one."""
    parts = [np.concatenate(parts) for parts in zip(*(one.arrays for one in each), strict=True)]
    return Sample(*name, **dict(zip(ARRAYS, parts, strict=True)))


def evenest(samples: Sequence[Sample]) -> float:
    """How many times the grain or the floor declared makes cover the most alike where it weighs little and where much.

    Each sample has its own factor, measured anew for each value; its classes are quarters, by the part of its squared
    margin that comes from the grain or the floor as declared.
    """

    def uneven(times: float) -> float:
        """How far the covers of the classes lie from 90 %, in squares."""
        away = 0.0
        for sample in samples:
            one = sample.with_loose(times)
            one = one.with_factor(measured_factor([one]))
            weight = sample.loose / np.maximum(sample.margin**2, CLOSE)
            ranks = np.argsort(np.argsort(weight, kind="stable"), kind="stable") * CLASSES // max(len(one), 1)
            away += sum((one.where(ranks == rank).coverage() - 0.9) ** 2 for rank in range(CLASSES))
        return away

    return min(TIMES, key=uneven)


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
