"""What is read in the database of facilities: counted, located, long; the IRIS on nine characters."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carreau.errors import Broken
from carreau.sources.bpe_facilities.read import read
from carreau.sources.declare import Fetched, Sourced, source_of

SOURCE = source_of(Path(__file__).parents[1])
COUNTED = (
    "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP\n"
    "84;01;01001;01001_0000;2020;A401;2\n"
    "84;01;01004;010040101;2020;B203;1\n"
    "94;2A;2A004;2A004;2020;D201;3\n"
    "84;01;01004;CSZ;2020;D201;1\n"
)
LOCATED = (
    "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;LAMBERT_X;LAMBERT_Y;QUALITE_XY\n"
    "84;01;01001;01001_0000;2020;A401;848650.5;6561780.1;Bonne\n"
    "84;01;01001;01001_0000;2020;A401;848650.5;6561780.1;Bonne\n"
    "04;974;97411;974110101;2020;A401;338000;7690000;Acceptable\n"
    "84;01;01004;010040101;2020;B203;;;Mauvaise\n"
)
LONG = (
    '"GEO";"GEO_OBJECT";"FACILITY_DOM";"FACILITY_SDOM";"FACILITY_TYPE";"BPE_MEASURE";"TIME_PERIOD";"OBS_VALUE"\n'
    '"01001";"COM";"A";"A4";"A401";"FACILITIES";"2024";"2"\n'
    '"01001";"COM";"A";"A4";"_T";"FACILITIES";"2024";"2"\n'
    '"01001";"COM";"A";"A4";"A401";"FACILITIES";"2023";"1"\n'
    '"75056";"COM";"A";"A4";"A401";"FACILITIES";"2024";"9"\n'
    '"75101";"ARM";"A";"A4";"A401";"FACILITIES";"2024";"4"\n'
    '"01";"DEP";"A";"A4";"A401";"FACILITIES";"2024";"50"\n'
)


def facilities(tmp_path: Path, content: str, key: str, name: str = "bpe.csv") -> Sourced:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    return fetched(path, key)


def fetched(path: Path, key: str) -> Sourced:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    (sourced,) = read(Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment))
    return sourced


def test_the_iris_has_nine_characters_whatever_the_copy_wrote(tmp_path: Path) -> None:
    sourced = facilities(tmp_path, COUNTED, "ensemble-2020")
    assert sourced.table["DCIRIS"].to_pylist() == ["010010000", "010040101", "2A0040000", None]
    assert sourced.table["NB_EQUIP"].to_pylist() == [2.0, 1.0, 3.0, 1.0]
    assert sourced.table["AN"].to_pylist() == [2020] * 4
    assert sourced.remarks == ("1 équipement(s) sans IRIS reconnu",)


def test_a_located_facility_counts_for_one_in_the_projection_of_its_department(tmp_path: Path) -> None:
    rows = facilities(tmp_path, LOCATED, "xy-2020").table.to_pylist()
    assert [row["crs"] for row in rows] == ["EPSG:2154", "EPSG:2154", "EPSG:2975", None]
    # two shops at one address are two shops
    assert [row["NB_EQUIP"] for row in rows] == [1.0] * 4
    assert (rows[3]["LAMBERT_X"], rows[3]["QUALITE_XY"]) == (None, "Mauvaise")


def test_a_located_file_without_quality_is_read(tmp_path: Path) -> None:
    content = "\n".join(line.rpartition(";")[0] for line in LOCATED.splitlines()) + "\n"
    assert facilities(tmp_path, content, "xy-2020").table["QUALITE_XY"].null_count == 4


def test_the_long_layout_counts_types_by_commune_once(tmp_path: Path) -> None:
    sourced = facilities(tmp_path, LONG, "ds-2024", "DS_BPE_2024_data.csv")
    assert sourced.table.select(["DEPCOM", "DCIRIS", "TYPEQU", "NB_EQUIP", "AN"]).to_pylist() == [
        {"DEPCOM": "01001", "DCIRIS": None, "TYPEQU": "A401", "NB_EQUIP": 2.0, "AN": 2024},
        {"DEPCOM": "75101", "DCIRIS": None, "TYPEQU": "A401", "NB_EQUIP": 4.0, "AN": 2024},
    ]
    assert sourced.remarks == ("4 ligne(s) d'autres niveaux, mesures ou années laissée(s) de côté",)


def test_a_short_long_file_needs_only_places_types_and_values(tmp_path: Path) -> None:
    content = "GEO;FACILITY_TYPE;OBS_VALUE\n01001;A401;2\n75056;A401;9\n"
    assert facilities(tmp_path, content, "ds-2024").table["NB_EQUIP"].to_pylist() == [2.0, 9.0]


def test_the_archive_is_read_past_its_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "bpe20_ensemble_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bpe20_ensemble.csv", COUNTED)
        archive.writestr("varmod_bpe20_ensemble.csv", "COD_VAR;LIB_VAR\nAN;Année\n")
    assert fetched(path, "ensemble-2020").table.num_rows == 4


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        ("", "ensemble-2020", "est vide"),
        (COUNTED[:-9], "ensemble-2020", "est tronqué"),
        (COUNTED.replace("TYPEQU", "TYPE"), "ensemble-2020", "n'a pas la colonne « TYPEQU »"),
        (COUNTED, "xy-2020", "n'a pas la colonne « LAMBERT_X »"),
        (COUNTED.replace(";2\n", ";deux\n"), "ensemble-2020", "« NB_EQUIP »"),
        (COUNTED.replace("01001;", "Ain;"), "ensemble-2020", "« DEPCOM »"),
        (COUNTED + "84;01;01004;010040101;2020;B203;7\n", "ensemble-2020", "se contredit"),
        (LONG.replace("2024", "2022"), "ds-2024", "ne compte aucun équipement par commune pour 2024"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: str, key: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        facilities(tmp_path, content, key)
