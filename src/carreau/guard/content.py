"""What a release holds: the table as it may leave, described column by column, and its canonical digests.

The digest of a column covers its declaration and its values, not their chunks or file; the digest of a content covers
those of its columns in order. A reader who has the values can compute it again, whatever the file they came in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.guard._seal import canonical, digest_of
from carreau.terms import Column, Provenance, Role, Schema

GEOMETRY: Final = Column(
    "geometry", "geometry", "Contour du lieu, en WKB, longitudes et latitudes WGS 84 (EPSG:4326)",
    role=Role.GEOMETRY, title="Contour", unit="degré",
)  # fmt: skip
_FEW: Final = 5_000  # rows under which threads cost more than they bring
_HASHERS: Final = 2  # sha256 and the kernels of Arrow leave the interpreter's lock
Box = tuple[float, float, float, float]
_FILL: Final[Mapping[str, Any]] = {"text": "", "integer": 0, "number": 0.0, "boolean": False, "geometry": b""}


def whole() -> None:
    """What a content that is no part of another says of the slice that it is: nothing."""


@dataclass(frozen=True, slots=True)
class Content:
    """The released table and all that an encoder writes beside it; immutable, already judged.

    ``geometry`` is aligned with the rows (WKB or null), or None; ``certificate`` is the signed certificate of the
    release; ``document`` holds title, description, card and remarks. ``digested`` gives the digests of the columns and
    ``said`` what slice this is: both are asked only when a file is made. ``box`` holds the bounds of the contours
    where they are known, ``row`` reads the row at a place where there is a quicker way than the table, and ``whole``
    is what this slice was first cut from.
    """

    schema: Schema
    table: pa.Table
    geometry: pa.ChunkedArray | None
    certificate: Mapping[str, Any]
    document: Mapping[str, Any]
    digested: Callable[[], tuple[str, ...]]
    said: Callable[[], Mapping[str, Any] | None] = whole
    box: Box | None = None
    row: Callable[[int], dict[str, Any]] | None = None
    whole: Content | None = None

    @property
    def digests(self) -> tuple[str, ...]:
        """The digest of each column, in order, the geometry last when there is one."""
        return self.digested()

    @property
    def cut(self) -> Mapping[str, Any] | None:
        """Which slice this is; None for the whole."""
        return self.said()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the table, then the geometry when there is one."""
        return (*self.schema.columns, GEOMETRY) if self.geometry is not None else self.schema.columns

    @property
    def digest(self) -> str:
        """The canonical digest of schema and values."""
        return content_digest(self.schema.rows, self.table.num_rows, self.columns, self.digests)

    def indicators(self) -> tuple[Column, ...]:
        """The columns that have a reason beside them (``X_statut``) when they are empty."""
        names = set(self.schema.names)
        return tuple(column for column in self.schema.columns if f"{column.name}_statut" in names)

    def leading(self) -> tuple[Column, ...]:
        """The columns that say which place a row is and how large: all that is no indicator and qualifies none."""
        shown = {column.name for column in self.indicators()}
        return tuple(c for c in self.schema.columns if c.name not in shown and c.of not in shown)

    def arrow(self) -> pa.Table:
        """The table with its fields described, the geometry last when there is one."""
        arrays = list(self.table.columns)
        arrays += [] if self.geometry is None else [self.geometry]
        fields = [
            pa.field(column.name, array.type, metadata=described(column, digest))
            for column, array, digest in zip(self.columns, arrays, self.digests, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def described(column: Column, digest: str) -> dict[str, str]:
    """The metadata of a field: the declaration of its column, word for word, and the digest of its values."""
    facts = {name: str(value) for name, value in asdict(column).items() if name not in {"name", "provenance"}}
    return {**facts, **asdict(column.provenance), "nullable": str(column.nullable).lower(), "digest": digest}


def column_of(field: pa.Field) -> Column:
    """The column that :func:`described` a field of a kept release."""
    facts = {name.decode(): value.decode() for name, value in field.metadata.items()}
    origin = Provenance(*(facts[name] for name in ("source", "vintage", "method", "status")))
    text = {name: facts[name] for name in ("type", "description", "unit", "of", "title", "theme")}
    role, nullable = Role(facts["role"]), facts["nullable"] == "true"
    return Column(field.name, role=role, nullable=nullable, provenance=origin, **text)


def column_digests(columns: tuple[Column, ...], table: pa.Table, geometry: pa.ChunkedArray | None) -> tuple[str, ...]:
    """The digest of each column: its declaration, then its values in a form that knows neither chunks nor file."""
    arrays = list(table.columns)
    arrays += [] if geometry is None else [geometry]
    if table.num_rows < _FEW:
        return tuple(map(column_digest, columns, arrays))
    with ThreadPoolExecutor(_HASHERS) as pool:
        return tuple(pool.map(column_digest, columns, arrays))


def column_digest(column: Column, values: pa.ChunkedArray) -> str:
    """The sha256 of one column: declaration, number of rows, which are null, and the values (nulls as zero)."""
    before, after = _declared(column)
    total = hashlib.sha256(before + str(len(values)).encode() + after)
    for part in _canonical_values(column, values):
        total.update(part)
    return total.hexdigest()


@lru_cache(maxsize=1 << 14)
def _declared(column: Column) -> tuple[bytes, bytes]:
    """The declaration of a column in canonical form, cut where the number of rows is written."""
    before, rows, after = canonical({**asdict(column), "rows": 0}).partition(b'"rows":0')
    return before + rows[:-1], after


def content_digest(rows: str, count: int, columns: tuple[Column, ...], digests: tuple[str, ...]) -> str:
    """The sha256 of a whole content, made of the digests of its columns in order."""
    pairs = [[column.name, digest] for column, digest in zip(columns, digests, strict=True)]
    return digest_of({"rows": rows, "count": count, "columns": pairs})


def _canonical_values(column: Column, values: pa.ChunkedArray) -> Iterator[memoryview]:
    """The bytes that a column's digest is made of."""
    yield np.packbits(values.is_valid().to_numpy()).data
    if column.type == "date":
        values = values.cast(pa.int32())
    filled = pc.fill_null(values, _FILL.get(column.type, 0))
    if column.type in {"text", "geometry"}:
        whole = filled.cast(pa.large_binary()).combine_chunks()
        _, offsets, data = whole.buffers()
        ends = np.frombuffer(offsets, "<i8", len(whole) + 1, whole.offset * 8) if len(whole) else np.zeros(1, "<i8")
        yield np.diff(ends).data
        yield memoryview(data or b"")[ends[0] : ends[-1]]
    else:
        yield np.ascontiguousarray(filled.to_numpy()).data
