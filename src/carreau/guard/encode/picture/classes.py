"""Classes of values for a map: five shades that any colour vision tells apart, the same number of places in each.

One hue from light to dark for amounts, ochre to blue through white for differences (after Brewer, colorbrewer2.org).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.guard.encode.written import said
from carreau.terms import Column

AMOUNTS: Final = ("#DCE9F5", "#ADCBE6", "#74A6D1", "#3D7EB5", "#164F86")
GAPS: Final = ("#C17F2A", "#E6C08A", "#F3F0E8", "#93BBDE", "#2F6FA8")
EMPTY: Final = "#D9D4C9"
_TO: Final = {"fr": "à", "en": "to"}
_SHARES: Final = (0.2, 0.4, 0.6, 0.8)
_GAP_SHARE: Final = 0.8
_MIDDLE: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a column: the values between them, and the colour of each, lowest first."""

    column: Column
    breaks: tuple[float, ...]
    colours: tuple[str, ...]

    @classmethod
    def of(cls, column: Column, values: Sequence[float | None]) -> Classes:
        """The classes that suit some values: five of the same number of places, fewer when few values differ."""
        known = np.array([value for value in values if value is not None], dtype=float)
        if "_ecart_" in column.name:
            far = float(np.quantile(np.abs(known), _GAP_SHARE)) if len(known) else 1.0
            return cls(column, (-far, -far * _MIDDLE, far * _MIDDLE, far), GAPS)
        apart = np.unique(np.quantile(known, _SHARES)) if len(known) else np.array([])
        breaks = tuple(float(value) for value in apart if len(known) and known.min() < value)
        places = np.linspace(0, len(AMOUNTS) - 1, len(breaks) + 1).round().astype(int)
        return cls(column, breaks, tuple(AMOUNTS[place] for place in places))

    def colour(self, value: float | None) -> str:
        """The colour of a value: that of the class that it starts or is in."""
        if value is None:
            return EMPTY
        return self.colours[int(np.searchsorted(self.breaks, value, side="right"))]

    def legend(self, values: Sequence[float | None], language: str) -> list[dict[str, object]]:
        """The classes, each with its colour, its bounds in words and how many places are in it."""
        known = [value for value in values if value is not None]
        if not known:
            return []
        ends = [min(known), *self.breaks, max(known)]
        colours = [self.colour(value) for value in known]
        return [
            {"colour": colour, "said": self._said(low, high, language), "count": colours.count(colour)}
            for colour, low, high in zip(self.colours, ends, ends[1:], strict=False)
        ]

    def _said(self, low: float, high: float, language: str) -> str:
        """The bounds of a class."""
        margin = None if self.column.unit == "%" else 1.0
        first, last = (said(self.column, end, margin, language) for end in (low, high))
        return first if first == last else f"{first} {_TO[language]} {last}"
