"""Segments of streets: long ones cut between tens, small ones joined, nothing lost, no house told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products import Draft, Hands
from carreau.products.declare import Reading
from carreau.products.field_plan.effects import Field, declared_effects, field_of
from carreau.products.field_plan.streets import UNNAMED, Segment, Street, length_of, segments_of

FIELD = field_of(declared_effects())
Made = Callable[..., Reading]
Homes = Callable[..., Hands]
Planned = Callable[..., list[dict[str, Any]]]


def home_of(numbers: Sequence[int], doors: float = 3.0, apart: float = 5.0, voters: float = 5.0) -> Street:
    """Addresses along a line, ``apart`` metres from one another, of so many doors and voters each."""
    size = len(numbers)
    line = np.column_stack([apart * np.arange(size), np.zeros(size)])
    return Street(line, np.full(size, doors), np.full(size, voters), np.array(numbers, dtype=np.int64))


def made(home: Street, street: Sequence[int] | None = None) -> list[Segment]:
    """The segments of a home whose addresses are in the streets A, B or C: all in the first unless said."""
    places = np.array(street if street is not None else [0] * len(home.doors), dtype=np.int64)
    return segments_of(home, {0: "Rue A", 1: "Rue B", 2: "Rue C"}, places, FIELD)


def test_a_street_of_many_homes_is_cut_between_tens_of_numbers() -> None:
    found = made(home_of(range(1, 41)))
    assert [(one.told, one.part) for one in found] == [
        ("Rue A", "jusqu'au n°\u00a010"),
        ("Rue A", "n°\u00a011 à 30"),
        ("Rue A", "à partir du n°\u00a031"),
    ]
    assert sum(one.doors for one in found) == 120 and max(one.doors for one in found) <= 60


def test_a_short_street_stays_whole() -> None:
    (one,) = made(home_of(range(1, 11)))
    assert (one.told, one.part, one.doors) == ("Rue A", "", 30.0)


def test_a_street_of_few_homes_that_goes_far_is_cut_too() -> None:
    found = made(home_of(range(1, 31), doors=1.4, apart=25.0))
    assert len(found) == 2 and all(one.doors >= FIELD.least for one in found)


def test_addresses_without_number_are_shared_between_the_parts_of_their_street() -> None:
    found = made(home_of([*range(1, 36), 0]))
    assert len(found) == 3 and sum(one.doors for one in found) == pytest.approx(108)


def test_a_street_without_numbers_is_cut_along_its_length() -> None:
    found = made(home_of([0] * 40))
    assert [one.part for one in found] == [f"partie {k} sur 3, d'ouest en est" for k in (1, 2, 3)]
    plane = home_of([0] * 40).plane
    ends = [plane[one.rows][:, 0].max() for one in found]
    assert ends == sorted(ends) and sorted(np.concatenate([one.rows for one in found]).tolist()) == list(range(40))


def test_a_large_building_is_shared_in_lots_that_tell_no_number() -> None:
    home = Street(np.zeros((1, 2)), np.array([126.0]), np.array([180.0]), np.array([17]))
    for numbered in (17, 0):
        found = made(Street(home.plane, home.doors, home.voters, np.array([numbered])))
        assert [one.part for one in found] == [f"lot {k} sur 3" for k in (1, 2, 3)]
        assert {one.doors for one in found} == {42.0}
    far = Street(np.zeros((3, 2)), np.array([126.0, 20.0, 20.0]), np.full(3, 90.0), np.array([17, 31, 57]))
    assert [one.part for one in made(far)] == [
        *(f"jusqu'au n°\u00a020, lot {k} sur 3" for k in (1, 2, 3)),
        "à partir du n°\u00a031",
    ]


def test_a_street_under_the_threshold_is_joined_to_its_nearest_neighbour() -> None:
    home = home_of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 1, 2, 3, 4, 5, 6])
    street = [0] * 10 + [1] + [2] * 6
    found = made(home, street)
    assert [one.told for one in found] == ["Rue A", "Rue C et Rue B"]
    assert sorted(np.concatenate([one.rows for one in found]).tolist()) == list(range(17))


def test_homes_where_few_vote_are_joined_too() -> None:
    home = home_of([1] * 10, doors=6.0, voters=1.0)
    (one,) = made(home, [0] * 5 + [1] * 5)
    assert one.told == "Rue B et Rue A" and one.voters == 10


def test_a_part_that_takes_in_a_neighbour_still_says_which_part_it_is() -> None:
    home = home_of([*range(1, 30), 1])
    found = made(home, [0] * 29 + [1])
    assert [(one.told, one.part) for one in found] == [
        ("Rue A", "jusqu'au n°\u00a010"),
        ("Rue A (à partir du n°\u00a011) et Rue B", ""),
    ]


def test_many_hamlets_are_told_by_three_names_and_a_number() -> None:
    names = {rank: f"Lieu-dit {rank}" for rank in range(6)}
    (one,) = segments_of(home_of([0] * 6, doors=2.5), names, np.arange(6), FIELD)
    assert one.told.endswith("et 3 autres voies") and one.told.count("Lieu-dit") == 3
    (one,) = segments_of(home_of([0] * 4, doors=3.5), names, np.arange(4), FIELD)
    assert one.told.endswith("et 1 autre voie")


def test_what_is_joined_is_cut_again_when_it_is_too_much_for_an_outing() -> None:
    home = home_of([1, 2, *range(1, 11), 1, 2], doors=4.4)
    street = [2] * 2 + [0] * 10 + [1] * 2
    found = made(home, street)
    assert {one.told for one in found} == {"Rue A, Rue B et Rue C"}
    assert [one.part for one in found] == [f"partie {k} sur 2, d'ouest en est" for k in (1, 2)]
    assert [one.doors for one in found] == pytest.approx([30.8, 30.8])
    few = replace(home, voters=np.full(14, 1.5))  # where so few vote, a half would tell too little
    assert [one.doors for one in made(few, street)] == pytest.approx([61.6])


def test_a_building_that_is_a_little_too_much_is_shared_in_two() -> None:
    home = Street(np.zeros((1, 2)), np.array([64.0]), np.array([90.0]), np.array([17]))
    assert [(one.part, one.doors) for one in made(home)] == [("lot 1 sur 2", 32.0), ("lot 2 sur 2", 32.0)]


def test_addresses_whose_street_is_not_told_are_said_so() -> None:
    found = made(home_of([1] * 20), [-1] * 10 + [0] * 10)
    assert [one.told for one in found] == [UNNAMED, "Rue A"]


def test_one_address_astray_does_not_lengthen_a_street() -> None:
    plane = home_of([0] * 41).plane
    plane[7] = (9_000.0, 9_000.0)
    assert length_of(plane) == pytest.approx(200.0, abs=15.0)
    assert length_of(plane[:1]) == 0.0


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 300), st.integers(1, 60)), min_size=1, max_size=40))
def test_nothing_is_lost_and_nothing_small_is_told(rows: list[tuple[int, int, int]]) -> None:
    street, number, doors = (np.array(values) for values in zip(*rows, strict=True))
    rng = np.random.default_rng(4)
    home = Street(rng.random((len(rows), 2)) * 900, doors.astype(float), 1.5 * doors, number)
    found = segments_of(home, {rank: f"Rue {rank}" for rank in range(6)}, street, FIELD)
    assert sum(one.doors for one in found) == pytest.approx(doors.sum())
    assert sum(one.voters for one in found) == pytest.approx(1.5 * doors.sum())
    if doors.sum() >= FIELD.least:
        assert min(one.smallest for one in found) >= FIELD.least - 1e-9
    for one in found:
        assert one.doors <= FIELD.largest + 1e-9 or one.smallest < 2 * FIELD.least
        for told in re.findall("n°\u00a0([0-9]+)", f"{one.part} {one.told}"):
            assert int(told) % 10 in (0, 1)


def test_a_plan_tells_streets_with_their_counts_and_no_house(profile: Made, homes: Homes, plan: Planned) -> None:
    told = [f"{2 * place + 3} Rue {'AB'[place % 2]}onne 69003 Lyon" for place in range(60)]
    hands = homes(["69123_0001"], many=60, told=told, spread=0.002)
    rows = plan(profile([30.0]), hands, level="secteur", doors="5000")
    assert {row["voie"] for row in rows} == {"Rue Aonne", "Rue Bonne"} and {row["precision"] for row in rows} == {
        "voie nommée"
    }
    assert sum(row["portes"] for row in rows) == 600
    assert sum(row["inscrits_estimes"] for row in rows) == pytest.approx(1000, abs=len(rows))
    for row in rows:
        assert row["abstentions_estimees"] == pytest.approx(0.3 * row["inscrits_estimes"], abs=1)
        assert row["contacts_par_heure"] == pytest.approx(0.25 * row["portes_par_heure"])
        assert 0 <= row["temps_de_marche"] < row["duree"]
    stages = plan(profile([30.0]), hands, level="parcours", doors="5000")
    assert {row["voie"] for row in stages} == {"Rue Aonne", "Rue Bonne"}


def test_without_names_the_plan_says_that_streets_are_not_named(
    profile: Made, homes: Homes, draft: Callable[..., Draft]
) -> None:
    made = draft(profile([30.0]), homes(["69123_0001"]), level="secteur")
    assert set(made.table["voie"].to_pylist()) == {None} and any("ne nomme pas les rues" in one for one in made.remarks)
    told = ["3 Rue A 69003 Lyon"] * 60
    named = draft(profile([30.0]), homes(["69123_0001"], told=told), level="secteur")
    assert any("aucun numéro de maison" in one for one in named.remarks)
    assert not any("ne nomme pas" in one for one in named.remarks)


def test_only_who_wants_people_to_vote_is_told_of_abstention(profile: Made, homes: Homes, plan: Planned) -> None:
    hands = homes(["69123_0001"])
    (first, *_) = plan(profile([30.0]), hands, level="secteur", goal="persuade")
    assert "inscrits_estimes" in first and "abstentions_estimees" not in first


def test_the_field_declares_when_a_street_is_cut(field: Field) -> None:
    assert field.least <= field.segment / 2 and 300 <= field.far <= 500
