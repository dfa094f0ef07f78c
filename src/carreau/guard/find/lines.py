"""The certificate of a file written line by line: on its first line, or in a file beside it for a CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from carreau.guard.encode.attest import CHUNK, blank, sha256_with
from carreau.guard.find.found import LARGEST_CERTIFICATE, NOTHING, TRUNCATED, Found

JSON: Final = b'{"certificate":'
GEOJSON: Final = b'{"type":"FeatureCollection","certificate":'
SIDECAR: Final = ".certificat.json"
_HEADING: Final = 4
# A piece of a file, at most CHUNK bytes, and whether a record ends with it.
Piece = tuple[bytes, bool]


def find_inside(file: BinaryIO, opening: bytes) -> Found:
    """The certificate on the first line of a JSON or GeoJSON of this house, after ``opening``."""
    file.seek(0)
    if file.read(len(opening)) != opening:
        return NOTHING
    line = file.readline(LARGEST_CERTIFICATE)
    if not line.endswith(b",\n"):
        return TRUNCATED
    text = line[:-2]
    stand_in = blank(len(text))

    def where(copy: Mapping[str, Any]) -> str:
        file.seek(len(opening) + len(line))
        heading = hashlib.sha256(opening + stand_in + b",\n")
        return _first_difference(_lines(file), copy, _digest(_lines(file), _HEADING - 1, heading), _HEADING)

    return Found(text, sha256_with(file, [(len(opening), stand_in)]), where)


def find_beside(file: BinaryIO, path: Path) -> Found:
    """The certificate of a CSV, a PDF or a picture, in the file beside it; where a CSV differs from it."""
    beside = path.with_name(path.name + SIDECAR)
    try:
        with beside.open("rb") as apart:
            text = apart.read(LARGEST_CERTIFICATE)
    except OSError:
        return NOTHING

    def where(copy: Mapping[str, Any]) -> str:
        if not copy["parts"]:
            return "le fichier"
        file.seek(0)
        records = _quoted_records(file)
        return _first_difference(records, copy, _digest(records, 1, hashlib.sha256()), 1)

    return Found(text[:-1] if text.endswith(b"\n") else b"?" + text, sha256_with(file), where)


def _first_difference(records: Iterator[Piece], copy: Mapping[str, Any], heading: str, lines: int) -> str:
    """The first records that differ from the digests of the certificate; ``heading`` is that of the ``lines`` first."""
    first, *blocks = copy["parts"]
    if heading != first:
        return f"l'en-tête, lignes 1 à {lines}" if lines > 1 else "l'en-tête, ligne 1"
    rows, block = copy["rows"], copy["block"]
    for start, expected in zip(range(0, rows, block), blocks, strict=False):
        size = min(block, rows - start)
        if _digest(records, size, hashlib.sha256()) != expected:
            return f"lignes {lines + start + 1} à {lines + start + size}"
    return "la fin du fichier"


def _digest(records: Iterator[Piece], count: int, total: hashlib._Hash) -> str:
    """The sha256 of the next ``count`` records, or of all that is left, after what ``total`` holds already."""
    while count and (found := next(records, None)):
        piece, ends = found
        total.update(piece)
        count -= ends
    return total.hexdigest()


def _lines(file: BinaryIO) -> Iterator[Piece]:
    """The lines of a file; one that has no end is never held whole."""
    while piece := file.readline(CHUNK):
        yield piece, piece.endswith(b"\n")


def _quoted_records(file: BinaryIO) -> Iterator[Piece]:
    """The records of a CSV: a line that ends inside a quoted cell does not end its record."""
    inside = 0
    for piece, ends in _lines(file):
        inside ^= piece.count(b'"') & 1
        yield piece, ends and not inside
