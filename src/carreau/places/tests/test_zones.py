"""Zones: what is repaired, united or put aside is counted, never silent."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod

from carreau.errors import Broken
from carreau.places.zones import Zones, reprojected, zones_from, zones_of

SQUARE = shapely.box(0, 0, 10, 10)
BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def made(**shapes: object) -> tuple[Zones, tuple[str, ...]]:
    codes = np.asarray([name.rstrip("_") for name in shapes], dtype=np.str_)
    return zones_from(
        codes, np.asarray([*shapes.values(), None], dtype=object)[:-1], system="iris", vintage="2020"
    )


def table(**shapes: object) -> pa.Table:
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in shapes.values()]
    return pa.table({"code": list(shapes), "geometry": pa.array(wkb, pa.binary())})


def test_valid_zones_pass_without_a_remark() -> None:
    zones, remarks = made(a=SQUARE)
    assert (zones.codes.tolist(), remarks, zones.valid) == (["a"], (), True)
    assert len(zones) == 1


def test_an_invalid_zone_is_repaired_and_counted() -> None:
    zones, remarks = made(a=SQUARE, b=BOW_TIE)
    assert shapely.is_valid(zones.geometry).all()
    assert shapely.area(zones.geometry[1]) == pytest.approx(50)
    assert remarks == ("1 zone « iris » au contour invalide a été réparée",)


def test_a_zone_without_surface_is_put_aside_and_counted() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    zones, remarks = made(a=SQUARE, b=None, c=shapely.Polygon(), d=line)
    assert zones.codes.tolist() == ["a"]
    assert remarks == ("3 zones « iris » sans contour ont été écartées",)


def test_a_collection_keeps_its_surfaces_only() -> None:
    mixed = shapely.GeometryCollection([SQUARE, shapely.LineString([(20, 20), (30, 30)])])
    zones, _ = made(a=mixed)
    assert shapely.equals(zones.geometry[0], SQUARE)


def test_the_pieces_of_one_code_are_united_and_counted() -> None:
    zones, remarks = made(b=SQUARE, a=SQUARE, b_=shapely.box(20, 0, 30, 10))
    assert zones.codes.tolist() == ["b", "a"]
    assert shapely.area(zones.geometry).tolist() == [200, 100]
    assert remarks == ("1 zone « iris » en plusieurs morceaux a été réunie",)


def test_a_zone_without_a_code_is_put_aside() -> None:
    zones, remarks = zones_from(
        np.asarray(["", "a"]), np.asarray([SQUARE, SQUARE]), system="iris", vintage="2020"
    )
    assert zones.codes.tolist() == ["a"]
    assert "1 zone" in remarks[0]


def test_each_territory_is_projected_to_its_legal_plane_and_planes_do_not_meet() -> None:
    places = {
        "34172": (3.88, 43.61),
        "97411": (55.45, -20.88),
        "97105": (-61.73, 16.0),
        "97302": (-52.33, 4.93),
    }
    places |= {"97608": (45.23, -12.78), "97502": (-56.18, 46.78), "97209": (-61.07, 14.6)}
    boxes = {code: shapely.box(x, y, x + 0.01, y + 0.01) for code, (x, y) in places.items()}
    zones, remarks = zones_of(table(**boxes), "code", system="commune", vintage="2024")
    assert remarks == ()
    assert len(shapely.STRtree(zones.geometry).query(zones.geometry)[0]) == len(zones)
    true = [abs(Geod(ellps="GRS80").geometry_area_perimeter(box)[0]) for box in boxes.values()]
    np.testing.assert_allclose(shapely.area(zones.geometry), true, rtol=2e-3)


def test_a_territory_without_a_declared_plane_is_put_aside_and_counted() -> None:
    zones, remarks = zones_of(
        table(
            **{
                "98818": shapely.box(166.4, -22.3, 166.5, -22.2),
                "34172": shapely.box(3, 43, 3.1, 43.1),
                "98735": None,
            }
        ),
        "code",
        system="commune",
        vintage="2024",
    )
    assert zones.codes.tolist() == ["34172"]
    assert remarks[0] == "1 zone « commune » d'un territoire sans projection déclarée a été écartée"


def test_projecting_all_of_france_takes_each_zone_from_its_own_plane() -> None:
    boxes = {"97411": shapely.box(55.4, -20.9, 55.5, -20.8), "34172": shapely.box(3.8, 43.6, 3.9, 43.7)}
    zones, _ = zones_of(table(**boxes), "code", system="commune", vintage="2024")
    back = zones.projected(4326)
    assert zones.planes().tolist() == [2975, 2154]
    assert shapely.hausdorff_distance(back.geometry, list(boxes.values())).max() < 1e-8
    assert back.projected(2154).planes().tolist() == [2975, 2154]


def test_a_plane_that_is_asked_for_is_taken_for_all() -> None:
    zones, _ = zones_of(
        table(**{"97411": shapely.box(55.4, -20.9, 55.5, -20.8)}), "code", system="c", vintage="", crs=32740
    )
    assert zones.crs == 32740


def test_projecting_there_and_back_moves_nothing_by_a_millimetre() -> None:
    zones, _ = zones_of(table(a=shapely.box(3, 43, 3.1, 43.1)), "code", system="c", vintage="")
    back = reprojected(zones.projected(3035).geometry, 3035, 2154)
    assert shapely.hausdorff_distance(back[0], zones.geometry[0]) < 1e-3
    assert zones.projected(2154) is zones


def test_a_damaged_geometry_is_put_aside_and_counted() -> None:
    damaged = pa.table(
        {"code": ["a", "b"], "geometry": [b"\x01\x03oops", shapely.to_wkb(shapely.box(3, 43, 3.1, 43.1))]}
    )
    zones, remarks = zones_of(damaged, "code", system="iris", vintage="")
    assert zones.codes.tolist() == ["b"]
    assert "sans contour" in remarks[0]


@pytest.mark.parametrize(
    ("codes", "shapes"),
    [
        (["a"], [SQUARE, SQUARE]),
        (["a", "a"], [SQUARE, SQUARE]),
        (["a"], [shapely.Point(0, 0)]),
        (["a"], [shapely.Polygon()]),
    ],
)
def test_zones_that_break_their_law_cannot_be_made(codes: list[str], shapes: list[object]) -> None:
    with pytest.raises(Broken):
        Zones("iris", "2020", np.asarray(codes), np.asarray(shapes, dtype=object), 2154)


def test_a_selection_keeps_order_and_what_is_known() -> None:
    zones, _ = made(a=SQUARE, b=SQUARE, c=SQUARE)
    chosen = zones.selected(np.array([True, False, True]))
    assert (chosen.codes.tolist(), chosen.valid) == (["a", "c"], True)
