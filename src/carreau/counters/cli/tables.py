"""A table of text that fits the width of the terminal; nothing but lines of text comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carreau.counters.cli.typography import shortened

_GAP = "  "
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its title, and whether its cells lean right as figures do."""

    title: str
    right: bool = False


def table_lines(headings: Sequence[Heading], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The table as lines of at most ``width`` characters: a head, a rule, one line per row.

    Columns take the room they need; when there is not enough, the widest ones are cut, each cut shown by « …
    ».
    """
    widths = [
        max(len(heading.title), *(len(row[index]) for row in rows), 0) if rows else len(heading.title)
        for index, heading in enumerate(headings)
    ]
    widths = _fitted(widths, width - len(_GAP) * (len(headings) - 1))
    head = _line([heading.title for heading in headings], headings, widths)
    rule = _GAP.join("─" * size for size in widths)
    return [head, rule, *(_line(row, headings, widths) for row in rows)]


def _fitted(widths: list[int], room: int) -> list[int]:
    """``widths`` reduced, the widest first, until they fit in ``room`` or none can shrink further."""
    fitted = list(widths)
    while sum(fitted) > room and max(fitted) > _LEAST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _line(cells: Sequence[str], headings: Sequence[Heading], widths: Sequence[int]) -> str:
    """One line of the table, its trailing spaces removed."""
    parts = [
        shortened(cell, size).rjust(size) if heading.right else shortened(cell, size).ljust(size)
        for cell, heading, size in zip(cells, headings, widths, strict=True)
    ]
    return _GAP.join(parts).rstrip()
