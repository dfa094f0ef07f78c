"""The types of stations as the map reads them: numbers in the declared order, and what larger places are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Unknown
from carreau.house import open_home, reading
from carreau.house.reading_types import (
    NO_TYPE,
    Kinds,
    families_of,
    has_types,
    is_declared,
    mix_of,
    mixed_kinds,
    station_kinds,
    types_facts,
    votes_facts,
)
from carreau.house.served import Served, served
from carreau.house.watch import SILENT
from carreau.testing.town import town, written

WORDS: dict[str, Any] = {
    "groups": {
        "dehors": {"title": "Dehors", "title_en": "Outside"},
        "dedans": {"title": "Dedans", "title_en": "Inside"},
    },
    "types": {
        "bois": {"title": "Bois", "title_en": "Wood", "group": "dehors"},
        "salon": {"title": "Salon", "title_en": "Lounge", "group": "dedans"},
        "champ": {"title": "Champ", "title_en": "Field", "group": "dehors"},
    },
}


def stations(*rows: tuple[str | None, str | None, str | None]) -> pa.Table:
    """A table of the types, families and reasons of stations."""
    columns = dict(zip(("type", "groupe_de_types", "type_statut"), map(list, zip(*rows, strict=True)), strict=True))
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A served town."""
    mirror, folder = tmp_path_factory.mktemp("mirror"), tmp_path_factory.mktemp("home")
    written(town(8_000, 11), mirror)
    return served(open_home(folder, mirror), "com:96001", "electoral_profile", SILENT)


def test_a_type_is_its_rank_in_the_declaration_whatever_comes_first_in_the_release() -> None:
    found = station_kinds(
        stations(("Champ", "Dehors", None), ("Bois", "Dehors", None), ("Salon", "Dedans", None)), WORDS
    )
    assert found.types.tolist() == [3, 1, 2]
    assert found.families.tolist() == [1, 1, 2]
    assert found.vector("type_part", WORDS) is None
    assert found.vector("type_part_bois", WORDS) is None


def test_a_station_of_which_too_little_is_known_is_told_apart_from_one_that_is_withheld() -> None:
    found = station_kinds(
        stations((None, None, "trop peu de chiffres connus"), (None, None, "masqué : moins de 11"), (None, None, None)),
        WORDS,
    )
    assert found.types[0] == NO_TYPE == found.families[0]
    assert np.isnan(found.types[1:]).all()
    assert np.isnan(found.families[1:]).all()


def test_a_type_on_borrowed_figures_keeps_its_number() -> None:
    assert station_kinds(stations(("Salon", "Dedans", "d'après la commune")), WORDS).types.tolist() == [2]


def test_a_release_made_with_other_types_is_not_taken_for_one_of_ours() -> None:
    assert is_declared(stations(("Salon", "Dedans", None), (None, None, "peu")), WORDS)
    assert not is_declared(stations(("Gare", "Dedans", None)), WORDS)


def test_a_larger_place_is_told_by_the_type_of_most_of_its_voters() -> None:
    kinds = Kinds(np.float32([1, 2, 3, 0, np.nan]), np.float32([1, 2, 1, 0, np.nan]))
    voters = np.float32([300, 400, 200, 100, np.nan])
    found = mixed_kinds(kinds, voters, np.zeros(5, np.int64), families_of(WORDS), 1)
    assert found.types.tolist() == [2]
    assert found.families.tolist() == [1], "half of the voters live outside, in two types"
    assert found.share is not None
    assert found.share.tolist() == [40]
    parts = [found.vector(f"type_part_{name}", WORDS) for name in WORDS["types"]]
    assert [one.tolist() for one in parts if one is not None] == [[30], [40], [20]]
    assert found.vector("type_part_rien", WORDS) is None
    assert [(one["id"], one["share"]) for one in mix_of(found, 0, WORDS)] == [
        ("salon", 40),
        ("bois", 30),
        ("champ", 20),
    ]


def test_a_place_without_a_station_that_has_a_type_has_none() -> None:
    kinds = Kinds(np.float32([0, 1]), np.float32([0, 1]))
    found = mixed_kinds(kinds, np.float32([500, 600]), np.array([0, -1]), families_of(WORDS), 2)
    assert found.types.tolist() == [NO_TYPE, NO_TYPE]
    assert found.share is not None
    assert np.isnan(found.share).all()
    assert mix_of(found, 1, WORDS) == mix_of(None, 0, WORDS) == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2_000), st.integers(-1, 3)), min_size=1, max_size=60),
)
def test_the_shares_of_a_place_never_pass_the_whole(rows: list[tuple[int, int, int]]) -> None:
    types, voters, where = (np.array(column) for column in zip(*rows, strict=True))
    kinds = Kinds(types.astype(np.float32), types.astype(np.float32))
    found = mixed_kinds(kinds, voters.astype(np.float32), where.astype(np.int64), families_of(WORDS), 4)
    assert found.mix is not None
    assert found.share is not None
    totals = found.mix.sum(axis=1)
    assert (totals <= 100 + 1e-3).all()
    some = found.types > 0
    assert np.allclose(found.share[some], found.mix.max(axis=1)[some])
    for place in range(4):
        inside = (where == place) & (types > 0)
        expected = 100 * voters[inside].sum() / max(1, voters[where == place].sum())
        assert totals[place] == pytest.approx(expected, abs=1e-3)


