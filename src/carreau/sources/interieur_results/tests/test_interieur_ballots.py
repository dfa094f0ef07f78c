from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from carreau.errors import Missing, Refused, Unknown
from carreau.sources.catalogue import catalogue
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.ballots import ballots_of, choices_of, label_of

ELECTION = "2022_pres_t1"


def file(key: str, status: str = "original") -> Fetched:
    source = catalogue()["interieur_results"]
    published = next(entry for entry in source.files if entry.key == key)
    digest = hashlib.sha256(key.encode()).hexdigest()
    return Fetched(source, published, published.name, Path("x"), digest, status, datetime(2026, 1, 1, tzinfo=UTC))


def told(
    key: str, votes: dict[str, list[int]], status: str = "original", blanks: int | None = 2
) -> tuple[Sourced, Sourced]:
    """One election as one file tells it: the votes of two candidates in each station."""
    stations = [
        {
            "id_election": ELECTION,
            "bv_id": name,
            "code_departement": "69",
            "code_commune": name[:5],
            "code_bv": name[6:],
            "inscrits": 100,
            "votants": sum(each) + 2,
            "blancs": blanks,
            "exprimes": sum(each),
        }
        for name, each in votes.items()
    ]
    candidates = [
        {"id_election": ELECTION, "bv_id": name, "nom": nom, "voix": vote}
        for name, each in votes.items()
        for nom, vote in zip(("A", "B"), each, strict=True)
    ]
    where = file(key, status)
    pair = file(f"{key.removesuffix('_general')}_candidats", status) if key.endswith("_general") else where
    return (
        conformed(where, "stations", pa.Table.from_pylist(stations), (f"lu dans {key}",)),
        conformed(pair, "candidats", pa.Table.from_pylist(candidates)),
    )


LYON = {"69123_0101": [20, 30], "69123_0102": [10, 5]}
OTHER = {"69123_0101": [20, 30], "69123_0102": [10, 6]}


def test_one_file_is_taken_as_it_is() -> None:
    ballots = ballots_of(told("2022_pres_t1", LYON))
    assert ballots.stations.num_rows == 2
    assert ballots.candidates["voix"].to_pylist() == [20, 30, 10, 5]
    assert ballots.origins[ELECTION].published.key == "2022_pres_t1"
    assert ballots.remarks == ("lu dans 2022_pres_t1",)


def test_two_files_that_say_the_same_are_one_and_the_most_official_is_the_origin() -> None:
    backwards = dict(reversed(LYON.items()))
    tables = (
        *told("agregees_general", LYON, "compiled", blanks=None),
        *told("2022_pres_t1", backwards, "extract"),
    )
    ballots = ballots_of(tables)
    assert ballots.stations.num_rows == 2
    assert ballots.origins[ELECTION].status == "extract"
    assert f"{ELECTION} : 2022_pres_t1 et agregees disent la même chose, 2022_pres_t1 est retenu" in ballots.remarks
    assert [label_of(one) for one in choices_of(tables)[ELECTION]] == ["2022_pres_t1"]


@pytest.mark.parametrize("other", [OTHER, {"69123_0101": [20, 30]}, {"69123_0101": [21, 29], "69123_0102": [10, 5]}])
def test_two_files_that_differ_are_refused_with_their_statuses_and_row_counts(
    other: dict[str, list[int]],
) -> None:
    tables = (*told("2022_pres_t1", LYON), *told("agregees_general", other, "facsimile"))
    with pytest.raises(Refused) as refused:
        ballots_of(tables)
    given = refused.value.given
    assert "2022_pres_t1" in given
    assert "original, 2 bureaux, 4 lignes de candidats" in given
    assert f"general_results.parquet, facsimilé, {len(other)} bureaux" in given
    assert refused.value.advice == "choisir l'un d'eux par sa clé : 2022_pres_t1 ou agregees"
    assert [label_of(one) for one in choices_of(tables)[ELECTION]] == ["2022_pres_t1", "agregees"]


@pytest.mark.parametrize(
    "wish", ["agregees", "agregees_general", "general_results.parquet", file("agregees_general").digest]
)
def test_a_choice_by_key_name_or_digest_is_followed_and_said(wish: str) -> None:
    tables = (*told("2022_pres_t1", LYON), *told("agregees_general", OTHER, "facsimile"))
    ballots = ballots_of(tables, preferred={ELECTION: wish})
    assert ballots.candidates["voix"].to_pylist() == [20, 30, 10, 6]
    assert ballots.origins[ELECTION].status == "facsimile"
    assert "choisi, 2022_pres_t1" in ballots.remarks[-1]


def test_an_unknown_choice_is_refused_with_near_names() -> None:
    with pytest.raises(Unknown, match="« agregee »") as refused:
        ballots_of(told("agregees_general", LYON), preferred={ELECTION: "agregee"})
    assert "agregees" in refused.value.expected


@pytest.mark.parametrize(("kept", "why"), [(0, "sans les voix"), (1, "sans les résultats généraux")])
def test_one_of_a_pair_without_the_other_is_refused(kept: int, why: str) -> None:
    with pytest.raises(Missing, match=why):
        ballots_of([told("agregees_general", LYON)[kept]])


def test_the_same_file_handed_twice_is_one() -> None:
    tables = told("2022_pres_t1", LYON)
    again = tuple(replace(table) for table in tables)
    assert ballots_of((*tables, *again)).stations.num_rows == 2


def test_no_table_gives_no_ballot() -> None:
    ballots = ballots_of(())
    assert ballots.stations.num_rows == ballots.candidates.num_rows == 0
    assert dict(ballots.origins) == {}
