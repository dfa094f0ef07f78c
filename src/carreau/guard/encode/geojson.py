"""GeoJSON (RFC 7946): one feature a row and a line; a row without contour has a null geometry.

Longitude and latitude in WGS 84 with six decimals (about 10 cm), outer rings counter-clockwise; the certificate, the
document and the schema are foreign members of the collection, which the RFC allows.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import shapely

from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.encode.lines import Page, encode_page, joined, json_heading, json_members

OPENING = b'{"type":"FeatureCollection","certificate":'


def encode(content: Content, signer: Signer, sink: BinaryIO) -> bytes:
    """Write ``content`` as a GeoJSON feature collection whose properties are the columns of the table."""
    page = Page(
        ".geojson",
        OPENING,
        json_heading(content) + b'"features":[\n',
        lambda start, length: _features(content, start, length),
        b",\n",
        b"\n",
        b"]}\n",
    )
    return encode_page(content, signer, sink, page)


def _features(content: Content, start: int, length: int) -> pa.ChunkedArray:
    """The features of a slice, as text."""
    properties = joined(json_members(content, start, length))
    geometry = pa.scalar("null")
    if content.geometry is not None:
        geometry = pa.chunked_array([_geometries(content.geometry.slice(start, length))])
    opening, middle = pa.scalar('{"type":"Feature","geometry":'), pa.scalar(',"properties":')
    return joined([opening, geometry, middle, properties, pa.scalar("}")])


def _geometries(binary: pa.ChunkedArray) -> pa.Array:
    """Each contour as GeoJSON text; ``null`` where there is none."""
    shapes = shapely.from_wkb(np.asarray(binary.to_pylist(), dtype=object))
    rounded = shapely.transform(shapes, lambda points: np.round(points, 6))
    oriented = shapely.orient_polygons(rounded, exterior_cw=False)
    return pa.array(["null" if text is None else text for text in shapely.to_geojson(oriented)], pa.string())