def test_the_words_of_the_declared_types_are_in_both_languages(shown: Served) -> None:
    said = types_facts(shown.types, shown.facts, shown.levels)
    assert [one["code"] for one in said["types"]] == list(range(1, len(shown.types["types"]) + 1))
    assert [one["id"] for one in said["types"]] == list(shown.types["types"])
    assert {one["group"] for one in said["types"]} == {group["id"] for group in said["groups"]}
    assert said["made_of"] == ["commune", "departement"]
    for one in said["types"]:
        assert one["title"] != one["title_en"]
        assert one["portrait"] != one["portrait_en"]
        assert one["votes"], "how it voted"
        assert all(bloc["title"] != bloc["title_en"] for vote in one["votes"] for bloc in vote["blocs"])
    assert sum(one["share"] for one in said["types"]) <= 100


def test_how_a_type_voted_is_told_by_election() -> None:
    facts = {"elections": {"families": {"legi": "Législatives"}, "blocs": {"gauche": {"title": "Bloc gauche"}}}}
    said = votes_facts({"legi_2024_t1_participation": 70.6, "legi_2024_t1_bloc_gauche": 24.5}, facts)
    bloc = {"name": "legi_2024_t1_bloc_gauche", "title": "Bloc gauche", "title_en": "Bloc gauche", "value": 24.5}
    assert [(one["election"], one["turnout"], one["blocs"]) for one in said] == [("legi_2024_t1", 70.6, [bloc])]


def test_the_numbers_of_the_town_say_the_words_of_its_release(shown: Served) -> None:
    words = [one["title"] for one in reading.catalogue(shown)["types"]["types"]]
    numbers = np.frombuffer(reading.values(shown, "bureau", "type"), "<f4")
    rows = list(shown.release.rows())
    assert [words[int(one) - 1] if one > 0 else None for one in numbers] == [row["type"] for row in rows]
    assert {row["type"] for row in rows} - {None}, "some station has a type"
    families = np.frombuffer(reading.values(shown, "bureau", "groupe_de_types"), "<f4")
    titles = [one["title"] for one in reading.catalogue(shown)["types"]["groups"]]
    assert [titles[int(one) - 1] if one > 0 else None for one in families] == [row["groupe_de_types"] for row in rows]


def test_the_commune_of_the_town_is_made_of_its_stations(shown: Served) -> None:
    rows = [row for row in shown.release.rows() if row["code_commune"] == "96001"]
    voters: dict[str | None, float] = {}
    for row in rows:
        voters[row["type"]] = voters.get(row["type"], 0) + (row["inscrits"] or 0)
    whole = sum(voters.values())
    voters.pop(None, None)
    told = reading.place(shown, "com:96001")
    assert told["type"] is None
    expected = {title: pytest.approx(100 * count / whole, abs=0.06) for title, count in voters.items()}
    assert {one["title"]: one["share"] for one in told["types"]} == expected
    place = reading.places(shown, "commune").row["96001"]
    part = np.frombuffer(reading.values(shown, "commune", "type_part"), "<f4")[place]
    assert part == pytest.approx(told["types"][0]["share"], abs=0.06)


def test_a_station_is_told_with_its_portrait_and_its_votes(shown: Served) -> None:
    row = next(row for row in shown.release.rows() if row["type"])
    told = reading.place(shown, f"bv:{row['bv_id']}")
    assert told["type"]["title"] == row["type"]
    assert told["type"]["id"] in shown.types["types"]
    assert told["type"]["votes"]
    assert told["types"] == []


def test_levels_that_are_not_made_of_stations_have_no_types(shown: Served) -> None:
    assert not has_types(shown.levels["iris"].schema, shown.types)
    assert reading.kinds(shown, "iris") is None
    with pytest.raises(Unknown):
        reading.values(shown, "iris", "type")


def test_a_release_that_tells_types_in_other_words_is_served_without_them(shown: Served) -> None:
    other = served(open_home(Path(shown.folder).parent), "com:96001", "electoral_profile", SILENT)
    titled = {key: {**one, "title": f"Autre {key}"} for key, one in other.types["types"].items()}
    object.__setattr__(other, "types", {**other.types, "types": titled})
    assert reading.catalogue(other)["types"] is None
    assert reading.kinds(other, "commune") is None
    row = next(row for row in other.release.rows() if row["type"])
    told = reading.place(other, f"bv:{row['bv_id']}")["type"]
    assert (told["id"], told["title"], told["title_en"]) == (None, row["type"], row["type"])
