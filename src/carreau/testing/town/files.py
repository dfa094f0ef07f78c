"""The bytes of the town's files: the same town gives the same archives and tables, byte for byte."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import py7zr
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from carreau.testing.town.model import Array

_DATE: Final = (2026, 1, 1, 0, 0, 0)
_SECONDS: Final = 1_767_225_600


@dataclass(frozen=True, slots=True)
class File:
    """One file of the mirror: its place, its bytes, and what the manifest says of it."""

    path: str
    content: bytes
    publisher: str
    vintage: str
    rows: int
    caveats: str


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of ``members`` (name to bytes), dated of the first of January 2026 whatever the day."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content, compresslevel=6)
    return held.getvalue()


def seven_zipped(members: Mapping[str, bytes]) -> bytes:
    """A 7z archive of ``members``, with the same fixed date and access rights."""
    held = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch, py7zr.SevenZipFile(held, "w") as archive:
        for name, content in members.items():
            path = Path(scratch) / name
            path.write_bytes(content)
            path.chmod(0o644)
            os.utime(path, (_SECONDS, _SECONDS))
            archive.write(path, name)
    return held.getvalue()


def text_of(
    header: Sequence[str], rows: Iterable[Sequence[str]], separator: str = ";", end: str = "\n"
) -> str:
    """A delimited text: the header, then one line per row of cells, none quoted."""
    return end.join([separator.join(header), *(separator.join(row) for row in rows), ""])


def quoted(cell: str) -> str:
    """A cell between double quotes."""
    return f'"{cell}"'


def plain(value: float) -> str:
    """A number with a decimal point, whole when it is whole, with all its digits otherwise."""
    return str(int(value)) if value == int(value) else format(value, ".15g")


def french(value: float, decimals: int) -> str:
    """A number with a decimal comma and a fixed number of decimals; empty for NaN.

    >>> french(12.345, 1), french(float("nan"), 1)
    ('12,3', '')
    """
    return "" if value != value else f"{value:.{decimals}f}".replace(".", ",")


def parquet(table: pa.Table) -> bytes:
    """A Parquet file of ``table``."""
    held = io.BytesIO()
    pq.write_table(table, held, compression="zstd")
    return held.getvalue()


def geoparquet(columns: Mapping[str, Sequence[Any]], geometries: Array) -> bytes:
    """A GeoParquet file (EPSG:4326, WKB) of text and number columns and a geometry, null where missing."""
    table = pa.table({name: texts(values) for name, values in columns.items()})
    shapes = pa.array(shapely.to_wkb(geometries), pa.binary())
    crs = pyproj.CRS.from_epsg(4326).to_json_dict()
    facts = {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"], "crs": crs}
    described = pa.table([*table.columns, shapes], names=[*columns, "geometry"]).replace_schema_metadata(
        {"geo": _json({"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": facts}})}
    )
    return parquet(described)


def texts(values: Any) -> pa.Array:
    """A column as it is, or as long texts when it is a sequence of texts."""
    return values if isinstance(values, pa.Array) else pa.array(list(values), pa.large_string())


def _json(value: Any) -> str:
    """Compact JSON, keys in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
