from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken

STATION: dict[str, Any] = {
    "id_election": "2022_pres_t1",
    "id_brut_miom": "69123_0101",
    "code_departement": "69",
    "code_commune": "69123",
    "libelle_commune": "Lyon",
    "code_circonscription": "01",
    "code_bv": "101",
    "inscrits": 100,
    "abstentions": 40,
    "votants": 60,
    "blancs": 8,
    "nuls": 2,
    "exprimes": 50,
    "ratio_abstentions_inscrits": 40.0,
}
VOTES: dict[str, Any] = {
    "id_election": "2022_pres_t1",
    "code_departement": "69",
    "code_commune": "69123",
    "code_bv": "0101",
    "no_panneau": "1",
    "voix": 50,
    "nuance": None,
    "sexe": "F",
    "nom": "ARTHAUD",
    "prenom": "Nathalie",
    "liste": None,
    "libelle_abrege_liste": None,
    "libelle_etendu_liste": None,
    "nom_tete_liste": None,
    "binome": None,
}
GENERAL, CANDIDATES = "agregees_general", "agregees_candidats"


@pytest.fixture
def aggregated(tmp_path: Path, tables):
    """The table read from rows written in Parquet, or in CSV where the key says so."""

    def read_rows(key: str, *rows: dict[str, Any]):
        written = pa.Table.from_pylist(list(rows))
        path = tmp_path / f"{key}.{'csv' if 'csv' in key else 'parquet'}"
        if "csv" in key:
            text = pa.table({name: written[name].cast(pa.string()) for name in written.column_names})
            pcsv.write_csv(text, path, pcsv.WriteOptions(delimiter=";"))
        else:
            pq.write_table(written, path)
        (sourced,) = tables(key, path).values()
        return sourced

    return read_rows


@pytest.mark.parametrize("key", [GENERAL, "agregees_csv_general"])
def test_a_station_has_the_same_key_as_in_the_ministry_s_files(aggregated, key: str) -> None:
    (row,) = aggregated(key, STATION).table.to_pylist()
    assert (row["bv_id"], row["code_bv"], row["code_circonscription"]) == ("69123_0101", "0101", "6901")
    assert (row["inscrits"], row["exprimes"], row["blancs"]) == (100, 50, 8)


@pytest.mark.parametrize("key", [CANDIDATES, "agregees_csv_candidats"])
def test_a_candidate_a_pair_and_a_list_each_have_their_name(aggregated, key: str) -> None:
    pair = VOTES | {"nom": None, "prenom": None, "binome": "A et B", "no_panneau": "2", "voix": 3}
    people = VOTES | {
        "nom": None,
        "prenom": None,
        "nom_tete_liste": "C",
        "libelle_abrege_liste": "ENSEMBLE",
        "no_panneau": "3",
        "voix": 4,
    }
    found = aggregated(key, VOTES, pair, people).table.to_pylist()
    assert [(row["nom"], row["liste"], row["voix"]) for row in found] == [
        ("ARTHAUD", None, 50),
        ("A et B", None, 3),
        ("C", "ENSEMBLE", 4),
    ]


OLDER = {
    "id_election": "2017_pres_t1",
    "Code du département": "1",
    "Code de la commune": "4",
    "Code du b.vote": "2",
}


@pytest.mark.parametrize("suffix", ["", "_csv"])
def test_the_schema_of_before_2026_says_the_same(aggregated, suffix: str) -> None:
    counts = {"Inscrits": 100, "Abstentions": 40, "Votants": 60, "Blancs": 8, "Nuls": 2, "Exprimés": 50}
    (station,) = aggregated(f"agregees{suffix}_general", OLDER | counts).table.to_pylist()
    assert (station["bv_id"], station["exprimes"]) == ("01004_0002", 50)
    person = {"N°Panneau": "1", "Nom": "ARTHAUD", "Prénom": "Nathalie", "Sexe": "F", "Voix": 50}
    (votes,) = aggregated(f"agregees{suffix}_candidats", OLDER | person).table.to_pylist()
    assert (votes["bv_id"], votes["nom"], votes["prenom"], votes["voix"]) == (
        "01004_0002",
        "ARTHAUD",
        "Nathalie",
        50,
    )


