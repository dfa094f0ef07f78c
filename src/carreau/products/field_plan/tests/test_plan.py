"""The plan of a territory: where to go first, how many doors, what may be expected, who walks where."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Missing, Unknown
from carreau.products import Draft, Hands, Product, catalogue
from carreau.products.declare import Asked, Reading
from carreau.products.field_plan.build import build
from carreau.products.field_plan.columns import spread
from carreau.products.field_plan.tests.conftest import CHOICES, profile_of
from carreau.terms import Territory

Made = Callable[..., Reading]
Homes = Callable[..., Hands]
Planned = Callable[..., list[dict[str, Any]]]
Drafted = Callable[..., Draft]

THREE = ["69123_0001", "69123_0002", "69123_0003"]


def stations(rows: list[dict[str, Any]]) -> list[str]:
    """The stations of the rows, in order."""
    return [row["bv_id"] for row in rows]


def test_more_abstainers_at_equal_density_come_first(profile: Made, homes: Homes, plan: Planned) -> None:
    read = profile([20.0, 50.0, 35.0])
    for hands in ({}, homes(THREE)):
        rows = plan(read, hands)
        assert stations(rows) == ["69123_0002", "69123_0003", "69123_0001"]
        assert [row["rang"] for row in rows] == [1, 2, 3]
    assert sum(row["interet"] for row in plan(read)) == pytest.approx(300.0)


def test_denser_places_give_more_doors_per_hour(profile: Made, homes: Homes, plan: Planned) -> None:
    rows = plan(profile([30.0, 30.0, 30.0]), homes(THREE, spread=[0.001, 0.004, 0.008]))
    assert stations(rows) == THREE
    pace = [row["portes_par_heure"] for row in rows]
    assert pace[0] > pace[1] > pace[2] and all(5 < one < 60 for one in pace)
    wide = plan(profile([30.0, 30.0], sides=[0.01, 0.002]))
    assert stations(wide) == ["69123_0002", "69123_0001"]


@settings(max_examples=25)
@given(st.lists(st.floats(1, 99), min_size=1, max_size=6), st.integers(1, 5000))
def test_never_more_doors_than_asked_and_each_one_once(
    plan: Planned, homes: Homes, abstention: list[float], doors: int
) -> None:
    codes = [f"69123_{place + 1:04d}" for place in range(len(abstention))]
    read, hands = profile_of(abstention), homes(codes, many=20)
    planned = [row["portes_prevues"] for row in plan(read, hands, doors=str(doors))]
    assert sum(planned) == min(doors, 600 * len(abstention))
    assert all(0 <= one <= 600 for one in planned)
    stages = plan(read, hands, level="parcours", doors=str(doors))
    assert sum(row["portes_prevues"] for row in stages) == sum(planned)
    assert len({row["secteur"] for row in stages}) == len(stages)


def test_sectors_add_up_to_their_station_and_name_no_home(profile: Made, homes: Homes, plan: Planned) -> None:
    rows = plan(profile([30.0, 40.0]), homes(THREE[:2], many=45), level="secteur", doors="5000")
    assert {row["precision"] for row in rows} == {"adresses voisines"}
    for station in THREE[:2]:
        assert sum(row["portes"] for row in rows if row["bv_id"] == station) == 600
    assert min(row["portes"] for row in rows) >= 11
    assert max(row["portes"] for row in rows) <= 45


def test_a_large_building_is_shared_in_lots(profile: Made, homes: Homes, plan: Planned) -> None:
    rows = plan(profile([30.0]), homes(THREE[:1], many=1), level="secteur", doors="5000")
    assert len(rows) == 20 and {row["portes"] for row in rows} == {30.0}
    assert {row["marche_par_porte"] for row in rows} == {0.0}


def test_the_goal_changes_the_order(profile: Made, plan: Planned, draft: Drafted) -> None:
    needs = {"taux_pauvrete": [10.0, 10.0, 40.0], "part_75_ans_ou_plus": [float("nan"), 8.0, 12.0]}
    read = profile([50.0, 20.0, 30.0], gauche=[95.0, 50.0, 90.0], needs=needs)
    first = {goal: stations(plan(read, goal=goal))[0] for goal in ("turnout", "persuade", "listen")}
    assert first == {"turnout": "69123_0001", "persuade": "69123_0002", "listen": "69123_0003"}
    assert any("environ zéro" in remark for remark in draft(read, goal="persuade").remarks)


def test_listening_reads_no_vote(profile: Made, plan: Planned) -> None:
    needs = {"taux_chomage": [10.0, 20.0]}
    rows = [plan(profile(abstention, needs=needs), goal="listen") for abstention in ([50.0, 20.0], [5.0, 70.0])]
    assert rows[0] == rows[1]


def test_what_is_expected_shows_its_range_and_never_passes_what_was_published(profile: Made, plan: Planned) -> None:
    for row in plan(profile([10.0, 90.0]), doors="1200"):
        assert 0 == row["attendu_bas"] <= row["attendu"] <= row["attendu_haut"]
        assert row["attendu_haut"] <= row["portes_prevues"] * 0.50 * 7.1 / 100 + 1e-9
        assert row["attendu_phrase"] == spread(row["attendu_bas"], row["attendu"], row["attendu_haut"])
    (row,) = plan(profile([30.0]), doors="400")
    assert row["attendu"] == pytest.approx(400 * 0.25 * 0.8 / 100)
    (row,) = plan(profile([30.0]), doors="400", goal="persuade")
    assert row["attendu"] == 0 and row["attendu_haut"] == pytest.approx(400 * 0.50 * 3.0 / 100)


def test_without_addresses_stations_are_ranked_whole_and_it_is_said(
    profile: Made, plan: Planned, draft: Drafted
) -> None:
    made = draft(profile([30.0, 40.0]), level="parcours")
    assert set(made.table["precision"].to_pylist()) == {"lot du bureau entier"} and made.geometry.num_rows == 0
    assert any("sans adresse connue" in remark for remark in made.remarks)
    with pytest.raises(Missing, match="aucune adresse publique"):
        plan(profile([30.0]), level="secteur")


def test_some_stations_may_have_addresses_and_others_not(profile: Made, homes: Homes, draft: Drafted) -> None:
    made = draft(profile([30.0, 40.0]), homes(THREE[:1]), level="parcours", doors="1200")
    rows = made.table.to_pylist()
    found = {row["bv_id"]: row["precision"] for row in rows}
    assert found == {"69123_0001": "adresses voisines", "69123_0002": "lot du bureau entier"}
    assert set(made.geometry["secteur"].to_pylist()) < {row["secteur"] for row in rows}


def test_addresses_left_at_the_town_hall_are_not_used(profile: Made, homes: Homes, plan: Planned) -> None:
    with pytest.raises(Missing, match="aucune adresse publique"):
        plan(profile([30.0]), homes(THREE[:1], many=9, kinds=["municipality"] * 9), level="secteur")


def test_the_standing_of_the_address_file_is_said(profile: Made, homes: Homes, draft: Drafted) -> None:
    for status, word in (("facsimile", "ne pas partir sur le terrain"), ("extract", "un extrait"), ("original", "la")):
        remarks = " ".join(draft(profile([30.0]), homes(THREE[:1], status=status)).remarks)
        assert f"Adresses du répertoire électoral : {word}" in remarks or word in remarks


def test_stations_that_cannot_be_planned_say_why_and_come_last(profile: Made, plan: Planned, draft: Drafted) -> None:
    read = profile([30.0, 40.0, 20.0, float("nan"), 120.0], [600.0, float("nan"), 5.0, 600.0, 600.0])
    rows = plan(read)
    assert [row["rang"] for row in rows] == [1, None, None, None, None] and rows[0]["bv_id"] == "69123_0001"
    reasons = {row["bv_id"]: row["interet_statut"] for row in rows}
    assert "ménages" in reasons["69123_0002"] and "trop peu" in reasons["69123_0003"]
    assert "pas de résultat" in reasons["69123_0004"] and "se contredisent" in reasons["69123_0005"]
    assert all(row["portes_prevues"] is None and row["attendu"] is None for row in rows[1:])
    assert any("4 bureaux ont été laissés" in remark for remark in draft(read).remarks)


def test_a_territory_where_nothing_can_be_planned_is_missing_something(profile: Made, plan: Planned) -> None:
    with pytest.raises(Missing, match="ne peut être mis dans un plan"):
        plan(profile([30.0], [float("nan")]))
    with pytest.raises(Missing, match="ne peut être mis dans un plan"):
        plan(profile([30.0]), goal="listen")


def test_nobody_walks_across_the_whole_country(product: Product, profile: Made) -> None:
    france, read = Territory.parse("france"), profile([30.0, 40.0])
    with pytest.raises(Unknown, match="France entière") as refused:
        build(product, Asked(france, "parcours", CHOICES), read, {})
    assert "com:69123" in refused.value.advice
    assert build(product, Asked(france, "bureau", CHOICES), read, {}).table.num_rows == 2


def test_a_place_where_everybody_votes_is_as_good_as_another(profile: Made, plan: Planned) -> None:
    rows = plan(profile([0.0, 0.0]))
    assert {row["interet"] for row in rows} == {100.0}


def test_fewer_doors_than_asked_is_said(profile: Made, draft: Drafted) -> None:
    assert any("que 600 portes connues" in remark for remark in draft(profile([30.0]), doors="900").remarks)


def test_outings_last_no_longer_than_asked_and_are_shared_between_teams(
    profile: Made, homes: Homes, plan: Planned
) -> None:
    read, hands = profile([30.0, 40.0, 50.0]), homes(THREE)
    rows = plan(read, hands, level="parcours", doors="900", teams="3", hours="2,5")
    assert [(row["sortie"], row["ordre"]) for row in rows] == sorted((row["sortie"], row["ordre"]) for row in rows)
    for row in rows:
        assert row["debut"] + row["duree"] <= 150 + 0.1
        assert row["fait"] == "☐"
        assert row["marche"] == 0 or row["ordre"] > 1
    taken = {row["sortie"]: row["equipe"] for row in rows}
    for first in range(1, len(taken) - 1, 3):
        assert {taken[outing] for outing in range(first, first + 3)} == {1, 2, 3}
    alone = plan(read, hands, level="parcours", doors="900", teams="3", hours="2,5", team="2")
    assert alone == [row for row in rows if row["equipe"] == 2]


def test_the_same_question_has_the_same_answer(profile: Made, homes: Homes, plan: Planned) -> None:
    read, hands = profile([30.0, 40.0, 50.0]), homes(THREE)
    for level in ("bureau", "secteur", "parcours"):
        assert plan(read, hands, level=level, doors="700") == plan(read, hands, level=level, doors="700")


@pytest.mark.parametrize(
    ("name", "given"),
    [("doors", "beaucoup"), ("doors", "0"), ("teams", "0"), ("hours", "x"), ("hours", "0"), ("team", "3")],
)
def test_a_number_that_is_not_one_is_said_with_what_was_expected(
    profile: Made, plan: Planned, name: str, given: str
) -> None:
    with pytest.raises(Unknown, match=f"--{name}") as caught:
        plan(profile([30.0]), **{name: given})
    assert caught.value.given == given


def test_the_election_may_be_chosen_and_an_unknown_one_is_named(profile: Made, plan: Planned) -> None:
    read = profile([30.0, 40.0])
    assert plan(read, election="2022_pres_t1") == plan(read)
    with pytest.raises(Unknown):
        plan(read, election="2022_pres_t9")


def test_an_election_that_few_stations_tell_is_read_only_when_asked(profile: Made, plan: Planned) -> None:
    nan = float("nan")
    voted = {"legi_2024_t1_participation": [60.0, 70.0, 80.0], "legi_2024_t1_participation_nombre": [600, 700, 800]}
    voted |= {"legi_2024_t1_participation_base": [1000] * 3, "legi_2024_t1_bloc_gauche": [40.0] * 3}
    read = profile([30.0, nan, nan], needs=voted)
    assert [row["rang"] for row in plan(read)] == [1, 2, 3]
    assert [row["rang"] for row in plan(read, election="2022_pres_t1")] == [1, None, None]
    assert [row["lu"] for row in plan(profile([30.0, 20.0, nan], needs=voted))] == [30.0, 20.0, None]


def test_every_column_says_what_it_is_and_no_word_speaks_of_a_person(
    profile: Made, homes: Homes, draft: Drafted
) -> None:
    read, hands = profile([30.0, 40.0]), homes(THREE[:2])
    persons = r"\b(cette personne|monsieur|madame|sympathisant|opposant|il vote|elle vote)\b"
    for level in ("bureau", "secteur", "parcours"):
        made = draft(read, hands, level=level)
        assert made.schema.names == tuple(made.table.column_names) and made.contributors in made.schema.names
        assert all(column.description and column.title for column in made.schema.columns)
        assert not re.search(persons, " ".join([*made.remarks, *(c.description for c in made.schema.columns)]).lower())
        assert {column.provenance.status for column in made.schema.columns} == {"extract"}


def test_the_effects_stated_are_those_that_are_declared_with_their_studies(profile: Made, draft: Drafted) -> None:
    remarks = " ".join(draft(profile([30.0])).remarks)
    assert "de 0 à 7,1 points" in remarks and "Pons, 2018" in remarks and "hypothèse de Carreau" in remarks
    card = catalogue()["field_plan"].card
    for words in ("Pons (2018", "Bhatti", "Green, Gerber et Nickerson (2003", "Kalla et Broockman (2018"):
        assert words in card
