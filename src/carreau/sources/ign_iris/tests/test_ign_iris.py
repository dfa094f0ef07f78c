from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import pytest
import shapefile
import shapely

from carreau.errors import Broken
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Sourced

_FOLDERS = (parent / "shared" / "data" for parent in Path(__file__).parents)
MIRROR = next((folder for folder in _FOLDERS if folder.is_dir()), None)
WITH_MIRROR = pytest.mark.skipif(MIRROR is None, reason="le miroir ../shared/data n'est pas là")
FIELDS = ("INSEE_COM", "NOM_COM", "IRIS", "CODE_IRIS", "NOM_IRIS", "TYP_IRIS")
BOURGES = ("18033", "Bourges", "0101", "180330101", "Séraucourt", "H")
PART = "CONTOURS-IRIS_2-1/LAMB93/CONTOURS-IRIS"


def sourced(path: Path, key: str) -> Sourced:
    source = catalogue()["ign_iris"]
    published = next(file for file in source.files if file.key == key)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (one,) = read(Fetched(source, published, path.name, path, digest, "original", datetime(2026, 1, 1, tzinfo=UTC)))
    return one


def parts(*records: tuple[str, ...]) -> dict[str, bytes]:
    """The four parts of a shapefile in Lambert-93, one square of 100 m per record; an empty record has no
    shape.
    """
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding="utf-8") as writer:
        for name in FIELDS:
            writer.field(name, "C", 45)
        for rank, record in enumerate(records):
            west = 700_000 + 100 * rank
            writer.poly(
                [
                    [
                        (west, 6_600_000),
                        (west, 6_600_100),
                        (west + 100, 6_600_100),
                        (west + 100, 6_600_000),
                        (west, 6_600_000),
                    ]
                ]
            )
            writer.record(*record)
    written = {"shp": shp.getvalue(), "shx": shx.getvalue(), "dbf": dbf.getvalue()}
    return written | {"prj": pyproj.CRS(2154).to_wkt("WKT1_ESRI").encode()}


def zipped(folder: Path, held: dict[str, bytes], name: str = "CONTOURS-IRIS_2-1__SHP_LAMB93_FXX_2020.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, content in held.items():
            archive.writestr(f"{PART}.{suffix}", content)
    return path


def test_the_official_shapefile_is_read_in_degrees(tmp_path: Path) -> None:
    row = sourced(zipped(tmp_path, parts(BOURGES)), "contours_shp").table.to_pylist()[0]
    assert (row["CODE_IRIS"], row["NOM_IRIS"], row["TYP_IRIS"]) == ("180330101", "Séraucourt", "H")
    west, south, *_ = shapely.from_wkb(row["geometry"]).bounds
    assert (west, south) == (pytest.approx(3.0, abs=1e-7), pytest.approx(46.5, abs=1e-7))


def test_the_official_7z_archive_gives_the_same_table(tmp_path: Path) -> None:
    path = tmp_path / "CONTOURS-IRIS_2-1__SHP_LAMB93_FXX_2020.7z"
    held = parts(BOURGES)
    with py7zr.SevenZipFile(path, "w") as archive:
        for suffix, content in held.items():
            archive.writestr(content, f"{PART}.{suffix}")
    assert sourced(path, "contours_shp").table.equals(sourced(zipped(tmp_path, held), "contours_shp").table)


@pytest.mark.parametrize("suffix", ["shp", "shx", "dbf", "prj"])
def test_a_shapefile_without_one_of_its_parts_is_refused(tmp_path: Path, suffix: str) -> None:
    held = {part: content for part, content in parts(BOURGES).items() if part != suffix}
    with pytest.raises(Broken, match="n'est pas un shapefile complet"):
        sourced(zipped(tmp_path, held), "contours_shp")


@pytest.mark.parametrize("suffix", ["shp", "dbf"])
def test_a_truncated_part_is_refused(tmp_path: Path, suffix: str) -> None:
    held = parts(BOURGES)
    with pytest.raises(Broken, match="shapefile illisible"):
        sourced(zipped(tmp_path, held | {suffix: held[suffix][:40]}), "contours_shp")


def test_a_shapefile_that_does_not_say_where_it_lies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="système"):
        sourced(zipped(tmp_path, parts(BOURGES) | {"prj": b"PROJCS["}), "contours_shp")


