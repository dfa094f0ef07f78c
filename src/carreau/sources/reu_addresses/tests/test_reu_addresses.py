from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Sourced

_FOLDERS = (parent / "shared" / "data" for parent in Path(__file__).parents)
MIRROR = next((folder for folder in _FOLDERS if folder.is_dir()), None)
WITH_MIRROR = pytest.mark.skipif(MIRROR is None, reason="le miroir ../shared/data n'est pas là")
HEADER = "code_commune_ref,id_brut_bv_reu,longitude,latitude,geo_type,geo_score,nb_adresses"


def sourced(path: Path, key: str) -> Sourced:
    source = catalogue()["reu_addresses"]
    published = next(file for file in source.files if file.key == key)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (one,) = read(Fetched(source, published, path.name, path, digest, "original", datetime(2026, 1, 1, tzinfo=UTC)))
    return one


def text(folder: Path, content: str, name: str = "table-adresses-reu.csv") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def test_an_address_is_attached_to_its_station_under_the_padded_key(tmp_path: Path) -> None:
    path = text(
        tmp_path,
        f"{HEADER}\n29039,29039_1,-3.9,47.8,housenumber,0.96,2\n11262,11262_23b,2.7,43.1,street,,1\n",
    )
    table = sourced(path, "adresses_csv").table
    assert table["bv_id"].to_pylist() == ["29039_0001", "11262_023B"]
    assert table["longitude"].to_pylist() == [-3.9, 2.7]
    assert table["geo_score"].to_pylist() == [0.96, None]
    assert table["nb_adresses"].to_pylist() == [2, 1]


def test_reordered_columns_and_semicolons_say_the_same(tmp_path: Path) -> None:
    path = text(tmp_path, "latitude;id_brut_bv_reu;longitude\n47,8;29039_1;-3,9\n")
    row = sourced(path, "adresses_csv").table.to_pylist()[0]
    assert (row["bv_id"], row["code_commune"], row["longitude"], row["latitude"]) == (
        "29039_0001",
        "29039",
        -3.9,
        47.8,
    )
    assert row["nb_adresses"] is None


def test_the_text_of_an_address_is_kept_where_the_table_gives_it(tmp_path: Path) -> None:
    header = "id_brut_bv_reu,geo_adresse,longitude,latitude"
    path = text(tmp_path, f"{header}\n29039_1,12 bis Rue de l'Église 29900 Concarneau,-3.9,47.8\n29039_1,,-3.9,47.8\n")
    told = sourced(path, "adresses_csv").table["geo_adresse"].to_pylist()
    assert told == ["12 bis Rue de l'Église 29900 Concarneau", None]
    without = text(tmp_path, "id_brut_bv_reu,longitude,latitude\n29039_1,-3.9,47.8\n")
    assert sourced(without, "adresses_csv").table["geo_adresse"].to_pylist() == [None]


def test_rows_without_a_station_are_set_aside_and_counted(tmp_path: Path) -> None:
    path = text(
        tmp_path,
        f"{HEADER}\n29039,29039_1,1,2,street,1,1\n29039,,1,2,street,1,1\n29039,29039,1,2,street,1,1\n",
    )
    one = sourced(path, "adresses_csv")
    assert one.table.num_rows == 1
    assert "2 ligne(s) sans bureau de vote écartée(s)" in one.remarks


def test_a_file_without_any_station_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="aucun identifiant de bureau de vote"):
        sourced(text(tmp_path, f"{HEADER}\n29039,x,1,2,street,1,1\n"), "adresses_csv")


def test_a_renamed_identifier_is_named(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="id_brut_bv_reu"):
        sourced(text(tmp_path, "station,longitude,latitude\n29039_1,1,2\n"), "adresses_csv")


def test_a_truncated_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Broken, match=r"table-adresses-reu\.csv est tronqué"):
        sourced(text(tmp_path, f"{HEADER}\n29039,29039_1,-3.9,47.8,street,1,1\n29039,2903"), "adresses_csv")


