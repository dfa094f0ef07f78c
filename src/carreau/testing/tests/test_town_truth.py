"""The town is what it says: its people, its ground, its stations, its ballots, its truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Refused
from carreau.testing.town import Town, town
from carreau.testing.town.contours import in_degrees
from carreau.testing.town.counting import census_counts, census_of_all
from carreau.testing.town.model import COMMUNITY, NOT_REGISTERED, RESIDENCE, SMALL_COMMUNE


@settings(max_examples=12, deadline=None)
@given(st.integers(2_000, 9_000), st.integers(0, 2**32))
def test_a_town_has_the_inhabitants_that_were_asked(people: int, seed: int) -> None:
    made = town(people, seed)
    assert len(made.people.age) == people
    assert sum(made.truth["P_POP"].to_pylist()) == people
    assert min(made.truth["2024_legi_t1_inscrits"].to_pylist()) > 0


def test_thirty_thousand_people_make_twelve_iris_and_twenty_five_stations(place: Town) -> None:
    assert place.land.communes == ("96001", "96002", "96003")
    assert place.land.commune_names == ("Carreville", "Saint-Damier", "Les Mailles")
    assert len(place.land.iris) == 12
    assert "".join(place.land.iris_types) == "HHHHHHHAHDZZ"
    assert place.truth.num_rows == len(place.stations.ids) == 25
    assert "96003_003B" in place.stations.ids


def test_a_town_three_times_as_large_has_three_times_as_many_places() -> None:
    large = town(90_000, 3)
    assert (large.land.blocks, len(large.land.iris), len(large.stations.ids)) == (3, 36, 75)
    assert len(set(large.land.iris)) == 36
    assert len(set(large.stations.ids)) == 75


def test_the_same_seed_makes_the_same_town_and_another_seed_another_one() -> None:
    assert town(2_500, 7).truth.equals(town(2_500, 7).truth)
    assert not town(2_500, 7).truth.equals(town(2_500, 8).truth)


@pytest.mark.parametrize(
    ("people", "segregation", "message"),
    [(1_999, 0.4, "aussi petite"), (20_000_000, 0.4, "aussi grande"), (3_000, 1.5, "est une part")],
)
def test_what_cannot_be_a_town_is_refused(people: int, segregation: float, message: str) -> None:
    with pytest.raises(Refused, match=message):
        town(people, 1, segregation)


def test_the_iris_cover_their_communes_once(place: Town) -> None:
    land = place.land
    areas = np.bincount(land.iris_commune, shapely.area(land.outlines))
    assert areas == pytest.approx(shapely.area(land.commune_outlines), rel=1e-9)
    assert shapely.is_valid(land.outlines).all()


def test_every_address_stands_inside_its_iris(place: Town) -> None:
    addresses = place.addresses
    assert shapely.contains_xy(place.land.outlines[addresses.iris], addresses.x, addresses.y).all()


def test_nobody_lives_in_the_park_and_nearly_nobody_at_the_port(place: Town) -> None:
    iris = place.addresses.iris[place.homes.address[place.people.home]]
    people = np.bincount(iris, minlength=12)
    assert people[place.land.iris_types.index("D")] == 0
    assert 0 < people[place.land.iris_types.index("A")] < 100


def test_stations_and_iris_cross_each_other(place: Town) -> None:
    pairs = np.unique(np.stack([place.addresses.iris, place.addresses.station]), axis=1)
    assert pairs.shape[1] >= 40


def test_stations_have_like_numbers_of_voters(place: Town) -> None:
    registered = place.truth["2024_legi_t1_inscrits"].to_numpy()
    assert registered.min() >= 400
    assert registered.max() <= 1_600


def test_the_only_station_of_a_commune_has_no_contour(place: Town) -> None:
    small = np.flatnonzero(place.land.commune_kind == SMALL_COMMUNE)
    bare = [contour is None for contour in place.stations.contour]
    assert bare == [commune in small for commune in place.stations.commune]


def test_contours_are_valid_and_hold_nearly_all_their_addresses(place: Town) -> None:
    contours, addresses = place.stations.contour, place.addresses
    rows = np.flatnonzero([contours[station] is not None for station in addresses.station])
    inside = shapely.contains_xy(contours[addresses.station[rows]], addresses.x[rows], addresses.y[rows])
    assert inside.mean() > 0.97
    degrees = in_degrees(contours)
    assert all(each is None or shapely.is_valid(each) for each in degrees)
    assert _overlap(contours) < 0.01


def _overlap(contours: np.ndarray) -> float:
    """The share of the area of the contours that is held twice."""
    kept = contours[[each is not None for each in contours]]
    return 1 - shapely.area(shapely.unary_union(kept)) / shapely.area(kept).sum()


def test_the_census_of_the_stations_is_that_of_the_whole_town(place: Town) -> None:
    homes = place.homes
    whole = census_counts(
        (place.addresses, homes, place.people), np.zeros(len(homes.kind), dtype=int), 1, census_of_all(homes)
    )
    for name, count in whole.items():
        assert sum(place.truth[name].to_pylist()) == count[0], name


def _census_names(place: Town) -> list[str]:
    """The census columns of the truth."""
    return [name for name in place.truth.column_names if name[:2] in {"P_", "C_"}]


def test_ages_sexes_and_occupations_share_out_the_people(place: Town) -> None:
    truth = {name: np.asarray(place.truth[name].to_pylist()) for name in _census_names(place)}
    bands = ("0002", "0305", "0610", "1117", "1824", "2539", "4054", "5564", "6579", "80P")
    assert (sum(truth[f"P_POP{band}"] for band in bands) == truth["P_POP"]).all()
    assert (truth["P_POPH"] + truth["P_POPF"] == truth["P_POP"]).all()
    assert (truth["P_POP_FR"] + truth["P_POP_ETR"] == truth["P_POP"]).all()
    assert (truth["P_PMEN"] + truth["P_PHORMEN"] == truth["P_POP"]).all()
    groups = [name for name in truth if name.startswith("C_POP15P_STAT_")]
    assert len(groups) == 8
    assert (sum(truth[name] for name in groups) == truth["C_POP15P"]).all()
    assert (truth["P_ACTOCC1564"] + truth["P_CHOM1564"] == truth["P_ACT1564"]).all()
    assert (truth["P_ACT1564"] + truth["P_INACT1564"] == truth["P_POP1564"]).all()


def test_homes_share_out_by_use_tenure_and_family(place: Town) -> None:
    truth = {name: np.asarray(place.truth[name].to_pylist()) for name in _census_names(place)}
    assert (truth["P_RP"] + truth["P_RSECOCC"] + truth["P_LOGVAC"] == truth["P_LOG"]).all()
    assert (truth["P_RP_PROP"] + truth["P_RP_LOC"] + truth["P_RP_GRAT"] == truth["P_RP"]).all()
    assert (truth["P_RP_LOCHLMV"] <= truth["P_RP_LOC"]).all()
    assert (truth["C_MENPSEUL"] + truth["C_MENSFAM"] + truth["C_MENFAM"] == truth["C_MEN"]).all()
    assert (truth["C_PMEN"] == truth["P_PMEN"]).all()


def test_every_ballot_is_a_vote_a_blank_a_null_or_an_absence(place: Town) -> None:
    for ballots in place.ballots:
        column = {
            name: np.asarray(place.truth[f"{ballots.election}_{name}"].to_pylist())
            for name in ("inscrits", "abstentions", "votants", "blancs", "nuls", "exprimes")
        }
        assert (column["inscrits"] == column["abstentions"] + column["votants"]).all()
        assert (column["votants"] == column["blancs"] + column["nuls"] + column["exprimes"]).all()
        votes = [name for name in place.truth.column_names if name.startswith(f"{ballots.election}_voix_")]
        assert (sum(np.asarray(place.truth[name].to_pylist()) for name in votes) == column["exprimes"]).all()
        assert column["inscrits"].sum() == (ballots.choice != NOT_REGISTERED).sum()


def test_only_adult_citizens_are_registered(place: Town) -> None:
    ballots = next(each for each in place.ballots if each.election == "2022_pres_t1")
    registered = ballots.choice != NOT_REGISTERED
    assert place.people.age[registered].min() == 18
    assert not place.people.foreign[registered].any()


def test_votes_follow_who_the_voters_are(place: Town) -> None:
    ballots = next(each for each in place.ballots if each.election == "2024_legi_t1")
    nuances = [each["nuance"] for each in ballots.candidates[0]]
    voted = ballots.choice > 2
    for_rn = ballots.choice == 3 + nuances.index("RN")
    graduates, workers = place.people.diploma >= 5, place.people.occupation == 5
    assert for_rn[voted & workers].mean() > 1.5 * for_rn[voted & graduates].mean()


def test_second_round_keeps_the_first_and_whoever_had_enough_of_the_registered(place: Town) -> None:
    first, second = place.ballots[2].candidates[0], place.ballots[3].candidates[0]
    kept = {each["nuance"] for each in second}
    registered = sum(place.truth["2024_legi_t1_inscrits"].to_pylist())
    votes = {
        each["nuance"]: sum(place.truth[f"2024_legi_t1_voix_{each['nuance']}"].to_pylist()) for each in first
    }
    enough = {nuance for nuance, cast in votes.items() if cast >= 0.125 * registered}
    assert kept == enough | set(sorted(votes, key=lambda each: -votes[each])[:2])


def test_segregation_sets_stations_apart() -> None:
    mixed, apart = (_spread_of_executives(town(30_000, 5, segregation)) for segregation in (0.0, 0.9))
    assert apart > 2 * mixed


def _spread_of_executives(made: Town) -> float:
    """The standard deviation between stations of the share of executives."""
    share = made.truth["C_POP15P_STAT_GSEC13_23"].to_numpy() / made.truth["C_POP15P"].to_numpy()
    return float(share.std())


def test_incomes_rise_with_standing_and_poverty_is_plausible(place: Town) -> None:
    lived_in = place.homes.kind == RESIDENCE
    standard, standing = place.budgets.standard[lived_in], place.homes.standing[lived_in]
    assert np.corrcoef(np.log(standard), standing)[0, 1] > 0.4
    assert 8 < np.mean(place.truth["TP60"].to_pylist()) < 20
    assert 19_000 < np.median(place.truth["MED"].to_pylist()) < 27_000


def test_quantiles_of_a_station_are_in_order(place: Town) -> None:
    names = ("D1", "D2", "Q1", "D3", "D4", "MED", "D6", "D7", "Q3", "D8", "D9")
    ladder = np.stack([place.truth[name].to_numpy() for name in names])
    assert (np.diff(ladder, axis=0) >= 0).all()


def test_a_retirement_home_holds_old_people_out_of_households(place: Town) -> None:
    inside = place.homes.kind[place.people.home] == COMMUNITY
    assert inside.sum() == 360
    assert place.people.age[inside].min() >= 66
    assert sum(place.truth["P_PHORMEN"].to_pylist()) == 360


def test_a_station_split_since_2017_and_a_merged_commune_have_other_keys_then(place: Town) -> None:
    former = dict(zip(place.stations.ids, place.stations.former, strict=True))
    then = {key: place.stations.former_ids[row] for key, row in former.items()}
    assert then["96001_0004"] == then["96001_0005"] == "96001_0004"
    assert then["96001_0012"] == "96001_0912"
    assert then["96003_0002"] == "96004_0001"
    assert len(place.stations.former_ids) == 24


def test_a_town_is_frozen(place: Town) -> None:
    assert replace(place, seed=1).seed == 1
    with pytest.raises(AttributeError):
        place.seed = 2  # type: ignore[misc] # this is what the test is about
