"""Stations: whose contour is known, from where; and how past stations pass into today's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from carreau.errors import Broken
from carreau.places.crosswalk import crosswalk_of
from carreau.places.stations import Stations, stations_of
from carreau.places.successions import located, successions_of

SQUARE = shapely.to_wkb(shapely.box(3.0, 43.0, 3.1, 43.1))
WIDE = shapely.to_wkb(shapely.box(3.0, 43.0, 4.0, 44.0))


def contours(*rows: tuple[str, bytes | None, int | None]) -> pa.Table:
    codes, shapes, registered = zip(*rows, strict=True)
    communes = [code.partition("_")[0] for code in codes]
    return pa.table(
        {
            "bv_id": codes,
            "code_commune": communes,
            "libelle_commune": [f"Commune {c}" for c in communes],
            "inscrits": pa.array(registered, pa.int64()),
            "geometry": pa.array(shapes, pa.binary()),
        }
    )


def communes(*rows: tuple[str, str, bytes | None]) -> pa.Table:
    kinds, codes, shapes = zip(*rows, strict=True)
    return pa.table({"type": kinds, "code_commune": codes, "geometry": pa.array(shapes, pa.binary())})


NO_COMMUNE = communes(("COM", "00000", None))


def today(*rows: tuple[str, int | None]) -> Stations:
    return stations_of(contours(*((code, None, registered) for code, registered in rows)), NO_COMMUNE)[0]


def past(*codes: str) -> pa.Table:
    return pa.table({"bv_id": list(codes)})


def test_the_only_station_of_a_commune_takes_the_contour_of_the_commune() -> None:
    found, remarks = stations_of(
        contours(
            ("01001_0001", None, 500),
            ("01002_0001", None, 9),
            ("01002_0002", None, 9),
            ("01003_0001", SQUARE, 7),
            ("01004_0001", None, 1),
        ),
        communes(
            ("COMD", "01001", SQUARE),
            ("COM", "01001", WIDE),
            ("COM", "01002", WIDE),
            ("AUTRE", "01004", None),
        ),
    )
    assert found.placed_by.tolist() == ["commune", "", "", "contour", ""]
    assert found.wkb[0] == WIDE
    assert found.counts() == {"bureaux": 5, "contour": 1, "commune": 1, "sans_contour": 3}
    assert [remark.split()[0] for remark in remarks] == ["1", "3"]
    zones, more = found.zones()
    assert zones.codes.tolist() == ["01001_0001", "01003_0001"]
    assert more == ()


def test_stations_all_drawn_need_no_remark() -> None:
    found, remarks = stations_of(contours(("2A004_0001", SQUARE, None)), NO_COMMUNE)
    assert remarks == ()
    assert np.isnan(found.registered[0])
    assert found.departments.tolist() == ["2A"]
    assert len(found) == 1


def test_a_repeated_station_is_refused() -> None:
    with pytest.raises(Broken, match="double"):
        stations_of(contours(("01001_0001", SQUARE, 1), ("01001_0001", SQUARE, 1)), NO_COMMUNE)


@pytest.mark.mirror
def test_the_stations_of_2024_are_70083_of_which_68265_have_a_contour(mirror: Path) -> None:
    table = pq.read_table(mirror / "etalab_contours-bureaux-vote" / "contours-france-entiere.parquet")
    shapes = pq.read_table(mirror / "ign_communes" / "communes_contours.parquet")
    found, _ = stations_of(
        table, shapes.rename_columns(["code_commune", "type", "libelle", "code_departement", "geometry"])
    )
    counts = found.counts()
    assert (counts["bureaux"], counts["contour"]) == (70_083, 68_265)
    lyon = found.selected(found.communes == "69123").counts()
    assert (lyon["bureaux"], lyon["contour"]) == (305, 303)


def test_a_code_still_in_use_keeps_its_votes_and_says_that_its_perimeter_may_have_changed() -> None:
    found = successions_of(past("01001_0001"), today(("01001_0001", 10), ("01001_0002", 10)), vintage="2012")
    assert found.crosswalk.weights.toarray().tolist() == [[1, 0]]
    assert (found.crosswalk.method, found.ways.tolist()) == ("identite", ["identite"])
    assert "le périmètre a pu changer" in found.remarks[0]


def test_a_station_that_is_gone_is_spread_over_its_commune_by_registered_voters() -> None:
    found = successions_of(
        past("01001_0009"), today(("01001_0001", 300), ("01001_0002", 100), ("01002_0001", 9)), vintage="2012"
    )
    np.testing.assert_allclose(found.crosswalk.weights.toarray(), [[0.75, 0.25, 0]])
    assert found.crosswalk.method == "commune"


def test_without_any_number_of_voters_it_is_spread_equally() -> None:
    found = successions_of(
        past("01001_0009"), today(("01001_0001", None), ("01001_0002", None)), vintage="2012"
    )
    np.testing.assert_allclose(found.crosswalk.weights.toarray(), [[0.5, 0.5]])


def test_a_merged_commune_is_followed_and_its_station_numbers_prove_nothing() -> None:
    found = successions_of(
        past("01009_0001"),
        today(("01001_0001", 50), ("01001_0002", 50)),
        vintage="2012",
        commune_now=lambda commune: {"01009": "01001"}.get(commune, commune),
    )
    np.testing.assert_allclose(found.crosswalk.weights.toarray(), [[0.5, 0.5]])
    assert found.ways.tolist() == ["commune"]


def test_a_station_of_a_commune_without_station_today_is_lost_and_counted() -> None:
    found = successions_of(past("99999_0001", "01001_0001"), today(("01001_0001", 5)), vintage="2012")
    assert found.crosswalk.lost_mass(np.array([3.0, 4.0])) == 4.0  # codes are sorted: 99999 comes second
    assert "comptées comme perdues" in found.remarks[-1]
    assert successions_of(
        past("01001_0001"), today(("01001_0001", 1)).selected(np.array([False])), vintage=""
    ).ways.tolist() == [""]


def test_known_contours_of_both_vintages_share_by_area() -> None:
    now = today(("01001_0001", 1), ("01001_0002", 1))
    old = np.asarray(["01001_0001", "01001_0007"], dtype=np.str_)
    areas = crosswalk_of(
        old, now.codes, ([0, 0, 1], [0, 1, 1], [0.3, 0.1, 0.5]), vintage="", method="surface"
    )
    found = successions_of(past("01001_0001", "01001_0007"), now, vintage="2012", areas=areas)
    np.testing.assert_allclose(found.crosswalk.weights.toarray(), [[0.75, 0.25], [0, 1]])
    assert (found.crosswalk.method, found.crosswalk.mode) == ("surface", "conservatif")


def test_every_vote_is_found_again_whatever_the_ways() -> None:
    found = successions_of(
        past("01001_0001", "01001_0002", "01002_0001", "ZZ001_0001"),
        today(("01001_0001", 10), ("01001_0003", 7), ("ZZ001_0002", 3)),
        vintage="2012",
    )
    votes = np.array([[100.0, 3], [50, 2], [7, 1], [9, 9]])
    carried, lost = found.crosswalk.applied(votes).sum(axis=0), found.crosswalk.lost_mass(votes)
    np.testing.assert_allclose(carried + lost, votes.sum(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(lost, votes[2])


def test_nothing_is_located_among_nothing() -> None:
    place, found = located(np.asarray(["a"]), np.empty(0, dtype="<U1"))
    assert (place.tolist(), found.tolist()) == ([0], [False])
