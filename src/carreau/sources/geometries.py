"""Geometries as the sources publish them, brought to one form: valid areas, WKB, EPSG:4326.

What is repaired, merged or unusable is counted and said: a shape never changes silently.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TextIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import pyproj.exceptions
import shapely

from carreau.errors import Broken

Geometries = npt.NDArray[np.object_]

WGS84: Final = pyproj.CRS("OGC:CRS84")
"""Longitude then latitude, what a geometry has where nothing else is said."""

_EPSG_4326: Final = pyproj.CRS("EPSG:4326")
_ADVICE: Final = "reprendre le fichier chez son producteur"
_AREAS: Final = (3, 6)  # Polygon and MultiPolygon in the numbering of GEOS
_PREAMBLE: Final = 1 << 24
_SEPARATORS: Final = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Shapes:
    """Geometries ready to be written (WKB, null where there is none) and what had to be done to them."""

    wkb: pa.Array
    repaired: int
    unusable: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """French sentences with their counts; empty when every shape came as it should."""
        said = (
            (self.repaired, "géométrie(s) invalide(s) réparée(s), structure conservée et parties écrasées retirées"),
            (self.unusable, "géométrie(s) inutilisable(s), vides ou sans surface, laissée(s) sans contour"),
        )
        return tuple(f"{count} {sentence}" for count, sentence in said if count)


def areas_of(
    geometries: Geometries, crs: pyproj.CRS = WGS84, published: pa.ChunkedArray | None = None
) -> Shapes:
    """The valid areas of ``geometries`` in EPSG:4326, as WKB; what has no area has no contour.

    Validity is judged in the published coordinates, before any projection: rings that cross themselves are
    repaired with the structure kept, so that an area never appears where two rings merely touch.
    ``published`` is the column that the geometries were decoded from, given back as it is when nothing had to
    change.
    """
    present = ~shapely.is_missing(geometries)
    invalid = present & ~shapely.is_valid(geometries)
    repaired = shapely.force_2d(geometries) if shapely.has_z(geometries).any() else geometries.copy()
    repaired[invalid] = shapely.make_valid(repaired[invalid], method="structure", keep_collapsed=False)
    usable = np.isin(shapely.get_type_id(repaired), _AREAS) & ~shapely.is_empty(repaired)
    unusable = int((present & ~usable).sum())
    repaired[~usable] = None
    if published is not None and not invalid.any() and not unusable and _in_degrees(crs):
        return Shapes(published.cast(pa.binary()).combine_chunks(), 0, 0)
    wkb = shapely.to_wkb(_projected(repaired, crs))
    return Shapes(pa.array(wkb.tolist(), pa.binary()), int((invalid & usable).sum()), unusable)


def _in_degrees(crs: pyproj.CRS) -> bool:
    """Whether a coordinate system is longitude and latitude of WGS 84, in either order of its axes."""
    return bool(crs.equals(WGS84) or crs.equals(_EPSG_4326, ignore_axis_order=True))


def _projected(geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    """The geometries in longitude and latitude; as they are when they already were."""
    if _in_degrees(crs):
        return geometries
    transformer = pyproj.Transformer.from_crs(crs, _EPSG_4326, always_xy=True)

    def degrees(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Longitudes and latitudes of projected points."""
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    projected: Geometries = shapely.transform(geometries, degrees)
    return projected


def crs_of(schema: pa.Schema, name: str) -> pyproj.CRS:
    """The coordinate system that a GeoParquet schema declares; longitude and latitude when it declares none.

    An absent ``crs`` means OGC:CRS84 in GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/).
    :class:`~carreau.errors.Broken` names the file when what it declares is no coordinate system.
    """
    try:
        declared = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
        column = declared.get("columns", {}).get(declared.get("primary_column", "geometry"), {})
    except (ValueError, AttributeError) as error:
        raise _unplaced(name, error) from error
    return crs_from(column.get("crs") or "OGC:CRS84", name)


def crs_from(written: object, name: str) -> pyproj.CRS:
    """The coordinate system written in a file; :class:`~carreau.errors.Broken` when it is none."""
    try:
        return pyproj.CRS.from_user_input(written)
    except pyproj.exceptions.CRSError as error:
        raise _unplaced(name, error) from error