def test_a_coordinate_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="longitude"):
        sourced(text(tmp_path, f"{HEADER}\n29039,29039_1,ouest,47.8,street,1,1\n"), "adresses_csv")


def test_stations_are_listed_once_with_the_ministry_s_identifier(tmp_path: Path) -> None:
    content = (
        "id_brut_reu,code_commune,code,libelle_reu,commune_reu,id_brut_miom,nb_adresses\n"
        "75120_1,75120,1,Mairie,Paris,75056_2001,12\n97101_2,97101,2,École,Les Abymes,ZA101_2,3\n"
        "29039_1,29039,1,École,Concarneau,,4\n29039_1,29039,1,École,Concarneau,,4\n"
    )
    one = sourced(text(tmp_path, content, "table-bv-reu.csv"), "bureaux_csv")
    rows = one.table.to_pylist()
    assert [(row["id_reu"], row["bv_id"]) for row in rows] == [
        ("29039_0001", "29039_0001"),
        ("75120_0001", "75056_2001"),
        ("97101_0002", "97101_0002"),
    ]
    assert [row["nb_adresses"] for row in rows] == [4, 12, 3]
    assert "1 ligne(s) en double, identique(s), écartée(s)" in one.remarks


def test_addresses_of_a_district_keep_the_roll_s_identifier_and_say_so(tmp_path: Path) -> None:
    one = sourced(text(tmp_path, f"{HEADER}\n75120,75120_1,2.4,48.8,street,1,1\n"), "adresses_csv")
    assert one.table["bv_id"].to_pylist() == ["75120_0001"]
    assert "1 adresse(s) de Paris, Lyon ou Marseille" in one.remarks[0]


def test_a_station_described_twice_differently_is_refused(tmp_path: Path) -> None:
    content = "id_brut_reu,libelle_reu\n29039_1,Mairie\n29039_1,École\n"
    with pytest.raises(Broken, match="se contredit"):
        sourced(text(tmp_path, content, "table-bv-reu.csv"), "bureaux_csv")


def test_stations_are_read_from_parquet_too(tmp_path: Path) -> None:
    path = tmp_path / "table-bv-reu.parquet"
    pq.write_table(pa.table({"id_brut_reu": ["29039_1"], "libelle_reu": ["Mairie"]}), path)
    (row,) = sourced(path, "bureaux_parquet").table.to_pylist()
    assert (row["code_commune"], row["bv_id"], row["libelle_commune"]) == ("29039", "29039_0001", None)


@pytest.mark.mirror
@WITH_MIRROR
def test_the_addresses_of_a_department_are_read_within_a_second() -> None:
    assert MIRROR is not None
    path = MIRROR / "insee_reu-adresses-facsimile" / "table-adresses-reu_69.parquet"
    start = time.process_time()
    table = sourced(path, "adresses_parquet").table
    assert time.process_time() - start < 1.0
    assert table.num_rows == 392_814
    assert pc.all(pc.match_substring_regex(table["bv_id"], r"^69\d{3}_\S{4}$")).as_py()
    assert table["longitude"].null_count == 0


@pytest.mark.mirror
@WITH_MIRROR
def test_the_seven_column_extract_comes_out_in_the_same_shape() -> None:
    assert MIRROR is not None
    path = MIRROR / "insee_reu-adresses-finistere" / "table-adresses-reu_sample.parquet"
    table = sourced(path, "adresses_parquet").table
    assert table.num_rows == 12_335
    assert set(pc.unique(table["code_commune"]).to_pylist()) == {"29039", "29046", "29116"}


@pytest.mark.parametrize("column", ["longitude", "latitude"])
def test_addresses_without_a_position_column_are_refused(column: str, tmp_path: Path) -> None:
    path = text(tmp_path, f"{HEADER.replace(column, 'x')}\n29039,29039_1,-3.9,47.8,housenumber,0.96,2\n")
    with pytest.raises(Broken, match=f"n'a pas la colonne « {column} »"):
        sourced(path, "adresses_csv")
