"""Streets out of addresses as they are really written: numbers, buildings, hamlets, postcodes, districts."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.field_plan.labels import streets_of


def street(address: str | None, kind: str | None = "housenumber") -> tuple[str, int]:
    """The street and the number of one address."""
    told, said = (pa.chunked_array([[one]], pa.string()) for one in (address, kind))
    place, number, names = streets_of(told, said)
    return (str(names[place[0]]) if place[0] >= 0 else "", int(number[0]))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("12 bis Rue de la Paix 69003 Lyon", ("Rue de la Paix", 12)),
        ("12bis Rue de la Paix 69003 Lyon 3e Arrondissement", ("Rue de la Paix", 12)),
        ("12 B Rue de la Paix 69003 Lyon", ("Rue de la Paix", 12)),
        ("12-14 Avenue Jean Jaurès 69007 Lyon", ("Avenue Jean Jaurès", 12)),
        ("3, place d'Ainay, 69002 Lyon", ("place d'Ainay", 3)),
        ("136 Voie fictive 7 34001 Abeilhan", ("Voie fictive 7", 136)),
        ("5 Rue du 8 Mai 1945 29000 Quimper", ("Rue du 8 Mai 1945", 5)),
        ("1250 Route de Saint-Just-d'Avray 69870 Lamure-sur-Azergues", ("Route de Saint-Just-d'Avray", 1250)),
        ("7 L'Orée du Bois 29900 Concarneau", ("L'Orée du Bois", 7)),
        ("4 Rue Bât d'Argent 69001 Lyon", ("Rue Bât d'Argent", 4)),
        ("9 Rue de la Porte Dorée 75012 Paris", ("Rue de la Porte Dorée", 9)),
        ("21 Rue Hoche Bâtiment C Appt 12 75020 Paris 20e", ("Rue Hoche", 21)),
        ("2 Cours Napoléon 20000 Ajaccio", ("Cours Napoléon", 2)),
        ("2 Cours Napoléon 2A004 Ajaccio", ("Cours Napoléon", 2)),
        ("6 Rue Pasteur 97410 Saint-Pierre", ("Rue Pasteur", 6)),
        ("14 A Kerbiquet 29300 Arzano", ("Kerbiquet", 14)),
    ],
)
def test_a_number_and_a_commune_are_taken_off_a_street(address: str, expected: tuple[str, int]) -> None:
    assert street(address) == expected


@pytest.mark.parametrize(
    ("address", "kind", "expected"),
    [
        ("Lieu-dit Kerbiquet 29300 Arzano", "locality", "Lieu-dit Kerbiquet"),
        ("Voie fictive 3 69001 Affoux", "street", "Voie fictive 3"),
        ("8 Mai 1945 29000 Quimper", "street", "8 Mai 1945"),
        ("Rés. Les Tilleuls Bât A", None, "Rés. Les Tilleuls"),
        ("Résidence du Parc, 3e étage 69100 Villeurbanne", "locality", "Résidence du Parc"),
        ("69001 Affoux", "municipality", ""),
        ("12 69003 Lyon", "housenumber", ""),
        ("", None, ""),
        (None, None, ""),
    ],
)
def test_a_place_without_number_keeps_its_name_and_a_commune_alone_is_no_street(
    address: str | None, kind: str | None, expected: str
) -> None:
    assert street(address, kind) == (expected, 0)


def test_a_street_is_one_whatever_its_capitals_and_spaces() -> None:
    told = ["1 RUE DE LA PAIX 69003 LYON", "2 Rue  de la Paix 69003 Lyon", "3 Rue de la Paie 69003 Lyon"]
    place, _, names = streets_of(pa.chunked_array([told]), pa.chunked_array([["housenumber"] * 3]))
    assert place[0] == place[1] != place[2] and len(names) == 2


def test_no_address_gives_no_street() -> None:
    place, number, names = streets_of(pa.chunked_array([[]], pa.string()), pa.chunked_array([[]], pa.string()))
    assert len(place) == len(number) == len(names) == 0


NAMES = st.text(st.characters(categories=["L"]), min_size=2, max_size=12)


@given(st.integers(1, 9999), NAMES, st.integers(1000, 98999), NAMES)
def test_what_is_written_around_a_street_never_stays_with_it(number: int, name: str, postcode: int, town: str) -> None:
    assert street(f"{number} Rue {name} {postcode:05d} {town}") == (f"Rue {name}", number)
    assert street(f"Rue {name} {postcode:05d} {town}", "street") == (f"Rue {name}", 0)
