"""Every vote of every results file of the mirror is found again, against counts made without our readers."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from carreau.errors import Refused
from carreau.sources.catalogue import read
from carreau.sources.declare import Sourced
from carreau.sources.interieur_results.ballots import ballots_of, choices_of, label_of
from carreau.sources.interieur_results.blocs import blocs_of

pytestmark = pytest.mark.mirror

AGGREGATED = "interieur_elections-agregees"
FACSIMILE = "interieur_elections-agregees-2024-facsimile"
STATIONS = {
    "2017_pres_t1": ("interieur_presidentielle-2017-t1/PR17_BVot_T1_FE.txt.zip", "facsimile"),
    "2022_pres_t1": (
        "interieur_presidentielle-2022-t1/resultats-par-niveau-burvot-t1-france-entiere.txt.zip",
        "facsimile",
    ),
    "2024_legi_t1": ("interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv", "extract"),
    "2024_legi_t2": ("interieur_legislatives-2024-t2/resultats-definitifs-par-bureau-de-vote.csv", "extract"),
    "2026_muni_t1_toulouse": ("toulouse_municipales-2026/elections-municipales-2026-t1.parquet", "original"),
    "2026_muni_t2_toulouse": ("toulouse_municipales-2026/elections-municipales-2026-t2.parquet", "original"),
}
PAIRS = {
    "agregees_general": (f"{AGGREGATED}/general_results.parquet", "compiled"),
    "agregees_candidats": (f"{AGGREGATED}/candidats_results.parquet", "compiled"),
    "agregees_2024_facsimile_general": (f"{FACSIMILE}/general_results.parquet", "facsimile"),
    "agregees_2024_facsimile_candidats": (f"{FACSIMILE}/candidats_results.parquet", "facsimile"),
}
CONSTITUENCIES = {
    f"{key}_circonscriptions": f"interieur_circonscriptions-xlsx/{name}_circonscription.xlsx"
    for key, name in (
        ("2017_pres_t1", "Pres_2017_T1"),
        ("2017_legi_t1", "Legi_2017_T1"),
        ("2019_euro_t1", "Euro_2019"),
        ("2022_pres_t1", "Pres_2022_T1"),
        ("2022_legi_t1", "Legi_2022_T1"),
        ("2024_euro_t1", "Euro_2024"),
    )
}


FILES = STATIONS | PAIRS | {key: (path, "original") for key, path in CONSTITUENCIES.items()}


@pytest.fixture(scope="module")
def sourced(mirror: Path, fetched):
    """The tables of a file of the mirror, read once."""

    @cache
    def tables_of(key: str) -> tuple[Sourced, ...]:
        path, status = FILES[key]
        return read(fetched(mirror / path, key, status))

    return tables_of


def votes(tables: tuple[Sourced, ...]) -> int:
    return sum(pc.sum(table.table["voix"]).as_py() for table in tables if "voix" in table.table.column_names)


def lines(path: Path, encoding: str) -> list[list[str]]:
    """The cells of a text file, or of the one that a zip holds."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            content = archive.read(archive.namelist()[0])
    else:
        content = path.read_bytes()
    return list(csv.reader(io.StringIO(content.decode(encoding)), delimiter=";"))


@pytest.mark.parametrize(
    ("key", "stations", "total"), [("2017_pres_t1", 1_287, 888_512), ("2022_pres_t1", 1_317, 909_013)]
)
def test_every_vote_of_a_file_with_short_header_is_found(
    sourced, mirror: Path, key: str, stations: int, total: int
) -> None:
    rows = lines(mirror / STATIONS[key][0], "iso-8859-1")[1:]
    counted = sum(int(cell) for row in rows for cell in row[25::7])
    assert votes(sourced(key)) == counted == total
    assert sourced(key)[0].table.num_rows == stations
    assert not any("≠" in remark for remark in sourced(key)[0].remarks)


@pytest.mark.parametrize(("key", "total"), [("2024_legi_t1", 120_586), ("2024_legi_t2", 118_213)])
def test_every_vote_of_a_file_with_numbered_blocks_is_found(sourced, mirror: Path, key: str, total: int) -> None:
    header, *rows = lines(mirror / STATIONS[key][0], "utf-8")
    places = [place for place, name in enumerate(header) if name.startswith("Voix ")]
    counted = sum(int(row[place]) for row in rows for place in places if row[place])
    assert votes(sourced(key)) == counted == total
    assert sourced(key)[0].table.num_rows == 201
    assert sourced(key)[0].remarks == ()


@pytest.mark.parametrize(
    ("key", "stations", "total"),
    [("2026_muni_t1_toulouse", 284, 157_021), ("2026_muni_t2_toulouse", 285, 171_077)],
)
def test_every_vote_of_a_city_s_file_is_found(sourced, mirror: Path, key: str, stations: int, total: int) -> None:
    table = pq.read_table(mirror / STATIONS[key][0])
    counted = sum(pc.sum(table.column(place)).as_py() for place in range(17, table.num_columns, 2))
    assert votes(sourced(key)) == counted == total
    assert sourced(key)[0].table.num_rows == stations


