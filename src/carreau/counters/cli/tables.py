"""A table of text that fits the width of the terminal; nothing but lines of text comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from carreau.counters.cli.typography import shortened

_GAP = "  "
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its title, and whether its cells lean right as figures do."""

    title: str
    right: bool = False


def table_lines(headings: Sequence[Heading], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The table as lines of at most ``width`` characters: a head of one line or two, a rule, one line per row.

    Columns take the room they need; when there is not enough, heads take a second line, then the widest columns are
    cut, each cut shown by « … ».
    """
    room = width - len(_GAP) * (len(headings) - 1)
    contents = [max((len(row[index]) for row in rows), default=0) for index in range(len(headings))]
    heads = [len(heading.title) for heading in headings]
    folded = [_folded_width(heading.title) for heading in headings]
    widths = _fitted(list(map(max, contents, heads)), room, list(map(max, contents, folded)))
    widths = _fitted(widths, room, [_LEAST] * len(widths))
    rule = _GAP.join("─" * size for size in widths)
    return [*_head(headings, widths), rule, *(_line(row, headings, widths) for row in rows)]


def _fitted(widths: list[int], room: int, least: Sequence[int]) -> list[int]:
    """``widths`` reduced, the widest first, until they fit in ``room`` or all are at their ``least``."""
    fitted = list(widths)
    while sum(fitted) > room:
        spare = [size if size > floor else 0 for size, floor in zip(fitted, least, strict=True)]
        if not max(spare):
            break
        fitted[spare.index(max(spare))] -= 1
    return fitted


def _folded_width(title: str) -> int:
    """The least width at which ``title`` stands on two lines without being cut."""
    words = title.split(" ")
    return min(max(len(" ".join(words[:at])), len(" ".join(words[at:]))) for at in range(len(words)))


def _head(headings: Sequence[Heading], widths: Sequence[int]) -> list[str]:
    """The heads, on as many lines as the longest one takes at its width: two at most, the last one full."""
    folded = [_folded(heading.title, size) for heading, size in zip(headings, widths, strict=True)]
    if not any(first for first, _ in folded):
        return [_line([last for _, last in folded], headings, widths)]
    return [_line(part, headings, widths) for part in zip(*folded, strict=True)]


def _folded(title: str, width: int) -> tuple[str, str]:
    """``title`` on two lines of ``width``; on the second alone when it fits there."""
    first, *others = wrap(title, max(width, 1), break_long_words=False) or [""]
    return (first, " ".join(others)) if others else ("", first)


def _line(cells: Sequence[str], headings: Sequence[Heading], widths: Sequence[int]) -> str:
    """One line of the table, its trailing spaces removed."""
    parts = [
        shortened(cell, size).rjust(size) if heading.right else shortened(cell, size).ljust(size)
        for cell, heading, size in zip(cells, headings, widths, strict=True)
    ]
    return _GAP.join(parts).rstrip()
