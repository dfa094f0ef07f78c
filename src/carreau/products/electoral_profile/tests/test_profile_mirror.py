"""The profile on the publishers' files: known counts, the country's mass, what is out of scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from carreau.house import Home
from carreau.products import Draft, Hands, Product
from carreau.products.electoral_profile.build import build
from carreau.products.electoral_profile.estimate import NOT_COVERED
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.places import all_stations
from carreau.products.electoral_profile.refine import refine
from carreau.terms import Territory

pytestmark = pytest.mark.mirror
Profiled = Callable[[str], tuple[Material, Draft]]


@pytest.fixture(scope="module")
def profiled(published: Hands, published_home: Home, product: Product) -> Profiled:
    """The function that builds the profile of a territory of France; what is made of a department is kept."""
    found: dict[str, tuple[Material, Draft]] = {}
    tables = published_home.workspace.tables

    def made(territory: str) -> tuple[Material, Draft]:
        if territory not in found:
            material = refine(product, Territory.parse(territory), published, tables.kept)
            found[territory] = material, build(product, material)
        return found[territory]

    return made


def test_france_has_its_stations_and_lyon_its_own(published: Hands, profiled: Profiled) -> None:
    places = all_stations(published)
    assert len(places.codes) == 70_083
    (handed,) = published["bureaux"]
    with_contour = handed.read(["bv_id", "geometry"])["geometry"]
    assert len(with_contour) - with_contour.null_count == 68_265
    material, draft = profiled("com:69123")
    assert Counter(material.refined.targets.placed.tolist()) == {"contour": 303, "": 2}
    assert draft.table.num_rows == 305
    assert draft.geometry.num_rows == 303


def test_the_people_of_the_iris_are_those_of_metropolitan_france(published: Hands) -> None:
    (census,) = published["population"]
    assert np.nansum(census.read(["P_POP"])["P_POP"].to_numpy()) == pytest.approx(65_765_984, abs=1)


def test_every_indicator_of_lyon_is_known_somewhere_in_it(profiled: Profiled) -> None:
    _, draft = profiled("com:69123")
    names = [column.of for column in draft.schema.columns if column.name.endswith("_marge")]
    assert len(names) >= 60
    assert not [name for name in names if draft.table[name].null_count == draft.table.num_rows]


def test_a_facsimile_is_never_passed_off_as_official(profiled: Profiled) -> None:
    _, draft = profiled("com:69123")
    assert draft.schema.column("part_cadres").provenance.status == "facsimile"
    assert draft.schema.column("revenu_median").provenance.status == "facsimile"  # the addresses that carry it are
    statuses = {entry.name: entry.status for entry in draft.lineage}
    assert statuses["table-adresses-reu_69.parquet"] == "facsimile"
    assert "table-adresses-reu_34.parquet" not in statuses


def test_a_rural_department_is_carried_whole(profiled: Profiled) -> None:
    material, draft = profiled("dep:23")
    here = material.refined.zones.departments == "23"
    people = np.nansum(material.refined.column("population", "P_POP")[here])
    lost = float(material.refined.coverage["population_perdue"])  # type: ignore[arg-type] # a number
    carried = draft.table["population"].to_pandas().sum()
    assert carried + lost == pytest.approx(people, rel=1e-9)
    only = Counter(material.refined.targets.communes.tolist())
    alone = np.array([only[commune] == 1 for commune in material.refined.targets.communes.tolist()])
    assert alone.mean() > 0.8
    margins = draft.table["part_65_ans_ou_plus_marge"].to_pandas().to_numpy(dtype=float)
    assert np.nanmax(margins[alone & (draft.table["part_65_ans_ou_plus_note"].to_pandas() == "A").to_numpy()]) <= 2


def test_overseas_has_its_ballots_and_a_census_out_of_scope_and_never_zero(
    profiled: Profiled,
) -> None:
    material, draft = profiled("com:97411")
    assert draft.table.num_rows > 50
    assert {one.election.id for one in material.elections} >= {"2024_legi_t1"}
    assert draft.table["legi_2024_t1_participation"].null_count < 0.1 * draft.table.num_rows
    for name in ("population", "part_cadres", "revenu_median"):
        assert draft.table[name].null_count == draft.table.num_rows
        assert set(draft.table[f"{name}_statut"].to_pylist()) == {NOT_COVERED}


def test_two_files_of_one_election_are_not_mixed_and_it_is_said(
    profiled: Profiled,
) -> None:
    material, draft = profiled("com:29019")
    (election,) = (one.election for one in material.elections if one.election.id == "2024_legi_t1")
    assert len({entry.status for entry in election.inputs}) == 1
    (said,) = (
        remark
        for remark in draft.remarks
        if remark.startswith("législatives 2024, 1er tour : plusieurs fichiers la racontent autrement")
    )
    assert "fac-similé" in said
    assert draft.table.num_rows > 50


@pytest.mark.slow
def test_the_whole_country_keeps_its_people(published: Hands, product: Product) -> None:
    (census,) = published["population"]
    total = np.nansum(census.read(["P_POP"])["P_POP"].to_numpy())
    less = {alias: () if alias.startswith("ballots") else entries for alias, entries in published.items()}
    material = refine(product, Territory.parse("france"), less, lambda key, make: make())
    coverage = material.refined.coverage
    carried = (material.refined.weights.T @ np.nan_to_num(material.refined.column("population", "P_POP"))).sum()
    assert carried + coverage["population_perdue"] == pytest.approx(total, rel=1e-9)  # type: ignore[operator] # a number
    assert coverage["population_perdue"] < 0.001 * total  # type: ignore[operator] # idem


def test_the_rhone_has_fourteen_constituencies_known_by_their_ballots(
    published: Hands, published_home: Home, product: Product, profiled: Profiled
) -> None:
    tables = published_home.workspace.tables
    material = refine(product, Territory.parse("dep:69"), published, tables.kept, "circonscription")
    draft = build(product, material)
    assert draft.table["libelle"].to_pylist()[0] == "Rhône, 1re circonscription"
    assert draft.table.num_rows == draft.geometry.num_rows == 14
    assert (material.refined.targets.certainty > 0.98).all()
    _, stations = profiled("dep:69")
    total = stations.table["inscrits"].to_pandas().sum()
    assert draft.table["inscrits"].to_pandas().sum() == pytest.approx(total, rel=0.001)
    turnout = draft.table["pres_2022_t1_participation"].to_pandas().to_numpy(dtype=float)
    assert ((turnout > 60) & (turnout < 90)).all()
