from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from carreau.errors import Broken
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Sourced

_FOLDERS = (parent / "shared" / "data" for parent in Path(__file__).parents)
MIRROR = next((folder for folder in _FOLDERS if folder.is_dir()), None)
WITH_MIRROR = pytest.mark.skipif(MIRROR is None, reason="le miroir ../shared/data n'est pas là")
WEST, EAST = shapely.box(4.80, 45.70, 4.81, 45.71), shapely.box(4.81, 45.70, 4.82, 45.71)


def fetched(path: Path, key: str) -> Fetched:
    source = catalogue()["bureaux_contours"]
    published = next(file for file in source.files if file.key == key)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Fetched(source, published, path.name, path, digest, "original", datetime(2026, 1, 1, tzinfo=UTC))


def stations(path: Path, key: str = "contours_geojson") -> Sourced:
    (sourced,) = read(fetched(path, key))
    return sourced


@cache
def national() -> Sourced:
    assert MIRROR is not None
    return stations(MIRROR / "etalab_contours-bureaux-vote" / "contours-france-entiere.parquet", "contours_geoparquet")


def feature(
    station: object, geometry: shapely.Geometry | None, commune: str = "69123", **more: object
) -> dict[str, object]:
    properties = {
        "codeDepartement": commune[:2],
        "codeCommune": commune,
        "nomCommune": "Lyon",
        "numeroBureauVote": station,
        "codeBureauVote": f"{commune}_{station}",
        "codeCirconscription": "6901",
    }
    shape = None if geometry is None else json.loads(shapely.to_geojson(geometry))
    return {"type": "Feature", "properties": properties | more, "geometry": shape}


def geojson(folder: Path, *features: dict[str, object]) -> Path:
    path = folder / "contours-france-entiere-latest-v2.geojson.zip"
    with zipfile.ZipFile(path, "w") as archive:
        text = json.dumps({"type": "FeatureCollection", "features": list(features)})
        archive.writestr("contours-france-entiere-latest-v2.geojson", text)
    return path


def geoparquet(folder: Path, columns: dict[str, list[object]], metadata: dict[str, str] | None = None) -> Path:
    path = folder / "contours-france-entiere.parquet"
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


def test_a_station_has_its_key_its_department_and_its_contour(tmp_path: Path) -> None:
    sourced = stations(geojson(tmp_path, feature("101", WEST), feature("23b", EAST, "97101")))
    first, second = sourced.table.to_pylist()
    assert (first["bv_id"], first["code_departement"], first["code_bv"]) == ("69123_0101", "69", "0101")
    assert (second["bv_id"], second["code_departement"]) == ("97101_023B", "971")
    assert shapely.from_wkb(first["geometry"]).equals(WEST)
    assert first["inscrits"] is None


def test_pieces_of_one_station_are_joined_and_counted(tmp_path: Path) -> None:
    sourced = stations(geojson(tmp_path, feature("0101", WEST), feature("0102", WEST), feature("0101", EAST)))
    assert sourced.table["bv_id"].to_pylist() == ["69123_0101", "69123_0102"]
    joined = shapely.from_wkb(sourced.table["geometry"][0].as_py())
    assert joined.area == pytest.approx(WEST.area + EAST.area)
    assert "2 morceau(x) de 1 bureau(x) de vote réunis, un contour par bureau" in sourced.remarks


def test_pieces_that_disagree_on_their_station_are_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature("0101", WEST), feature("0101", EAST, nomCommune="Villeurbanne"))
    with pytest.raises(Broken, match="69123_0101, différemment"):
        stations(path)


def test_a_station_without_contour_keeps_its_row_and_is_counted(tmp_path: Path) -> None:
    sourced = stations(geojson(tmp_path, feature("0101", None), feature("0101", None), feature("0102", EAST)))
    assert sourced.table["geometry"].is_valid().to_pylist() == [False, True]
    assert "1 bureau(x) de vote sur 2 sans contour" in sourced.remarks


