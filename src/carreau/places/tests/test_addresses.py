"""Addresses: each in one zone, each voting in its declared station; what cannot serve is counted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from carreau.errors import Broken
from carreau.places.addresses import Addresses, address_crosswalk, addresses_of, completed, zone_of_points
from carreau.places.zones import zones_of

STATIONS = np.asarray(["34172_0002", "34172_0001"], dtype=np.str_)


def zones():
    shapes = [shapely.box(3.0, 43.0, 3.1, 43.1), shapely.box(3.1, 43.0, 3.2, 43.1)]
    table = pa.table({"code": ["a", "b"], "geometry": [shapely.to_wkb(shape) for shape in shapes]})
    return zones_of(table, "code", system="iris", vintage="2020")[0]


def addresses(*rows: tuple[float, float, str, float]) -> Addresses:
    longitude, latitude, station, weight = zip(*rows, strict=True)
    return Addresses(
        np.array(longitude), np.array(latitude), np.asarray(station), np.array(weight, dtype=float)
    )


def test_addresses_share_a_zone_among_the_stations_where_they_vote() -> None:
    walk, remarks = address_crosswalk(
        zones(),
        STATIONS,
        addresses(
            (3.01, 43.05, "34172_0001", 3), (3.02, 43.05, "34172_0002", 1), (3.15, 43.05, "34172_0002", 2)
        ),
    )
    np.testing.assert_allclose(walk.weights.toarray(), [[0.25, 0.75], [1, 0]])
    assert (walk.method, walk.mode, remarks) == ("adresses", "conservatif", ())


def test_an_address_that_cannot_serve_is_counted_and_a_zone_without_address_is_lost() -> None:
    walk, remarks = address_crosswalk(
        zones(),
        STATIONS,
        addresses(
            (3.01, 43.05, "34172_0001", 1),
            (3.01, 43.05, "99999_0001", 1),
            (9.0, 43.05, "34172_0001", 1),
            (np.nan, 43.05, "34172_0001", 1),
            (3.15, 43.05, "34172_0001", 0),
        ),
    )
    assert walk.lost.tolist() == [0, 1]
    assert remarks == (
        "1 adresse d'un bureau de vote inconnu a été laissée",
        "2 adresses hors de toute zone d'origine, ou sans position, ont été laissées",
        "1 adresse sans électeur a été laissée",
    )


def test_without_any_station_every_zone_is_lost() -> None:
    walk, remarks = address_crosswalk(
        zones(), np.empty(0, dtype="<U10"), addresses((3.01, 43.05, "34172_0001", 1))
    )
    assert walk.lost.tolist() == [1, 1]
    assert "inconnu" in remarks[0]


def test_a_point_on_a_shared_border_goes_to_the_first_zone_and_to_one_only() -> None:
    x = np.array([3.05, 3.1, 3.15, 5.0, np.inf])
    found = zone_of_points(zones(), x, np.full(5, 43.0500))
    assert found[[0, 2, 3, 4]].tolist() == [0, 1, -1, -1]
    assert found[1] in (0, 1)


def test_overseas_addresses_are_placed_in_the_plane_of_their_territory() -> None:
    boxes = {"974": shapely.box(55.4, -20.9, 55.5, -20.8), "340": shapely.box(3.8, 43.6, 3.9, 43.7)}
    table = pa.table({"code": list(boxes), "geometry": [shapely.to_wkb(box) for box in boxes.values()]})
    found = zones_of(table, "code", system="iris", vintage="2020")[0]
    place = zone_of_points(found, np.array([55.45, 3.85, 2.0]), np.array([-20.85, 43.65, 48.0]))
    assert place.tolist() == [0, 1, -1]


def test_addresses_are_read_from_the_source_table() -> None:
    table = pa.table(
        {
            "longitude": [3.0],
            "latitude": [43.0],
            "bv_id": ["34172_0001"],
            "nb_adresses": pa.array([None], pa.int64()),
        }
    )
    found = addresses_of(table)
    assert (found.station.tolist(), found.weight.tolist()) == (["34172_0001"], [1.0])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(Broken):
        Addresses(np.zeros(2), np.zeros(1), np.asarray(["a"]), np.ones(1))


def test_a_zone_lost_by_addresses_takes_another_method(walk) -> None:
    best, other = (
        walk([[1, 0], [0, 0]], method="adresses").conservative(),
        walk([[0, 1], [0.5, 0.5]]).conservative(),
    )
    both, remarks = completed(best, other)
    np.testing.assert_allclose(both.weights.toarray(), [[1, 0], [0.5, 0.5]])
    assert both.mode == "conservatif"
    assert remarks == ("1 zone d'origine sans poids « adresses » a pris la méthode « surface »",)
    plain, none = completed(walk([[1.0, 0], [0, 1]]), other)
    assert (plain.mode, none) == ("simple", ())
    with pytest.raises(Broken):
        completed(best, walk([[1.0]]))
