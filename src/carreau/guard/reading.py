"""What a counter reads of a release: rows and columns as JSON, one column as numbers, one row, the bounds."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from carreau.errors import Unknown
from carreau.guard.content import GEOMETRY, Box, Content
from carreau.guard.encode.lines import joined, json_literals, json_members
from carreau.terms import Role

GRADES: Final = ("A", "B", "C", "D", "E")
_BLOCK: Final = 16_384


def json_rows(content: Content) -> bytes:
    """The rows as JSON objects with commas between them, without brackets; an empty cell is ``null``."""
    starts = range(0, content.table.num_rows, _BLOCK)
    return b",".join(_joined(joined(json_members(content, start, _BLOCK))) for start in starts)


def json_columns(content: Content) -> bytes:
    """One JSON object: for each column, its values in order."""
    members = []
    for column in content.schema.columns:
        values = json_literals(column, content.table[column.name])
        members.append(json.dumps(column.name, ensure_ascii=False).encode() + b":[" + _joined(values) + b"]")
    return b"{" + b",".join(members) + b"}"


def vector(content: Content, name: str) -> bytes:
    """One column as Float32, little-endian, in the order of the rows, NaN where it is empty; grades are 1 (A) to 5 (E).

    A column of texts that are no grades, or of dates, is :class:`~carreau.errors.Unknown`.
    """
    column = content.schema.column(name)
    values = content.table[name]
    if column.type == "text" and name.endswith("_note"):
        values = pc.add(pc.index_in(values, value_set=pa.array(GRADES)), 1)
    elif column.type == "boolean":
        values = values.cast(pa.int8())
    elif column.type not in {"integer", "number"}:
        raise Unknown(
            f"« {name} » n'est pas une colonne de nombres",
            given=name,
            expected="une colonne de nombres, ou une note (X_note)",
            advice="choisir l'indicateur lui-même, sa marge ou sa note",
        )
    numbers = pc.fill_null(values.cast(pa.float64(), safe=False), float("nan"))
    return bytes(numbers.to_numpy().astype("<f4").tobytes())


def row(content: Content, key: str) -> dict[str, Any]:
    """The row of the place ``key``; :class:`~carreau.errors.Unknown` with near names when there is none."""
    name = next((column.name for column in content.schema.columns if column.role is Role.KEY), "")
    keys = content.table[name] if name else pa.chunked_array([[]], pa.string())
    place = pc.index(keys, _readable(key)).as_py()
    if place < 0:
        raise Unknown.named(key, "lieu", _near(keys, key), "vérifier le code")
    if content.row is not None:
        return content.row(place)
    return {one: values[place].as_py() for one, values in zip(content.schema.names, content.table.columns, strict=True)}


def bounds(content: Content) -> Box | None:
    """West, south, east and north of the contours, in degrees; None when there is no contour."""
    if content.box is not None or content.geometry is None:
        return content.box
    shapes = shapely.from_wkb(np.asarray(content.geometry.drop_null().to_pylist(), dtype=object))
    if len(shapes) == 0:
        return None
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(shapes))
    return west, south, east, north


def contours(content: Content) -> pa.Table:
    """The key and the contour of the rows that have one; no row when no place has any."""
    key = next(column.name for column in content.schema.columns if column.role is Role.KEY)
    shapes = pa.nulls(content.table.num_rows, pa.binary()) if content.geometry is None else content.geometry
    whole = pa.table({key: content.table[key], GEOMETRY.name: shapes})
    return whole.filter(whole[GEOMETRY.name].is_valid())


def box_of(geo: Mapping[str, Any] | None) -> Box | None:
    """The bounds that the ``geo`` entry of a GeoParquet file declares, if any."""
    found = None if geo is None else geo["columns"]["geometry"].get("bbox")
    return None if found is None else (found[0], found[1], found[2], found[3])


def _joined(texts: pa.ChunkedArray | pa.Array) -> bytes:
    """Texts with commas between them: each with its comma, put end to end as Arrow already holds them."""
    comma, nothing = (pa.scalar(text, pa.large_string()) for text in (",", ""))
    ended = pc.binary_join_element_wise(texts.cast(pa.large_string()), comma, nothing)
    chunks = ended.chunks if isinstance(ended, pa.ChunkedArray) else [ended]
    return b"".join(_bytes_of(chunk) for chunk in chunks)[:-1]


def _bytes_of(chunk: pa.Array) -> memoryview:
    """The texts of an array, end to end."""
    _, offsets, data = chunk.buffers()
    ends = np.frombuffer(offsets, "<i8", len(chunk) + 1, chunk.offset * 8)
    return memoryview(data or b"")[ends[0] : ends[-1]]


def _readable(key: str) -> str:
    """A key that Arrow can look for."""
    return key.encode("utf-8", "replace").decode()


def _near(keys: pa.ChunkedArray, key: str) -> list[str]:
    """The keys that look like ``key``, out of those that start as it does: the whole of France is too long to read."""
    start = pc.starts_with(keys, pattern=_readable(key)[:4])
    return difflib.get_close_matches(key, keys.filter(start).to_pylist(), 5) or keys.slice(0, 5).to_pylist()
