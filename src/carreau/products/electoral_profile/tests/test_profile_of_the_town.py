"""The whole profile of a town whose truth is known: comparisons, mass, provenance, errors and margins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from carreau.products import Draft, Handed, Hands, Product
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.build import build
from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import COMMUNE_SHARE, estimates_of
from carreau.products.electoral_profile.indicators import Indicator, indicators_of
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.refined import Refined
from carreau.testing.error import normalised_error
from carreau.testing.town import Town

Figures = Callable[[str], np.ndarray]
METHODS = {"adresses": (), "carreaux": ("adresses",), "surface": ("adresses", "carreaux")}
MOVING = (  # what differs from one neighbourhood to the next, as in bench/accuracy.py
    "population.P_POP",
    "population.P_POP0014",
    "population.P_POP65P",
    "population.C_POP15P_STAT_GSEC13_23",
    "population.C_POP15P_STAT_GSEC16_26",
    "activite.P_CHOM1564",
    "diplomes.P_NSCOL15P_SUP5",
    "logement.P_RP_PROP",
    "logement.P_RP_LOCHLMV",
    "menages.C_MENPSEUL",
    "menages.C_MENFAMMONO",
)


@pytest.fixture(scope="session")
def by_method(refined_as: Callable[..., Material], hands: Hands) -> dict[str, Refined]:
    """The town carried by each weighting."""
    return {method: refined_as(hands, without=without).refined for method, without in METHODS.items()}


def true_column(place: Town, refined: Refined) -> Callable[[str, str], np.ndarray]:
    """The function that gives a true column in the order of the stations."""
    row = {code: position for position, code in enumerate(place.truth["bv_id"].to_pylist())}
    order = [row[code] for code in refined.targets.codes.tolist()]
    return lambda _, name: place.truth[name].cast(pa.float64()).fill_null(np.nan).to_numpy()[order]


def test_the_profile_has_a_row_per_station_in_the_order_of_its_key(draft: Draft) -> None:
    keys = draft.table["bv_id"].to_pylist()
    assert len(keys) == 25
    assert keys == sorted(keys)
    assert draft.table.column_names == list(draft.schema.names)
    assert draft.schema.names[:5] == ("bv_id", "code_commune", "libelle_commune", "inscrits", "rattachement")


def test_every_indicator_stands_with_its_margin_grade_and_status(draft: Draft) -> None:
    names = set(draft.schema.names)
    indicators = [column.of for column in draft.schema.columns if column.name.endswith("_marge")]
    assert len(indicators) >= 60
    for name in indicators:
        assert {f"{name}{suffix}" for suffix in ("", "_marge", "_note", "_statut")} <= names
        values, grades, statuses = (draft.table[f"{name}{suffix}"] for suffix in ("", "_note", "_statut"))
        for value, grade, status in zip(*(column.to_pylist() for column in (values, grades, statuses)), strict=True):
            assert (value is None) == (grade is None)
            assert value is not None or status
            assert grade is None or grade in "ABCDE"


def test_a_gap_is_empty_when_the_figure_or_the_level_is(draft: Draft) -> None:
    for column in draft.schema.columns:
        if "_ecart_" in column.name:
            hidden = draft.table[column.of].is_null().to_numpy()
            assert draft.table[column.name].is_null().to_numpy()[hidden].all(), column.name


def test_the_only_station_of_a_commune_has_its_communes_very_figures(material: Material, figures: Figures) -> None:
    (only,) = np.flatnonzero(material.refined.targets.communes == "96002")
    here = material.refined.zones.communes == "96002"
    for column in ("P_POP", "P_POP0014", "P_POP_IMM"):
        total = material.refined.column("population", column)[here].sum()
        if column == "P_POP":
            assert figures("population")[only] == total
    young = material.refined.column("population", "P_POP0014")[here].sum()
    assert figures("part_0_14_ans")[only] == young / figures("population")[only] * 100
    assert figures("part_0_14_ans_ecart_commune")[only] == pytest.approx(0, abs=1e-9)
    assert figures("part_0_14_ans_marge")[only] == 0


@pytest.mark.parametrize(("level", "codes"), [("commune", "communes"), ("departement", "departments")])
def test_each_comparison_is_the_sum_over_the_zones(
    material: Material, figures: Figures, level: str, codes: str
) -> None:
    zones, stations = getattr(material.refined.zones, codes), getattr(material.refined.targets, codes)
    young, people = (material.refined.column("population", name) for name in ("P_POP0014", "P_POP"))
    for place in np.unique(stations):
        expected = young[zones == place].sum() / people[zones == place].sum() * 100
        found = (figures("part_0_14_ans") - figures(f"part_0_14_ans_ecart_{level}"))[stations == place]
        np.testing.assert_allclose(found, expected)


def test_the_people_of_the_stations_are_those_of_the_zones(material: Material, figures: Figures) -> None:
    total = material.refined.column("population", "P_POP").sum()
    assert figures("population").sum() == pytest.approx(total, rel=1e-9)


def test_quantiles_rise_on_every_station(figures: Figures) -> None:
    low, middle, high = (figures(f"revenu_{name}") for name in ("premier_decile", "median", "neuvieme_decile"))
    shown = np.isfinite(low + middle + high)
    assert shown.sum() >= 20
    assert (low < middle)[shown].all() and (middle < high)[shown].all()


def test_a_column_says_where_it_comes_from_and_how_it_was_carried(draft: Draft) -> None:
    column = draft.schema.column("part_cadres")
    assert column.provenance.source.startswith("insee_census : base-ic-evol-struct-pop-2022")
    assert column.provenance.vintage == "RP 2022"
    assert column.provenance.method.startswith("IRIS vers bureau par adresses (9")
    assert column.provenance.status == "synthetic"
    assert draft.schema.column("pres_2022_t1_participation").provenance.source.startswith("interieur_results : ")


def test_an_unofficial_file_behind_the_weights_makes_the_figure_unofficial(
    product: Product, material: Material
) -> None:
    refined = material.refined
    official = {
        alias: tuple(replace(entry, status="facsimile" if alias == "adresses" else "original") for entry in entries)
        for alias, entries in refined.inputs.items()
    }
    made = build(product, replace(material, refined=replace(refined, inputs=official)))
    assert made.schema.column("part_cadres").provenance.status == "facsimile"


def test_the_lineage_names_every_file_once_and_only_those_that_served(draft: Draft, product: Product) -> None:
    names = [entry.name for entry in draft.lineage]
    assert len(set(draft.lineage)) == len(draft.lineage)
    assert {"table-adresses-reu_96.parquet", "CONTOURS-IRIS.parquet", "candidats_results.parquet"} <= set(names)
    assert "FILO2019_DISP_COM.zip" not in names or "base-cc-filosofi-2021-geo2024_csv.zip" in names


def test_a_territory_that_uses_no_address_does_not_name_their_file(
    product: Product, refined_as: Callable[..., Material], hands: Hands
) -> None:
    made = build(product, refined_as(hands, without=("adresses",)))
    assert not [entry.name for entry in made.lineage if "adresses" in entry.name]
    assert made.schema.column("part_cadres").provenance.method.startswith("IRIS vers bureau par carreaux (9")


def test_without_ballots_incomes_and_benefits_a_profile_is_still_made(
    product: Product, refined_as: Callable[..., Material], hands: Hands
) -> None:
    less = ("ballots", "ballots_candidats", "revenu", "revenu_communes", "revenu_communes_avant", "caf", "communes")
    made = build(product, refined_as(hands, "com:96003", less))
    assert made.table.num_rows == 3
    assert "part_cadres" in made.schema.names
    assert not {"revenu_median", "allocataires", "pres_2022_t1_participation"} & set(made.schema.names)
    (unsaid,) = (remark for remark in made.remarks if "n'ont aucune donnée dans les fichiers lus" in remark)
    assert "Niveau de vie médian" in unsaid


def test_a_station_without_contour_keeps_its_votes_and_borrows_its_communes_shares(
    product: Product, refined_as: Callable[..., Material], hands: Hands
) -> None:
    def one_less(handed: Handed) -> Handed:
        def read(columns: object = None, filters: object = None) -> pa.Table:
            table = handed.read(columns, filters)
            if "geometry" not in table.column_names:
                return table
            bare = pc.if_else(pc.equal(table["bv_id"], "96001_0003"), None, table["geometry"])
            return table.set_column(table.column_names.index("geometry"), "geometry", bare)

        return replace(handed, read=read)

    bare = {**hands, "bureaux": tuple(one_less(handed) for handed in hands["bureaux"])}
    made = build(product, refined_as(bare, "com:96001", ("adresses",)))
    row = made.table.to_pylist()[2]
    assert (row["bv_id"], row["rattachement"]) == ("96001_0003", "sans contour")
    assert (row["part_cadres_statut"], row["part_cadres_note"]) == (COMMUNE_SHARE, "E")
    assert row["part_cadres_ecart_commune"] == 0
    assert row["part_cadres_base"] is None
    assert row["population"] is None
    assert row["pres_2022_t1_participation_note"] in ("A", "B")
    assert row["pres_2022_t1_participation_statut"] is None
    assert made.geometry.num_rows == 20


def test_a_territory_without_people_says_that_nothing_was_carried(
    product: Product, material: Material
) -> None:
    refined = material.refined
    empty = replace(refined, weights=refined.weights * 0)
    made = build(product, replace(material, refined=empty))
    assert made.schema.column("part_cadres").provenance.method == "aucun report"
    assert made.table["part_cadres"].null_count == 25


def test_addresses_make_at_most_half_the_error_of_area(place: Town, by_method: dict[str, Refined]) -> None:
    errors = {}
    for method, refined in by_method.items():
        column, carrier = true_column(place, refined), carrier_of(refined)
        pairs = [pair.split(".") for pair in MOVING]
        errors[method] = np.mean(
            [
                normalised_error(carrier.carried(np.nan_to_num(refined.column(alias, name))), column(alias, name))
                for alias, name in pairs
            ]
        )
    assert errors["adresses"] <= 0.5 * errors["surface"]
    assert errors["adresses"] <= errors["carreaux"] <= errors["surface"]


@pytest.mark.parametrize("method", METHODS)
def test_intervals_cover_what_they_promise_on_a_town_that_calibrated_nothing(
    place: Town, by_method: dict[str, Refined], product: Product, method: str
) -> None:
    refined = by_method[method]
    column = true_column(place, refined)
    parts = []
    for estimate in estimates_of(indicators_of(product.facts), refined, carrier_of(refined)):
        if estimate.indicator.kind == "share":
            error = np.abs(estimate.value - true_share(estimate.indicator, column))
            shown = np.isfinite(error) & (estimate.margin > 0)
            parts.append(error[shown] / estimate.margin[shown])
    ratio = np.concatenate(parts)
    widths = {**margins.narrower(method, "share"), 90: 1.0}
    # One town of 25 stations moves by 2 to 3 points around what many towns cover (docs/explanation/accuracy.md).
    for level, width in widths.items():
        assert 100 * (ratio <= width).mean() == pytest.approx(level, abs=6), level


def true_share(indicator: Indicator, column: Callable[[str, str], np.ndarray]) -> np.ndarray:
    assert indicator.number is not None and indicator.base is not None
    with np.errstate(invalid="ignore", divide="ignore"):
        return indicator.number.values(column) / indicator.base.values(column) * 100
