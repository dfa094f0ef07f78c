"""Transfers: the table of two elections on the same stations, on voters whose moves are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Missing
from carreau.products import Draft, catalogue
from carreau.products.asking import asked_of
from carreau.products.declare import Reading
from carreau.products.transfers.build import BALANCE, EVEN, TOO_MANY, build
from carreau.terms import Territory

Made = Callable[..., Reading]
Ballots = Callable[..., Any]
TRANSFERS = catalogue()["transfers"]
LYON = Territory.parse("com:69123")
# From abstention, left, right, to abstention, left, right.
TRUTH = np.array([[0.8, 0.12, 0.08], [0.15, 0.8, 0.05], [0.1, 0.1, 0.8]])


def twice(made: Made, ballots: Ballots, size: int = 150, **said: Any) -> Reading:
    """Stations at two elections: each choice of the first moves everywhere as TRUTH says."""
    random = np.random.default_rng(said.get("seed", 5))
    before = np.round(random.dirichlet([4, 5, 4], size) * 900)
    after = before @ TRUTH
    second = after * said.get("growth", np.ones(size))[:, None]
    words = ("bloc_gauche", "bloc_droite")
    votes = [dict(zip(words, counts[:, 1:].T, strict=True)) for counts in (before, second)]
    return made(
        size,
        ballots("pres_2017_t1", before.sum(axis=1), votes[0]),
        ballots("pres_2022_t1", second.sum(axis=1), votes[1]),
    )


def drafted(profile: Reading, level: str = "", **choices: str) -> Draft:
    """The Draft of the transfers of a reading."""
    return build(TRANSFERS, asked_of(TRANSFERS, LYON, level, choices), profile, {})


def column(draft: Draft, name: str) -> np.ndarray:
    return draft.table[name].to_pandas().to_numpy(dtype=float)


def test_the_truth_is_within_what_the_totals_impose_and_near_the_reference(reading: Made, ballots: Ballots) -> None:
    draft = drafted(twice(reading, ballots))
    truth = 100 * TRUTH.ravel()
    assert (column(draft, "part_borne_basse") <= truth + 1e-6).all()
    assert (truth <= column(draft, "part_borne_haute") + 1e-6).all()
    np.testing.assert_allclose(column(draft, "part_reference"), truth, atol=0.5)
    assert draft.table["origine"].to_pylist()[::3] == ["abstention", "bloc_gauche", "bloc_droite"]
    assert EVEN in draft.remarks


def test_those_who_keep_their_vote_are_more_than_those_who_take_any_other(reading: Made, ballots: Ballots) -> None:
    kept = column(drafted(twice(reading, ballots)), "part").reshape(3, 3)
    assert (kept.argmax(axis=1) == [0, 1, 2]).all()


def test_what_each_station_counts_on_both_days_is_kept(reading: Made, ballots: Ballots) -> None:
    profile = twice(reading, ballots)
    table = drafted(profile, "bureau").table
    number = table["part_nombre"].to_pandas().to_numpy(dtype=float).reshape(150, 3, 3)
    shown = np.isfinite(number).all(axis=(1, 2))
    assert shown.sum() > 50
    for name, found in (("pres_2017_t1", number.sum(axis=2)[:, 1]), ("pres_2022_t1", number.sum(axis=1)[:, 1])):
        ballot = profile.table[f"{name}_bloc_gauche_nombre"].to_numpy()
        np.testing.assert_allclose(found[shown], ballot[shown], rtol=1e-3, atol=0.5)


def test_voters_who_came_and_those_who_left_have_their_row_and_their_column(reading: Made, ballots: Ballots) -> None:
    growth = np.where(np.arange(150) % 2 == 0, 1.1, 0.95)
    draft = drafted(twice(reading, ballots, growth=growth))
    assert draft.table["origine"].to_pylist()[-1] == "nouveaux"
    assert draft.table["destination"].to_pylist()[3] == "partis"
    assert BALANCE in draft.remarks
    both = column(draft, "part").reshape(4, 4)
    assert both[3, 3] == pytest.approx(0, abs=0.1)  # nobody both came and left in one station


def test_a_station_whose_voters_changed_too_much_is_not_read(reading: Made, ballots: Ballots) -> None:
    growth = np.where(np.arange(150) < 10, 1.6, 1.0)
    draft = drafted(twice(reading, ballots, growth=growth))
    changed = [remark for remark in draft.remarks if "périmètre" in remark]
    assert changed
    assert changed[0].startswith("10 bureaux sont hors du calcul")


def test_too_many_candidates_are_read_by_blocs_unless_they_are_asked_for(reading: Made, ballots: Ballots) -> None:
    random = np.random.default_rng(2)
    parts = []
    for prefix in ("pres_2017_t1", "pres_2022_t1"):
        votes = {f"voix_{k:02d}": random.integers(20, 60, 40).astype(float) for k in range(16)}
        blocs = {"bloc_gauche": sum(list(votes.values())[:8]), "bloc_droite": sum(list(votes.values())[8:])}
        valid = np.sum(list(votes.values()), axis=0)
        parts += [ballots(prefix, np.full(40, 1000.0), {**votes, **blocs}, valid=valid)]
    profile = reading(40, *parts)
    assert TOO_MANY in drafted(profile).remarks
    assert drafted(profile).table["origine"].to_pylist()[-1] == "bloc_droite"
    assert drafted(profile, detail="candidats").table["origine"].to_pylist()[-1] == "voix_15"


def test_where_no_station_tells_both_elections_the_error_names_them(reading: Made, ballots: Ballots) -> None:
    alone = [ballots("pres_2017_t1", [100, np.nan], {"bloc_gauche": [60, np.nan]}, voters=[60, np.nan])]
    alone += [ballots("pres_2022_t1", [np.nan, 100], {"bloc_gauche": [np.nan, 60]}, voters=[np.nan, 60])]
    with pytest.raises(Missing, match="les deux élections") as caught:
        drafted(reading(2, *alone))
    assert caught.value.given == "2017_pres_t1 et 2022_pres_t1"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 12))
def test_few_stations_tell_little_but_never_something_impossible(
    reading: Made, ballots: Ballots, seed: int, size: int
) -> None:
    draft = drafted(twice(reading, ballots, size=size, seed=seed))
    part, low, high = (column(draft, name) for name in ("part", "part_borne_basse", "part_borne_haute"))
    shown = np.isfinite(part)
    assert (part[shown] >= low[shown] - 1e-6).all()
    assert (part[shown] <= high[shown] + 1e-6).all()
    assert [bool(reason) for reason in draft.table["part_statut"].to_pylist()] == (~shown).tolist()
