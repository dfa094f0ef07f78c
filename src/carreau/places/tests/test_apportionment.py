"""Apportionment: the best method at hand zone by zone, inside the commune, and nothing lost unsaid."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from carreau.places.apportionment import ALONE, LOST, SPREAD, Candidate, Places, apportionment_of
from carreau.places.crosswalk import Crosswalk, crosswalk_of


def places(*codes: str, registered: list[float] | None = None) -> Places:
    names = np.asarray(codes, dtype=np.str_)
    communes = np.asarray([code[:1] for code in codes], dtype=np.str_)
    return Places(names, communes, np.asarray(registered if registered else [], dtype=float))


def candidate(
    zones: Places, stations: Places, weights: list[list[float]], method: str = "surface", support: float = 1
) -> Candidate:
    dense = np.asarray(weights, dtype=float)
    rows, columns = np.nonzero(dense)
    walk = crosswalk_of(
        zones.codes, stations.codes, (rows, columns, dense[rows, columns]), vintage="", method=method
    )
    return Candidate(walk, np.full(len(zones.codes), support), 10 if method == "adresses" else 0)


def test_the_zones_of_a_commune_with_one_station_go_to_it_whole() -> None:
    found = apportionment_of(places("A1", "A2"), places("A_1", "B_1", registered=[5, 5]), [])
    assert found.weights.toarray().tolist() == [[1, 0], [1, 0]]
    assert found.methods.tolist() == [ALONE, ALONE]
    assert found.remarks == ()


def test_the_first_method_that_rests_on_enough_carries_the_zone() -> None:
    zones, stations = places("A1", "A2"), places("A_1", "A_2", registered=[1, 1])
    best = candidate(zones, stations, [[1, 0], [1, 0]], "adresses", support=50)
    best.support[1] = 3  # too few addresses
    found = apportionment_of(zones, stations, [best, candidate(zones, stations, [[0.5, 0.5], [0.2, 0.6]])])
    np.testing.assert_allclose(found.weights.toarray(), [[1, 0], [0.25, 0.75]])
    assert found.methods.tolist() == ["adresses", "surface"]


def test_pairs_of_two_communes_are_put_aside_while_the_zone_meets_its_own() -> None:
    zones, stations = places("A1"), places("A_1", "A_2", "B_1", registered=[1, 1, 1])
    found = apportionment_of(zones, stations, [candidate(zones, stations, [[0.3, 0.1, 0.6]])])
    np.testing.assert_allclose(found.weights.toarray(), [[0.75, 0.25, 0]])


def test_a_zone_that_no_method_carries_is_spread_by_registered_voters() -> None:
    zones, stations = places("A1"), places("A_1", "A_2", "B_1", registered=[300, 100, 9])
    found = apportionment_of(zones, stations, [candidate(zones, stations, [[0, 0, 0.4]])])
    np.testing.assert_allclose(found.weights.toarray(), [[0.75, 0.25, 0]], rtol=1e-6)
    assert found.methods.tolist() == [SPREAD]
    assert len(found.remarks) == 1


def test_a_zone_without_station_in_its_commune_crosses_the_limit_or_is_lost() -> None:
    zones, stations = places("A1", "C1"), places("B_1", "B_2", registered=[1, 1])
    found = apportionment_of(zones, stations, [candidate(zones, stations, [[0, 0.4], [0, 0]])])
    np.testing.assert_allclose(found.weights.toarray(), [[0, 1], [0, 0]])
    assert found.methods.tolist() == ["surface", LOST]
    assert len(found.remarks) == 1


def test_without_any_station_every_zone_is_lost() -> None:
    found = apportionment_of(places("A1"), places(), [])
    assert found.methods.tolist() == [LOST]
    assert found.weights.shape == (1, 0)


@given(hnp.arrays(np.float64, (4, 5), elements=st.floats(0.001, 0.2) | st.just(0.0)))
def test_every_zone_gives_all_it_has_or_is_lost_whole(weights: np.ndarray) -> None:
    zones, stations = (
        places("A1", "A2", "B1", "C1"),
        places("A_1", "A_2", "B_1", "B_2", "D_1", registered=[1, 2, 3, 4, 5]),
    )
    found = apportionment_of(zones, stations, [candidate(zones, stations, weights.tolist())])
    lost = (found.methods == LOST).astype(float)
    np.testing.assert_allclose(np.asarray(found.weights.sum(axis=1)).ravel() + lost, 1, atol=1e-9)


def test_a_candidate_on_other_zones_carries_nothing() -> None:
    zones, stations = places("A1"), places("A_1", "A_2", registered=[1, 1])
    strange = Crosswalk(
        np.asarray(["Z9"]),
        stations.codes,
        "",
        "surface",
        "simple",
        candidate(zones, stations, [[1, 0]]).walk.weights,
        np.zeros(1),
    )
    found = apportionment_of(zones, stations, [Candidate(strange, np.ones(1), 0)])
    assert found.methods.tolist() == [SPREAD]
