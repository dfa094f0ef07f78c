"""What is read in the census by IRIS and by commune, on the publisher's layouts and on damaged files."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, source_of
from carreau.sources.insee_census.read import read

SOURCE = source_of(Path(__file__).parents[1])
_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
HEADER = "IRIS;COM;TYP_IRIS;LAB_IRIS;P22_POP;P22_POP0002;C22_POP15P;C22_POP15P_STAT_GSEC13_23;P22_PMEN"
ROWS = ("010010000;01001;Z;5;859;28.35;697;74.1682;", "010040101;01004;H;1;2057.93753915075;98.5;1655;0;")


def fetched(path: Path, key: str) -> Fetched:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    return Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment)


def theme(
    tmp_path: Path, content: str, key: str = "ic-population-2022-csv", encoding: str = "utf-8"
) -> Sourced:
    path = tmp_path / "base.CSV"
    path.write_bytes(content.encode(encoding))
    (table,) = read(fetched(path, key))
    return table


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


# --- layouts


def test_the_vintage_leaves_the_prefix_and_nothing_else(tmp_path: Path) -> None:
    table = theme(tmp_path, lines(*ROWS)).table
    assert table["P_POP"].to_pylist() == [859.0, 2057.93753915075]
    assert table["C_POP15P_STAT_GSEC13_23"].to_pylist() == [74.1682, 0.0]
    assert not [name for name in table.column_names if name.startswith(("P22", "C22"))]


def test_a_blank_cell_and_an_absent_variable_are_null_and_said_so(tmp_path: Path) -> None:
    sourced = theme(tmp_path, lines(*ROWS))
    assert sourced.table["P_PMEN"].to_pylist() == [None, None]
    assert sourced.table["P_POP0305"].to_pylist() == [None, None]
    assert sourced.remarks == ("1 variable(s) vides de bout en bout : sans valeur, et non zéro",)


def test_the_zip_of_the_publisher_is_read_past_its_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "base-ic-evol-struct-pop-2022_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("base-ic-evol-struct-pop-2022.CSV", lines(*ROWS))
        archive.writestr("meta_base-ic-evol-struct-pop-2022.CSV", "COD_VAR;LIB_VAR\nIRIS;IRIS\n")
    (table,) = read(fetched(path, "ic-population-2022-csv"))
    assert table.table["IRIS"].to_pylist() == ["010010000", "010040101"]


def test_the_older_key_columns_and_socio_professional_categories_are_read(tmp_path: Path) -> None:
    header = (
        "IRIS;REG;DEP;UU2010;COM;LIBCOM;TRIRIS;GRD_QUART;LIBIRIS;TYP_IRIS;MODIF_IRIS;LAB_IRIS;"
        "P17_POP;C17_POP15P;C17_POP15P_CS3"
    )
    row = "010040101;84;01;01302;01004;Ambérieu-en-Bugey;ZZZZZZ;0100401;Les Pérouses;H;0;1;1700.5;1400;90.25"
    sourced = theme(tmp_path, lines(row, header=header), "ic-population-2017-csv", "latin-1")
    (found,) = sourced.table.select(["IRIS", "COM", "LAB_IRIS", "P_POP", "C_POP15P_CS3"]).to_pylist()
    assert found == {
        "IRIS": "010040101", "COM": "01004", "LAB_IRIS": "1", "P_POP": 1700.5, "C_POP15P_CS3": 90.25,
    }
    assert sourced.table["C_POP15P_STAT_GSEC13_23"].to_pylist() == [None]
    assert "texte lu dans l'encodage cp1252" in sourced.remarks


def test_a_workbook_is_read_on_its_sheet_iris_under_line_6(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "IRIS"
    for title in ("Titre", "", "", "", "Libellés"):
        sheet.append([title])
    sheet.append(["IRIS", "COM", "TYP_IRIS", "LAB_IRIS", "P20_POP"])
    sheet.append(["2A0040101", "2A004", "H", 1, 1234.5])
    content = io.BytesIO()
    workbook.save(content)
    path = tmp_path / "base-ic-evol-struct-pop-2020_xlsx.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("base-ic-evol-struct-pop-2020.xlsx", content.getvalue())
    (sourced,) = read(fetched(path, "ic-population-2020-xlsx"))
    assert sourced.table.select(["IRIS", "COM", "P_POP"]).to_pylist() == [
        {"IRIS": "2A0040101", "COM": "2A004", "P_POP": 1234.5}
    ]


def test_a_commune_file_gives_its_own_vintage_only(tmp_path: Path) -> None:
    header = "CODGEO;P22_POP;P16_POP;P11_POP;C22_POP15P;C16_POP15P;P22_POP_XYZ"
    sourced = theme(tmp_path, lines("1001;859;767;780;697;600;3", header=header), "cc-population-2022")
    assert sourced.name == "population_communes"
    (row,) = sourced.table.select(["CODGEO", "P_POP", "C_POP15P"]).to_pylist()
    assert row == {"CODGEO": "01001", "P_POP": 859.0, "C_POP15P": 697.0}
    assert sourced.remarks == (
        "3 variable(s) d'autres millésimes laissées de côté",
        "1 variable(s) non déclarées laissées : P_POP_XYZ",
    )


def test_columns_in_another_order_give_the_same_table(tmp_path: Path) -> None:
    backwards = [";".join(reversed(line.split(";"))) for line in (HEADER, *ROWS)]
    assert theme(tmp_path, "\n".join(backwards)).table.equals(theme(tmp_path, lines(*ROWS)).table)


def test_a_file_saved_again_by_a_spreadsheet_gives_the_same_table(tmp_path: Path) -> None:
    saved = lines(*(row.removeprefix("0") + ";;" for row in ROWS), header=HEADER + ";;", ).replace(".", ",")
    again = theme(tmp_path, saved.replace("\n", "\r\n") + ";" * 10 + "\r\n", encoding="utf-8-sig")
    assert again.table.equals(theme(tmp_path, lines(*ROWS)).table)
    assert again.remarks[0] == "1 ligne(s) entièrement vide(s) écartée(s)"


# --- damaged files


def test_a_row_given_twice_is_counted_and_kept_once(tmp_path: Path) -> None:
    sourced = theme(tmp_path, lines(*ROWS, ROWS[0]))
    assert sourced.table.num_rows == 2
    assert sourced.remarks[0] == "1 ligne(s) en double, identique(s), écartée(s)"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "est vide"),
        (HEADER + "\n", "n'a aucune ligne de données"),
        (lines(*ROWS)[:-30], "est tronqué"),
        (lines(*ROWS, "010010000;01001;Z;5;860;28.35;697;74.1682;"), "se contredit"),
        (lines(*ROWS).replace("IRIS;COM", "CODE_IRIS;COM"), "n'a pas la colonne « IRIS »"),
        (lines(*ROWS).replace("P22_POP;", "Population;"), "n'a pas la variable « P_POP »"),
        (lines(*ROWS).replace("22_", "20_"), "n'est pas du millésime RP 2022"),
        (lines(*ROWS).replace("859", "ns"), "« P_POP »"),
        (lines(*ROWS).replace("010010000", "Code IRIS"), "« IRIS »"),
        ("<!DOCTYPE html>\n<html>\n", "n'a pas la variable"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Broken, match=said) as caught:
        theme(tmp_path, content)
    assert "base.CSV" in caught.value.what or "colonne" in caught.value.what


# --- declarations and the mirror


def test_every_denominator_is_a_column_of_the_same_survey() -> None:
    for schema in SOURCE.tables.values():
        for column in schema.columns:
            if column.of:
                assert schema.column(column.of).name[0] == column.name[0], column.name


def test_every_theme_is_declared_for_every_year_by_iris_and_by_commune() -> None:
    layouts = {(entry.layout, entry.vintage) for entry in SOURCE.files}
    assert len(layouts) == 5 * 2 * 6
    themes = {layout.partition(":")[2] for layout, _ in layouts}
    assert themes == {name for name in SOURCE.tables if "_" not in name}


@pytest.mark.mirror
@pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
def test_the_five_themes_of_2022_are_read_whole_in_six_seconds_of_cpu() -> None:
    assert SHARED is not None
    start = time.process_time()
    tables = {}
    for entry in SOURCE.files:
        for path in sorted(SHARED.glob(f"insee_rp2022*/{entry.name}")):
            (sourced,) = read(fetched(path, entry.key))
            tables[sourced.name] = sourced
    assert time.process_time() - start < 6.0
    assert set(tables) == {"population", "activite", "diplomes", "logement", "menages"}
    assert {sourced.table.num_rows for sourced in tables.values()} == {48_487}
    # figures of the mirror's notes: metropolitan population of the RP 2022, and the rate P over P
    population = tables["population"].table
    assert round(pc.sum(population["P_POP"]).as_py()) == 65_765_984
    assert pc.sum(pc.equal(population["P_POP"], 0)).as_py() == 126
    activity = tables["activite"].table
    rate = pc.sum(activity["P_CHOM1564"]).as_py() / pc.sum(activity["P_ACT1564"]).as_py()
    assert rate == pytest.approx(0.113, abs=0.0005)
    # the columns that the facsimile leaves empty, by theme
    empty = {name: int(sourced.remarks[0].split()[0]) for name, sourced in tables.items()}
    assert empty == {"population": 40, "activite": 94, "diplomes": 30, "logement": 50, "menages": 35}
