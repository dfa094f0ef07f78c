"""The few forms of Markdown that the reference is written in; text in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its cells made safe (a bar or a line break would break it), its empty columns left out.

    >>> print(table(["nom", "unité"], [["part_cadres", "%"]]))
    | nom | unité |
    |---|---|
    | part_cadres | % |
    """
    listed = list(rows)
    kept = [index for index in range(len(heads)) if not listed or any(row[index] for row in listed)]
    lines = [_row([row[index] for index in kept]) for row in (heads, *listed)]
    return "\n".join([lines[0], "|" + "---|" * len(kept), *lines[1:]])


def _row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def page(title: str, *blocks: str) -> str:
    """A page: its title, then its blocks with a blank line between them; empty blocks are left out."""
    return "\n\n".join([f"# {title}", *(block.strip("\n") for block in blocks if block.strip())]) + "\n"


def code(text: str) -> str:
    """``text`` as code inside a sentence; nothing when there is no text."""
    return f"`{text}`" if text else ""


def block(text: str) -> str:
    """``text`` as lines of code."""
    return f"```\n{text}\n```"


def anchor(name: str, target: str) -> str:
    """A link to another page of the reference."""
    return f"[{name}]({target})"
