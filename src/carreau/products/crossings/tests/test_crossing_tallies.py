"""Elections found in a profile, and the choices of the registered voters of each station."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.errors import Missing, Unknown
from carreau.products.crossings import Election, Limits, election_named, elections_of, tally_of
from carreau.products.crossings.elections import election_read, elections_read
from carreau.products.crossings.tallies import unread
from carreau.products.declare import Reading
from carreau.terms import Territory

LYON = Territory.parse("com:69123")
Made = Callable[..., Reading]
Ballots = Callable[..., Any]
FIRST = Election("pres_2022_t1", "élection pres_2022_t1")


def test_an_election_is_known_by_both_of_its_names(reading: Made, ballots: Ballots) -> None:
    votes = {"bloc_gauche": [30, 40]}
    profile = reading(2, ballots("pres_2017_t1", [100, 100], votes), ballots("euro_2024", [100, 90], votes))
    elections = elections_of(profile, LYON)
    assert [one.name for one in elections] == ["2017_pres_t1", "2024_euro"]
    assert election_named("2017_pres_t1", elections) == election_named(" PRES_2017_T1 ", elections) == elections[0]
    assert elections[1].title == "élection euro_2024"


@pytest.fixture
def some_unread(reading: Made, ballots: Ballots) -> Reading:
    """Three stations: all tell 2017 and a vote of 2024, one tells 2022."""
    votes = {"bloc_gauche": [30, 40, 20]}
    one = {"bloc_gauche": [30, np.nan, np.nan]}
    few = ballots("pres_2022_t1", [100, np.nan, np.nan], one, voters=[60, np.nan, np.nan], valid=[60, np.nan, np.nan])
    rounds = [ballots(f"pres_2017_{turn}", [100, 100, 100], votes) for turn in ("t1", "t2")]
    return reading(3, *rounds, few, ballots("euro_2024", [100, 90, 80], votes))


def test_without_a_word_the_latest_first_round_for_president_that_most_stations_tell(some_unread: Reading) -> None:
    assert election_read(some_unread, LYON).name == "2017_pres_t1"
    assert election_read(some_unread, LYON, "2022_pres_t1").name == "2022_pres_t1"
    with pytest.raises(Unknown, match="2012_pres_t1"):
        election_read(some_unread, LYON, "2012_pres_t1")


def test_two_elections_are_chosen_among_those_named_or_told_by_most_stations(some_unread: Reading) -> None:
    names = [one.name for one in elections_read(some_unread, LYON, ("", ""))]
    assert names == ["2017_pres_t1", "2017_pres_t2", "2024_euro"]
    names = [one.name for one in elections_read(some_unread, LYON, ("2022_pres_t1", ""))]
    assert names == ["2017_pres_t1", "2017_pres_t2", "2022_pres_t1", "2024_euro"]


def test_an_unknown_election_lists_those_at_hand() -> None:
    with pytest.raises(Unknown) as caught:
        election_named("2022_pres_t9", [FIRST])
    assert "2022_pres_t1" in caught.value.expected
    assert "2022_pres_t1" in caught.value.advice
    assert caught.value.exit_code == 2


def test_an_election_that_no_station_tells_is_not_at_hand(reading: Made, ballots: Ballots) -> None:
    empty = ballots("pres_2017_t1", [np.nan, np.nan], {"bloc_gauche": [np.nan, np.nan]}, valid=[np.nan, np.nan])
    turnout_only = ballots("legi_2017_t1", [100, 100], {}, valid=[50, 50])
    with pytest.raises(Missing, match="aucune élection"):
        elections_of(reading(2, empty, turnout_only), LYON)


def test_the_choices_of_a_station_are_all_its_voters(reading: Made, ballots: Ballots, limits: Limits) -> None:
    votes = {"bloc_gauche": [30, 0], "bloc_autres": [20, 45]}
    tally = tally_of(reading(2, ballots("pres_2022_t1", [100, 80], votes, voters=[55, 50])), FIRST, "blocs", limits)
    assert tally.names == ("abstention", "blancs_nuls", "bloc_gauche", "bloc_autres")
    assert tally.titles[2:] == ("BLOC_GAUCHE", "BLOC_AUTRES")
    np.testing.assert_allclose(tally.counts, [[45, 5, 30, 20], [30, 5, 0, 45]])
    assert tally.valid.tolist() == [False, False, True, True]
    assert not tally.partial.any()
    assert tally.columns == ("pres_2022_t1_bloc_gauche", "pres_2022_t1_bloc_autres", "pres_2022_t1_participation")


def test_a_choice_that_nobody_made_is_left_out(reading: Made, ballots: Ballots, limits: Limits) -> None:
    votes = {"bloc_gauche": [30, 40], "bloc_autres": [0, 0]}
    tally = tally_of(reading(2, ballots("pres_2022_t1", [100, 80], votes)), FIRST, "blocs", limits)
    assert tally.names == ("abstention", "bloc_gauche")


def test_a_candidate_who_does_not_stand_everywhere_has_no_vote_there_and_a_mark(
    reading: Made, ballots: Ballots, limits: Limits
) -> None:
    votes = {"voix_a": [30, 40], "voix_b": [10, np.nan]}
    tally = tally_of(reading(2, ballots("pres_2022_t1", [100, 80], votes)), FIRST, "candidats", limits)
    np.testing.assert_allclose(tally.counts, [[60, 30, 10], [40, 40, 0]])
    assert tally.partial.tolist() == [False, False, True]


def test_small_candidates_are_counted_together_and_named(reading: Made, ballots: Ballots, limits: Limits) -> None:
    votes = {"voix_a": [9950, 9000], "voix_b": [20, 30], "voix_c": [30, 20]}
    tally = tally_of(reading(2, ballots("pres_2022_t1", [10000, 9050], votes)), FIRST, "candidats", limits)
    assert tally.names == ("voix_a", "autres_candidats")
    np.testing.assert_allclose(tally.counts[:, 1], [50, 50])
    assert tally.remarks == ("élection pres_2022_t1 : sous 1\u202f% des suffrages, comptés ensemble : VOIX_B, VOIX_C",)


def test_a_single_small_candidate_stays(reading: Made, ballots: Ballots, limits: Limits) -> None:
    votes = {"voix_a": [9950, 9000], "voix_b": [20, 30]}
    tally = tally_of(reading(2, ballots("pres_2022_t1", [10000, 9050], votes)), FIRST, "candidats", limits)
    assert tally.names == ("abstention", "voix_a", "voix_b")


@pytest.mark.parametrize(("detail", "column", "said"), [
    ("candidats", "bloc_gauche", "ne donne pas les candidats ; les blocs les remplacent"),
    ("blocs", "voix_a", "ne donne pas les blocs ; les candidats les remplacent"),
    ("candidats", "nuance_lug", ""),
])
def test_what_the_file_does_not_tell_is_replaced_and_said(
    reading: Made, ballots: Ballots, limits: Limits, detail: str, column: str, said: str
) -> None:
    profile = reading(1, ballots("pres_2022_t1", [100], {column: [60]}))
    tally = tally_of(profile, FIRST, detail, limits)
    assert tally.names == ("abstention", column)
    assert said in "".join(tally.remarks)
    assert bool(tally.remarks) == bool(said)


def test_votes_that_the_file_does_not_detail_are_a_choice_of_their_own(
    reading: Made, ballots: Ballots, limits: Limits
) -> None:
    votes = {"bloc_gauche": [30, 40]}
    profile = reading(2, ballots("pres_2022_t1", [100, 80], votes, valid=[50, 60], voters=[50, 60]))
    tally = tally_of(profile, FIRST, "blocs", limits)
    assert tally.names == ("abstention", "bloc_gauche", "autres_voix")
    np.testing.assert_allclose(tally.counts, [[50, 30, 20], [20, 40, 20]])


def test_each_station_that_is_not_read_says_why(reading: Made, ballots: Ballots, limits: Limits) -> None:
    registered = [100, 100, 100, 9, np.nan, 100, 100]
    votes = {"bloc_gauche": [50, 130, 50, np.nan, np.nan, 50, -1]}
    profile = reading(7, ballots(
        "pres_2022_t1", registered, votes,
        valid=[50, 130, 90, 5, np.nan, 50, 50], voters=[60, 130, 40, np.nan, np.nan, 60, 60],
        margin=[25, 0, 0, 0, 0, 26, 0],
    ))
    tally = tally_of(profile, FIRST, "blocs", limits)
    words = ["", *["se contredisent"] * 2, "trop peu", "pas de résultat", "a trop changé", "se contredisent"]
    assert [word in reason for word, reason in zip(words, tally.reasons, strict=True)] == [True] * 7
    assert tally.reasons[0] == ""
    assert np.isnan(tally.counts[1:]).all()
    assert [line.split(" est ")[0].split(" sont ")[0] for line in unread(tally.reasons)] == [
        "1 bureau", "3 bureaux", "1 bureau", "1 bureau",
    ]


@given(st.lists(st.tuples(*[st.integers(0, 900)] * 4), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_row_sums_to_the_registered_voters(
    reading: Made, ballots: Ballots, limits: Limits, rows: list[tuple[int, ...]]
) -> None:
    absent, spoilt, left, right = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    left[0] += 20
    valid = left + right
    made = ballots(
        "pres_2022_t1", absent + spoilt + valid, {"bloc_gauche": left, "bloc_autres": right}, voters=spoilt + valid
    ) if (valid > 0).all() else None
    if made is not None:
        tally = tally_of(reading(len(rows), made), FIRST, "blocs", limits)
        read = tally.reasons == ""
        np.testing.assert_allclose(tally.counts[read].sum(axis=1), tally.registered[read])
        assert (tally.counts[read] >= 0).all()
