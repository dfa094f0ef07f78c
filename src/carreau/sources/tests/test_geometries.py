from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.sources.geometries import (
    WGS84,
    areas_of,
    crs_from,
    crs_of,
    decoded,
    features_of,
    shapes_of,
)

SQUARE = shapely.box(4.8, 45.7, 4.9, 45.8)
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def array(*geometries: object) -> np.ndarray:
    return np.array(geometries, dtype=object)


def collection(*features: dict[str, object]) -> bytes:
    text = json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)
    return text.encode()


def feature(geometry: object = SQUARE, **properties: object) -> dict[str, object]:
    shape = None if geometry is None else json.loads(shapely.to_geojson(geometry))
    return {"type": "Feature", "properties": properties, "geometry": shape}


def test_a_valid_area_comes_out_as_it_was_published() -> None:
    published = pa.chunked_array([[shapely.to_wkb(SQUARE)]])
    shapes = areas_of(array(SQUARE), WGS84, published)
    assert shapes.wkb.to_pylist() == published.to_pylist()
    assert shapes.remarks == ()


def test_rings_that_cross_are_repaired_without_losing_area_and_counted() -> None:
    shapes = areas_of(array(BOW_TIE, SQUARE))
    repaired = shapely.from_wkb(shapes.wkb[0].as_py())
    assert repaired.is_valid
    assert repaired.area == pytest.approx(0.5)
    assert shapes.remarks == (
        "1 géométrie(s) invalide(s) réparée(s), structure conservée et parties écrasées retirées",
    )


def test_what_has_no_area_has_no_contour_and_is_counted() -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    shapes = areas_of(array(flat, shapely.Point(0, 0), shapely.Polygon(), None, SQUARE))
    assert [value is None for value in shapes.wkb.to_pylist()] == [True, True, True, True, False]
    assert shapes.unusable == 3
    assert "3 géométrie(s) inutilisable(s)" in shapes.remarks[0]


def test_heights_are_left_aside() -> None:
    tall = shapely.force_3d(SQUARE, 12.0)
    assert not shapely.from_wkb(areas_of(array(tall)).wkb[0].as_py()).has_z


def test_lambert_93_becomes_longitude_and_latitude() -> None:
    # the meridian 3° E is the axis of Lambert-93 (x = 700 000), 46°30' N its origin (y = 6 600 000)
    origin = shapely.box(700_000, 6_600_000, 700_100, 6_600_100)
    west, south, *_ = shapely.from_wkb(areas_of(array(origin), pyproj.CRS(2154)).wkb[0].as_py()).bounds
    assert (west, south) == (pytest.approx(3.0, abs=1e-9), pytest.approx(46.5, abs=1e-7))


def test_a_schema_without_geo_metadata_is_in_longitude_and_latitude() -> None:
    assert crs_of(pa.schema([]), "x.parquet") == WGS84


def test_a_schema_names_its_own_system() -> None:
    geo = {"primary_column": "shape", "columns": {"shape": {"crs": pyproj.CRS(2154).to_json_dict()}}}
    schema = pa.schema([], metadata={"geo": json.dumps(geo)})
    assert crs_of(schema, "x.parquet").to_epsg() == 2154


@pytest.mark.parametrize("geo", [b"not json", b"[1]", b'{"columns": {"geometry": {"crs": "EPSG:nul"}}}'])
def test_a_file_that_lies_about_its_system_is_refused_by_name(geo: bytes) -> None:
    with pytest.raises(Broken, match=r"x\.parquet"):
        crs_of(pa.schema([], metadata={b"geo": geo}), "x.parquet")


def test_a_projection_file_that_is_no_projection_is_refused() -> None:
    with pytest.raises(Broken, match="système"):
        crs_from("PROJCS[", "x.zip")


def test_a_cell_that_is_no_geometry_is_refused_by_name() -> None:
    with pytest.raises(Broken, match=r"x\.parquet"):
        decoded(pa.chunked_array([[b"abc"]]), "x.parquet")


@given(st.integers(min_value=1, max_value=400))
@settings(deadline=None)
def test_features_are_the_same_whatever_is_read_at_once(step: int) -> None:
    content = collection(feature(nom="Évêché ✓"), feature(None, nom="sans contour"), feature(nom="a,]}"))
    found = list(features_of(io.BytesIO(content), "x.geojson", step))
    assert [one.properties["nom"] for one in found] == ["Évêché ✓", "sans contour", "a,]}"]
    shapes = shapes_of(found, "x.geojson")
    assert shapes[1] is None
    assert shapes[0].equals(SQUARE)


def test_a_feature_without_properties_has_none() -> None:
    content = b'{"features": [{"type": "Feature", "geometry": null}]}'
    assert next(features_of(io.BytesIO(content), "x")).properties == {}


def test_members_around_the_features_do_not_matter() -> None:
    content = b'\xef\xbb\xbf {"name": "iris_ge", "features" : [ \n' + collection(feature(n=1))[43:]
    assert next(features_of(io.BytesIO(content), "x")).properties == {"n": 1}


@pytest.mark.parametrize("cut", [60, 100, 150])
def test_a_truncated_collection_is_refused_by_name(cut: int) -> None:
    content = collection(feature(nom="a"), feature(nom="b"))
    with pytest.raises(Broken, match=r"x\.geojson s'arrête avant sa fin"):
        list(features_of(io.BytesIO(content[:-cut]), "x.geojson"))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[1, 2]", b'{"type": "Point"}'])
def test_what_is_no_collection_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(Broken, match=r"x\.geojson n'est pas une collection GeoJSON"):
        list(features_of(io.BytesIO(content), "x.geojson"))


def test_another_encoding_is_refused_by_name() -> None:
    content = collection(feature(nom="é")).replace("é".encode(), b"\xe9")
    with pytest.raises(Broken, match="UTF-8"):
        list(features_of(io.BytesIO(content), "x.geojson"))


def test_an_impossible_geometry_is_refused_by_name() -> None:
    content = b'{"features": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[["a"]]]}}]}'
    with pytest.raises(Broken, match=r"x\.geojson"):
        shapes_of(list(features_of(io.BytesIO(content), "x.geojson")), "x.geojson")
