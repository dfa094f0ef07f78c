"""The names of columns as their file gives them, made fit to be shown: text that can do nothing, and one of each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 120


def headers_of(given: Iterable[object]) -> list[str]:
    """One name per column: control and direction signs taken out, cut at ``LONGEST``, never empty, never twice.

    >>> headers_of(["Code\\x00 INSEE", "", "voix", "voix"])
    ['Code INSEE', 'colonne 2', 'voix', 'voix (2)']
    """
    names: list[str] = []
    seen: set[str] = set()
    for place, header in enumerate(given, 1):
        name = plain("" if header is None else str(header)) or f"colonne {place}"
        chosen, turn = name, 1
        while chosen in seen:
            turn += 1
            chosen = f"{name} ({turn})"
        seen.add(chosen)
        names.append(chosen)
    return names


def plain(text: str, longest: int = LONGEST) -> str:
    """A text without control, direction or unassigned signs, its blanks single, cut at ``longest``."""
    kept = (" " if sign.isspace() else sign for sign in text[: 8 * longest])
    shown = "".join(sign for sign in kept if unicodedata.category(sign)[0] != "C")
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
