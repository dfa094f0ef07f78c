"""The results of the town hold every vote, in each layout of the ministry."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pyarrow.parquet as pq

from carreau.testing.town import Town, town, written
from carreau.testing.town.model import FIRST_CANDIDATE


def member(path: Path, name: str) -> bytes:
    """The bytes of one member of a zip."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def rows_of(text: str, delimiter: str = ";") -> list[dict[str, str]]:
    """The rows of a delimited text."""
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


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