def test_a_few_votes_that_are_words_are_set_aside_and_counted(aggregated) -> None:
    rows = [VOTES | {"code_bv": str(number), "voix": "50"} for number in range(1, 300)]
    found = aggregated(CANDIDATES, *rows, VOTES | {"code_bv": "300", "voix": "CONTINUONS"})
    assert found.table.num_rows == 299
    assert found.remarks == ("2022_pres_t1 : 1 ligne(s) de candidats sans nombre de voix écartée(s)",)


def test_votes_that_are_all_words_are_refused(aggregated) -> None:
    with pytest.raises(Broken, match="« voix »"):
        aggregated(CANDIDATES, VOTES | {"voix": "CONTINUONS"})


def test_elections_that_are_not_declared_are_left_aside(aggregated) -> None:
    found = aggregated(
        GENERAL, STATION, STATION | {"id_election": "1999_euro_t1"}, STATION | {"id_election": "2017_pres_t1"}
    )
    assert found.table["id_election"].to_pylist() == ["2017_pres_t1", "2022_pres_t1"]


def test_a_file_without_any_known_election_is_refused(aggregated) -> None:
    with pytest.raises(Broken, match="aucune élection connue"):
        aggregated(GENERAL, STATION | {"id_election": "1999_euro_t1"})


def test_a_file_that_lacks_a_key_column_is_refused(aggregated) -> None:
    with pytest.raises(Broken, match="« code_bv »"):
        aggregated(GENERAL, {name: cell for name, cell in STATION.items() if name != "code_bv"})


def test_columns_that_an_edition_lacks_are_empty(aggregated) -> None:
    short = {name: cell for name, cell in STATION.items() if name not in {"blancs", "libelle_commune"}}
    (row,) = aggregated(GENERAL, short).table.to_pylist()
    assert row["blancs"] is None
    assert row["libelle_commune"] is None


def test_rows_written_twice_are_one_and_counted(aggregated) -> None:
    general, votes = aggregated(GENERAL, STATION, STATION), aggregated(CANDIDATES, VOTES, VOTES)
    assert general.table.num_rows == votes.table.num_rows == 1
    assert general.remarks == ("2022_pres_t1 : 1 ligne(s) de bureaux de vote en double, identique(s), écartée(s)",)
    assert votes.remarks == ("2022_pres_t1 : 1 ligne(s) de candidats en double, identique(s), écartée(s)",)


def test_stations_that_share_a_code_are_added_in_both_files(aggregated) -> None:
    general = aggregated(GENERAL, STATION, STATION | {"inscrits": 90, "abstentions": 30})
    votes = aggregated(CANDIDATES, VOTES, VOTES | {"voix": 20})
    assert general.table["inscrits"].to_pylist() == [190]
    assert votes.table["voix"].to_pylist() == [70]


def test_two_results_of_one_station_are_refused(aggregated) -> None:
    with pytest.raises(Broken, match="deux résultats différents"):
        aggregated(GENERAL, STATION, STATION | {"votants": 59})


def test_votes_without_a_place_are_set_aside_with_their_sum(aggregated) -> None:
    many = [VOTES | {"code_bv": str(number)} for number in range(1, 200)]
    found = aggregated(CANDIDATES, *many, VOTES | {"code_commune": None})
    assert found.table.num_rows == 199
    assert "1 ligne(s) sans lieu reconnu écartée(s)" in found.remarks[0]
    assert "avec 50 voix" in found.remarks[0]


@pytest.mark.parametrize("key", [GENERAL, "agregees_csv_general"])
def test_a_truncated_file_is_refused(tables, tmp_path: Path, key: str) -> None:
    path = tmp_path / "general_results"
    rows = pa.Table.from_pylist([STATION] * 50)
    if "csv" in key:
        pcsv.write_csv(rows, path, pcsv.WriteOptions(delimiter=";"))
    else:
        pq.write_table(rows, path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(Broken, match="n'est pas lisible jusqu'au bout"):
        tables(key, path)


def test_candidates_whose_votes_are_nearly_all_missing_are_refused(aggregated) -> None:
    with pytest.raises(Broken, match="la colonne « voix » est vide sur 2 lignes"):
        aggregated(CANDIDATES, VOTES | {"voix": None}, VOTES | {"voix": None, "code_bv": "7"})
