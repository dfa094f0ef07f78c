"""Parquet (and GeoParquet when there are contours): every field described, the certificate in the footer's key-values.

zstd at level 1; dictionaries for text only, since they cost time and save nothing on floats; statistics for the keys,
which is what slices are cut by; row groups of 16,384 rows.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from carreau.guard._seal import Signer, canonical
from carreau.guard.content import Content
from carreau.guard.encode.attest import blank, sha256_with, signed_copy, unsigned_copy
from carreau.terms import Role

CERTIFICATE_KEY: Final = b"carreau.certificate"
DOCUMENT_KEY: Final = b"carreau.document"
ROW_GROUP: Final = 16_384
MAGIC: Final = b"PAR1"


def encode(content: Content, signer: Signer, sink: BinaryIO) -> bytes:
    """Write ``content`` as Parquet; ``sink`` must be readable too, since its bytes are hashed once they are there."""
    unsigned = unsigned_copy(content, signer, ".parquet", 2)
    place = blank(len(canonical(unsigned)))
    _write(content, place, sink)
    end = sink.seek(0, 2)
    start = footer_start(sink, end)
    sink.seek(start)
    footer = sink.read()
    offset = start + footer.index(place)
    parts = [sha256_with(sink, upto=start), _sha256(footer)]
    certificate = signed_copy(unsigned, signer, sha256_with(sink), parts)
    sink.seek(offset)
    sink.write(certificate)
    return b""


def footer_start(file: BinaryIO, end: int) -> int:
    """Where the footer of a Parquet file of ``end`` bytes starts, as its last eight bytes say."""
    file.seek(end - 8)
    return end - 8 - int.from_bytes(file.read(4), "little")


def _sha256(text: bytes) -> str:
    """The sha256 of some bytes."""
    return hashlib.sha256(text).hexdigest()


def _write(content: Content, place: bytes, sink: BinaryIO) -> None:
    """Write the table, its document, and the blank of the certificate."""
    columns, table = content.columns, content.arrow()
    if content.geometry is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(_geo(content.geometry))})
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[column.name for column in columns if column.type == "text"],
        write_statistics=[column.name for column in columns if column.role in {Role.KEY, Role.PLACE}],
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({CERTIFICATE_KEY: place, DOCUMENT_KEY: canonical(content.document)})


def _geo(geometry: pa.ChunkedArray) -> dict[str, Any]:
    """The ``geo`` entry of GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/): one WKB column, WGS 84."""
    shapes = shapely.from_wkb(np.asarray(geometry.drop_null().to_pylist(), dtype=object))
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(set(_kinds(shapes)))}
    if len(shapes):
        column["bbox"] = [float(bound) for bound in shapely.total_bounds(shapes)]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _kinds(shapes: Any) -> list[str]:
    """The kind of each shape, as GeoParquet names it."""
    return [shape.geom_type for shape in shapes]
