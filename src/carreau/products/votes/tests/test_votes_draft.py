"""Who votes how: the table of a territory and of its stations, on stations whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from carreau.errors import Missing, Refused, Unknown
from carreau.products import Draft, Product, catalogue
from carreau.products.asking import asked_of
from carreau.products.crossings.elections import election_read
from carreau.products.crossings.figures import NOBODY, RARE
from carreau.products.crossings.remarks import HALF
from carreau.products.crossings.tests.conftest import figure
from carreau.products.declare import Reading
from carreau.products.votes.build import build
from carreau.terms import Territory

Made = Callable[..., Reading]
Ballots = Callable[..., Any]
VOTES = catalogue()["votes"]
LYON = Territory.parse("com:69123")
TRUTH = np.array([[0.10, 0.60, 0.30], [0.30, 0.20, 0.50], [0.50, 0.25, 0.25], [0.20, 0.40, 0.40]])
TENURES = ("proprietaires", "locataires_hlm", "locataires_prives", "loges_gratuitement")


def homes(counts: np.ndarray) -> dict[str, Any]:
    """The columns of tenure of stations, ``counts`` (stations x tenures)."""
    names = [f"part_{tenure}_nombre" for tenure in TENURES]
    shares = {f"part_{tenure}": figure(f"part_{tenure}", counts[:, k]) for k, tenure in enumerate(TENURES)}
    return shares | {name: figure(name, counts[:, k]) for k, name in enumerate(names)}


@pytest.fixture(scope="module")
def profile(reading: Made, ballots: Ballots) -> Reading:
    """120 stations in which each tenure votes everywhere as TRUTH says: abstention, left, right."""
    random = np.random.default_rng(3)
    households = np.round(random.dirichlet([2, 1, 1.5, 0.4], 120) * 900)
    persons = households * (1000 / households.sum(axis=1))[:, None]
    votes = persons @ TRUTH
    cast = {"bloc_gauche": votes[:, 1], "bloc_droite": votes[:, 2]}
    return reading(120, homes(households), ballots("pres_2022_t1", votes.sum(axis=1), cast))


def drafted(profile: Reading, level: str = "", product: Product = VOTES, **choices: str) -> Draft:
    """The Draft of a reading by tenure."""
    asked = asked_of(product, LYON, level, {"by": "logement", **choices})
    return build(product, asked, profile, {})


def column(draft: Draft, name: str) -> np.ndarray:
    return draft.table[name].to_pandas().to_numpy(dtype=float)


def limited(**limits: float) -> Product:
    """The product with other limits."""
    facts: Mapping[str, Any] = VOTES.facts
    other = {name: {**facts["limits"][name], "value": value} for name, value in limits.items()}
    return replace(VOTES, facts=MappingProxyType({**facts, "limits": {**facts["limits"], **other}}))


def test_where_every_group_votes_alike_everywhere_the_truth_is_within_the_interval(profile: Reading) -> None:
    draft = drafted(profile)
    truth = 100 * TRUTH.ravel()
    assert draft.table["groupe"].to_pylist()[::3] == list(TENURES)
    assert draft.table["choix"].to_pylist()[:3] == ["abstention", "bloc_gauche", "bloc_droite"]
    assert (column(draft, "part_bas_90") - 0.5 <= truth).all()
    assert (truth <= column(draft, "part_haut_90") + 0.5).all()
    number = column(draft, "part_nombre").reshape(4, 3)
    alike = np.tile(100 * number.sum(axis=0) / number.sum(), 4)  # what is said by who takes every group for the whole
    # Neighbours weigh on nobody here; the method, made for places where they do, cannot know: it goes half of the way.
    assert np.abs(column(draft, "part") - truth).mean() < 0.55 * np.abs(alike - truth).mean()
    np.testing.assert_allclose(column(draft, "part_reference"), truth, atol=0.5)


def test_the_shares_of_a_group_sum_to_one_hundred_and_its_voters_to_those_registered(profile: Reading) -> None:
    draft = drafted(profile)
    np.testing.assert_allclose(column(draft, "part").reshape(4, 3).sum(axis=1), 100)
    np.testing.assert_allclose(column(draft, "part_nombre").sum(), 120_000)
    assert draft.contributors == "part_base"


def test_intervals_are_nested_and_within_what_the_totals_impose(profile: Reading) -> None:
    draft = drafted(profile)
    ends = ["part_borne_basse", "part_bas_90", "part_bas_80", "part_bas_50", "part", "part_haut_50", "part_haut_80",
            "part_haut_90", "part_borne_haute"]  # fmt: skip
    assert (np.diff(np.stack([column(draft, name) for name in ends]), axis=0) >= -1e-9).all()


def test_each_station_is_told_and_its_votes_are_those_of_the_ballot(profile: Reading) -> None:
    draft = drafted(profile, "bureau")
    assert draft.table.num_rows == 120 * 4 * 3
    left = column(draft, "part_nombre").reshape(120, 4, 3).sum(axis=1)[:, 1]
    ballot = profile.table["pres_2022_t1_bloc_gauche_nombre"].to_numpy()
    shown = np.isfinite(left)
    assert shown.sum() > 60
    np.testing.assert_allclose(left[shown], ballot[shown], rtol=1e-3)


def test_the_stations_come_in_any_order(profile: Reading) -> None:
    turned = Reading(profile.schema, profile.table.take(list(range(119, -1, -1))), profile.geometry, {}, ())
    np.testing.assert_allclose(column(drafted(turned), "part"), column(drafted(profile), "part"), atol=1e-6)


def test_a_group_too_rare_to_be_told_is_hidden_and_says_so(profile: Reading) -> None:
    draft = drafted(profile, product=limited(least=0.2))
    status = draft.table["part_statut"].to_pylist()
    said = RARE.format(least="20")
    assert said in status
    hidden = np.array([one == said for one in status])
    assert np.isnan(column(draft, "part")[hidden]).all()


def test_a_group_of_nobody_has_no_figure(reading: Made, ballots: Ballots) -> None:
    counts = np.array([[300.0, 100.0, 200.0, 0.0], [100.0, 300.0, 200.0, 0.0], [250.0, 150.0, 200.0, 0.0]])
    cast = {"bloc_gauche": [200.0, 300.0, 220.0], "bloc_droite": [200.0, 100.0, 180.0]}
    draft = drafted(reading(3, homes(counts), ballots("pres_2022_t1", [600.0] * 3, cast)))
    assert set(draft.table["part_statut"].to_pylist()[9:]) == {NOBODY}


def test_unanimous_and_empty_stations_are_told_without_a_fault(reading: Made, ballots: Ballots) -> None:
    counts = np.array([[300.0, 100.0, 200.0, 5.0], [0.0, 300.0, 0.0, 0.0], [250.0, 150.0, 200.0, 9.0], [0.0] * 4])
    cast = {"bloc_gauche": [200.0, 300.0, 220.0, 0.0], "bloc_droite": [200.0, 0.0, 180.0, 0.0]}
    draft = drafted(reading(4, homes(counts), ballots("pres_2022_t1", [600.0, 300.0, 600.0, 0.0], cast)), "bureau")
    statuses = draft.table["part_statut"].to_pylist()
    assert "la source ne dit pas ces groupes dans ce bureau" in statuses[-1]
    assert any("hors du calcul" in remark for remark in draft.remarks)


def test_without_a_choice_the_latest_presidential_first_round_is_read(reading: Made, ballots: Ballots) -> None:
    votes = {"bloc_gauche": [30]}
    names = ("pres_2017_t1", "pres_2022_t1", "pres_2022_t2", "euro_2024")
    made = reading(1, *(ballots(name, [100], votes) for name in names))
    assert election_read(made, LYON).name == "2022_pres_t1"
    only = reading(1, ballots("euro_2024", [100], votes), ballots("muni_2020_t1", [100], votes))
    assert election_read(only, LYON).prefix == "muni_2020_t1"


def test_where_no_station_tells_both_sides_the_error_says_what_to_choose(reading: Made, ballots: Ballots) -> None:
    counts = np.array([[300.0, 100.0, 200.0, 5.0], [np.nan] * 4])
    cast = {"bloc_gauche": [np.nan, 20.0]}
    votes = ballots("pres_2022_t1", [np.nan, 600.0], cast, voters=[np.nan, 20.0])
    with pytest.raises(Missing, match="aucun bureau de com:69123") as caught:
        drafted(reading(2, homes(counts), votes))
    assert caught.value.given == "2022_pres_t1"


def test_an_unknown_election_or_group_is_refused_with_near_names(profile: Reading) -> None:
    with pytest.raises(Unknown, match="2021_pres_t1"):
        drafted(profile, election="2021_pres_t1")
    with pytest.raises(Unknown, match="logemant") as caught:
        drafted(profile, by="logemant")
    assert "logement" in caught.value.advice


def test_english_words_for_groups_are_understood() -> None:
    assert asked_of(VOTES, LYON, "", {"by": "occupation"}).choices["by"] == "metiers"
    assert asked_of(VOTES, LYON, "", {"by": "tenure"}).choices["by"] == "logement"


def test_a_table_that_no_reader_could_open_is_refused(profile: Reading) -> None:
    with pytest.raises(Refused, match="trop grand") as caught:
        drafted(profile, "bureau", product=limited(most_rows=100))
    assert "un département à la fois" in caught.value.advice


def test_a_choice_that_was_not_on_offer_everywhere_carries_a_warning(reading: Made, ballots: Ballots) -> None:
    counts = np.array([[300.0, 100.0, 200.0, 9.0], [100.0, 300.0, 200.0, 9.0], [250.0, 150.0, 200.0, 9.0]])
    cast = {"voix_a": [200.0, 300.0, 220.0], "voix_b": [200.0, np.nan, 180.0]}
    draft = drafted(reading(3, homes(counts), ballots("pres_2022_t1", [609.0] * 3, cast)), detail="candidats")
    rows = zip(draft.table["choix"].to_pylist(), draft.table["part_avertissement"].to_pylist(), strict=True)
    warned = {choice for choice, warning in rows if warning and "n'était pas proposé" in warning}
    assert warned == {"voix_b"}


@pytest.mark.parametrize(
    ("territory", "name"), [("com:69123", "Lyon"), ("dep:69", "département 69"), ("france", "France")]
)
def test_a_territory_is_named(profile: Reading, territory: str, name: str) -> None:
    asked = asked_of(VOTES, Territory.parse(territory), "", {"by": "logement"})
    assert set(build(VOTES, asked, profile, {}).table["libelle"].to_pylist()) == {name}


def few_told(reading: Made, ballots: Ballots, told: int) -> Reading:
    """Ten stations, of which ``told`` know the presidential election and all know the European one."""
    households = np.full((10, 4), 150.0) + np.arange(40).reshape(10, 4)
    counts = {"bloc_gauche": np.linspace(200, 300, 10), "bloc_droite": np.full(10, 200.0)}
    known = {name: np.where(np.arange(10) < told, values, np.nan) for name, values in counts.items()}
    voters = np.where(np.arange(10) < told, sum(counts.values()), np.nan)
    registered = np.where(np.arange(10) < told, 800.0, np.nan)
    president = ballots("pres_2022_t1", registered, known, voters=voters, valid=voters)
    today = {"inscrits": figure("inscrits", np.full(10, 800.0))}
    return reading(10, today, homes(households), president, ballots("euro_2024", np.full(10, 800.0), counts))


def test_an_election_that_few_stations_tell_is_read_only_when_asked_for_and_says_so(
    reading: Made, ballots: Ballots
) -> None:
    profile = few_told(reading, ballots, 3)
    assert "Élection : élection euro_2024" in drafted(profile).remarks
    asked = drafted(profile, election="2022_pres_t1").remarks
    assert "Le calcul porte sur 3 bureaux sur 10, soit 30\u202f% des inscrits" in asked
    assert HALF in asked
    assert HALF not in drafted(few_told(reading, ballots, 6)).remarks
