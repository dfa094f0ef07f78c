"""What is read in Filosofi by IRIS and by commune: names, secrecy marks, the long layout, damaged files."""

from __future__ import annotations

import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, source_of
from carreau.sources.insee_filosofi.read import read

SOURCE = source_of(Path(__file__).parents[1])
_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
from_mirror = pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
IRIS_2021 = (
    "IRIS;DISP_TP6021;DISP_INCERT21;DISP_Q121;DISP_MED21;DISP_D121;DISP_S80S2021;DISP_GI21;DISP_PIMPOT21;DISP_NOTE21\n"
    "010040101;19,0;2;14990;20350;11620;3,4;0,237;-12,5;0\n"
    "010040102;ns;so;nd;ns;s;so;ns;ns;5\n"
)
LONG = (
    '"GEO";"GEO_OBJECT";"FILOSOFI_MEASURE";"UNIT_MEASURE";"UNIT_MULT";"CONF_STATUS";"OBS_STATUS";"TIME_PERIOD";"OBS_VALUE"\n'
    '"01001";"COM";"MED_SL";"EUR_YR";"0";"F";"A";"2021";"25820"\n'
    '"01001";"COM";"PR_MD60";"PT";"0";"C";"M";"2021";""\n'
    '"01002";"COM";"MED_SL";"EUR_YR";"0";"F";"O";"2021";""\n'
    '"75101";"ARM";"MED_SL";"EUR_YR";"0";"F";"A";"2021";"36000"\n'
    '"01";"DEP";"MED_SL";"EUR_YR";"0";"F";"A";"2021";"24000"\n'
    '"01001";"COM";"MED_SL";"EUR_YR";"0";"F";"A";"2020";"25000"\n'
)


def fetched(path: Path, key: str) -> Fetched:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    return Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment)


def table(tmp_path: Path, content: str, key: str = "iris-disp-2021") -> Sourced:
    path = tmp_path / "filosofi.csv"
    path.write_text(content, "utf-8")
    (sourced,) = read(fetched(path, key))
    return sourced


def mirrored(pattern: str, key: str) -> Sourced:
    assert SHARED is not None
    (path,) = SHARED.glob(pattern)
    (sourced,) = read(fetched(path, key))
    return sourced


# --- by IRIS


def test_names_lose_their_base_and_vintage_only(tmp_path: Path) -> None:
    row = table(tmp_path, IRIS_2021).table.to_pylist()[0]
    assert (row["IRIS"], row["COM"], row["base"]) == ("010040101", "01004", "DISP")
    assert (row["TP60"], row["Q1"], row["MED"], row["D1"]) == (19.0, 14990.0, 20350.0, 11620.0)
    assert (row["S80S20"], row["GI"], row["PIMPOT"]) == (3.4, 0.237, -12.5)
    assert (row["INCERT"], row["NOTE"], row["MED_statut"]) == ("2", "0", None)


def test_a_secrecy_mark_is_a_status_beside_a_null_value(tmp_path: Path) -> None:
    sourced = table(tmp_path, IRIS_2021)
    row = sourced.table.to_pylist()[1]
    for name, mark in {"TP60": "ns", "Q1": "nd", "MED": "ns", "D1": "s", "S80S20": "so"}.items():
        assert (row[name], row[f"{name}_statut"]) == (None, mark)
    assert (row["INCERT"], row["NOTE"]) == ("so", "5")
    assert sourced.remarks == ("cellules sans valeur, par marque de l'Insee : nd 1, ns 4, s 1, so 1",)


def test_a_measure_that_the_layout_lacks_is_null_without_a_status(tmp_path: Path) -> None:
    row = table(tmp_path, IRIS_2021).table.to_pylist()[0]
    assert (row["PTSAC"], row["PTSAC_statut"]) == (None, None)


def test_the_vintage_2020_does_not_shorten_the_ratio_s80_s20(tmp_path: Path) -> None:
    header = "IRIS;LIBIRIS;COM;LIBCOM;DISP_MED20;DISP_S80S2020;DISP_TP6020;note\n"
    content = header + "010040101;A;01004;B;1,5;3,4;19;0\n"
    row = table(tmp_path, content, "iris-disp-2020").table.to_pylist()[0]
    assert (row["MED"], row["S80S20"], row["TP60"], row["NOTE"]) == (1.5, 3.4, 19.0, "0")


