"""How large a file may be that somebody brings, before and after it is unfolded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from carreau.errors import Refused

THIN: Final = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is read: ``file`` bytes as brought, ``unfolded`` bytes in all, rows, columns, signs of a cell.

    ``memory`` (bytes) and ``seconds`` bound the process that reads.
    """

    file: int = 50 * 10**6
    unfolded: int = 400 * 10**6
    rows: int = 500_000
    columns: int = 300
    cell: int = 32_767
    memory: int = 2 << 30
    seconds: int = 60


BOUNDS: Final = Bounds()


def too_much(what: str, given: str, most: str) -> Refused:
    """The refusal of a file that is larger than what is read."""
    return Refused(
        f"ce fichier est trop grand : {what}",
        given=given,
        expected=most,
        advice="le couper, n'en garder que les colonnes utiles, ou compter ses lignes par bureau avant de l'apporter",
    )


def figure(number: int) -> str:
    """A whole number as French readers write it."""
    return f"{number:,}".replace(",", THIN)
