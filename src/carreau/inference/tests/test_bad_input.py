"""What is refused, and what is answered with its reason: no stations, empty ones, tiny ones, sides that disagree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carreau.errors import Broken
from carreau.inference import Crossing, Margins, balanced, groups_crossing, transfers_crossing

CROSSINGS = (groups_crossing, transfers_crossing)


@pytest.mark.parametrize(
    ("origins", "destinations", "said"),
    [
        ([[60.0, 40.0]], [[30.0, 60.0]], "le même nombre de personnes"),
        ([[60.0, -1.0]], [[30.0, 29.0]], "manquants ou négatifs"),
        ([[np.nan, 1.0]], [[1.0, 0.0]], "manquants ou négatifs"),
        ([[np.inf, 1.0]], [[1.0, 0.0]], "manquants ou négatifs"),
        ([[1.0], [1.0]], [[1.0]], "le même nombre de bureaux"),
        ([1.0], [[1.0]], "n'a pas de colonne"),
        ([[1.0]], [[]], "n'a pas de colonne"),
    ],
)
def test_sides_that_contradict_each_other_are_refused_in_words(
    origins: list[object], destinations: list[object], said: str
) -> None:
    with pytest.raises(Broken) as refused:
        Margins(np.array(origins), np.array(destinations))
    assert said in str(refused.value)


def test_the_refusal_names_the_first_station_at_fault() -> None:
    with pytest.raises(Broken, match="ligne 1"):
        Margins(np.array([[5.0], [6.0]]), np.array([[5.0], [7.0]]))


def test_a_station_with_persons_on_one_side_only_cannot_be_balanced() -> None:
    with pytest.raises(Broken, match="d'un côté"):
        balanced(np.array([[3.0, 1.0], [0.0, 0.0]]), np.array([[2.0, 2.0], [5.0, 0.0]]))


def test_balancing_keeps_the_parts_of_each_station_and_its_empty_ones() -> None:
    margins = balanced(np.array([[3.0, 1.0], [0.0, 0.0]]), np.array([[40.0, 40.0], [0.0, 0.0]]))
    assert margins.origins.tolist() == [[60, 20], [0, 0]]
    assert margins.total == 80


@pytest.mark.parametrize("cross", CROSSINGS)
def test_no_station_at_all_gives_a_table_that_tells_nothing(cross: Callable[..., Crossing]) -> None:
    crossing = cross(Margins(np.zeros((0, 2)), np.zeros((0, 3))), replicates=3)
    assert crossing.shares == pytest.approx(np.full((2, 3), 1 / 3))
    assert not crossing.told.any()
    assert crossing.stations().counts.shape == (0, 2, 3)


@pytest.mark.parametrize("cross", CROSSINGS)
def test_empty_stations_change_nothing(cross: Callable[..., Crossing], lucky: Callable[[int], Margins]) -> None:
    margins = lucky(30)
    more = Margins(*(np.concatenate([side, np.zeros((5, 3))]) for side in (margins.origins, margins.destinations)))
    first, second = cross(margins, replicates=3), cross(more, replicates=3)
    assert first.shares == pytest.approx(second.shares, abs=1e-7)
    assert second.stations().counts[30:].sum() == 0


@pytest.mark.parametrize("cross", CROSSINGS)
def test_a_single_station_is_answered_and_said_not_to_tell(cross: Callable[..., Crossing]) -> None:
    crossing = cross(Margins(np.array([[400.0, 300.0]]), np.array([[500.0, 200.0]])), replicates=3)
    assert crossing.reasons == ("Un seul bureau : rien à comparer.",) * 2
    assert not crossing.told.any()


@pytest.mark.parametrize("cross", CROSSINGS)
def test_a_handful_of_persons_is_answered_and_said_to_be_too_few(
    cross: Callable[..., Crossing], lucky: Callable[[int], Margins]
) -> None:
    margins = lucky(30)
    origins = np.concatenate([margins.origins, np.ones((30, 1))], axis=1)
    crossing = cross(balanced(origins, margins.destinations), replicates=3)
    assert crossing.reasons[3].startswith("Trop peu de personnes")
    assert crossing.told[:3].all()


@pytest.mark.parametrize("cross", CROSSINGS)
def test_stations_that_are_all_alike_in_composition_are_said_not_to_tell(cross: Callable[..., Crossing]) -> None:
    random = np.random.default_rng(0)
    origins = np.tile([[40.0, 360.0, 400.0]], (6, 1)) + random.normal(0, 0.5, (6, 3))
    parts = random.dirichlet([3.0, 3.0], 6)
    crossing = cross(Margins(origins, origins.sum(axis=1, keepdims=True) * parts), replicates=20)
    assert not crossing.told[0]
    assert crossing.reasons[0].startswith("Les bureaux se ressemblent trop")


@pytest.mark.parametrize("cross", CROSSINGS)
def test_one_origin_or_one_destination_is_known_from_the_margins(cross: Callable[..., Crossing]) -> None:
    votes = np.array([[30.0, 70.0], [60.0, 20.0]])
    one = cross(Margins(votes.sum(axis=1, keepdims=True), votes), replicates=3)
    assert one.shares[0] == pytest.approx([0.5, 0.5])
    assert one.intervals[90][1] - one.intervals[90][0] == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert one.told.all()
    other = cross(Margins(votes, votes.sum(axis=1, keepdims=True)), replicates=3)
    assert other.shares == pytest.approx(np.ones((2, 1)))


@pytest.mark.parametrize("cross", CROSSINGS)
def test_stations_of_one_person_and_unanimous_ones_are_read(cross: Callable[..., Crossing]) -> None:
    origins = np.array([[1.0, 0.0], [0.0, 1.0], [300.0, 0.0], [100.0, 200.0]])
    votes = np.array([[0.0, 1.0], [0.0, 1.0], [300.0, 0.0], [150.0, 150.0]])
    stations = cross(Margins(origins, votes), replicates=3).stations()
    assert stations.counts[2] == pytest.approx(np.array([[300, 0], [0, 0]]), abs=1e-3)
    assert stations.counts[0] == pytest.approx(np.array([[0, 1], [0, 0]]), abs=1e-3)