def test_an_invalid_contour_is_repaired_and_counted(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(4, 45), (5, 46), (5, 45), (4, 46)])
    sourced = stations(geojson(tmp_path, feature("0101", bow_tie)))
    assert shapely.from_wkb(sourced.table["geometry"][0].as_py()).is_valid
    assert any("1 géométrie(s) invalide(s) réparée(s)" in remark for remark in sourced.remarks)


def test_an_empty_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="aucun bureau de vote"):
        stations(geojson(tmp_path))


@pytest.mark.parametrize(("name", "value"), [("numeroBureauVote", None), ("codeCommune", "")])
def test_a_station_without_a_code_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(Broken, match="n'ont pas de code"):
        stations(geojson(tmp_path, feature("0101", WEST, **{name: value})))


def test_the_national_table_in_another_projection_comes_out_in_degrees(tmp_path: Path) -> None:
    square = shapely.to_wkb(shapely.box(700_000, 6_600_000, 700_100, 6_600_100))
    geo = {"primary_column": "geometry", "columns": {"geometry": {"crs": pyproj.CRS(2154).to_json_dict()}}}
    columns = {"code_commune": ["18001"], "code_bv": ["1"], "inscrits": [12], "geometry": [square]}
    table = stations(geoparquet(tmp_path, columns, {"geo": json.dumps(geo)}), "contours_geoparquet").table
    assert table["bv_id"].to_pylist() == ["18001_0001"]
    assert table["inscrits"].to_pylist() == [12]
    assert shapely.from_wkb(table["geometry"][0].as_py()).bounds[0] == pytest.approx(3.0)


def test_a_renamed_column_of_the_national_table_is_named(tmp_path: Path) -> None:
    path = geoparquet(tmp_path, {"code_insee": ["18001"], "code_bv": ["1"], "geometry": [shapely.to_wkb(WEST)]})
    with pytest.raises(Broken, match="« code_commune »"):
        stations(path, "contours_geoparquet")


@pytest.mark.mirror
@WITH_MIRROR
def test_the_national_table_has_its_stations_and_its_contours() -> None:
    sourced = national()
    table = sourced.table
    assert table.num_rows == len(pc.unique(table["bv_id"])) == 70_083
    assert table["geometry"].null_count == 1_818
    lyon = table.filter(pc.equal(table["code_commune"], "69123"))
    assert (lyon.num_rows, lyon.num_rows - lyon["geometry"].null_count) == (305, 303)
    assert pc.sum(table["inscrits"]).as_py() == 49_321_259
    departments = set(table["code_departement"].to_pylist())
    assert {"2A", "2B", "971", "978", "988", "ZZ"} <= departments
    assert not any(code.startswith("Z") for code in departments - {"ZZ"})
    assert sourced.remarks == ("1818 bureau(x) de vote sur 70083 sans contour",)


@pytest.mark.mirror
@WITH_MIRROR
def test_the_state_s_file_of_a_department_agrees_with_the_national_table() -> None:
    assert MIRROR is not None
    folder = MIRROR / "etalab_contours-bureaux-vote"
    local = stations(folder / "contours-france-entiere-latest-v2_dep23.geojson.zip").table
    whole = national().table
    same = whole.filter(pc.is_in(whole["bv_id"], local["bv_id"].combine_chunks()))
    assert local.num_rows == same.num_rows == 278
    one, other = (shapely.from_wkb(table["geometry"].to_pylist()) for table in (local, same))
    assert shapely.area(one) == pytest.approx(shapely.area(other), rel=1e-6)


def test_a_column_of_another_type_is_named_with_its_file(tmp_path: Path) -> None:
    columns = {"code_commune": ["69123"], "code_bv": ["1"], "inscrits": ["beaucoup"], "geometry": [WEST.wkb]}
    path = geoparquet(tmp_path, columns)
    with pytest.raises(Broken, match=r"contours-france-entiere\.parquet : la colonne « inscrits »") as refused:
        stations(path, "contours_geoparquet")
    assert refused.value.given == "« beaucoup »"
