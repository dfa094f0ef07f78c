"""The mirror of the town is what publishers would make of it: files, headers, maps, manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
import zipfile
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from carreau.errors import Retry
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched
from carreau.testing.town import Town, town, written
from carreau.testing.town.mirror import files_of

SHARED = next(
    (each / "shared" / "data" for each in Path(__file__).parents if (each / "shared" / "data").is_dir()), None
)
needs_mirror = pytest.mark.skipif(SHARED is None, reason="../shared/data est absent")
CENSUS = (
    "evol-struct-pop",
    "activite-residents",
    "diplomes-formation",
    "logement",
    "couples-familles-menages",
)


def member(path: Path, name: str) -> bytes:
    """The bytes of one member of a zip."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def rows_of(text: str, delimiter: str = ";") -> list[dict[str, str]]:
    """The rows of a delimited text."""
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_the_same_town_writes_the_same_bytes() -> None:
    first, second = (
        {file.path: hashlib.sha256(file.content).hexdigest() for file in files_of(town(2_500, 4))}
        for _ in "12"
    )
    assert first == second


def test_the_manifest_lists_every_file_as_synthetic(mirror: Path) -> None:
    listed = {}
    for line in (mirror / "MANIFEST.md").read_text("utf-8").splitlines():
        entry = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and entry[0] not in {"file", "---"}:
            listed[entry[0]] = entry[2]
    on_disk = {str(path.relative_to(mirror)) for path in mirror.rglob("*") if path.is_file()} - {
        "MANIFEST.md"
    }
    assert set(listed) == on_disk
    assert set(listed.values()) == {"synthetic"}


def test_thirty_thousand_inhabitants_are_made_and_written_in_ten_seconds(tmp_path: Path) -> None:
    start = time.perf_counter()
    written(town(30_000, 2), tmp_path)
    assert time.perf_counter() - start < 10


def test_a_folder_that_cannot_be_written_to_is_one_clear_error(place: Town, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, not a folder")
    with pytest.raises(Retry, match="n'a pas pu être écrite"):
        written(place, tmp_path / "occupied")


def test_writing_again_replaces_what_was_there(mirror: Path, place: Town) -> None:
    before = (mirror / "truth.parquet").read_bytes()
    assert written(place, mirror) == mirror
    assert (mirror / "truth.parquet").read_bytes() == before
    assert not list(mirror.rglob("*.part"))


def test_every_file_is_known_to_a_source_that_reads_it(mirror: Path) -> None:
    sources = catalogue()
    for path in sorted(mirror.rglob("*")):
        if path.is_dir() or path.name in {"MANIFEST.md", "truth.parquet"}:
            continue
        known = [
            (source, published)
            for source in sources.values()
            for published in source.files
            if fnmatch(path.name, published.name) and fnmatch(path.parent.name, published.folder or "*")
        ]
        assert known, path.name
        for source, published in known:
            file = Fetched(
                source, published, path.name, path, "", "synthetic", datetime(2026, 1, 1, tzinfo=UTC)
            )
            assert all(sourced.table.num_rows for sourced in read(file)), path.name


@needs_mirror
@pytest.mark.mirror
@pytest.mark.parametrize("theme", CENSUS)
def test_census_headers_are_those_of_the_publisher(mirror: Path, theme: str) -> None:
    assert SHARED is not None
    stem, folder = f"base-ic-{theme}-2022", f"insee_rp2022-{theme}"
    ours, theirs = (
        member(root / f"{folder}/{stem}_csv.zip", f"{stem}.CSV").split(b"\n", 1)[0].strip()
        for root in (mirror, SHARED)
    )
    assert ours == theirs


@needs_mirror
@pytest.mark.mirror
@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [
        ("insee_filosofi-iris-2021/BASE_TD_FILO_IRIS_2021_DISP_CSV.zip",) * 2
        + ("BASE_TD_FILO_IRIS_2021_DISP.csv",),
        ("insee_filosofi-communes-2019/FILO2019_DISP_COM.zip",) * 2 + ("FILO2019_DISP_COM.csv",),
        (
            "insee_filosofi-communes-2021/base-cc-filosofi-2021-geo2024_csv.zip",
            "insee_filosofi-communes-2021-facsimile/base-cc-filosofi-2021-geo2024_csv.zip",
            "cc_filosofi_2021_COM.csv",
        ),
        ("cnaf_caf-iris-2020/data_CAF_2020_IRIS.zip",) * 2 + ("data_CAF_2020_IRIS.csv",),
        ("insee_epci-2020/EPCI_2020.zip",) * 2 + ("EPCI_2020.csv",),
        ("insee_reference-iris-2021/reference_IRIS_geo2021.zip",) * 2 + ("iris_2021.csv",),
        ("insee_cog-2026/cog_ensemble_2026_csv.zip",) * 2 + ("v_commune_2026.csv",),
        ("insee_cog-2026/cog_ensemble_2026_csv.zip",) * 2 + ("v_mvt_commune_2026.csv",),
        ("interieur_presidentielle-2017-t1/PR17_BVot_T1_FE.txt.zip",) * 2 + ("PR17_BVot_T1_FE.txt",),
    ],
)
def test_headers_are_those_of_the_publisher(mirror: Path, ours: str, theirs: str, name: str) -> None:
    assert SHARED is not None
    made, published = (
        member(root / path, name).split(b"\n", 1)[0] for root, path in ((mirror, ours), (SHARED, theirs))
    )
    assert made == published


