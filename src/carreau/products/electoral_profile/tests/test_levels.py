"""Levels: the same figures for IRIS, communes, constituencies and departments, out of the same tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from scipy import sparse

from carreau.errors import Broken, Unknown
from carreau.products import Draft, Hands, Product
from carreau.products.electoral_profile import brought
from carreau.products.electoral_profile.brought import estimates_of_election
from carreau.products.electoral_profile.build import build, refine
from carreau.products.electoral_profile.contours import united
from carreau.products.electoral_profile.elections import GENERAL, Election, Measure
from carreau.products.electoral_profile.estimate import NOBODY, UNSURE
from carreau.products.electoral_profile.levels import level_of, levels_of
from carreau.products.electoral_profile.material import Brought, Material
from carreau.products.electoral_profile.names import constituency_name
from carreau.products.electoral_profile.refined import TargetFrame
from carreau.terms import Role, Territory

LARGER = ("iris", "commune", "circonscription", "departement")
At = Callable[..., tuple[Material, Draft]]


@pytest.fixture(scope="module")
def at(product: Product, hands: Hands) -> At:
    """The function that profiles a territory of the town at a level, each once."""
    found: dict[tuple[str, ...], tuple[Material, Draft]] = {}

    def made(level: str, territory: str = "dep:96", without: str = "") -> tuple[Material, Draft]:
        key = (level, territory, without)
        if key not in found:
            left = {alias: () if alias == without else entries for alias, entries in hands.items()}
            material = refine(product, Territory.parse(territory), left, lambda _, make: make(), level)
            found[key] = material, build(product, material)
        return found[key]

    return made


def column(draft: Draft, name: str) -> np.ndarray:
    return draft.table[name].to_pandas().to_numpy(dtype=float)


@pytest.mark.parametrize("level", LARGER)
def test_a_level_has_the_indicators_of_the_stations_under_its_own_key(at: At, product: Product, level: str) -> None:
    _, draft = at(level)
    wanted = level_of(product.facts, level)
    leading = [c.name for c in draft.schema.columns if c.role in {Role.KEY, Role.PLACE}]
    assert (leading[0], draft.schema.rows) == (wanted.key, wanted.grain)
    assert {wanted.key, "libelle", "code_departement", "inscrits"} <= set(draft.table.column_names)
    keys = draft.table[wanted.key].to_pylist()
    assert keys == sorted(set(keys))
    _, stations = at("bureau")
    ours, theirs = ({c.of for c in d.schema.columns if c.role is Role.MARGIN} for d in (draft, stations))
    assert ours == {name for name in theirs if level != "iris" or "_20" not in name or name == "part_20_64_ans"}
    gaps = {name.removeprefix("part_cadres_ecart_") for name in draft.table.column_names if "cadres_ecart" in name}
    assert gaps == set(wanted.compared)


@pytest.mark.parametrize("level", LARGER)
def test_the_people_and_the_voters_of_a_level_are_those_of_the_department(at: At, level: str) -> None:
    material, draft = at(level)
    people = np.nansum(material.refined.column("population", "P_POP"))
    assert column(draft, "population").sum() == pytest.approx(people, rel=1e-9)
    assert column(draft, "inscrits").sum() == pytest.approx(column(at("bureau")[1], "inscrits").sum(), rel=1e-9)


def test_a_share_of_a_commune_is_the_ratio_of_its_zones_and_its_stations_add_up_to_it(at: At) -> None:
    material, draft = at("commune")
    refined = material.refined
    _, stations = at("bureau")
    owner = np.array(stations.table["code_commune"].to_pylist())
    for row, code in enumerate(draft.table["code_commune"].to_pylist()):
        here = refined.zones.communes == code
        aged, people = (refined.column("population", name)[here].sum() for name in ("P_POP65P", "P_POP"))
        assert column(draft, "part_65_ans_ou_plus")[row] == pytest.approx(100 * aged / people)
        parts = column(stations, "part_65_ans_ou_plus_nombre")[owner == code].sum()
        assert parts == pytest.approx(column(draft, "part_65_ans_ou_plus_nombre")[row])


def test_whole_zones_have_no_apportionment_error_and_sampling_stays(at: At) -> None:
    _, iris = at("iris")
    shown = np.isfinite(column(iris, "revenu_median"))
    assert shown.any()
    assert (column(iris, "revenu_median_marge")[shown] == 0).all()  # income is no sample
    assert (column(iris, "part_cadres_marge")[np.isfinite(column(iris, "part_cadres"))] > 0).all()
    _, stations = at("bureau")
    assert np.nanmedian(column(iris, "part_cadres_marge")) < np.median(column(stations, "part_cadres_marge"))
    assert "zones entières" in iris.schema.column("part_cadres").provenance.method


def test_the_turnout_of_a_commune_is_that_of_its_ballots_without_margin(at: At) -> None:
    _, stations = at("bureau")
    owner = np.array(stations.table["code_commune"].to_pylist())
    name = "legi_2024_t1_participation"
    for level, group in (("commune", owner), ("departement", np.full(len(owner), "96"))):
        _, draft = at(level)
        key = draft.schema.columns[0].name
        for row, code in enumerate(draft.table[key].to_pylist()):
            number, base = (column(stations, f"{name}_{what}")[group == code].sum() for what in ("nombre", "base"))
            assert column(draft, name)[row] == pytest.approx(100 * number / base)
            assert column(draft, f"{name}_marge")[row] == 0


def test_iris_have_no_ballots(at: At) -> None:
    material, draft = at("iris")
    assert material.elections == ()
    assert "elections" not in {column.theme for column in draft.schema.columns}


@pytest.mark.parametrize("level", LARGER)
def test_a_place_alone_has_the_figures_that_it_has_in_the_department(at: At, level: str) -> None:
    _, whole = at(level)
    _, alone = at(level, "com:96003")
    key = whole.schema.columns[0].name
    own = set(alone.table[key].to_pylist())
    mine = whole.table.filter(pa.array([code in own for code in whole.table[key].to_pylist()]))
    assert mine.num_rows == alone.table.num_rows > 0
    for name in ("population", "part_cadres", "revenu_median", "part_cadres_marge", "taux_chomage_ecart_france"):
        assert alone.table[name].to_pylist() == pytest.approx(mine[name].to_pylist(), nan_ok=True), name


def test_a_station_is_answered_by_its_whole_commune(at: At) -> None:
    _, alone = at("commune", "bv:96001_0001")
    _, whole = at("commune")
    assert alone.table["population"].to_pylist() == whole.table["population"].to_pylist()[:1]
    assert alone.table["inscrits"].to_pylist() == whole.table["inscrits"].to_pylist()[:1]


def test_places_are_named(at: At) -> None:
    assert at("commune")[1].table["libelle"].to_pylist()[0] == "Carreville"
    assert at("departement")[1].table["libelle"].to_pylist() == ["Carreau-Maritime"]
    assert at("circonscription")[1].table["libelle"].to_pylist() == ["Carreau-Maritime, 1re circonscription"]
    assert "Gare" in at("iris")[1].table["libelle"].to_pylist()
    assert constituency_name("Rhône", "6914") == "Rhône, 14e circonscription"


def test_without_a_list_of_names_a_place_keeps_its_code_or_its_label(at: At) -> None:
    assert at("departement", without="noms_departements")[1].table["libelle"].to_pylist() == ["96"]
    assert at("commune", without="noms_communes")[1].table["libelle"].to_pylist()[0] == "Carreville"


@pytest.mark.parametrize("level", LARGER)
def test_every_place_of_the_town_is_drawn_and_covers_what_it_is_made_of(at: At, level: str) -> None:
    _, draft = at(level)
    assert draft.geometry.column_names == [draft.schema.columns[0].name, "geometry"]
    shapes = shapely.from_wkb(draft.geometry["geometry"].to_numpy(zero_copy_only=False))
    assert len(shapes) == draft.table.num_rows
    assert shapely.is_valid(shapes).all()
    stations = shapely.from_wkb(at("bureau")[1].geometry["geometry"].to_numpy(zero_copy_only=False))
    assert shapely.area(shapes).sum() == pytest.approx(shapely.area(stations).sum(), rel=0.02)


def test_slivers_between_contours_are_closed_and_enclaves_stay() -> None:
    left, right = shapely.box(0, 0, 1, 1), shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1.0001, 0.5)])
    assert shapely.get_num_interior_rings(united(np.array([left, right], dtype=object))) == 0
    around = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    assert united(np.array([around], dtype=object)).area == pytest.approx(8)
    gap = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    assert united(np.array([gap], dtype=object)).area == pytest.approx(2)


def test_constituencies_follow_the_files_then_the_drawing(at: At) -> None:
    told = at("circonscription")[0]
    drawn = at("circonscription", without="ballots")[0]
    assert told.refined.targets.codes.tolist() == drawn.refined.targets.codes.tolist()
    assert told.refined.targets.registered == pytest.approx(drawn.refined.targets.registered)


def test_a_level_that_does_not_exist_is_refused_with_near_names(product: Product) -> None:
    with pytest.raises(Unknown, match="communes") as error:
        level_of(product.facts, "communes")
    assert "commune" in error.value.expected


def test_a_level_that_is_badly_declared_is_refused_in_words(product: Product) -> None:
    with pytest.raises(Broken, match="niveau de lieux"):
        levels_of({"levels": {"commune": {"title": "Commune"}}})
    assert list(levels_of(product.facts)) == ["bureau", *LARGER]


def larger(covered: float, **counts: Any) -> dict[str, Any]:
    """One election of three past stations, two of which are whole in one place and the third cut in two."""
    given = {name: np.asarray(counts.get(name, [0.0] * 3), dtype=float) for name in (*GENERAL, "voix_x")}
    codes = np.array(["96001_0001", "96001_0002", "96002_0001"])
    election = Election(
        "2022_pres_t1",
        "pres_2022_t1",
        "présidentielle 2022",
        codes,
        np.array(["96001", "96001", "96002"]),
        np.full(3, "96"),
        given,
        (
            Measure("inscrits", "Inscrits", "Inscrits", "électeurs", "inscrits"),
            Measure("participation", "Participation", "Part", "%", "votants", "inscrits"),
            Measure("voix_x", "X", "Part", "%", "voix_x", "exprimes"),
        ),
        (),
    )
    weights: Any = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]))
    places = TargetFrame(
        np.array(["A", "B"]),
        np.array(["", ""]),
        np.full(2, "96"),
        np.array(["A", "B"], dtype=object),
        np.array([1000.0, 50.0]),
        np.array(["contour"] * 2, dtype=object),
        "cette circonscription",
    )
    made = Brought(election, weights, np.array([covered, 1.0]))
    found = estimates_of_election(made, places, replace(places, communes=np.array(["96001", "96002"])))
    return {estimate.indicator.name.removeprefix("pres_2022_t1_"): estimate for estimate in found}


FULL = {"inscrits": [500, 400, 100], "votants": [250, 300, 80], "exprimes": [240, 300, 80]}


def test_a_place_is_the_sum_of_its_stations_and_what_is_cut_widens_its_margin() -> None:
    found = larger(1.0, **FULL, voix_x=[24, 30, 8])
    assert found["participation"].value.tolist() == pytest.approx([100 * 590 / 950, 80.0])
    assert 0 < found["participation"].margin[0] < found["participation"].margin[1]
    assert found["voix_x"].value.tolist() == pytest.approx([100 * 58 / 580, 10.0])


@pytest.mark.parametrize(("covered", "share", "count"), [(1, True, True), (0.9, True, False), (0.8, False, False)])
def test_a_place_that_the_file_half_covers_is_not_shown_and_says_so(covered: float, share: bool, count: bool) -> None:
    found = larger(covered, **FULL)
    assert np.isfinite(found["participation"].value[0]) == share
    assert np.isfinite(found["inscrits"].value[0]) == count
    if not share:
        assert found["participation"].status[0] == brought.IN_PART.format(this="cette circonscription")
        assert found["participation"].status[1] == ""


def test_a_candidate_of_a_part_of_a_place_has_no_share_of_the_whole() -> None:
    nan = float("nan")
    found = larger(1.0, **FULL, voix_x=[24, nan, nan])
    assert np.isnan(found["voix_x"].value).all()
    assert found["voix_x"].status[0] == brought.ELSEWHERE.format(this="cette circonscription")
    assert np.isfinite(larger(1.0, **FULL, voix_x=[24, 30, nan])["voix_x"].value[0])


def test_a_place_without_result_says_so() -> None:
    found = larger(0.0, **FULL)
    assert found["participation"].status[0] == brought.NO_RESULT.format(this="cette circonscription")


def test_an_iris_where_nobody_lives_has_nobody_and_not_an_unknown_number(at: At) -> None:
    _, iris = at("iris")
    empty = column(iris, "population") == 0
    assert empty.any()
    assert set(np.array(iris.table["part_cadres_statut"].to_pylist())[empty]) == {NOBODY.format(this="cet IRIS")}


def test_a_constituency_known_by_its_drawing_has_wider_margins_and_is_hidden_when_little_is_sure() -> None:
    places = TargetFrame(
        np.array(["A", "B", "C"]),
        np.array([""] * 3),
        np.full(3, "96"),
        np.array(["A", "B", "C"], dtype=object),
        np.full(3, 500.0),
        np.array(["contour"] * 3, dtype=object),
        "cette circonscription",
        np.array([1.0, 0.7, 0.4]),
    )
    counts = {name: np.full(3, 400.0) for name in GENERAL} | {"votants": np.array([100.0, 200.0, 300.0])}
    turnout = Measure("participation", "Participation", "Part", "%", "votants", "inscrits")
    codes, communes = np.array(["a", "b", "c"]), np.array(["96001"] * 3)
    election = Election("2022_pres_t1", "p", "p", codes, communes, np.full(3, "96"), counts, (turnout,), ())
    made = Brought(election, sparse.csr_array(np.eye(3)), np.ones(3))  # type: ignore[arg-type] # scipy's stubs
    (found,) = estimates_of_election(made, places, replace(places, communes=communes))
    assert found.value[:2].tolist() == [25.0, 50.0]
    assert found.margin[0] == 0 < found.margin[1]
    assert np.isnan(found.value[2]) and found.status[2] == UNSURE.format(this="cette circonscription")
