"""Figures on a screen: « 31 % ± 3 », « 1 234 lignes », short units.

Numbers in, text out. A figure is never shown finer than its margin allows: one decimal under a margin of one
unit, none above. Terminals that cannot write a character get its nearest plain form (:func:`plain_form`).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Final

from carreau.typography import NARROW_SPACE, number

_GLUED: Final = frozenset({"%", "€", "km²", "m²", "points"})
_SHORT_UNITS: Final[Mapping[str, str]] = {
    "personnes": "pers.",
    "habitants": "hab.",
    "ménages": "mén.",
    "logements": "log.",
    "résidences principales": "rés.",
    "électeurs": "élect.",
    "inscrits": "inscr.",
    "allocataires": "alloc.",
    "équipements": "équip.",
    "euros": "€",
    "euros par an": "€",
    "€ par an": "€",
    "personnes par ménage": "pers.",
}
_PLAIN: Final[Mapping[str, str]] = {
    NARROW_SPACE: " ",
    "\u00a0": " ",
    "’": "'",
    "…": "...",
    "–": "-",
    "—": "-",
    "→": "->",
    "±": "+/-",
    "€": "EUR",
    "█": "#",
    "▌": "#",
    "▒": "+",
    "░": ".",
    "·": ".",
    "─": "-",
    "│": "|",
    "■": "#",
    "œ": "oe",
    "«": '"',
    "»": '"',
    "━": "-",
    "²": "2",
}


def short_unit(unit: str) -> str:
    """The usual abbreviation of ``unit`` (« personnes » → « pers. »), or ``unit`` itself when it has none."""
    return _SHORT_UNITS.get(unit.strip().lower(), unit.strip())


def quantity(value: float, unit: str = "", decimals: int = 0) -> str:
    """``value`` and its ``unit``, kept together on one line.

    >>> quantity(31.4, "%", 1).replace(NARROW_SPACE, " ")
    '31,4 %'
    """
    return f"{number(value, decimals)}{NARROW_SPACE}{short_unit(unit)}" if unit else number(value, decimals)


def decimals_for(value: float, margin: float | None, unit: str = "") -> int:
    """How many decimals ``value`` deserves: one for a share or a small figure with a margin under one."""
    if margin is not None and margin >= 0.95:
        return 0
    if unit in _GLUED - {"€"}:
        return 1
    whole = math.isclose(value, round(value), abs_tol=1e-9)
    return 0 if whole or abs(value) >= 100 else 1


def with_margin(value: float, margin: float | None, unit: str = "") -> str:
    """``value``, its unit, and the half-width of its interval: « 31 % ± 3 »; no « ± » for an exact figure.

    >>> with_margin(31.2, 3.1, "%").replace(NARROW_SPACE, " ")
    '31 % ± 3'
    >>> with_margin(1080, 0, "inscrits").replace(NARROW_SPACE, " ")
    '1 080 inscr.'
    """
    decimals = decimals_for(value, margin or None, unit)
    if not margin:
        return quantity(value, unit, decimals)
    step = 10 ** max(0, math.floor(math.log10(margin)) - 1)  # two digits of a margin say all that it knows
    value, margin = (round(figure / step) * step if step > 1 else figure for figure in (value, margin))
    return f"{quantity(value, unit, decimals)} ± {number(margin, decimals)}"


def counted(count: int, one: str, several: str | None = None) -> str:
    """A count and its noun in agreement: « 1 ligne », « 1 234 lignes », « 0 ligne ».

    >>> counted(2, "fichier"), counted(0, "fichier")
    ('2 fichiers', '0 fichier')
    """
    noun = one if count < 2 else several or f"{one}s"
    return f"{number(count)} {noun}"


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` characters, the cut shown by an ellipsis."""
    return text if len(text) <= width else text[: max(width - 1, 0)].rstrip() + "…"[: width > 0]


def plain_form(error: UnicodeError) -> tuple[str, int]:
    """The nearest plain writing of a character that the terminal's encoding lacks (a codec error handler)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_plain(letter) for letter in error.object[error.start : error.end]), error.end


def _plain(letter: str) -> str:
    """A letter without its accent, a sign in plain characters, « ? » for what has no plain form."""
    if letter in _PLAIN:
        return _PLAIN[letter]
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?"
