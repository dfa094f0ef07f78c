"""Ready analyses and English titles: declared once, true of what is released."""

from __future__ import annotations

import numpy as np
import pytest

from carreau.guard import Release
from carreau.house import Home
from carreau.house.listing import products_of
from carreau.house.ready import analyses_of, election_title, english_title
from carreau.terms import Role


@pytest.fixture(scope="module")
def facts(home: Home) -> dict[str, object]:
    return dict(home.product_list["electoral_profile"].facts)


@pytest.fixture(scope="module")
def town(home: Home) -> Release:
    return home.release("dep:96")


def indicators(release: Release) -> list[str]:
    return list(dict.fromkeys(column.of for column in release.schema.columns if column.role is Role.MARGIN))


def test_every_column_of_every_analysis_is_in_the_release_of_the_town(facts: dict[str, dict], town: Release) -> None:
    names = indicators(town)
    named = [column for declared in facts["analyses"].values() for column in declared["columns"]]
    assert not [name for name in named if "*" not in name and name not in names]
    ready = analyses_of(facts, names)
    assert {one["id"].removesuffix("_pres_2022_t1") for one in ready} >= set(facts["analyses"])
    assert all(set(one["columns"]) <= set(names) and one["columns"] for one in ready)
    assert len({one["id"] for one in ready}) == len(ready)


def test_the_parts_of_an_analysis_make_a_whole(facts: dict[str, dict], town: Release) -> None:
    table = town.arrow()
    for one in analyses_of(facts, indicators(town)):
        if one["kind"] == "parts":
            whole = sum(table[name].to_pandas().to_numpy(dtype=float) for name in one["columns"])
            assert np.nanmax(np.abs(whole - 100)) < 0.5, one["id"]


def test_an_analysis_of_each_election_comes_once_for_each_latest_first(facts: dict[str, dict], town: Release) -> None:
    ready = {one["id"]: one for one in analyses_of(facts, indicators(town))}
    blocs = [name for name in ready if name.startswith("blocs_")]
    assert blocs == ["blocs_legi_2024_t2", "blocs_legi_2024_t1", "blocs_pres_2022_t1", "blocs_pres_2017_t1"]
    assert ready["blocs_pres_2022_t1"]["title"] == "Voix par bloc : présidentielle 2022, 1er tour"
    assert ready["blocs_pres_2022_t1"]["title_en"] == "Votes by bloc: Presidential election 2022, 1st round"
    assert len(ready["participation"]["columns"]) == 4


def test_a_release_without_ballots_has_no_analysis_of_them(facts: dict[str, dict]) -> None:
    ready = analyses_of(facts, ["part_proprietaires", "part_locataires_hlm"])
    assert [one["id"] for one in ready] == ["occupation"]
    assert ready[0]["columns"] == ["part_proprietaires", "part_locataires_hlm"]


def test_everything_declared_has_its_english_title(facts: dict[str, dict]) -> None:
    english = facts["english"]
    assert set(english["indicators"]) == set(facts["indicators"])
    assert set(english["themes"]) == set(facts["themes"])
    assert set(english["families"]) == set(facts["elections"]["families"])
    assert set(english["rounds"]) == set(facts["elections"]["rounds"])
    blocs = {f"bloc_{name}" for name in facts["elections"]["blocs"]}
    assert set(english["measures"]) == set(facts["elections"]["measures"]) | blocs
    assert all(declared["title_en"] for group in ("levels", "analyses") for declared in facts[group].values())


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("part_cadres", "Cadres", "Managers and professionals"),
        ("inconnu", "Inconnu", "Inconnu"),
        ("pres_2022_t1_participation", "Participation (…)", "Turnout (Presidential election 2022, 1st round)"),
        ("euro_2024_bloc_gauche", "Bloc gauche (…)", "Left bloc (European election 2024)"),
        ("pres_2022_t1_voix_arthaud", "ARTHAUD (…)", "ARTHAUD (Presidential election 2022, 1st round)"),
        ("legi_2024_t1_nuance_ug", "Nuance UG (…)", "Label UG (Legislative election 2024, 1st round)"),
    ],
)
def test_an_english_title_is_declared_or_composed(facts: dict[str, dict], name: str, french: str, english: str) -> None:
    assert english_title(facts, name, french) == english


def test_an_election_is_named_in_french_as_in_its_columns(facts: dict[str, dict]) -> None:
    assert election_title(facts, "pres_2022_t1") == "présidentielle 2022, 1er tour"
    assert election_title(facts, "xxxx_2031_t9") == "xxxx 2031, t9"


def test_products_carry_their_levels_analyses_and_english(home: Home) -> None:
    (profile,) = (one for one in products_of(home.product_list) if one["id"] == "electoral_profile")
    assert [one["id"] for one in profile["levels"]] == ["bureau", "iris", "commune", "circonscription", "departement"]
    assert "age" in {one["id"] for one in profile["analyses"]}
    assert {one["name"]: one["title_en"] for one in profile["indicators"]}["part_femmes"] == "Women"
