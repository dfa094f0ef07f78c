"""Addresses out of the public file: the ministry's keys, the first file that knows a station, stations nowhere."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from carreau.products.field_plan.effects import Field
from carreau.products.field_plan.homes import addresses_of
from carreau.products.field_plan.pieces import pieces_of, without_lost
from carreau.products.field_plan.stations import stations_of
from carreau.products.field_plan.tests.conftest import addresses_in, handed, profile_of


def test_the_roll_s_own_keys_are_turned_into_the_ministry_s() -> None:
    hands = addresses_in(["69381_0001"], many=3)
    hands["bureaux_reu"] = (handed(pa.table({"id_reu": ["69381_0001"], "bv_id": ["69123_0101"]}), name="bureaux"),)
    found = addresses_of(hands, np.array(["69123_0101"], dtype=object))
    assert found.station.tolist() == [0, 0, 0]
    assert len(addresses_of(addresses_in(["69381_0001"]), np.array(["69123_0101"], dtype=object)).station) == 0


def test_the_first_file_that_knows_a_station_gives_all_its_addresses() -> None:
    first, second = addresses_in(["69123_0001"], many=3), addresses_in(["69123_0001", "69123_0002"], many=5)
    hands = {"adresses": (*first["adresses"], *second["adresses"])}
    found = addresses_of(hands, np.array(["69123_0001", "69123_0002"], dtype=object))
    assert np.bincount(found.station).tolist() == [3, 5]


def test_a_station_without_contour_is_planned_where_its_addresses_are_and_left_out_without_any(field: Field) -> None:
    profile = profile_of([30.0, 40.0], drawn=False)
    stations = stations_of(profile, np.array([30.0, 40.0]), np.full(2, "", dtype=object), field.least)
    addresses = addresses_of(addresses_in(["69123_0001"]), stations.codes)
    kept = without_lost(stations, addresses)
    assert kept.reasons[0] == "" and "ni contour ni adresse" in kept.reasons[1] and np.isnan(kept.interest[1])
    assert set(pieces_of(kept, addresses, field).station.tolist()) == {0}


def test_only_the_files_that_give_an_address_are_named() -> None:
    first, second = addresses_in(["69123_0001"], many=3), addresses_in(["69123_0009"], many=5, status="facsimile")
    hands = {"adresses": (*first["adresses"], *second["adresses"])}
    assert [file.status for file in addresses_of(hands, np.array(["69123_0001"], dtype=object)).files] == ["extract"]
