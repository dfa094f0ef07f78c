"""Territories of every kind on the town, and the weights that reach their stations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from carreau.errors import Missing, Unknown
from carreau.products import Handed, Hands, Product
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.places import all_stations, chosen, widened
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.weights import bounds
from carreau.terms import Territory


def stations_of(hands: Hands, territory: str) -> list[str]:
    places = all_stations(hands)
    return places.codes[chosen(Territory.parse(territory), places, hands)].tolist()


@pytest.mark.parametrize(
    ("territory", "number"),
    [
        ("france", 25),
        ("dep:96", 25),
        ("com:96001", 21),
        ("com:96002", 1),
        ("96003", 3),
        ("bv:96003_3B", 1),
        ("bv:96003_003B", 1),
    ],
)
def test_each_kind_of_territory_has_its_stations(hands: Hands, territory: str, number: int) -> None:
    found = stations_of(hands, territory)
    assert len(found) == number
    assert found == sorted(found)


def test_an_intercommunality_is_the_stations_of_its_communes(hands: Hands) -> None:
    table = hands["epci"][0].read()
    code = table["code_epci"][0].as_py()
    members = set(table.filter(pc.equal(table["code_epci"], code))["code_commune"].to_pylist())
    found = stations_of(hands, f"epci:{code}")
    assert found
    assert {key[:5] for key in found} <= members


def test_a_constituency_is_the_stations_that_the_ballots_put_in_it(hands: Hands) -> None:
    told = next(handed.read() for handed in hands["ballots"] if handed.input.vintage.startswith("2022"))
    keys = told.filter(pc.equal(told["code_circonscription"], "9601"))["bv_id"].to_pylist()
    assert set(stations_of(hands, "circo:9601")) == set(keys)
    assert stations_of(hands, "circo:96-01") == stations_of(hands, "circo:9601")


@pytest.mark.parametrize(
    ("territory", "near"),
    [
        ("dep:95", "96"),
        ("com:96009", "96001"),
        ("bv:96003_0009", "96003_0001"),
        ("bv:95001_0001", "96001_0001"),
        ("epci:123456789", ""),
        ("circo:9609", "9601"),
    ],
)
def test_an_unknown_territory_is_refused_with_near_names(hands: Hands, territory: str, near: str) -> None:
    with pytest.raises(Unknown) as error:
        stations_of(hands, territory)
    assert near in error.value.expected
    assert "carreau territoires" in error.value.advice


def test_an_arrondissement_is_answered_by_its_whole_commune_and_says_so() -> None:
    (said,) = widened(Territory.parse("com:69383"))
    assert "69383 est un arrondissement" in said
    assert "69123" in said
    assert widened(Territory.parse("com:69123")) == widened(Territory.parse("dep:69")) == ()


@pytest.mark.parametrize(
    ("territory", "without", "said"),
    [("epci:123456789", ("epci",), "intercommunalité"), ("circo:9601", ("ballots",), "circonscription")],
)
def test_a_list_that_no_file_gives_is_missing_and_says_what_to_add(
    refined_as: Callable[..., Material], hands: Hands, territory: str, without: tuple[str, ...], said: str
) -> None:
    def untold(handed: Handed) -> Handed:
        table = handed.read()
        blank = pa.nulls(table.num_rows, pa.string())
        untold = table.set_column(table.column_names.index("code_circonscription"), "code_circonscription", blank)
        return replace(handed, read=lambda columns=None, filters=None: untold.select(columns or untold.column_names))

    left = {**hands, "bureaux": tuple(untold(handed) for handed in hands["bureaux"])}
    with pytest.raises(Missing, match=said) as error:
        refined_as(left, territory, without)
    assert "miroir" in error.value.advice


@pytest.mark.parametrize(("department", "high"), [("96", "97"), ("2A", "2B"), ("974", "975")])
def test_the_codes_of_a_department_lie_between_two_bounds(department: str, high: str) -> None:
    assert bounds(department) == (department, high)


def test_every_zone_gives_all_its_people_or_is_lost(material: Material) -> None:
    given = np.asarray(material.refined.weights.sum(axis=1)).ravel()
    np.testing.assert_allclose(given, 1.0, atol=1e-9)
    coverage: Any = material.refined.coverage
    people = material.refined.column("population", "P_POP").sum()
    assert coverage["population_portee_sur_le_territoire"] == pytest.approx(people, rel=1e-9)
    assert coverage["population_des_departements"] == pytest.approx(people, rel=1e-9)
    assert coverage["population_perdue"] == 0
    assert sum(coverage["population_par_methode"].values()) == pytest.approx(people, rel=1e-9)
    assert coverage["bureaux"] == {"contour": 24, "commune": 1, "sans contour": 0}


def test_a_part_of_the_department_gets_its_own_people_only(refined_as: Callable[..., Material], hands: Hands) -> None:
    whole = refined_as(hands, "dep:96").refined
    part = refined_as(hands, "com:96003").refined
    people = whole.column("population", "P_POP")
    here = np.isin(whole.targets.communes, ["96003"])
    np.testing.assert_allclose(part.weights.T @ people, (whole.weights.T @ people)[here])


@pytest.mark.parametrize(
    ("without", "method"),
    [((), "adresses"), (("adresses",), "carreaux"), (("adresses", "carreaux"), "surface")],
)
def test_the_best_weighting_at_hand_carries_the_zones_and_its_files_are_named(
    refined_as: Callable[..., Material], hands: Hands, without: tuple[str, ...], method: str
) -> None:
    material = refined_as(hands, without=without)
    methods, counts = np.unique(material.refined.zones.methods.astype(str), return_counts=True)
    assert methods[counts.argmax()] == method
    behind = {alias for alias in ("adresses", "carreaux") if material.refined.inputs[alias]}
    assert method in {*behind, "surface"}
    assert not behind & set(without)


@pytest.mark.parametrize(
    ("alias", "said"),
    [
        ("adresses", "Adresses des électeurs absentes"),
        ("carreaux", "Carreaux de 200 m absents"),
        ("caf", "Allocataires de la CAF absents"),
        ("revenu", "Revenus par IRIS absents"),
        ("mouvements", "Mouvements de communes absents"),
        ("communes", "Contours des communes absents"),
        ("ballots", "Résultats des élections absents"),
        ("ballots_candidats", "Voix des candidats absentes"),
    ],
)
def test_an_input_that_is_absent_is_said_in_the_remarks(
    refined_as: Callable[..., Material], hands: Hands, alias: str, said: str
) -> None:
    assert not [remark for remark in refined_as(hands, "com:96002").remarks if said in remark]
    assert [remark for remark in refined_as(hands, "com:96002", (alias,)).remarks if said in remark]


def test_the_only_station_of_a_commune_without_its_outline_has_no_contour_but_all_its_people(
    refined_as: Callable[..., Material], hands: Hands
) -> None:
    material = refined_as(hands, "com:96002", without=("communes",))
    assert material.refined.targets.placed.tolist() == [""]
    assert material.geometry.num_rows == 0
    assert (material.refined.weights.T @ np.nan_to_num(material.refined.column("population", "P_POP")))[0] > 0


def without_contours(handed: Handed) -> Handed:
    """The stations as the file lists them, none with a contour."""

    def read(columns: Any = None, filters: Any = None) -> pa.Table:
        table = handed.read(columns, filters)
        if "geometry" not in table.column_names:
            return table
        return table.set_column(table.column_names.index("geometry"), "geometry", pa.nulls(table.num_rows, pa.binary()))

    return replace(handed, read=read)


def test_without_any_contour_or_address_people_are_spread_by_registered_voters(
    refined_as: Callable[..., Material], hands: Hands
) -> None:
    bare = {**hands, "bureaux": tuple(without_contours(handed) for handed in hands["bureaux"])}
    material = refined_as(bare, "dep:96", ("adresses", "communes"))
    assert set(material.refined.zones.methods.tolist()) == {"commune", "identite"}
    people = material.refined.weights.T @ material.refined.column("population", "P_POP")
    large = material.refined.targets.communes == "96001"
    registered = material.refined.targets.registered
    np.testing.assert_allclose(people[large] / people[large].sum(), registered[large] / registered[large].sum())
    assert any("selon les inscrits, faute de contour" in remark for remark in material.refined.remarks)


def test_addresses_under_the_registers_own_codes_are_brought_to_the_ministrys(
    refined_as: Callable[..., Material], hands: Hands, material: Material
) -> None:
    (handed,) = hands["adresses"]

    def renamed(columns: Any = None, filters: Any = None) -> pa.Table:
        table = handed.read(columns, filters)
        own = pc.binary_join_element_wise("reu", table["bv_id"], "/")
        return table.set_column(table.column_names.index("bv_id"), "bv_id", own)

    codes = material.refined.targets.codes.tolist()
    names = pa.table({"id_reu": [f"reu/{code}" for code in codes], "bv_id": codes})
    more = {
        "adresses": (replace(handed, read=renamed),),
        "bureaux_reu": (replace(handed, read=lambda columns=None, filters=None: names),),
    }
    found = refined_as({**hands, **more}).refined
    assert abs(found.weights - material.refined.weights).max() < 1e-12
    lost = refined_as({**hands, "adresses": more["adresses"]}).refined
    assert "adresses" not in lost.zones.methods


def test_a_grid_that_lies_elsewhere_leaves_the_zones_to_their_surface(
    refined_as: Callable[..., Material], hands: Hands
) -> None:
    (handed,) = hands["carreaux"]
    elsewhere = replace(handed, read=lambda columns=None, filters=None: handed.read(columns, filters).slice(0, 0))
    found = refined_as({**hands, "carreaux": (elsewhere,)}, without=("adresses",)).refined
    assert set(found.zones.methods.tolist()) == {"identite", "surface"}
    assert found.inputs["carreaux"] == ()


def test_what_is_made_of_a_department_is_made_once(hands: Hands, product: Product) -> None:
    kept: dict[str, pa.Table] = {}
    made: list[str] = []

    def keep(key: str, make: Callable[[], pa.Table]) -> pa.Table:
        if key not in kept:
            made.append(key)
            kept[key] = make()
        return kept[key]

    for territory in ("com:96001", "dep:96", "bv:96002_0001"):
        refine(product, Territory.parse(territory), hands, keep)
    assert len(made) == 2