@needs_mirror
@pytest.mark.mirror
@pytest.mark.parametrize(
    "path",
    [
        "interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv",
        "interieur_legislatives-2024-t2/resultats-definitifs-par-bureau-de-vote.csv",
        "francetravail_qpv-2022/IPRO_2022.csv",
    ],
)
def test_headers_of_plain_files_are_those_of_the_publisher(mirror: Path, path: str) -> None:
    assert SHARED is not None
    made, published = ((root / path).read_bytes().split(b"\n", 1)[0] for root in (mirror, SHARED))
    assert made == published


@needs_mirror
@pytest.mark.mirror
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("etalab_contours-bureaux-vote/contours-france-entiere.parquet",) * 2,
        ("ign_contours-iris-2020/CONTOURS-IRIS.parquet",) * 2,
        ("ign_communes/communes_contours.parquet",) * 2,
        ("datafrance_circonscriptions/ref_circonscriptions_legislatives.parquet",) * 2,
        ("interieur_elections-agregees/general_results.parquet",) * 2,
        ("interieur_elections-agregees/candidats_results.parquet",) * 2,
        (
            "insee_reu-adresses-2022/table-adresses-reu_96.parquet",
            "insee_reu-adresses-facsimile/table-adresses-reu_34.parquet",
        ),
    ],
)
def test_parquet_columns_and_types_are_those_of_the_mirror(mirror: Path, ours: str, theirs: str) -> None:
    assert SHARED is not None
    made, published = (pq.read_schema(root / path) for root, path in ((mirror, ours), (SHARED, theirs)))
    assert [(field.name, field.type) for field in made] == [(field.name, field.type) for field in published]


def test_the_roll_misplaces_one_address_in_a_hundred_and_repeats_some(mirror: Path, place: Town) -> None:
    roll = pq.read_table(mirror / "insee_reu-adresses-2022/table-adresses-reu_96.parquet")
    rows = np.asarray(roll["id"].to_pylist(), dtype=int)
    exact = np.asarray([kind == "housenumber" for kind in roll["geo_type"].to_pylist()])
    truth = in_degrees_of(place, rows)
    away = np.hypot(roll["longitude"].to_numpy() - truth[0], roll["latitude"].to_numpy() - truth[1]) > 1e-4
    assert 0.003 < away[exact].mean() < 0.025
    assert 0 < len(rows) - len(set(rows.tolist())) < 0.02 * len(rows)
    assert roll["geo_score"].to_numpy().min() < 0.7
    assert "96001_1" in set(roll["id_brut_bv_reu"].to_pylist())
    assert "96003_3B" in set(roll["id_brut_bv_reu"].to_pylist())
    registered = sum(place.truth["2024_legi_t1_inscrits"].to_pylist())
    assert 0.4 < sum(roll["nb_adresses"].to_pylist()) / registered < 0.75


def in_degrees_of(place: Town, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of addresses of the town."""
    from pyproj import Transformer

    project = Transformer.from_crs(2154, 4326, always_xy=True)
    return project.transform(place.addresses.x[rows], place.addresses.y[rows])


def test_features_repeat_the_identifier_of_a_station_in_pieces(mirror: Path) -> None:
    path = mirror / "etalab_contours-bureaux-vote/contours-france-entiere-latest-v2.geojson.zip"
    features = json.loads(member(path, "contours-france-entiere-latest-v2.geojson"))["features"]
    keys = [feature["properties"]["codeBureauVote"] for feature in features]
    assert len(set(keys)) == 24
    assert len(keys) > 24
    assert {feature["geometry"]["type"] for feature in features} == {"Polygon"}
    assert features[0]["properties"]["codeCirconscription"] == "9601"


def test_contours_of_stations_without_one_are_null(mirror: Path) -> None:
    table = pq.read_table(mirror / "etalab_contours-bureaux-vote/contours-france-entiere.parquet")
    bare = [
        key
        for key, shape in zip(*(table[name].to_pylist() for name in ("bv_id", "geometry")), strict=True)
        if not shape
    ]
    assert bare == ["96002_0001"]
    assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"


def test_the_merged_commune_has_its_movement_and_its_date(mirror: Path) -> None:
    path = mirror / "insee_cog-2026/cog_ensemble_2026_csv.zip"
    rows = rows_of(member(path, "v_mvt_commune_2026.csv").decode(), ",")
    moved = [row for row in rows if row["COM_AV"] == "96004" and row["TYPECOM_AP"] == "COM"]
    assert [(row["DATE_EFF"], row["COM_AP"], row["MOD"]) for row in moved] == [("2019-01-01", "96003", "32")]
    communes = rows_of(member(path, "v_commune_2026.csv").decode(), ",")
    assert [row["COM"] for row in communes if row["TYPECOM"] == "COM"] == ["96001", "96002", "96003"]
    assert [row["COMPARENT"] for row in communes if row["COM"] == "96004"] == ["96003"]