def test_the_declared_base_is_read_from_its_own_workbook(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Documentation"
    sheet = workbook.create_sheet("IRIS_DEC")
    for line in (["Titre"], [], [], [], [], ["IRIS", "DEC_MED19", "DEC_PIMP19", "DEC_PAUT19", "DEC_NOTE19"]):
        sheet.append(line)
    sheet.append(["010040101", 20000, 50.5, "ns", 0])
    path = tmp_path / "BASE_TD_FILO_DEC_IRIS_2019.xlsx"
    workbook.save(path)
    (sourced,) = read(fetched(path, "iris-dec-2019"))
    row = sourced.table.to_pylist()[0]
    assert (row["base"], row["MED"], row["PIMP"], row["PAUT"]) == ("DEC", 20000.0, 50.5, None)
    assert (row["PAUT_statut"], row["NOTE"]) == ("ns", "0")


# --- by commune


def test_the_median_of_a_commune_has_one_name_in_every_layout(tmp_path: Path) -> None:
    header = "CODGEO;LIBGEO;NBMEN19;NBUC19;Q219;Q3_Q1;D119;RD;S80S2019\n"
    first = header + "01001;L'Abergement;322;542,7;23970;;;;\n"
    row = table(tmp_path, first, "communes-disp-2019").table.to_pylist()[0]
    assert (row["MED"], row["NBMEN"], row["NBUC"], row["D1"]) == (23970.0, 322.0, 542.7, None)
    second = "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;PIMP21;TP6021;TP60AGE121\n1001;s;800;25820;;nd;12\n"
    row = table(tmp_path, second, "communes-cc-2021").table.to_pylist()[0]
    assert (row["CODGEO"], row["MED"], row["NBPERS"], row["TP60AGE1"]) == ("01001", 25820.0, 800.0, 12.0)
    assert (row["NBMEN_statut"], row["TP60_statut"]) == ("s", "nd")


def test_the_long_layout_gives_one_row_per_commune_of_its_year(tmp_path: Path) -> None:
    sourced = table(tmp_path, LONG, "communes-ds-2021")
    rows = {row["CODGEO"]: row for row in sourced.table.to_pylist()}
    assert sorted(rows) == ["01001", "01002", "75101"]
    assert (rows["01001"]["MED"], rows["01001"]["MED_statut"]) == (25820.0, None)
    assert (rows["01001"]["TP60"], rows["01001"]["TP60_statut"]) == (None, "s")
    assert (rows["01002"]["MED"], rows["01002"]["MED_statut"]) == (None, "nd")
    assert "2 ligne(s) d'autres niveaux géographiques ou d'autres années" in sourced.remarks[0]


def test_the_long_layout_keeps_totals_and_leaves_breakdowns(tmp_path: Path) -> None:
    content = (
        "GEO;FILOSOFI_MEASURE;AGE;OBS_VALUE\n01001;MED_SL;_T;25000\n01001;MED_SL;Y_LT30;19000\n"
        "01001;ZZ;_T;1\n"
    )
    row = table(tmp_path, content, "communes-ds-2021").table.to_pylist()[0]
    assert (row["MED"], row["MED_statut"]) == (25000.0, None)


def test_the_archive_by_commune_is_read_among_its_other_levels(tmp_path: Path) -> None:
    path = tmp_path / "base-cc-filosofi-2021-geo2025_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cc_filosofi_2021_COM.csv", "CODGEO;MED21\n01001;25820\n")
        archive.writestr("cc_filosofi_2021_DEP.csv", "CODGEO;MED21\n01;24000\n")
        archive.writestr("meta_cc_filosofi_2021_COM.csv", "COD_VAR\nMED21\n")
    (sourced,) = read(fetched(path, "communes-cc-2021"))
    assert sourced.table["CODGEO"].to_pylist() == ["01001"]


# --- damaged files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "est vide"),
        (IRIS_2021[:-12], "est tronqué"),
        (IRIS_2021.replace("IRIS;", "CODE;"), "n'a pas la colonne « IRIS »"),
        (IRIS_2021.replace("DISP_MED21", "MEDIANE"), "n'a pas la médiane DISP_MED21"),
        (IRIS_2021.replace("DISP_", "DEC_"), "n'a pas la médiane DISP_MED21"),
        (IRIS_2021.replace("21;", "19;"), "n'a pas la médiane DISP_MED21"),
        (IRIS_2021.replace("DISP_Q121", "MED"), "donne deux fois la même variable"),
        (IRIS_2021.replace("20350", "vingt mille"), "« MED »"),
        (IRIS_2021 + "010040101;20,0;2;14990;20350;11620;3,4;0,237;-12,5;0\n", "se contredit"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        table(tmp_path, content)


def test_a_long_file_of_another_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="ne contient aucune commune pour 2022"):
        table(tmp_path, LONG, "communes-ds-2022")


# --- the mirror


@pytest.mark.mirror
@from_mirror
def test_the_marks_of_2021_are_counted_as_in_the_whole_file() -> None:
    sourced = mirrored("insee_filosofi-iris-2021/*.zip", "iris-disp-2021")
    assert sourced.table.num_rows == 16_026
    marks: Counter[str] = Counter()
    for name in sourced.table.column_names:
        if name.endswith("_statut") or name in {"INCERT", "NOTE"}:
            marks.update(sourced.table[name].drop_null().to_pylist())
    for published in "0125":
        del marks[published]
    # counted apart, in the publisher's bytes, by the mirror's notes
    assert marks == {"ns": 30_231, "nd": 8_175, "so": 6_062, "s": 670}
    assert Counter(sourced.table["INCERT"].to_pylist()) == {"1": 8_806, "2": 5_684, "so": 1_536}
    assert Counter(sourced.table["NOTE"].to_pylist()) == {"0": 14_325, "1": 165, "5": 82, "so": 1_454}


@pytest.mark.mirror
@from_mirror
def test_the_iris_files_of_2014_and_2019_are_read_whole() -> None:
    old = mirrored("insee_filosofi-iris-2014/*.zip", "iris-disp-2014").table
    new = mirrored("insee_filosofi-iris-2019/*.zip", "iris-disp-2019").table
    assert (old.num_rows, new.num_rows) == (12_209, 12_481)
    assert old["PTSAC"].null_count < old.num_rows and old["PTSA"].null_count == old.num_rows
    assert new["PTSAC"].null_count == new.num_rows and new["PTSA"].null_count < new.num_rows
    assert pc.all(pc.less_equal(pc.drop_null(new["D1"]), pc.max(new["D9"]))).as_py()
    assert pc.min(old["MED"]).as_py() > 0


@pytest.mark.mirror
@from_mirror
def test_the_commune_files_of_2019_and_2021_are_read_whole() -> None:
    old = mirrored("insee_filosofi-communes-2019/*.zip", "communes-disp-2019").table
    new = mirrored("insee_filosofi-communes-2021-*/*.zip", "communes-cc-2021").table
    assert (old.num_rows, new.num_rows) == (31_361, 32_934)
    assert old.num_rows - old["D1"].null_count in range(5_222, 5_337)
    assert new["MED"].null_count < new.num_rows == new["D1"].null_count
