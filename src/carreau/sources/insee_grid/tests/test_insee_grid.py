"""What is read in the 200 m grid: the layouts of four vintages, corners, communes touched, damaged files."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, source_of
from carreau.sources.insee_grid.read import communes_touched, read

SOURCE = source_of(Path(__file__).parents[1])
_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
from_mirror = pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
CELL = "CRS3035RES200mN2459200E3985000"
MET = (
    "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,ind_snv\n"
    f"{CELL},CRS3035RES1000mN2459000E3985000,{CELL},1,0,3818538421,11,3.7,252417.5\n"
    f"CRS3035RES200mN2459400E3985000,CRS3035RES1000mN2459000E3985000,{CELL},0,2,38185,5.5,1.7,\n"
)
OLD = (
    "IdINSPIRE,Id_carr1km,I_est_cr,Id_carr_n,Groupe,Depcom,I_pauv,Id_car2010,Ind,Men,Men_pauv,Ind_snv,I_est_1km\n"
    'CRS3035RES200mN2893400E3763200,CRS3035RES1000mN2893000E3763000,"0",CRS3035RES1000mN2893000E3763000,'
    '"866132","75119","0",CRS3035RES200mN2893400E3763200,2818.5,990.0,280.0,44265483.1,"0"\n'
)


def fetched(path: Path, key: str) -> Fetched:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    return Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment)


def cells(tmp_path: Path, content: str, key: str = "carreaux-2019-met") -> Sourced:
    path = tmp_path / "carreaux_200m_met.csv"
    path.write_text(content, "utf-8")
    (sourced,) = read(fetched(path, key))
    return sourced


def test_the_corner_of_a_cell_comes_from_its_identifier(tmp_path: Path) -> None:
    row = cells(tmp_path, MET).table.to_pylist()[0]
    assert (row["idcar_200m"], row["crs"]) == (CELL, "EPSG:3035")
    assert (row["cellule_est"], row["cellule_nord"]) == (3_985_000, 2_459_200)


def test_counts_keep_their_decimals_and_imputed_cells_are_flagged_and_counted(tmp_path: Path) -> None:
    sourced = cells(tmp_path, MET)
    assert sourced.table["ind"].to_pylist() == [11.0, 5.5]
    assert sourced.table["i_est_200"].to_pylist() == [1, 0]
    assert sourced.table["ind_snv"].to_pylist() == [252417.5, None]
    assert sourced.remarks == ("1 carreau(x) sur 2 aux valeurs imputées (i_est_200 = 1)",)


def test_the_header_of_2015_gives_the_names_of_2019(tmp_path: Path) -> None:
    row = cells(tmp_path, OLD, "carreaux-2015-met").table.to_pylist()[0]
    assert (row["i_est_200"], row["i_est_1km"], row["ind"], row["men_pauv"]) == (0, 0, 2818.5, 280.0)
    assert (row["codes_communes"], row["idcar_nat"]) == ("75119", "CRS3035RES1000mN2893000E3763000")


def test_the_header_of_2017_gives_the_names_of_2019(tmp_path: Path) -> None:
    header = "Idcar_200m,I_est_200,Idcar_1km,I_est_1km,Idcar_nat,Groupe,Ind,Men,lcog_geo\n"
    row = cells(tmp_path, header + f"{CELL},1,a,0,b,7,4,2,2A004\n", "carreaux-2017-met").table.to_pylist()[0]
    assert (row["ind"], row["men"], row["i_est_200"], row["codes_communes"]) == (4.0, 2.0, 1, "2A004")


def test_a_grid_of_counts_alone_is_read(tmp_path: Path) -> None:
    sourced = cells(tmp_path, f"idcar_200m,ind\n{CELL},4.5\n")
    row = sourced.table.to_pylist()[0]
    assert (row["ind"], row["codes_communes"], row["i_est_200"], sourced.remarks) == (4.5, None, None, ())


def test_the_three_territories_are_read_from_the_7z_inside_the_zip(tmp_path: Path) -> None:
    inner = tmp_path / "Filosofi2021_carreaux_200m_csv.7z"
    reunion = MET.replace("CRS3035", "CRS2975").replace("3818538421", "97411")
    with py7zr.SevenZipFile(inner, "w") as archive:
        archive.writestr(MET.encode(), "carreaux_200m_met.csv")
        archive.writestr(reunion.encode(), "carreaux_200m_reun.csv")
    path = tmp_path / "Filosofi2021_carreaux_200m_csv.zip"
    with zipfile.ZipFile(path, "w") as outer:
        outer.write(inner, inner.name)
    (sourced,) = read(fetched(path, "carreaux-2021"))
    assert sourced.table["crs"].to_pylist() == ["EPSG:3035"] * 2 + ["EPSG:2975"] * 2


def test_columns_in_another_order_give_the_same_table(tmp_path: Path) -> None:
    backwards = "\n".join(",".join(reversed(line.split(","))) for line in MET.splitlines()) + "\n"
    assert cells(tmp_path, backwards).table.equals(cells(tmp_path, MET).table)


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A([013-8][0-9]|2[AB]|9[0-5])[0-9]{3}\Z"), min_size=1, max_size=5))
def test_communes_are_told_apart_however_they_were_joined(codes: list[str]) -> None:
    expected = ",".join(codes)
    for joined in ("".join(codes), ",".join(codes), " ".join(codes)):
        assert communes_touched(pa.chunked_array([[joined]]), "f.csv").to_pylist() == [expected]


def test_a_leading_zero_lost_by_a_spreadsheet_is_given_back() -> None:
    found = communes_touched(pa.chunked_array([["100101004", "1001", None]]), "f.csv").to_pylist()
    assert found == ["01001,01004", "01001", None]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "est vide"),
        (MET[:-20], "est tronqué"),
        (MET.replace("idcar_200m", "carreau"), "n'a pas l'identifiant des carreaux"),
        (MET.replace(",", ";"), "n'a pas l'identifiant des carreaux"),
        (MET.replace("RES200m", "RES1000m"), "identifiant.s. qui ne sont pas ceux d'un carreau de 200 m"),
        (MET.replace("3818538421", "381"), "codes de communes de longueur inattendue"),
        (MET.replace(",1,0,", ",0.5,0,"), "« i_est_200 »"),
        (MET.replace("3.7", "beaucoup"), "« men »"),
        (MET + MET.splitlines()[1].replace("3.7", "9") + "\n", "se contredit"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        cells(tmp_path, content)


def test_a_cell_given_twice_is_counted_and_kept_once(tmp_path: Path) -> None:
    sourced = cells(tmp_path, MET + MET.splitlines()[1] + "\n")
    assert sourced.table.num_rows == 2
    assert sourced.remarks[0] == "1 ligne(s) en double, identique(s), écartée(s)"


@pytest.mark.mirror
@from_mirror
def test_the_cells_of_grenoble_2019_add_up() -> None:
    assert SHARED is not None
    path = SHARED / "insee_filosofi-carreaux-200m-2019" / "carreaux_200m_met.csv"
    (sourced,) = read(fetched(path, "carreaux-2019-met"))
    table = sourced.table
    assert table.num_rows == 321
    assert pc.sum(table["i_est_200"]).as_py() == 39
    # figures of the mirror's notes: poverty 18.1 %, mean living standard 23,326 €
    total = {name: pc.sum(table[name]).as_py() for name in ("ind", "ind_snv", "men", "men_pauv")}
    assert total["ind"] == pytest.approx(132_491, abs=1)
    assert total["ind_snv"] / total["ind"] == pytest.approx(23_326, abs=1)
    assert total["men_pauv"] / total["men"] == pytest.approx(0.181, abs=0.0005)
    ages = [name for name in table.column_names if name.startswith("ind_") and name != "ind_snv"]
    for row in table.to_pylist():
        assert sum(row[name] for name in ages) == pytest.approx(row["ind"], abs=1e-9)
        assert row["men_coll"] + row["men_mais"] == pytest.approx(row["men"], abs=1e-9)


@pytest.mark.mirror
@from_mirror
def test_the_facsimile_of_2021_is_read_whole() -> None:
    assert SHARED is not None
    (path,) = SHARED.glob("*/Filosofi2021_carreaux_200m_csv.zip")
    (sourced,) = read(fetched(path, "carreaux-2021"))
    assert sourced.table.num_rows == 43_597
    assert pc.any(pc.match_substring(sourced.table["codes_communes"], ",")).as_py()
