"""The mirror of the town is what publishers would make of it: layouts, secrecy, rounding, sampling, slips."""

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
import py7zr
import pyarrow.parquet as pq
import pytest
import shapely

from carreau.errors import Retry
from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched
from carreau.testing.town import Town, town, written
from carreau.testing.town.mirror import files_of
from carreau.testing.town.model import FIRST_CANDIDATE, RESIDENCE

SHARED = next(
    (each / "shared" / "data" for each in Path(__file__).parents if (each / "shared" / "data").is_dir()), None
)
needs_mirror = pytest.mark.skipif(
    SHARED is None, reason="../shared/data est absent"
)
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


# What the whole mirror is.


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


# The census.


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


# Incomes, benefits, cells.


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


# Places.


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


# Results.


def test_rows_of_2017_are_longer_than_their_header_and_hold_every_vote(mirror: Path, place: Town) -> None:
    path = mirror / "interieur_presidentielle-2017-t1/PR17_BVot_T1_FE.txt.zip"
    header, *lines = member(path, "PR17_BVot_T1_FE.txt").decode("iso-8859-1").split("\r\n")[:-1]
    rows = [line.split(";") for line in lines]
    assert len(header.split(";")) == 28
    assert {len(row) for row in rows} == {21 + 7 * 11}
    town_rows = [row for row in rows if row[0] == "96"]
    assert len(town_rows) == 24
    assert {row[0] for row in rows} == {"96", "ZA", "ZX", "ZZ"}
    votes = sum(int(row[21 + 7 * place + 4]) for row in town_rows for place in range(11))
    assert votes == (place.ballots[0].choice >= FIRST_CANDIDATE).sum()


def test_a_station_of_2017_counted_the_votes_of_the_two_it_became(mirror: Path, place: Town) -> None:
    path = mirror / "interieur_presidentielle-2017-t1/PR17_BVot_T1_FE.txt.zip"
    lines = member(path, "PR17_BVot_T1_FE.txt").decode("iso-8859-1").split("\r\n")[1:-1]
    registered = {
        f"96{row[4]}_{row[6]}": int(row[7]) for row in (line.split(";") for line in lines) if row[0] == "96"
    }
    today = dict(zip(place.stations.ids, place.truth["2017_pres_t1_inscrits"].to_pylist(), strict=True))
    assert registered["96001_0004"] == today["96001_0004"] + today["96001_0005"]
    assert registered["96001_0912"] == today["96001_0012"]
    assert registered["96004_0001"] == today["96003_0002"]


def test_first_round_of_2024_is_unpadded_and_second_quoted_and_padded(mirror: Path) -> None:
    name = "resultats-definitifs-par-bureau-de-vote.csv"
    first = (mirror / "interieur_legislatives-2024-t1" / name).read_text("utf-8")
    second = (mirror / "interieur_legislatives-2024-t2" / name).read_text("utf-8")
    assert '"' not in first
    assert '"0001"' in second
    one, two = rows_of(first), rows_of(second)
    assert {"1", "3B"} <= {row["Code BV"] for row in one}
    assert {"0001", "003B"} <= {row["Code BV"] for row in two}
    assert all(row["% Votants"].endswith("%") for row in one + two)
    assert any(row["Code département"] == "971" for row in one)
    elected = {row[f"Nom candidat {n}"] for row in two for n in (1, 2, 3, 4) if row[f"Elu {n}"] == "élu"}
    assert len(elected) == 1


def test_the_aggregated_tables_hold_the_votes_of_each_file(mirror: Path, place: Town) -> None:
    general = pq.read_table(mirror / "interieur_elections-agregees/general_results.parquet").to_pylist()
    candidates = pq.read_table(mirror / "interieur_elections-agregees/candidats_results.parquet").to_pylist()
    for ballots in place.ballots:
        here = [
            row
            for row in candidates
            if row["id_election"] == ballots.election and row["code_departement"] == "96"
        ]
        assert sum(row["voix"] for row in here) == (ballots.choice >= FIRST_CANDIDATE).sum()
    assert {row["id_brut_miom"] for row in general} >= {
        "96001_0001",
        "96003_003B",
        "97199_0001",
        "97701_0001",
        "ZZ999_0001",
    }
    assert all(row["inscrits"] == row["abstentions"] + row["votants"] for row in general)
    assert all(
        row["code_circonscription"] is None for row in general if row["id_election"].startswith("2024")
    )


def test_a_large_town_writes_its_constituencies_and_blocks(tmp_path: Path) -> None:
    large = written(town(150_000, 5), tmp_path)
    table = pq.read_table(large / "datafrance_circonscriptions/ref_circonscriptions_legislatives.parquet")
    assert table["code"].to_pylist() == ["96-01", "96-02"]
    rows = rows_of(
        (large / "interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv").read_text(
            "utf-8"
        )
    )
    names = {row["Code commune"]: row["Nom candidat 1"] for row in rows}
    assert names["96001"] != names["96017"]
