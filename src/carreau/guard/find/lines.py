"""The certificate of a file written line by line: on its first line, or in a file beside it for a CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from carreau.guard.encode.attest import blank, sha256_with
from carreau.guard.find.found import LARGEST_CERTIFICATE, NOTHING, TRUNCATED, Found

JSON: Final = b'{"certificate":'
GEOJSON: Final = b'{"type":"FeatureCollection","certificate":'
SIDECAR: Final = ".certificat.json"
_HEADING: Final = 4


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
        heading = opening + stand_in + b",\n" + b"".join(islice(file, _HEADING - 1))
        return _first_difference(file, copy, heading, _HEADING)

    return Found(text, sha256_with(file, [(len(opening), stand_in)]), where)


def find_beside(file: BinaryIO, path: Path) -> Found:
    """The certificate of a CSV, in the file beside it."""
    beside = path.with_name(path.name + SIDECAR)
    try:
        with beside.open("rb") as apart:
            text = apart.read(LARGEST_CERTIFICATE)
    except OSError:
        return NOTHING

    def where(copy: Mapping[str, Any]) -> str:
        file.seek(0)
        records = _quoted_records(file)
        return _first_difference(records, copy, next(records, b""), 1)

    return Found(text[:-1] if text.endswith(b"\n") else b"?" + text, sha256_with(file), where)


def _first_difference(records: Iterable[bytes], copy: Mapping[str, Any], heading: bytes, lines: int) -> str:
    """The first lines that differ from the digests of the certificate, ``heading`` being the ``lines`` first ones."""
    first, *blocks = copy["parts"]
    if hashlib.sha256(heading).hexdigest() != first:
        return f"l'en-tête, lignes 1 à {lines}" if lines > 1 else "l'en-tête, ligne 1"
    left, rows, block = iter(records), copy["rows"], copy["block"]
    for start, expected in zip(range(0, rows, block), blocks, strict=False):
        size = min(block, rows - start)
        if hashlib.sha256(b"".join(islice(left, size))).hexdigest() != expected:
            return f"lignes {lines + start + 1} à {lines + start + size}"
    return "la fin du fichier"


def _quoted_records(file: BinaryIO) -> Iterator[bytes]:
    """The records of a CSV: lines, put together while a quoted cell is open."""
    record = b""
    for line in file:
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""
    if record:
        yield record