def _unplaced(name: str, error: Exception) -> Broken:
    """The error for a file that does not say where its coordinates lie."""
    return Broken(
        f"{name} ne dit pas dans quel système sont ses coordonnées", given=str(error)[:120],
        expected="un système de coordonnées connu, par exemple EPSG:4326 ou EPSG:2154", advice=_ADVICE,
    )


def decoded(column: pa.ChunkedArray, name: str) -> Geometries:
    """The geometries of a WKB column; :class:`~carreau.errors.Broken` names the file otherwise."""
    try:
        geometries: Geometries = shapely.from_wkb(np.array(column.to_pylist(), dtype=object))
    except shapely.errors.ShapelyError as error:
        raise Broken(
            f"{name} contient une géométrie illisible", given=str(error)[:120],
            expected="des contours au format WKB",
            advice=_ADVICE,
        ) from error
    return geometries


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a GeoJSON file: its properties, and its own text, which GEOS reads as a geometry."""

    properties: dict[str, Any]
    text: str


def features_of(stream: BinaryIO, name: str, chunk: int = 1 << 20) -> Iterator[Feature]:
    """The features of a GeoJSON FeatureCollection, one at a time, read ``chunk`` characters by ``chunk``.

    The whole file is never held in memory: no more than a chunk and the largest feature.
    :class:`~carreau.errors.Broken` names the file when it holds no collection, stops before its end, or is
    not written in UTF-8.
    """
    reader = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    try:
        yield from _features(reader, name, chunk)
    finally:
        reader.detach()


def _features(reader: TextIO, name: str, chunk: int) -> Iterator[Feature]:
    """The features of a text, decoded one after the other from a buffer that only holds what is pending."""
    decoder, buffer, start = json.JSONDecoder(), _after_features(reader, name, chunk), 0
    while True:
        start = _next(buffer, start)
        if buffer[start : start + 1] == "]":
            return
        try:
            feature, end = decoder.raw_decode(buffer, start)
        except ValueError:
            pending = len(buffer) - start
            # as much again as is pending, so that a huge feature is not decoded from its start too often
            more = _read(reader, name, max(chunk, pending))
            if not more:
                raise _cut(name, pending) from None
            buffer, start = buffer[start:] + more, 0
            continue
        yield Feature(feature.get("properties") or {}, buffer[start:end] if feature.get("geometry") else "")
        start = end


def _next(buffer: str, start: int) -> int:
    """The place of the first character from ``start`` that is neither blank nor a comma."""
    return _SEPARATORS.match(buffer, start).end()  # type: ignore[union-attr] # it matches an empty text


def _cut(name: str, pending: int) -> Broken:
    """The error for a file that ends in the middle of its features."""
    return Broken(
        f"{name} s'arrête avant sa fin", given=f"{pending} caractères sans fin",
        expected="une collection GeoJSON complète", advice="télécharger à nouveau le fichier",
    )


def _after_features(reader: TextIO, name: str, chunk: int) -> str:
    """What follows ``"features": [`` in the first characters that hold it."""
    buffer = ""
    while len(buffer) < _PREAMBLE and (more := _read(reader, name, chunk)):
        buffer += more
        head, found, rest = buffer.partition('"features"')
        if found and "[" in rest and head.lstrip().startswith("{"):
            return rest.partition("[")[2]
    raise Broken(
        f"{name} n'est pas une collection GeoJSON", given=f"{buffer[:60]}…",
        expected='un objet avec "features": [', advice="vérifier que le fichier est bien celui de l'éditeur",
    )


def _read(reader: TextIO, name: str, length: int) -> str:
    """The next characters; :class:`~carreau.errors.Broken` names the file that is not written in UTF-8."""
    try:
        return reader.read(length)
    except UnicodeDecodeError as error:
        raise Broken(
            f"{name} n'est pas écrit en UTF-8", given=str(error)[:80],
            expected="un fichier GeoJSON en UTF-8 (RFC 7946)", advice=_ADVICE,
        ) from error


def shapes_of(features: list[Feature], name: str) -> Geometries:
    """The geometries of GeoJSON features, null where a feature has none."""
    texts = np.array([feature.text or None for feature in features], dtype=object)
    try:
        geometries: Geometries = shapely.from_geojson(texts)
    except shapely.errors.ShapelyError as error:
        raise Broken(
            f"{name} contient une géométrie illisible", given=str(error)[:120],
            expected="des géométries GeoJSON (RFC 7946)",
            advice=_ADVICE,
        ) from error
    return geometries
