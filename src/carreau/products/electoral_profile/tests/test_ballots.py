"""Past votes on today's stations: none lost, none mixed, compared only with what their file covers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy import sparse

from carreau.products import Handed, Hands, Input, Product
from carreau.products.electoral_profile import brought
from carreau.products.electoral_profile.ballots import Elections, commune_now, elections_of
from carreau.products.electoral_profile.brought import estimates_of_election
from carreau.products.electoral_profile.elections import GENERAL, Election, Measure
from carreau.products.electoral_profile.estimate import NOBODY, Estimate
from carreau.products.electoral_profile.material import Brought, Material
from carreau.products.electoral_profile.refined import TargetFrame
from carreau.testing.town import Town

NAN = float("nan")
ORIGIN = Input("interieur_results", "resultats.txt", "0", "2022", "original")


def test_every_vote_of_the_town_is_found_again_on_todays_stations(material: Material, hands: Hands) -> None:
    prefixes = [one.election.prefix for one in material.elections]
    assert prefixes == ["pres_2017_t1", "pres_2022_t1", "legi_2024_t1", "legi_2024_t2"]
    for one in material.elections:
        here = np.isin(one.election.departments, ["96"])
        assert here.sum() >= 24
        np.testing.assert_allclose(np.asarray(one.weights.sum(axis=1)).ravel(), here.astype(float), atol=1e-12)
        for name, counts in one.election.counts.items():
            told = np.nan_to_num(counts)
            assert (one.weights.T @ told).sum() == pytest.approx(told[here].sum(), rel=1e-12), name


def test_the_ballots_of_today_are_those_of_the_truth(place: Town, figures: Callable[[str], np.ndarray]) -> None:
    rows = {code: position for position, code in enumerate(place.truth["bv_id"].to_pylist())}
    assert sorted(rows) == list(rows)
    for election, prefix in (("2022_pres_t1", "pres_2022_t1"), ("2024_legi_t1", "legi_2024_t1")):
        truth = place.truth.to_pandas()
        np.testing.assert_array_equal(figures(f"{prefix}_inscrits"), truth[f"{election}_inscrits"])
        share = truth[f"{election}_votants"] / truth[f"{election}_inscrits"] * 100
        np.testing.assert_allclose(figures(f"{prefix}_participation"), share)
    le_pen = place.truth["2022_pres_t1_voix_LE PEN"].to_numpy()
    np.testing.assert_array_equal(figures("pres_2022_t1_voix_le_pen_nombre"), le_pen)


def test_a_station_that_was_split_gives_its_votes_to_its_commune_with_a_wider_margin(
    material: Material, figures: Callable[[str], np.ndarray]
) -> None:
    (past,) = (one for one in material.elections if one.election.id == "2017_pres_t1")
    spread = np.asarray((past.weights > 0).sum(axis=1)).ravel() > 1
    assert spread.sum() == 2
    whole = np.asarray((past.weights >= 1).sum(axis=0)).ravel() > 0
    margin = figures("pres_2017_t1_participation_marge")
    assert margin[~whole].min() > np.median(margin[whole])
    assert any("2017" in remark and "n'existent plus" in remark for remark in material.remarks)


def test_a_merged_commune_votes_on_in_the_one_that_took_it(material: Material, hands: Hands) -> None:
    now = commune_now(hands, material.places)
    (past,) = (one for one in material.elections if one.election.id == "2017_pres_t1")
    gone = {code[:5] for code in past.election.codes if code.startswith("96")} - set(material.places.communes.tolist())
    assert len(gone) == 1
    assert now(gone.pop()) in set(material.places.communes.tolist())
    assert set(past.election.communes[np.char.startswith(past.election.codes, "96")]) <= set(
        material.places.communes.tolist()
    )
    assert now("00000") == "00000"


def test_without_the_movements_a_merged_commune_is_not_found_again(material: Material, hands: Hands) -> None:
    left = {alias: () if alias == "mouvements" else entries for alias, entries in hands.items()}
    assert commune_now(left, material.places)("96099") == "96099"


def altered(handed: Handed, table: pa.Table, **facts: str) -> Handed:
    """The same input, telling another table, under another name and status."""
    return replace(handed, input=replace(handed.input, digest="altered", **facts), read=lambda *_: table)


def again(hands: Hands, product: Product, material: Material, other: Handed) -> Elections:
    """The elections of the town with one more file, its candidates those of the aggregated ones."""
    (pair,) = (one for one in hands["ballots_candidats"] if one.input.name == "candidats_results.parquet")
    voices = replace(pair, input=replace(pair.input, digest="altered"))
    more = {"ballots": (*hands["ballots"], other), "ballots_candidats": (*hands["ballots_candidats"], voices)}
    return elections_of({**hands, **more}, product.facts["elections"], material.places, material.refined.targets)


def of_2022(hands: Hands) -> tuple[Handed, pa.Table]:
    (handed,) = (one for one in hands["ballots"] if one.input.name == "general_results.parquet")
    table = handed.read()
    return handed, table.filter(pc.equal(table["id_election"], "2022_pres_t1"))


def test_a_file_that_tells_an_election_otherwise_is_named_and_never_mixed(
    hands: Hands, product: Product, material: Material
) -> None:
    handed, table = of_2022(hands)
    fewer = table.set_column(table.column_names.index("votants"), "votants", pc.subtract(table["votants"], 1))
    found = again(hands, product, material, altered(handed, fewer, name="autre.txt", status="unknown"))
    (said,) = (remark for remark in found.remarks if "autre.txt" in remark)
    assert said.startswith("présidentielle 2022, 1er tour : plusieurs fichiers la racontent autrement")
    assert "autre.txt (d'origine inconnue)" in said
    assert "ils ne sont pas mélangés" in said
    before = {one.election.id: one.election for one in material.elections}
    after = {one.election.id: one.election for one in found.brought}
    np.testing.assert_array_equal(before["2022_pres_t1"].counts["votants"], after["2022_pres_t1"].counts["votants"])


def test_the_more_official_file_is_taken_when_both_know_the_territory(
    hands: Hands, product: Product, material: Material
) -> None:
    handed, table = of_2022(hands)
    found = again(hands, product, material, altered(handed, table, name="officiel.txt", status="original"))
    (taken,) = (one.election for one in found.brought if one.election.id == "2022_pres_t1")
    assert taken.inputs[0].name == "officiel.txt"
    assert not [remark for remark in found.remarks if "officiel.txt" in remark]


def test_the_file_that_knows_more_of_the_territory_is_taken_even_less_official(
    hands: Hands, product: Product, material: Material
) -> None:
    handed, table = of_2022(hands)
    some = table.filter(pc.equal(table["code_commune"], "96003"))
    found = again(hands, product, material, altered(handed, some, name="partiel.txt", status="original"))
    (taken,) = (one.election for one in found.brought if one.election.id == "2022_pres_t1")
    assert taken.inputs[0].name != "partiel.txt"
    assert any("partiel.txt (original)" in remark for remark in found.remarks)


def test_an_election_without_its_candidates_keeps_its_turnout(
    hands: Hands, product: Product, material: Material
) -> None:
    left = {**hands, "ballots_candidats": ()}
    found = elections_of(left, product.facts["elections"], material.places, material.refined.targets)
    names = [measure.name for measure in found.brought[0].election.measures]
    assert names == ["inscrits", "participation", "blancs", "nuls"]


def test_a_pair_that_does_not_tell_the_election_gives_no_candidate(
    hands: Hands, product: Product, material: Material
) -> None:
    pairs = hands["ballots_candidats"]
    silent = tuple(replace(one, read=lambda *_: pairs[0].read().slice(0, 0)) for one in pairs)
    left = {**hands, "ballots_candidats": silent}
    found = elections_of(left, product.facts["elections"], material.places, material.refined.targets)
    assert all(len(one.election.measures) == 4 for one in found.brought)
    assert all(len(one.election.inputs) == 1 for one in found.brought)


def frame(codes: Sequence[str], registered: Sequence[float]) -> TargetFrame:
    communes = np.array([code[:5] for code in codes])
    departments, size = np.array([code[:2] for code in codes]), len(codes)
    labels, placed = np.full(size, "", dtype=object), np.full(size, "contour", dtype=object)
    return TargetFrame(np.array(codes), communes, departments, labels, np.asarray(registered, float), placed)


def told(
    codes: Sequence[str],
    today: TargetFrame,
    places: TargetFrame | None = None,
    spread: Sequence[Sequence[float]] = (),
    **counts: Sequence[float],
) -> dict[str, Estimate]:
    """Participation and blank votes of an election held in stations of today, or ``spread`` over them."""
    given = {name: np.asarray(counts.get(name, [NAN] * len(codes)), dtype=float) for name in GENERAL}
    election = Election(
        "2022_pres_t1",
        "pres_2022_t1",
        "présidentielle 2022",
        np.array(codes),
        np.array([code[:5] for code in codes]),
        np.array([code[:2] for code in codes]),
        given,
        (
            Measure("inscrits", "Inscrits", "Inscrits", "électeurs", "inscrits"),
            Measure("participation", "Participation", "Part", "%", "votants", "inscrits"),
            Measure("blancs", "Blancs", "Part", "%", "blancs", "votants"),
        ),
        (ORIGIN,),
    )
    dense = np.array(spread or [[float(code == other) for other in today.codes] for code in codes])
    weights: Any = sparse.csr_array(dense)
    found = estimates_of_election(Brought(election, weights), today, places or today)
    return {estimate.indicator.name.removeprefix("pres_2022_t1_"): estimate for estimate in found}


WITHOUT = [sentence.format(this="ce bureau") for sentence in (NOBODY, brought.NO_RESULT)]
CODES = ("96001_0001", "96001_0002", "96002_0001")


def test_a_ballot_held_in_the_very_station_has_no_margin_and_an_a() -> None:
    found = told(CODES, frame(CODES, [500, 400, 100]), inscrits=[500, 400, 100], votants=[250, 300, 80])
    assert found["participation"].value.tolist() == [50.0, 75.0, 80.0]
    assert found["participation"].margin.tolist() == [0.0, 0.0, 0.0]
    assert found["participation"].grade.tolist() == [0, 0, 0]
    assert found["inscrits"].margin.tolist() == [0.0, 0.0, 0.0]


def test_the_margin_grows_with_what_changed_in_the_station() -> None:
    before = {"inscrits": [500, 400, 100], "votants": [250, 300, 80]}
    some, more = (
        told(CODES, frame(CODES, [size, 400, 100]), **before)["participation"].margin[0] for size in (550, 1000)
    )
    assert 0 < some < more


def test_voters_who_come_and_go_in_all_the_commune_move_no_boundary() -> None:
    before = {"inscrits": [500, 400, 100], "votants": [250, 300, 80]}
    grown = told(CODES, frame(CODES, [550, 440, 110]), **before)["participation"].margin
    assert grown == pytest.approx([0.0, 0.0, 0.0], abs=1e-4)


def test_the_only_station_of_a_commune_has_moved_no_boundary() -> None:
    before = {"inscrits": [500, 400, 100], "votants": [250, 300, 80]}
    assert told(CODES, frame(CODES, [500, 400, 300]), **before)["participation"].margin[2] == pytest.approx(0, abs=1e-4)


def test_a_new_station_has_the_share_of_the_lost_ones_and_a_count_that_its_margin_makes_up_for() -> None:
    past = ("96001_0001", "96001_0009")
    today = frame(("96001_0001", "96001_0002"), [500, 500])
    split = [[1.0, 0.0], [0.5, 0.5]]
    found = told(past, today, spread=split, inscrits=[500, 500], votants=[250, 400])
    share, count = found["participation"], found["inscrits"]
    assert share.value[1] == pytest.approx(80.0)
    assert share.margin[1] > share.margin[0]
    assert count.value[1] == 250
    assert count.value[1] + count.margin[1] >= 500


def test_a_station_of_unknown_size_today_is_taken_as_wholly_changed() -> None:
    before = {"inscrits": [500, 400, 100], "votants": [250, 300, 80]}
    unknown = told(CODES, frame(CODES, [NAN, 400, 100]), **before)["participation"].margin[0]
    assert unknown > told(CODES, frame(CODES, [550, 400, 100]), **before)["participation"].margin[0]


def test_a_station_without_past_says_so_and_so_does_a_figure_that_is_not_published() -> None:
    today = frame((*CODES, "96002_0002"), [500, 400, 100, 90])
    found = told(CODES, today, inscrits=[500, 400, 0], votants=[250, 300, 0], blancs=[5, NAN, 0])
    assert found["participation"].status.tolist() == ["", "", *WITHOUT]
    assert found["blancs"].status.tolist() == ["", brought.NOT_PUBLISHED, *WITHOUT]
    assert np.isnan(found["blancs"].value[1:]).all()
    assert np.isnan(found["blancs"].number[1])


def test_a_figure_that_some_stations_lack_is_compared_without_them_and_never_as_zero() -> None:
    registered = [850, 150, 100]
    found = told(CODES, frame(CODES, registered), inscrits=registered, votants=[400, 100, 80], blancs=[40, NAN, 8])
    assert found["blancs"].compared["commune"][0] == pytest.approx(10.0)
    assert found["blancs"].compared["france"].tolist() == pytest.approx([48 / 480 * 100] * 3)


@pytest.mark.parametrize(("known", "is_compared"), [(850, True), (849, False)])
def test_a_level_is_compared_with_when_its_file_covers_most_of_its_voters(known: int, is_compared: bool) -> None:
    today = frame(CODES, [known, 1000 - known, 100])
    found = told(CODES[:1], today, inscrits=[known], votants=[known / 2])["participation"]
    assert np.isfinite(found.compared["commune"][0]) == is_compared
    assert np.isnan(found.compared["france"][0])


def test_a_plain_count_is_compared_with_nothing() -> None:
    found = told(CODES, frame(CODES, [500, 400, 100]), inscrits=[500, 400, 100])["inscrits"]
    assert all(np.isnan(values).all() for values in found.compared.values())
