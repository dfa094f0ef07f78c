"""The certificate of a Parquet file: found by its bytes in the footer, before anything is decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.guard.content import column_digest, column_of
from carreau.guard.encode.attest import blank, sha256_with
from carreau.guard.encode.parquet import CERTIFICATE_KEY, MAGIC, footer_start
from carreau.guard.find.found import LARGEST_CERTIFICATE, NOTHING, TRUNCATED, Found

_LARGEST_FOOTER: Final = 1 << 28
# A key and its value in Thrift's compact protocol: a string field (0x18), its length, its bytes, the next field.
_KEY: Final = b"\x18" + bytes([len(CERTIFICATE_KEY)]) + CERTIFICATE_KEY + b"\x18"


def find(file: BinaryIO) -> Found:
    """The certificate held by the footer of a Parquet file."""
    end = file.seek(0, 2)
    if end < 12:
        return TRUNCATED
    start = footer_start(file, end)
    file.seek(end - len(MAGIC))
    if file.read() != MAGIC or start < len(MAGIC) or end - start > _LARGEST_FOOTER:
        return TRUNCATED
    file.seek(start)
    footer = file.read()
    place = footer.find(_KEY)
    if place < 0:
        return NOTHING
    offset, length = _varint(footer, place + len(_KEY))
    text = footer[offset : offset + length]
    if not 0 < length <= LARGEST_CERTIFICATE or len(text) < length:
        return TRUNCATED
    stand_in = blank(length)
    blanked = footer[:offset] + stand_in + footer[offset + length :]

    def where(copy: Mapping[str, Any]) -> str:
        if [hashlib.sha256(blanked).hexdigest()] != copy["parts"][1:]:
            return "le pied du fichier (schéma et métadonnées)"
        return _column(file)

    return Found(text, sha256_with(file, [(start + offset, stand_in)]), where)


def _varint(text: bytes, place: int) -> tuple[int, int]:
    """Where the string that follows a Thrift length starts, and that length."""
    value = shift = 0
    for byte in text[place : place + 5]:
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            break
    return place, value


def _column(file: BinaryIO) -> str:
    """The column whose values are no longer those that its field declares; the footer is known to be whole."""
    try:
        reader = pq.ParquetFile(file)
        for field in reader.schema_arrow:
            if not _same(reader, field):
                return f"la colonne « {field.name} »"
    except (pa.ArrowException, OSError, KeyError, ValueError):
        return "les pages de données"
    return "les pages de données, entre les colonnes"


def _same(reader: pq.ParquetFile, field: pa.Field) -> bool:
    """Whether the values of one column still have the digest of its field."""
    try:
        values = reader.read([field.name], use_threads=False).column(0)
    except (pa.ArrowException, OSError, MemoryError):
        return False
    return column_digest(column_of(field), values) == str(field.metadata[b"digest"].decode())
