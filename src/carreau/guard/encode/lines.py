"""The formats written one row a line (CSV, JSON, GeoJSON): blocks of rows, each with its digest.

Rows become text by Arrow's own kernels, a block at a time: memory stays flat whatever the number of rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.guard._seal import Signer, canonical
from carreau.guard.content import Content
from carreau.guard.encode.attest import blank, signed_copy, unsigned_copy
from carreau.terms import Column

BLOCKS: Final = 200
SMALLEST_BLOCK: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """The shape of a file written line by line.

    ``opening`` stands before the certificate and ``heading`` after it; when ``inside`` is false the certificate is a
    file apart. ``rows`` gives the text of the rows of a slice, ``joint`` ends each line but the last, ``last`` ends it.
    """

    suffix: str
    opening: bytes
    heading: bytes
    rows: Callable[[int, int], pa.ChunkedArray]
    joint: bytes
    last: bytes
    closing: bytes
    inside: bool = True


@dataclass(slots=True)
class _Tally:
    """What has been written so far: the digest of the whole and of each part."""

    sink: BinaryIO
    whole: hashlib._Hash
    parts: list[str]

    def part(self, text: bytes) -> None:
        """Write one part."""
        self.sink.write(text)
        self.whole.update(text)
        self.parts.append(hashlib.sha256(text).hexdigest())


def encode_page(content: Content, signer: Signer, sink: BinaryIO, page: Page) -> bytes:
    """Write ``content`` as ``page`` says; the certificate is in its place, or returned when it stands apart."""
    count = content.table.num_rows
    block = max(SMALLEST_BLOCK, -(-count // BLOCKS))
    starts = range(0, count, block)
    unsigned = unsigned_copy(content, signer, page.suffix, len(starts) + 2, block)
    place = blank(len(canonical(unsigned))) if page.inside else b""
    tally = _Tally(sink, hashlib.sha256(), [])
    tally.part(page.opening + place + page.heading)
    for start in starts:
        lines = [line.encode() for line in page.rows(start, block).to_pylist()]
        end = page.last if start + block >= count else page.joint
        tally.part(page.joint.join(lines) + end)
    tally.part(page.closing)
    certificate = signed_copy(unsigned, signer, tally.whole.hexdigest(), tally.parts)
    if not page.inside:
        return certificate + b"\n"
    sink.seek(len(page.opening))
    sink.write(certificate)
    return b""


def json_members(content: Content, start: int, length: int) -> list[pa.Scalar | pa.ChunkedArray]:
    """The pieces which, joined, make the JSON object of each row: ``{"bv_id":`` value ``,"inscrits":`` value… ``}``."""
    pieces: list[pa.Scalar | pa.ChunkedArray] = []
    for place, column in enumerate(content.schema.columns):
        pieces.append(pa.scalar(("," if place else "{") + json.dumps(column.name, ensure_ascii=False) + ":"))
        pieces.append(json_literals(column, content.table[column.name].slice(start, length)))
    return [*pieces, pa.scalar("}")]


def json_literals(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each value of a column as JSON text: shortest decimal that reads back the same, text escaped, null."""
    if column.type in {"text", "date"}:
        coded = values.cast(pa.string()).combine_chunks().dictionary_encode()
        words = [json.dumps(word, ensure_ascii=False) for word in coded.dictionary.to_pylist()]
        literals = pa.array(words, pa.string()).take(coded.indices)
    else:
        literals = values.cast(pa.string())
    return pc.fill_null(literals, "null")


def joined(pieces: list[pa.Scalar | pa.ChunkedArray]) -> pa.ChunkedArray:
    """The pieces put end to end, row by row."""
    return pc.binary_join_element_wise(*pieces, "")


def json_heading(content: Content) -> bytes:
    """What follows the certificate in the JSON formats: the document and the schema, a line each."""
    fields = [
        {
            "name": column.name, "type": column.type, "title": column.title, "description": column.description,
            "unit": column.unit, "role": column.role, "of": column.of, "theme": column.theme,
            "source": column.provenance.source, "vintage": column.provenance.vintage,
            "method": column.provenance.method, "status": column.provenance.status, "digest": digest,
        }
        for column, digest in zip(content.columns, content.digests, strict=True)
    ]  # fmt: skip
    schema = {"rows": content.schema.rows, "columns": fields}
    return b',\n"document":' + canonical(content.document) + b',\n"schema":' + canonical(schema) + b",\n"
