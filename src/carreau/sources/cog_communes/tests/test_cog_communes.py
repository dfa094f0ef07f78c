from __future__ import annotations

import hashlib
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely

from carreau.errors import Broken, Missing
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Sourced

_FOLDERS = (parent / "shared" / "data" for parent in Path(__file__).parents)
MIRROR = next((folder for folder in _FOLDERS if folder.is_dir()), None)
WITH_MIRROR = pytest.mark.skipif(MIRROR is None, reason="le miroir ../shared/data n'est pas là")
COMMUNES = (
    '"TYPECOM","COM","REG","DEP","CTCD","ARR","TNCC","NCC","NCCENR","LIBELLE","CAN","COMPARENT"\n'
    '"COM","02564","32","02","02D","024","0","BERNOY","Bernoy-le-Château","Bernoy-le-Château","0214",""\n'
    '"COMD","02077","","","","","0","BERZY LE SEC","Berzy-le-Sec","Berzy-le-Sec","","02564"\n'
    '"COMD","02564","","","","","0","NOYANT","Noyant-et-Aconin","Noyant-et-Aconin","","02564"\n'
)
DEPARTMENTS = '"DEP","REG","CHEFLIEU","TNCC","NCC","NCCENR","LIBELLE"\n"02","32","02408","5","AISNE","Aisne","Aisne"\n'
CHANGES = (
    '"MOD","DATE_EFF","TYPECOM_AV","COM_AV","TNCC_AV","NCC_AV","NCCENR_AV","LIBELLE_AV",'
    '"TYPECOM_AP","COM_AP","TNCC_AP","NCC_AP","NCCENR_AP","LIBELLE_AP"\n'
    '"32","2025-01-01","COM","02077","0","B","B","Berzy-le-Sec","COM","02564","0","B","B","Bernoy-le-Château"\n'
)
OVERSEAS = (
    '"COM_COMER","TNCC","NCC","NCCENR","LIBELLE","NATURE_ZONAGE","COMER","LIBELLE_COMER"\n'
    '"97801","0","SM","SM","Saint-Martin","COM","978","Saint-Martin"\n'
)
COLLECTIVITIES = '"COMER","TNCC","NCC","NCCENR","LIBELLE"\n"978","0","SAINT MARTIN","Saint-Martin","Saint-Martin"\n'
MEMBERS = {
    "v_commune_2026.csv": COMMUNES,
    "v_departement_2026.csv": DEPARTMENTS,
    "v_mvt_commune_2026.csv": CHANGES,
    "v_commune_comer_2026.csv": OVERSEAS,
    "v_comer_2026.csv": COLLECTIVITIES,
}


def tables(path: Path, key: str) -> dict[str, Sourced]:
    source = catalogue()["cog_communes"]
    published = next(file for file in source.files if file.key == key)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = Fetched(source, published, path.name, path, digest, "original", datetime(2026, 1, 1, tzinfo=UTC))
    return {sourced.name: sourced for sourced in read(file)}


def archive(folder: Path, members: dict[str, str]) -> Path:
    path = folder / "cog_ensemble_2026_csv.zip"
    with zipfile.ZipFile(path, "w") as written:
        for name, content in members.items():
            written.writestr(name, content)
    return path


def test_a_code_is_unique_beside_its_type(tmp_path: Path) -> None:
    communes = tables(archive(tmp_path, MEMBERS), "cog")["communes"].table.to_pylist()
    assert [(row["code_commune"], row["type"]) for row in communes] == [
        ("02077", "COMD"),
        ("02564", "COM"),
        ("02564", "COMD"),
        ("97801", "COMER"),
    ]
    assert [row["code_departement"] for row in communes] == ["02", "02", "02", "978"]
    assert communes[0]["code_parent"] == "02564"
    assert communes[1]["code_parent"] is None


def test_a_merger_keeps_its_date_and_both_sides(tmp_path: Path) -> None:
    (row,) = tables(archive(tmp_path, MEMBERS), "cog")["mouvements"].table.to_pylist()
    assert (row["date_effet"], row["mod"], row["code_avant"], row["code_apres"]) == (
        date(2025, 1, 1),
        "32",
        "02077",
        "02564",
    )