@pytest.mark.parametrize(
    ("key", "stations", "total"),
    [("agregees", 3_863, 2_594_636), ("agregees_2024_facsimile", 70_083, 32_051_843)],
)
def test_every_vote_of_the_aggregated_files_is_found(
    sourced, mirror: Path, key: str, stations: int, total: int
) -> None:
    counted = pc.sum(pq.read_table(mirror / PAIRS[f"{key}_candidats"][0])["voix"]).as_py()
    assert votes(sourced(f"{key}_candidats")) == counted == total
    (general,) = sourced(f"{key}_general")
    assert general.table.num_rows == stations
    assert general.remarks == ()


@pytest.mark.parametrize("key", CONSTITUENCIES)
def test_every_vote_of_a_workbook_is_found(sourced, mirror: Path, key: str) -> None:
    content = io.BytesIO((mirror / CONSTITUENCIES[key]).read_bytes())
    header, *rows = openpyxl.load_workbook(content, read_only=True).worksheets[0].iter_rows(values_only=True)
    places = [place for place, name in enumerate(header) if str(name).partition(" ")[0] == "Voix"]
    counted = sum(int(row[place]) for row in rows for place in places if place < len(row) and row[place] is not None)
    assert votes(sourced(key)) == counted


def test_every_vote_of_the_files_of_one_line_per_candidate_is_found(mirror: Path, fetched) -> None:
    path = (
        mirror
        / "interieur_legislatives-2024-t1-circonscriptions"
        / "lg2024_t1_circonscriptions_une_ligne_par_candidat.csv"
    )
    found = read(fetched(path, "2024_legi_t1_circonscriptions"))
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("cp850"))))
    assert votes(found) == sum(int(row["NbVoix"]) for row in rows) == 32_060_275
    assert found[0].table.num_rows == len(rows) == 4_009
    assert "ÉRIC" in {name.upper() for name in found[0].table["prenom"].to_pylist()}
    path = mirror / "interieur_circonscriptions-xlsx" / "regionales_2015_t1_circonscriptions.csv"
    header, *cells = lines(path, "utf-8")
    places = [place for place, name in enumerate(header) if name == "Voix"]
    counted = sum(int(row[place]) for row in cells for place in places if place < len(row) and row[place])
    assert votes(read(fetched(path, "2015_regi_t1_circonscriptions"))) == counted


def test_lyon_has_its_stations_of_2022(sourced) -> None:
    stations = sourced("2022_pres_t1")[0].table
    assert stations.filter(pc.equal(stations["code_commune"], "69123")).num_rows == 305


def every(sourced) -> list[Sourced]:
    return [table for key in STATIONS | PAIRS for table in sourced(key)]


def test_two_tales_of_2024_are_refused_without_a_choice(sourced) -> None:
    with pytest.raises(Refused, match="2024_legi_t1") as refused:
        ballots_of(every(sourced))
    assert "70083 bureaux" in refused.value.given
    assert "201 bureaux" in refused.value.given


def test_the_ministry_s_files_and_the_aggregated_ones_are_recognised_as_the_same(sourced) -> None:
    told = {election: [label_of(file) for file in files] for election, files in choices_of(every(sourced)).items()}
    assert told.pop("2024_legi_t1") == ["2024_legi_t1", "agregees_2024_facsimile"]
    assert all(len(labels) == 1 for labels in told.values())
    assert set(told) == {
        "2012_pres_t1",
        "2017_pres_t1",
        "2022_pres_t1",
        "2024_legi_t2",
        "2026_muni_t1",
        "2026_muni_t2",
    }


def test_a_choice_gives_one_file_per_election_and_every_vote_of_it(sourced) -> None:
    ballots = ballots_of(every(sourced), preferred={"2024_legi_t1": "agregees_2024_facsimile"})
    assert ballots.stations.num_rows == 3_863 - 201 + 70_083
    assert ballots.origins["2024_legi_t1"].status == "facsimile"
    assert pc.sum(ballots.candidates["voix"]).as_py() == 2_594_636 - 120_586 + 32_051_843
    keys = ballots.stations.group_by(["id_election", "bv_id"]).aggregate([])
    assert keys.num_rows == ballots.stations.num_rows


def test_no_nuance_of_the_mirror_is_unknown(sourced) -> None:
    tables = [table.table for key in FILES for table in sourced(key) if "nuance" in table.table.column_names]
    remarks = [remark for table in tables for remark in blocs_of(table)[1]]
    assert not [remark for remark in remarks if "inconnues" in remark]


def test_the_blocs_of_finistere_are_those_of_the_ministry_s_votes(sourced) -> None:
    candidates = sourced("2024_legi_t1")[1].table
    summed = candidates.append_column("bloc", blocs_of(candidates)[0]).group_by("bloc").aggregate([("voix", "sum")])
    assert dict(zip(summed["bloc"].to_pylist(), summed["voix_sum"].to_pylist(), strict=True)) == {
        "centre_droit": 46_562,
        "gauche": 39_326,
        "extreme_droite": 31_547,
        "autres": 3_151,
    }
