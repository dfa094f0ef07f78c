"""The finders: for each format, where its certificate is and where a file differs from it.

A file is hostile until its digest is known to be right: certificates are found by their bytes, within limits, and
nothing is unpacked or decoded before that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from carreau.guard.encode import FORMATS, Format
from carreau.guard.find import lines, parquet, workbook
from carreau.guard.find.found import Found

__all__ = ["Found", "opened"]

_NONE = Format("", "", "")
_MAGIC = {b"PAR1": ".parquet", b"PK\x03\x04": ".xlsx"}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Found]:
    """What the file at ``path`` holds, while it is open: its certificate, the digest of the rest, where it changed.

    The format is that of its suffix, or of its first bytes when the suffix is not one of ``FORMATS``.
    """
    with path.open("rb") as file:
        yield _found(file, path)


def _found(file: BinaryIO, path: Path) -> Found:
    """What the finder of the format of ``path`` finds."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        suffix = _MAGIC.get(file.read(4), "")
    if suffix == ".parquet":
        return parquet.find(file)
    if suffix == ".xlsx":
        return workbook.find(file)
    if FORMATS.get(suffix, _NONE).beside:
        return lines.find_beside(file, path)
    found = lines.find_inside(file, lines.JSON)
    return found if found.text or found.damage else lines.find_inside(file, lines.GEOJSON)
