"""One election out of its tables: what is counted, how it is named, which groups of candidates stand as columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from carreau.errors import Broken
from carreau.products import Input, Product
from carreau.products.electoral_profile.elections import Election, election_of, slug
from carreau.sources.interieur_results.blocs import BLOCS, bloc_of

ORIGIN = Input("interieur_results", "resultats.txt", "0", "2022", "original")
Row = tuple[str, str, str, str, str, int]
Held = Callable[..., Election]


@pytest.fixture
def facts(product: Product) -> dict[str, Any]:
    """What product.toml says of elections."""
    return dict(product.facts["elections"])


@pytest.fixture
def held(facts: dict[str, Any]) -> Held:
    """The function that makes an election of two stations out of rows (station, nom, prenom, nuance, liste, voix)."""

    def made(rows: list[Row], election: str = "2022_pres_t1") -> Election:
        stations = pa.table(
            {
                "id_election": [election] * 2,
                "bv_id": ["96001_0002", "96001_0001"],
                "code_commune": ["96001"] * 2,
                "code_departement": ["96"] * 2,
                "inscrits": [1000, 900],
                "votants": [800, 500],
                "blancs": [3, 4],
                "nuls": pa.array([None, None], pa.int64()),
                "exprimes": [790, 495],
            }
        )
        names = ("bv_id", "nom", "prenom", "nuance", "liste", "voix")
        columns = list(zip(*rows, strict=True)) or [[] for _ in names]
        kinds = [pa.string()] * 5 + [pa.int64()]
        candidates = pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})
        return election_of((stations, candidates), (ORIGIN,), bloc_of, facts)

    return made


def person(station: str, nom: str, prenom: str = "", nuance: str = "", voix: int = 10) -> Row:
    return (f"96001_{station}", nom, prenom, nuance, "", voix)


def named(election: Election) -> dict[str, str]:
    return {measure.name: measure.title for measure in election.measures}


def test_stations_are_sorted_and_what_is_never_given_is_not_a_measure(held: Held) -> None:
    election = held([])
    assert election.codes.tolist() == ["96001_0001", "96001_0002"]
    assert election.counts["inscrits"].tolist() == [900.0, 1000.0]
    assert list(named(election)) == ["inscrits", "participation", "blancs"]
    assert np.isnan(election.counts["nuls"]).all()


@pytest.mark.parametrize(
    ("election", "prefix", "title"),
    [
        ("2022_pres_t1", "pres_2022_t1", "présidentielle 2022, 1er tour"),
        ("2024_legi_t2", "legi_2024_t2", "législatives 2024, 2d tour"),
        ("2024_euro_t1", "euro_2024_t1", "européennes 2024"),
        ("2013_part_t1_4703", "part_2013_t1_4703", "part 2013, t1_4703"),
    ],
)
def test_an_election_is_named_in_french_and_by_a_prefix(held: Held, election: str, prefix: str, title: str) -> None:
    found = held([], election)
    assert (found.prefix, found.title) == (prefix, title)


def test_blocs_are_named_in_french_from_left_to_right_and_hold_the_votes_of_their_candidates(held: Held) -> None:
    names = ("LE PEN", "MACRON", "MÉLENCHON", "LASSALLE")
    rows = [person("0001", nom, voix=k + 1) for k, nom in enumerate(names)]
    election = held([*rows, person("0002", "ZEMMOUR", voix=7)])
    blocs = {name: title for name, title in named(election).items() if name.startswith("bloc_")}
    assert blocs == {
        "bloc_gauche": "Bloc gauche",
        "bloc_centre_droit": "Bloc centre et droite",
        "bloc_extreme_droite": "Bloc extrême droite",
        "bloc_autres": "Bloc autres",
    }
    assert election.counts["bloc_extreme_droite"].tolist() == [1.0, 7.0]
    assert sum(election.counts[name].sum() for name in blocs) == 1 + 2 + 3 + 4 + 7


def test_every_bloc_of_the_source_has_its_words(facts: dict[str, Any]) -> None:
    assert set(facts["blocs"]) == set(BLOCS)


def test_few_candidates_are_columns_named_by_first_and_family_name(held: Held) -> None:
    rows = [person("0001", "Le Pen", "MARINE"), person("0002", "LE PEN", "Marine", voix=5)]
    election = held([*rows, person("0001", "Mélenchon", "Jean-Luc")])
    voices = {name: title for name, title in named(election).items() if name.startswith("voix_")}
    assert voices == {"voix_melenchon": "Jean-Luc MÉLENCHON", "voix_le_pen": "Marine LE PEN"}
    assert election.counts["voix_le_pen"].tolist() == [10.0, 5.0]


def test_two_candidates_of_one_family_name_have_each_their_column(held: Held) -> None:
    election = held([person("0001", "MARTIN", "Anne", voix=4), person("0001", "MARTIN", "Jean", voix=6)])
    np.testing.assert_array_equal(election.counts["voix_anne_martin"], [4.0, np.nan])
    np.testing.assert_array_equal(election.counts["voix_jean_martin"], [6.0, np.nan])


def test_a_candidate_has_no_votes_rather_than_none_where_he_does_not_stand(held: Held) -> None:
    rows = [person("0001", "MARTIN", "Anne", voix=0), person("0002", "DURAND", "Paul", voix=6)]
    election = held(rows)
    np.testing.assert_array_equal(election.counts["voix_martin"], [0.0, np.nan])
    np.testing.assert_array_equal(election.counts["voix_durand"], [np.nan, 6.0])


def test_names_that_make_the_same_column_are_numbered(held: Held) -> None:
    lists = ("Ville, unie", "Ville unie !", "★")
    election = held([("96001_0001", "", "", "", name, votes + 1) for votes, name in enumerate(lists)])
    voices = sorted(name for name in election.counts if name.startswith("voix_"))
    assert voices == ["voix_sans_nom", "voix_ville_unie", "voix_ville_unie_2"]
    assert sum(election.counts[name][0] for name in voices) == 6


def test_many_candidates_are_counted_by_nuance(held: Held) -> None:
    nuances = ("UG", "ENS", "RN", "LR", "DIV")
    rows = [person("0001", f"NOM {k}", nuance=nuances[k % 5], voix=k) for k in range(25)]
    election = held(rows, "2024_legi_t1")
    assert not [name for name in election.counts if name.startswith("voix_")]
    assert named(election)["nuance_lr"] == "Nuance LR"
    assert election.counts["nuance_ug"][0] == sum(range(0, 25, 5))


def test_nuances_that_say_no_more_than_the_blocs_are_not_repeated(held: Held) -> None:
    rows = [person("0001", f"NOM {k}", nuance=("UG", "RN")[k % 2]) for k in range(30)]
    assert not [name for name in held(rows, "2024_legi_t1").counts if name.startswith("nuance_")]


def test_votes_without_their_station_are_refused(held: Held) -> None:
    with pytest.raises(Broken, match="2022_pres_t1 n'ont pas leur bureau") as error:
        held([person("0009", "MACRON"), person("0001", "MACRON")])
    assert error.value.given == "96001_0009"


@pytest.mark.parametrize(("text", "name"), [("DUPONT-AIGNAN", "dupont_aignan"), (" L'Été ! ", "l_ete"), ("★", "")])
def test_a_slug_has_neither_accents_nor_blanks(text: str, name: str) -> None:
    assert slug(text) == name
