"""The shared words: territories as people write them, columns that describe themselves, errors that say what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken, CarreauError, Missing, Refused, Retry, Unknown
from carreau.terms import Column, Role, Schema, Territory


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("france", "france", ""),
        ("69", "dep", "69"),
        ("2a", "dep", "2A"),
        ("971", "dep", "971"),
        ("dep:ZZ", "dep", "ZZ"),
        ("69123", "com", "69123"),
        ("COM:2a004", "com", "2A004"),
        ("epci:200046977", "epci", "200046977"),
        ("circo:69-01", "circo", "6901"),
        ("bv:69123_101", "bv", "69123_0101"),
        ("14118_01.1", "bv", "14118_01.1"),
    ],
)
def test_a_territory_is_read_as_people_write_it(text: str, kind: str, code: str) -> None:
    assert Territory.parse(text) == Territory(kind, code)


@given(st.sampled_from(["dep:69", "com:01001", "epci:200046977", "circo:2A01", "bv:11262_023B", "france"]))
def test_a_territory_written_out_is_read_back(text: str) -> None:
    assert str(Territory.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["planet:9", "Carreville", "com:6912", "dep:691", "", "bv:69123", "com:", "circo:69", "epci:12"]
)
def test_what_is_not_a_territory_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Unknown) as refusal:
        Territory.parse(text)
    assert "com:69123" in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_a_column_without_description_is_broken() -> None:
    with pytest.raises(Broken, match="description"):
        Column("x", "number", " ")


def test_a_column_of_an_unknown_type_is_broken() -> None:
    with pytest.raises(Broken, match="type inconnu"):
        Column("x", "float", "un nombre")  # type: ignore[arg-type] # the point of the test


def test_a_schema_says_what_a_row_is_and_names_its_columns_once() -> None:
    column = Column("x", "number", "un nombre", role=Role.MEASURE)
    assert Schema("une ligne par zone", (column,)).column("x") is column
    with pytest.raises(Broken, match="même nom"):
        Schema("une ligne par zone", (column, column))
    with pytest.raises(Broken, match="ligne"):
        Schema("", (column,))
    with pytest.raises(Unknown, match="« y »"):
        Schema("une ligne par zone", (column,)).column("y")


def test_an_error_says_what_was_given_what_was_expected_and_what_to_do() -> None:
    error = Missing("il manque un fichier", given="rien", expected="base.zip", advice="donner --mirror")
    assert str(error).splitlines() == [
        "Manquant : il manque un fichier",
        "  reçu     : rien",
        "  attendu  : base.zip",
        "  à faire  : donner --mirror",
    ]
    assert error.as_dict()["exit_code"] == 1
    assert str(Broken("abîmé")) == "Inutilisable : abîmé"


def test_the_tree_says_which_errors_a_retry_helps_and_how_each_ends() -> None:
    kinds = (Refused, Missing, Unknown, Broken, Retry)
    assert {kind.__name__: (kind.exit_code, kind.retry_helps) for kind in kinds} == {
        "Refused": (3, False),
        "Missing": (1, False),
        "Unknown": (2, False),
        "Broken": (1, False),
        "Retry": (1, True),
    }
    assert issubclass(Unknown, Missing) and issubclass(Retry, CarreauError)


def test_an_unknown_name_gets_near_ones_or_says_that_none_is_known() -> None:
    assert "69123" in Unknown.named("69124", "commune", ["69123", "75056"], "").expected
    assert Unknown.named("x", "produit", [], "").expected == "aucun nom n'est connu"
