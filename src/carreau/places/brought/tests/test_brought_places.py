"""Codes as people write them, the column that says where, figures that add up, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Refused
from carreau.places.brought import (
    Known,
    carried,
    joined_by_codes,
    joined_by_counts,
    key_of,
    points_of,
    refuse_personal,
)  # fmt: skip
from carreau.places.brought.figures import figures_of, weight_among
from carreau.places.brought.keys import hinted_columns
from carreau.places.brought.near import near_names, unknown_codes
from carreau.places.brought.words import named, word_of, words_of
from carreau.places.brought.written import READERS, commune_code, iris_code, station_code

PLACES = {
    "bureau": Known(
        ("01001_0001", "13055_0101", "14118_01.1", "2A004_0001", "69123_0101", "69123_0102"),
        ("L'Abergement", "Marseille", "Caen", "Ajaccio", "Lyon", "Lyon"),
    ),
    "iris": Known(("010010000", "2A0040101", "693810101"), ("L'Abergement", "Centre", "Terreaux")),
    "commune": Known(
        ("01001", "13055", "14118", "2A004", "69123"), ("L'Abergement", "Marseille", "Caen", "Ajaccio", "Lyon")
    ),
    "circonscription": Known(("0101", "2A01", "6901"), ("Ain 1", "Corse 1", "Rhône 1")),
    "departement": Known(
        ("01", "13", "14", "2A", "69"), ("Ain", "Bouches-du-Rhône", "Calvados", "Corse-du-Sud", "Rhône")
    ),
}


def table(**columns: list[Any]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def figures(name: str, *cells: str | None) -> Any:
    return figures_of(name, table(x=list(cells))["x"])


@settings(deadline=None)  # a busy machine is slow, and not wrong
@given(st.sampled_from(PLACES["bureau"].codes), st.sampled_from("_-/ ."), st.booleans(), st.booleans())
def test_a_station_is_read_however_it_is_written(code: str, sign: str, short: bool, small: bool) -> None:
    commune, _, station = code.partition("_")
    written = f"{commune.lstrip('0') if short else commune}{sign}{station.lstrip('0') if short else station}"
    assert station_code(f" {written.lower() if small else written} ") == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("1001", "01001"), ("1001.0", "01001"), ("2a004", "2A004"), ("'01001", "01001"), ("69 123", "69123"),
     ("69\u00a0123", "69123"), ("com:69123", "69123"), ("Lyon", None), ("123", None), ("691230", None)],
)  # fmt: skip
def test_the_zero_that_a_spreadsheet_took_is_given_back(written: str, code: str | None) -> None:
    assert commune_code(written) == code


def test_other_codes_are_read_too() -> None:
    assert [iris_code("10010000"), iris_code("2a0040101"), iris_code("x")] == ["010010000", "2A0040101", None]
    assert [station_code("691230101"), station_code("iv")] == ["69123_0101", None]
    constituencies = [READERS["circonscription"](text) for text in ("101", "69-01", "2A-01", "x")]
    assert constituencies == ["0101", "6901", "2A01", None]
    assert [READERS["departement"](text) for text in ("1", "2a", "974", "Rhône")] == ["01", "2A", "974", None]


@pytest.mark.parametrize(
    ("columns", "level", "key"),
    [
        ({"Code INSEE": ["1001", "69123"], "n": ["1", "2"]}, "commune", ("Code INSEE",)),
        ({"id_bv": ["69123_101", "1001-1"], "code_commune": ["69123", "1001"]}, "bureau", ("id_bv",)),
        ({"commune": ["69123", "1001"], "bureau": ["101", "1"]}, "bureau", ("commune", "bureau")),
        ({"Code du département": ["69", "1"], "Code de la commune": ["123", "1"], "Code du b.vote": ["0101", "0001"]},
         "bureau", ("Code du département", "Code de la commune", "Code du b.vote")),
        ({"Code du département": ["69", "1"], "Code de la commune": ["123", "1"]},
         "commune", ("Code du département", "Code de la commune")),
        ({"IRIS": ["10010000", "2A0040101"]}, "iris", ("IRIS",)),
        ({"où": ["01001", "2A004", "69123"]}, "commune", ("où",)),
        ({"Département": ["1", "69"], "n": ["3", "4"]}, "departement", ("Département",)),
        ({"circo": ["69-01", "101"]}, "circonscription", ("circo",)),
        ({"Code du département": ["69", "1"], "Code de la circonscription": ["01", "1"]},
         "circonscription", ("Code du département", "Code de la circonscription")),
        ({"dep": ["69"] * 20, "code": ["69123"] * 19 + ["69999"]}, "commune", ("code",)),
    ],
)  # fmt: skip
def test_the_column_that_says_where_is_recognised(
    columns: dict[str, list[str]], level: str, key: tuple[str, ...]
) -> None:
    found = key_of(table(**columns), PLACES)
    assert found is not None
    assert (found.level, found.columns) == (level, key)
    assert found.known.mean() > 0.9


def test_figures_are_not_taken_for_codes() -> None:
    assert key_of(table(population=["1001", "69123", "5", "12"], rang=["1", "2", "13", "69"]), PLACES) is None
    assert key_of(table(vide=[None, None]), PLACES) is None


def test_an_arrondissement_gives_its_commune_and_the_repair_is_counted() -> None:
    found = key_of(table(commune=["69381", "13216", "69123", "99999", None]), PLACES)
    assert found is not None
    assert found.codes.tolist() == ["69123", "13055", "69123", "99999", None]
    assert (found.known.tolist(), found.repaired) == ([True, True, True, False, False], 2)


def test_a_column_called_as_a_code_is_told_when_nothing_matches() -> None:
    assert hinted_columns(table(**{"Code Insee": ["x"], "n": ["1"]})) == ["Code Insee"]


def test_near_places_are_found_by_code_and_by_name() -> None:
    assert near_names("69124", PLACES["commune"])[0] == "69123 Lyon"
    assert near_names("lyonn", PLACES["commune"]) == ["69123 Lyon"]
    assert near_names("99999", PLACES["commune"]) == []
    assert [one["code"] for one in unknown_codes(["b", "a", "b"], PLACES["commune"], 9)] == ["b", "a"]


@pytest.mark.parametrize(
    ("name", "cells", "kind", "rule", "numbers"),
    [
        ("élèves", ["1 036", "12", None, "s"], "integer", "somme", [1036, 12, None, None]),
        ("part_cadres", ["3", "4"], "integer", "moyenne", [3, 4]),
        ("x", ["3,5 %", "4%"], "number", "moyenne", [3.5, 4]),
        ("solde", ["-3", "4"], "integer", "moyenne", [-3, 4]),
        ("annee", ["2024", "2024"], "integer", None, None),
        ("code", ["01", "02"], "text", None, None),
        ("cp", ["01000", "69001"], "text", None, None),
        ("jour", ["2024-01-02", "03/04/2024"], "date", None, None),
        ("note", ["a", "b"], "text", None, None),
        ("Code département", ["1", "69"], "integer", None, None),
        ("num_lieu", ["1", "69"], "integer", None, None),
        ("Département", ["1", "69"], "integer", None, None),
        ("vide", [None, ""], "text", None, None),
        ("taille", ["1e3", "2.5E-1"], "number", "moyenne", [1000, 0.25]),
    ],
)
def test_a_column_is_read_for_what_it_is(name: str, cells: list[Any], kind: str, rule: str, numbers: list[Any]) -> None:
    read = figures(name, *cells)
    assert (read.kind, read.rule) == (kind, rule)
    if numbers is not None:
        assert [None if np.isnan(value) else value for value in read.numbers] == numbers


def test_what_is_no_number_among_numbers_is_counted_and_left() -> None:
    read = figures("n", *["1"] * 19, "environ 20")
    assert (read.odd, read.filled, read.rule) == (1, 20, "somme")
    assert np.isnan(read.numbers[-1])


def test_the_numbers_of_a_parquet_are_finite_or_empty() -> None:
    column = pa.chunked_array([pa.array([1.5, float("inf"), float("nan"), None, 1e300])])
    assert figures_of("x", column).numbers.tolist()[:1] == [1.5]
    assert np.isnan(figures_of("x", column).numbers[1:]).all()
    assert figures_of("b", pa.chunked_array([[True, None]])).kind == "boolean"


COUNTS = st.lists(st.tuples(st.sampled_from(PLACES["bureau"].codes), st.integers(0, 10**6)), min_size=1, max_size=60)


@settings(deadline=None)  # a busy machine is slow, and not wrong
@given(COUNTS)
def test_a_count_keeps_its_total_at_every_level(rows: list[tuple[str, int]]) -> None:
    codes = np.array([code for code, _ in rows], dtype=object)
    joined = joined_by_codes("bureau", codes, [figures("voix", *(str(value) for _, value in rows))])
    for level in ("bureau", "commune", "departement"):
        counts, by_name = carried(joined, level, PLACES[level].codes)
        assert np.nansum(by_name["voix"]) == pytest.approx(sum(value for _, value in rows))
        assert counts.sum() == len(rows)
        assert (np.isnan(by_name["voix"]) == (counts == 0)).all()


@settings(deadline=None)  # a busy machine is slow, and not wrong
@given(COUNTS)
def test_a_mean_is_between_the_values_that_it_is_made_of(rows: list[tuple[str, int]]) -> None:
    codes = np.array([code for code, _ in rows], dtype=object)
    values = [value + 0.5 for _, value in rows]
    joined = joined_by_codes("bureau", codes, [figures("taux", *map(str, values))])
    means = carried(joined, "departement", PLACES["departement"].codes)[1]["taux"]
    assert np.nanmin(means) >= min(values) - 1e-6
    assert np.nanmax(means) <= max(values) + 1e-6


def test_a_mean_is_weighted_when_a_column_says_so() -> None:
    codes = np.array(["69123_0101", "69123_0102"], dtype=object)
    columns = [figures("taux", "10,5", "20,5"), figures("poids", "1", "3")]
    joined = joined_by_codes("bureau", codes, columns)
    assert carried(joined, "commune", ("69123",))[1] == {"taux": [18.0], "poids": [4.0]}
    assert weight_among(columns) is columns[1]
    assert weight_among([figures("poids", "-1", "3")]) is None


def test_a_blank_cell_is_not_a_zero() -> None:
    codes = np.array(["69123_0101", "69123_0102"], dtype=object)
    joined = joined_by_codes("bureau", codes, [figures("voix", None, "4")])
    assert np.isnan(carried(joined, "bureau", ("69123_0101",))[1]["voix"]).all()


def test_points_are_kept_as_counts_alone() -> None:
    joined = joined_by_counts("bureau", PLACES["bureau"].codes, np.array([0, 0, 0, 3, 12, 1]))
    assert joined.table["code"].to_pylist() == ["2A004_0001", "69123_0101", "69123_0102"]
    assert joined.table.drop_columns("code").to_pydict() == {"nombre_de_lignes": [3, 12, 1]}
    assert carried(joined, "commune", ("69123", "01001"))[0].tolist() == [13, 0]
    assert joined_by_counts("bureau", (), np.zeros(0, dtype=np.int64)).table.num_rows == 0


def test_coordinates_are_found_in_degrees_and_in_lambert() -> None:
    found = points_of(table(Latitude=["45,75", "0", "95"] + ["45.7"] * 20, lon=["4,85", "0", "4"] + ["4.8"] * 20))
    assert found is not None
    assert (found.system, found.columns, found.placed.sum()) == ("WGS 84", ("lon", "Latitude"), 21)
    metres = points_of(table(x=["700000"], y=["6600000"]))
    assert metres is not None
    assert metres.system == "Lambert-93"
    # the origin of the projection, by its definition (EPSG:2154)
    assert [*metres.longitudes, *metres.latitudes] == pytest.approx([3.0, 46.5], abs=1e-6)


@pytest.mark.parametrize(
    "columns", [{"x": ["a"], "y": ["b"]}, {"x": ["5000"], "y": ["9000"]}, {"lat": ["45"]}, {"n": ["1"]}]
)
def test_other_numbers_are_no_coordinates(columns: dict[str, list[str]]) -> None:
    assert points_of(table(**columns)) is None


NIR = "255081416802538"  # nobody's, with its right key: 97 - 2550814168025 % 97 = 38


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"contact": ["a@b.fr", "rien"]}, "électroniques"),
        ({"E-mail": ["caché"]}, "électroniques"),
        ({"joindre": ["06 12 34 56 78", "+33612345678"]}, "téléphone"),
        ({"Téléphone": ["612345678"]}, "téléphone"),
        ({"numéro": [NIR, "2 55 08 14 168 025 38"]}, "sécurité sociale"),
        ({"nir": ["inconnu"]}, "sécurité sociale"),
        ({"Nom": ["Durand"], "Date de naissance": ["1950-01-01"]}, "dates de naissance"),
        ({"prénom": ["Anne"], "ddn": ["1950-01-01"]}, "dates de naissance"),
        ({"IBAN": ["FR76 3000"]}, "bancaires"),
    ],
)  # fmt: skip
def test_lists_of_persons_are_refused_with_the_lawful_way(columns: dict[str, list[str]], said: str) -> None:
    with pytest.raises(Refused) as error:
        refuse_personal(table(code=["69123"] * len(next(iter(columns.values()))), **columns))
    assert said in error.value.given
    assert "par bureau" in error.value.advice


@pytest.mark.parametrize(
    "columns",
    [
        {"Nom": ["Durand"], "Voix": ["12"]}, {"mobile": ["12", "340"]}, {"naissance": ["12"]},
        {"code": ["255081416802539"] * 3}, {"telephone": [None]}, {"siret": ["73282932000074"] * 4},
    ],
)  # fmt: skip
def test_figures_on_places_are_not_taken_for_persons(columns: dict[str, list[Any]]) -> None:
    refuse_personal(table(**columns))


@settings(deadline=None)  # a busy machine is slow, and not wrong
@given(st.text(max_size=40))
def test_any_name_of_column_is_read_as_words(name: str) -> None:
    assert set(word_of(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert all(words_of(name))
    assert named(name, "keys", "commune") in (True, False)