def test_an_iris_without_shape_keeps_its_row(tmp_path: Path) -> None:
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.NULL) as writer:
        for name in FIELDS:
            writer.field(name, "C", 45)
        writer.null()
        writer.record(*BOURGES)
    held = {"shp": shp.getvalue(), "shx": shx.getvalue(), "dbf": dbf.getvalue(), "prj": parts()["prj"]}
    assert sourced(zipped(tmp_path, held), "contours_shp").table["geometry"].to_pylist() == [None]


def test_identical_rows_are_one_and_counted(tmp_path: Path) -> None:
    square = json.loads(shapely.to_geojson(shapely.box(2, 46, 2.1, 46.1)))
    properties = {
        "code_iris": "180330101",
        "code_insee": "18033",
        "nom_commune": "Bourges",
        "nom_iris": "",
        "type_iris": "H",
    }
    path = tmp_path / "iris_ge.geojson"
    one = {"type": "Feature", "properties": properties, "geometry": square}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [one, one]}), "utf-8")
    found = sourced(path, "contours_wfs")
    assert found.table.to_pylist()[0]["INSEE_COM"] == "18033"
    assert found.table.to_pylist()[0]["NOM_IRIS"] is None
    assert "1 ligne(s) en double, identique(s), écartée(s)" in found.remarks


def test_two_shapes_of_one_iris_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="se contredit"):
        sourced(zipped(tmp_path, parts(BOURGES, BOURGES)), "contours_shp")


def test_a_code_that_lost_its_leading_zero_is_refused(tmp_path: Path) -> None:
    ambronay = ("1007", "Ambronay", "0000", "10070000", "Ambronay", "Z")
    with pytest.raises(Broken, match="codes d'IRIS qui n'en sont pas") as refused:
        sourced(zipped(tmp_path, parts(ambronay)), "contours_shp")
    assert refused.value.given == "10070000"


def test_an_export_without_feature_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "iris_ge.json"
    path.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    with pytest.raises(Broken, match="aucun IRIS"):
        sourced(path, "contours_wfs")


def test_a_table_without_contours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "CONTOURS-IRIS.parquet"
    pq.write_table(pa.table({"CODE_IRIS": ["180330101"]}), path)
    with pytest.raises(Broken, match="« geometry »"):
        sourced(path, "contours_geoparquet")


def test_the_reference_list_without_its_codes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reference_IRIS_geo2021.csv"
    path.write_text("IRIS;DEPCOM\n180330101;18033\n", "utf-8")
    with pytest.raises(Broken, match="« CODE_IRIS »"):
        sourced(path, "references")


@pytest.mark.mirror
@WITH_MIRROR
def test_the_contours_of_2020_are_all_there() -> None:
    assert MIRROR is not None
    table = sourced(MIRROR / "ign_contours-iris-2020" / "CONTOURS-IRIS.parquet", "contours_geoparquet").table
    assert table.num_rows == 48_592
    assert table["geometry"].null_count == 0
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(table["TYP_IRIS"]).to_pylist()}
    assert set(counts) == {"H", "A", "D", "Z"}
    assert sum(counts.values()) == 48_592


@pytest.mark.mirror
@WITH_MIRROR
def test_the_iris_of_paris_in_2013_cover_its_area() -> None:
    assert MIRROR is not None
    table = sourced(MIRROR / "ign_contours-iris-2013-paris" / "paris_iris_2013.parquet", "contours_paris_2013").table
    assert table.num_rows == 992
    geod = pyproj.Geod(ellps="GRS80")
    area = sum(abs(geod.geometry_area_perimeter(shapely.from_wkb(wkb))[0]) for wkb in table["geometry"].to_pylist())
    # 105.38 km² in Lambert-93 (notes, section 3); the projection changes areas by about one in a thousand
    assert area / 1e6 == pytest.approx(105.38, rel=2e-3)


@pytest.mark.mirror
@WITH_MIRROR
def test_the_reference_list_of_2021_names_every_iris_of_its_communes() -> None:
    assert MIRROR is not None
    table = sourced(MIRROR / "insee_reference-iris-2021" / "reference_IRIS_geo2021.zip", "references").table
    assert table.num_rows == 49_406
    assert pc.all(pc.equal(pc.utf8_slice_codeunits(table["CODE_IRIS"], 0, 5), table["DEPCOM"])).as_py()
    assert "974" in set(pc.unique(table["DEP"]).to_pylist())
