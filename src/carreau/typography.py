"""Figures as French writes them: narrow no-break spaces between thousands and before a unit, decimal commas.

Numbers in, text out. Every room writes its figures with these, so that a remark, an error, a file and a screen agree.
"""

from __future__ import annotations

from typing import Final

NARROW_SPACE: Final = "\u202f"
MINUS: Final = "\u2212"
_KILO: Final = 1000
_WEIGHTS: Final = (("Go", 1e9), ("Mo", 1e6), ("ko", _KILO))


def number(value: float, decimals: int = 0) -> str:
    """``value`` in French: groups of three digits, decimal comma, a true minus sign for a loss.

    What rounds to zero has no sign.

    >>> number(1234567.891, 1).replace(NARROW_SPACE, " "), number(-0.01, 1)
    ('1 234 567,9', '0,0')
    """
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")
    rounds_to_zero = not any(digit in text for digit in "123456789")
    return text if value >= 0 or rounds_to_zero else MINUS + text


def bare(value: float) -> str:
    """``value`` with the decimals that it has and no others: a setting, an hour, a threshold.

    >>> bare(2.5), bare(3.0)
    ('2,5', '3')
    """
    return f"{value:g}".replace(".", ",")


def change(value: float, decimals: int = 0) -> str:
    """A difference, whose gain bears its sign too: « +3,1 », « −2,0 », « 0,0 ».

    >>> change(3.14, 1), change(-0.01, 1)
    ('+3,1', '0,0')
    """
    text = number(value, decimals)
    return f"+{text}" if any(digit in text for digit in "123456789") and value > 0 else text


def bytes_shown(size: float) -> str:
    """A size in octets, kilo-octets, mega-octets or giga-octets, whichever reads best.

    >>> bytes_shown(147_300_000).replace(NARROW_SPACE, " "), bytes_shown(4_200).replace(NARROW_SPACE, " ")
    ('147 Mo', '4,2 ko')
    """
    if size < _KILO:
        return f"{number(size)}{NARROW_SPACE}octets"
    unit, scaled = next((unit, size / scale) for unit, scale in _WEIGHTS if round(size / scale, 1) >= 1)
    return f"{number(scaled, int(round(scaled, 1) < 10))}{NARROW_SPACE}{unit}"
