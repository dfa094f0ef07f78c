"""The figures of the town are sampled, rounded, hidden and imputed as publishers do."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import py7zr
import pytest
import shapely

from carreau.testing.town import Town
from carreau.testing.town.model import RESIDENCE

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


def census(mirror: Path, theme: str) -> list[dict[str, str]]:
    """The rows of one census file of the town."""
    stem = f"base-ic-{theme}-2022"
    return rows_of(member(mirror / f"insee_rp2022-{theme}/{stem}_csv.zip", f"{stem}.CSV").decode())


def cells(mirror: Path) -> list[dict[str, str]]:
    """The rows of the grid."""
    archive = member(
        mirror / "insee_filosofi-carreaux-200m-2021/Filosofi2021_carreaux_200m_csv.zip",
        "Filosofi2021_carreaux_200m_csv.7z",
    )
    with py7zr.SevenZipFile(io.BytesIO(archive)) as packed:
        factory = py7zr.io.BytesIOFactory(10**8)
        packed.extractall(factory=factory)
    return rows_of(factory.products["carreaux_200m_met.csv"].read().decode(), ",")


def test_communes_that_are_not_cut_are_exact_in_the_main_exploitation(mirror: Path, place: Town) -> None:
    rows = [row for theme in CENSUS for row in census(mirror, theme) if row["TYP_IRIS"] == "Z"]
    assert len(rows) == 2 * len(CENSUS)
    for row in rows:
        mine = [key.startswith(row["COM"]) for key in place.stations.ids]
        for name in (each for each in row if each.startswith("P22_")):
            truth = place.truth[f"P_{name[4:]}"].to_numpy()[mine].sum()
            assert float(row[name]) == truth, (row["IRIS"], name)


def test_a_large_commune_is_estimated_near_its_truth_and_with_decimals(mirror: Path, place: Town) -> None:
    rows = [row for row in census(mirror, "evol-struct-pop") if row["COM"] == "96001"]
    mine = [key.startswith("96001") for key in place.stations.ids]
    truth = place.truth["P_POP"].to_numpy()[mine].sum()
    estimate = sum(float(row["P22_POP"]) for row in rows)
    assert estimate != truth
    assert abs(estimate / truth - 1) < 0.03
    assert any("." in row["P22_POP"] for row in rows)


def test_the_sample_of_a_small_commune_is_near_its_truth(mirror: Path, place: Town) -> None:
    row = next(row for row in census(mirror, "couples-familles-menages") if row["COM"] == "96003")
    mine = [key.startswith("96003") for key in place.stations.ids]
    truth = place.truth["C_MENPSEUL"].to_numpy()[mine].sum()
    # one household in four: the deviation of such a count is about sqrt(3 x count)
    assert abs(float(row["C22_MENPSEUL"]) - truth) < 4 * np.sqrt(3 * truth)


def test_every_column_of_the_census_is_filled(mirror: Path) -> None:
    for theme in CENSUS:
        rows = census(mirror, theme)
        assert len(rows) == 12
        assert all(cell != "" for row in rows for cell in row.values()), theme


def test_the_park_counts_zero_inhabitants(mirror: Path) -> None:
    row = next(row for row in census(mirror, "evol-struct-pop") if row["TYP_IRIS"] == "D")
    assert row["P22_POP"] == "0"


def test_secrecy_codes_stand_where_nothing_may_be_said(mirror: Path) -> None:
    text = member(
        mirror / "insee_filosofi-iris-2021/BASE_TD_FILO_IRIS_2021_DISP_CSV.zip",
        "BASE_TD_FILO_IRIS_2021_DISP.csv",
    ).decode()
    rows = {row["IRIS"]: row for row in rows_of(text)}
    assert len(rows) == 10
    assert not any(code.endswith("0000") for code in rows)
    port, park = rows["960010108"], rows["960010110"]
    assert (port["DISP_MED21"], port["DISP_RD21"], port["DISP_NOTE21"]) == ("ns", "so", "so")
    assert (park["DISP_MED21"], park["DISP_INCERT21"]) == ("nd", "so")
    secret = [
        row for row in rows.values() if row["DISP_PTSA21"] == row["DISP_PCHO21"] == row["DISP_PBEN21"] == "s"
    ]
    assert len(secret) == 1
    assert secret[0]["DISP_MED21"].isdigit()
    assert {row["DISP_NOTE21"] for row in rows.values()} == {"0", "1", "so"}
    assert "," in rows["960010101"]["DISP_TP6021"]


def test_small_communes_have_a_median_and_no_decile(mirror: Path) -> None:
    content = member(mirror / "insee_filosofi-communes-2019/FILO2019_DISP_COM.zip", "FILO2019_DISP_COM.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    rows = {row["CODGEO"]: row for row in rows_of(content.decode("utf-8-sig"))}
    assert rows["96002"]["Q219"].isdigit()
    assert rows["96002"]["D119"] == rows["96002"]["PACT19"] == ""
    assert rows["96001"]["D119"].isdigit()


def test_the_median_of_a_commune_is_that_of_its_persons(mirror: Path, place: Town) -> None:
    path = mirror / "insee_filosofi-communes-2021/base-cc-filosofi-2021-geo2024_csv.zip"
    rows = {row["CODGEO"]: row for row in rows_of(member(path, "cc_filosofi_2021_COM.csv").decode())}
    mine = (place.homes.kind == RESIDENCE) & (
        place.land.iris_commune[place.addresses.iris[place.homes.address]] == 2
    )
    persons = np.repeat(place.budgets.standard[mine], place.homes.size[mine])
    assert float(rows["96003"]["MED21"]) == pytest.approx(np.median(persons), abs=60)


def test_blanks_are_not_zeros_in_the_benefits(mirror: Path) -> None:
    text = member(mirror / "cnaf_caf-iris-2020/data_CAF_2020_IRIS.zip", "data_CAF_2020_IRIS.csv").decode()
    rows = rows_of(text)
    hidden = [row for row in rows if row["NOTE"] != "0"]
    assert [row["CODGEO"] for row in hidden] == ["960010108", "960010110"]
    assert all(cell == "" for row in hidden for name, cell in row.items() if name not in {"CODGEO", "NOTE"})
    shown = [int(cell) for row in rows if row["NOTE"] == "0" for cell in list(row.values())[2:] if cell]
    assert min(shown) >= 5
    assert any(cell == "" for row in rows if row["NOTE"] == "0" for cell in row.values())


def test_cells_of_few_households_take_the_ratios_of_their_natural_square(mirror: Path, place: Town) -> None:
    rows = cells(mirror)
    imputed = [row for row in rows if row["i_est_200"] == "1"]
    exact = [row for row in rows if row["i_est_200"] == "0"]
    assert imputed
    assert min(float(row["men"]) for row in exact) >= 11
    assert all(row["idcar_nat"] == row["idcar_200m"] for row in exact)
    squares: dict[str, set[float]] = {}
    for row in imputed:
        squares.setdefault(row["idcar_nat"], set()).add(round(float(row["men"]) / float(row["ind"]), 9))
    assert all(len(ratios) == 1 for ratios in squares.values())
    assert sum(float(row["men"]) for row in rows) == pytest.approx((place.homes.kind == RESIDENCE).sum())
    housed = place.homes.size[place.homes.kind == RESIDENCE].sum()
    assert sum(float(row["ind"]) for row in rows) == housed


def test_ages_and_buildings_of_a_cell_sum_to_its_people_and_households(mirror: Path) -> None:
    for row in cells(mirror):
        ages = sum(float(cell) for name, cell in row.items() if name.startswith("ind_") and name != "ind_snv")
        assert ages == pytest.approx(float(row["ind"]))
        assert float(row["men_coll"]) + float(row["men_mais"]) == pytest.approx(float(row["men"]))


def test_a_cell_that_straddles_communes_names_both(mirror: Path) -> None:
    codes = {row["lcog_geo"] for row in cells(mirror)}
    assert {"96001", "96002", "96003"} <= codes
    assert any(len(code) == 10 for code in codes)


def test_the_priority_district_is_alone_in_its_file(mirror: Path) -> None:
    text = (mirror / "francetravail_qpv-2022/IPRO_2022.csv").read_bytes().decode("utf-8-sig")
    [row] = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    header = text.split("\r\n", 1)[0].split(";")
    assert row[0] == "QP096001"
    assert int(row[header.index("ABC")]) == int(row[header.index("ABC_F")]) + int(row[header.index("ABC_H")])


def test_facilities_stand_in_the_iris_that_they_name(mirror: Path, place: Town) -> None:
    text = member(mirror / "insee_bpe-2020/bpe20_ensemble_xy_csv.zip", "bpe20_ensemble_xy.csv").decode()
    outlines = dict(zip(place.land.iris, place.land.outlines, strict=True))
    rows = rows_of(text)
    for row in rows:
        code = row["DCIRIS"].replace("_", "").ljust(9, "0")
        assert shapely.contains_xy(outlines[code], float(row["LAMBERT_X"]), float(row["LAMBERT_Y"]))
    counts = rows_of(member(mirror / "insee_bpe-2020/bpe20_ensemble_csv.zip", "bpe20_ensemble.csv").decode())
    assert sum(int(row["NB_EQUIP"]) for row in counts) == len(rows)
