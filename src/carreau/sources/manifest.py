"""The manifest of a mirror: a Markdown table that says what each file is worth."""

from __future__ import annotations

import unicodedata
from typing import Final

MANIFEST: Final = "MANIFEST.md"
# The standings of a file, the least official last.
STATUSES: Final = ("original", "extract", "compiled", "facsimile", "synthetic", "unknown")


def statuses_of(manifest: str) -> dict[str, str]:
    """The standing of each path that a manifest lists; the least official one when it has several rows.

    A row may name a member of an archive in brackets after the path (``a/b.zip (c.csv)``): it speaks of
    ``a/b.zip``.

    >>> statuses_of("| file | status |\\n|---|---|\\n| a/b.zip (c.csv) | original |\\n| d.csv | made up |")
    {'a/b.zip': 'original', 'd.csv': 'unknown'}
    """
    found: dict[str, str] = {}
    columns: list[str] = []
    for line in map(str.strip, manifest.splitlines()):
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if {"file", "status"} <= set(cells):
            columns = cells
        elif columns and len(cells) >= len(columns) and not set(cells[0]) <= set("-: "):
            row = dict(zip(columns, cells, strict=False))
            path = unicodedata.normalize("NFC", row["file"].strip("`").partition(" (")[0])
            status = row["status"] if row["status"] in STATUSES else "unknown"
            found[path] = max(found.get(path, status), status, key=STATUSES.index)
        elif not cells:
            columns = []
    return found
