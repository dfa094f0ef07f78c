"""Numbers and texts as a printed page writes them, in French or in English.

French puts a narrow no-break space between thousands and before a unit, and a comma before decimals.
"""

from __future__ import annotations

import math

from carreau import typography
from carreau.terms import Column
from carreau.typography import MINUS, NARROW_SPACE


def number(value: float, decimals: int, language: str) -> str:
    """A number with its thousands apart.

    >>> number(-1234.56, 1, "fr"), number(-1234.56, 1, "en")
    ('\u22121\u202f234,6', '\u22121,234.6')
    """
    if language == "fr":
        return typography.number(value, decimals)
    text = f"{abs(value):,.{decimals}f}"
    return text if float(f"{value:.{decimals}f}") >= 0 else MINUS + text


def decimals_of(column: Column, margin: float | None) -> int:
    """How many decimals mean something: one for a share whose margin is under one point and for a ratio, else none."""
    if column.unit == "%":
        return int(margin is None or margin < 1)
    return 0 if _large(column) else 1


def rounded(column: Column, value: float, margin: float | None) -> float:
    """A large number without the digits that its margin makes meaningless: the margin keeps two of its own.

    >>> rounded(Column("revenu", "number", "Un revenu", "€ par an"), 27_343.7, 5_819.6)
    27300.0
    """
    if column.unit == "%" or not _large(column) or margin is None:
        return value
    step = 10.0 ** max(0, math.floor(math.log10(margin)) - 1) if margin > 0 else 1.0
    return round(value / step) * step


def with_unit(column: Column, text: str, language: str) -> str:
    """A number followed by the sign of its unit: that of percentages and euros; other units are said in titles."""
    if column.unit == "%":
        return f"{text}{NARROW_SPACE}%" if language == "fr" else f"{text}%"
    if "€" in column.unit:
        return f"{text}{NARROW_SPACE}€" if language == "fr" else f"€{text}"
    return text


def said(column: Column, value: float, margin: float | None, language: str) -> str:
    """A figure with its unit, as precise as its margin allows.

    >>> said(Column("part", "number", "Une part", "%"), 31.87, 7.9, "fr")
    '32\u202f%'
    """
    text = number(rounded(column, value, margin), decimals_of(column, margin), language)
    return with_unit(column, text, language)


def _large(column: Column) -> bool:
    """Whether a column counts things or money, that are many."""
    return "€" in column.unit or " par " not in column.unit