def test_an_archive_without_overseas_collectivities_is_read(tmp_path: Path) -> None:
    found = tables(archive(tmp_path, {name: text for name, text in MEMBERS.items() if "comer" not in name}), "cog")
    assert found["departements"].table.num_rows == 1
    assert found["communes"].table.num_rows == 3


def test_a_missing_member_is_refused_with_what_is_inside(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        tables(archive(tmp_path, {"v_commune_2026.csv": COMMUNES}), "cog")


def test_a_renamed_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="« TYPECOM »"):
        tables(archive(tmp_path, MEMBERS | {"v_commune_2026.csv": COMMUNES.replace("TYPECOM", "TYPE")}), "cog")


def test_a_date_rewritten_by_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    changes = CHANGES.replace("2025-01-01", "01/01/2025")
    with pytest.raises(Broken, match="date d'effet"):
        tables(archive(tmp_path, MEMBERS | {"v_mvt_commune_2026.csv": changes}), "cog")


def test_a_row_written_twice_is_one_and_counted(tmp_path: Path) -> None:
    twice = COMMUNES + COMMUNES.splitlines()[1] + "\n"
    communes = tables(archive(tmp_path, MEMBERS | {"v_commune_2026.csv": twice}), "cog")["communes"]
    assert communes.table.num_rows == 4
    assert communes.remarks == ("1 ligne(s) en double, identique(s), écartée(s)",)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, MEMBERS)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(Broken, match=r"cog_ensemble_2026_csv\.zip"):
        tables(path, "cog")


def test_a_commune_belongs_to_one_group(tmp_path: Path) -> None:
    path = tmp_path / "EPCI_2020.csv"
    path.write_text(
        "\ufeffCODGEO;LIBGEO;EPCI;LIBEPCI;DEP;REG\r\n01001;L'Abergement;200069193;CC de la Dombes;01;84\r\n",
        "utf-8",
    )
    assert tables(path, "epci")["epci"].table.to_pylist() == [
        {"code_commune": "01001", "code_epci": "200069193", "libelle_epci": "CC de la Dombes"}
    ]


def test_constituencies_are_coded_as_the_house_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "ref_circonscriptions_legislatives.parquet"
    square = shapely.to_wkb(shapely.box(4, 45, 5, 46))
    pq.write_table(pa.table({"code": ["69-01", "971-02", "99-11"], "geometry": [square, square, None]}), path)
    sourced = tables(path, "circonscriptions")["circonscriptions"]
    assert sourced.table["code_circonscription"].to_pylist() == ["6901", "97102", "ZZ11"]
    assert sourced.table["code_departement"].to_pylist() == ["69", "971", "ZZ"]
    assert sourced.remarks == ("1 circonscription(s) sans contour, dont celles de l'étranger",)


@pytest.mark.mirror
@WITH_MIRROR
def test_the_geographic_code_of_2026_is_all_there() -> None:
    assert MIRROR is not None
    found = tables(MIRROR / "insee_cog-2026" / "cog_ensemble_2026_csv.zip", "cog")
    communes = found["communes"].table
    assert communes.num_rows == 37_496 + 95
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(communes["type"]).to_pylist()}
    assert counts["ARM"] == 45
    assert communes["code_departement"].null_count == 0
    assert found["departements"].table.num_rows == 101 + 9
    assert found["mouvements"].table.num_rows == 13_734
    assert pc.min(found["mouvements"].table["date_effet"]).as_py() == date(1943, 2, 19)


@pytest.mark.mirror
@WITH_MIRROR
def test_groups_and_contours_of_communes_are_all_there() -> None:
    assert MIRROR is not None
    assert tables(MIRROR / "insee_epci-2020" / "EPCI_2020.zip", "epci")["epci"].table.num_rows == 34_968
    contours = tables(MIRROR / "ign_communes" / "communes_contours.parquet", "contours")["contours"].table
    assert contours.num_rows == 37_395
    assert pc.sum(pc.equal(contours["type"], "COM")).as_py() == 34_867
    path = MIRROR / "datafrance_circonscriptions" / "ref_circonscriptions_legislatives.parquet"
    assert tables(path, "circonscriptions")["circonscriptions"].table["geometry"].null_count == 11
