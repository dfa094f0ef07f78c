"""The picture of a map: shades by class, hatches where a figure is weak or hidden, a legend that counts the places."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Missing, Unknown
from carreau.guard import Presentation, Release, Signer, verified
from carreau.guard.encode.picture import choropleth as maps
from carreau.guard.encode.picture.around import place_map
from carreau.guard.encode.picture.classes import AMOUNTS, EMPTY, GAPS, Classes
from carreau.guard.encode.picture.outlines import Frame, path_of, paths
from carreau.guard.tests.conftest import indicator
from carreau.terms import Column, Role, Schema

SHARE = Column("part", "number", "Une part", "%", Role.SHARE)
SIDE = 12
SCHEMA = Schema(
    "une ligne par bureau de vote",
    (
        Column("bv_id", "text", "Code", role=Role.KEY, nullable=False),
        Column("nom", "text", "Nom"),
        *indicator("part_cadres", share=True),
    ),
)


@pytest.fixture(scope="module")
def grid(released: Callable[..., Release]) -> Release:
    """A square town of 144 stations of two departments, three of them without a contour."""
    keys = [f"{69 + place % 2}001_{place:04}" for place in range(SIDE * SIDE)]
    boxes = [shapely.box(4 + x / 100, 45 + y / 100, 4.01 + x / 100, 45.01 + y / 100)
             for x in range(SIDE) for y in range(SIDE)]  # fmt: skip
    rows: dict[str, list[Any]] = {name: [None] * len(keys) for name in SCHEMA.names}
    rows |= {"bv_id": keys, "nom": ["Ville"] * len(keys), "part_cadres": [float(place) for place in range(len(keys))]}
    rows |= {"part_cadres_note": ["A"] * 100 + ["E"] * 44, "part_cadres_base": [900.0] * len(keys)}
    rows["part_cadres_ecart_france"] = [place - 40.0 for place in range(len(keys))]
    rows["part_cadres"][:5] = [None] * 5
    contours = pa.table({"bv_id": keys[:-3], "geometry": shapely.to_wkb(boxes[:-3])})
    return released(schema=SCHEMA, rows=rows, geometry=contours)


def facts(release: Release, **shown: Any) -> dict[str, Any]:
    return maps.choropleth(release._origin.load(), Presentation(**shown))


def test_the_picture_is_a_png_of_its_own_certificate(grid: Release, signer: Signer, tmp_path: Path) -> None:
    path = grid.write(tmp_path / "carte.png", shown=Presentation(title="Cadres", indicator="part_cadres"))
    text = path.read_bytes()
    assert text[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">2I", text[16:24])
    assert width > 1200
    assert height > 900
    verdict = verified(path, [signer.public_key])
    assert (verdict.state, verdict.facts["rows"]) == ("valide", SIDE * SIDE)


def test_the_map_says_its_classes_and_how_many_places_are_in_each(grid: Release) -> None:
    drawn = facts(grid)
    assert drawn["indicator"] == drawn["title"] == "Part cadres, %"
    assert [entry["colour"] for entry in drawn["legend"]] == list(AMOUNTS)
    counts = [entry["count"] for entry in drawn["legend"]]
    assert sum(counts) == SIDE * SIDE - 5
    assert max(counts) - min(counts) <= 2
    assert drawn["legend"][0]["said"].startswith("5,0\u202f% à ")
    assert (drawn["empty"], drawn["weak"]) == (5, 44)
    assert drawn["svg"].count("url(#vide)") == 5
    assert drawn["svg"].count("url(#faible)") == 44 - 3
    for colour in (*AMOUNTS, EMPTY):
        assert f'fill="{colour}"' in drawn["svg"]


def test_a_difference_is_shown_on_both_sides_of_zero(grid: Release) -> None:
    drawn = facts(grid, indicator="part_cadres_ecart_france", language="en", title="Gap", selection="a town")
    assert drawn["title"] == "Gap"
    assert drawn["indicator"] == ("Managers and professionals (difference from France), points")
    assert [entry["colour"] for entry in drawn["legend"]] == list(GAPS)
    assert " to " in drawn["legend"][0]["said"]
    alone = grid.slice(["bv_id", "part_cadres_ecart_france"])
    assert facts(alone, columns=("part_cadres_ecart_france",))["indicator"].startswith("Part cadres (écart avec")
    assert drawn["weak"] == 0


def test_places_around_a_selection_are_drawn_in_the_colour_of_land(grid: Release) -> None:
    part = grid.slice(["bv_id", "part_cadres"], {"bv_id": "69001_0066"})
    drawn = facts(part)
    assert 2 <= drawn["svg"].count('fill="#ECE6D8"') <= 14
    assert drawn["legend"][0]["said"] == "66,0\u202f%"
    assert facts(grid)["svg"].count('fill="#ECE6D8"') == 0


def test_neighbours_are_not_looked_for_over_many_departments(released: Callable[..., Release]) -> None:
    keys = [f"{place:02}001_0001" for place in range(1, 8)]
    rows: dict[str, list[Any]] = {name: [None] * 7 for name in SCHEMA.names} | {"bv_id": keys}
    rows |= {"part_cadres": [1.0] * 7, "part_cadres_base": [99.0] * 7}
    boxes = [shapely.box(x, 45, x + 1, 46) for x in range(7)]
    release = released(schema=SCHEMA, rows=rows, geometry=pa.table({"bv_id": keys, "geometry": shapely.to_wkb(boxes)}))
    assert facts(release.slice(where={"bv_id": keys[:5]}))["svg"].count("#ECE6D8") == 0
    assert facts(release.slice(where={"bv_id": keys[:2]}))["rule"] == "50 km"


@pytest.mark.parametrize(
    ("columns", "shown", "said"),
    [
        (["bv_id", "nom"], {}, "pas de nombre à mettre"),
        (["bv_id", "nom"], {"indicator": "nom"}, "pas de nombre à mettre"),
        (["bv_id", "part_cadres"], {"indicator": "part_cadre"}, "« part_cadre » n'existe pas"),
    ],
)
def test_a_map_without_a_number_is_said_gently(grid: Release, columns: Any, shown: Any, said: str) -> None:
    with pytest.raises(Unknown, match=said):
        facts(grid.slice(columns), **shown)


def test_a_map_without_a_contour_is_said_gently(grid: Release, released: Callable[..., Release]) -> None:
    bare = released(geometry=pa.table({"bv_id": pa.array([], pa.string())}))
    for release in (grid.slice(where={"bv_id": "70001_0143"}), grid.slice(["part_cadres"]), bare, bare.slice(limit=2)):
        with pytest.raises(Missing, match="n'a de contour connu"):
            facts(release)


def test_too_many_places_make_no_map(grid: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "MOST", 100)
    with pytest.raises(Unknown, match="illisible"):
        facts(grid)


def test_edges_are_thin_in_a_crowd(grid: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'stroke-width="0.9"' in facts(grid)["svg"]
    monkeypatch.setattr(maps, "_CROWD", 100)
    assert 'stroke-width="0.3"' in facts(grid)["svg"]


def test_the_map_of_a_place_shows_it_among_its_neighbours(grid: Release) -> None:
    row = grid.schema.names.index("bv_id")
    assert row == 0
    drawn = place_map(grid.slice(["bv_id"], {"bv_id": "69001_0066"})._origin.load(), 0)
    assert drawn is not None
    assert drawn["around"] == 4
    assert (drawn["kilometres"], 0 < drawn["length"] < 0.3) == (0.5, True)
    assert place_map(grid.slice(where={"bv_id": "70001_0143"})._origin.load(), 0) is None
    alone = grid.slice(["nom", "geometry"], {"bv_id": "69001_0066"})
    assert (place_map(alone._origin.load(), 0) or {})["around"] == 0


numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 50.0])


@settings(deadline=None)
@given(st.lists(st.none() | numbers, max_size=30))
def test_classes_are_in_order_and_hold_every_value(values: list[float | None]) -> None:
    classes = Classes.of(SHARE, values)
    assert list(classes.breaks) == sorted(set(classes.breaks))
    assert len(classes.colours) == len(classes.breaks) + 1 <= 5
    known = sorted(value for value in values if value is not None)
    colours = [classes.colours.index(classes.colour(value)) for value in known]
    assert colours == sorted(colours)
    assert sum(int(str(entry["count"])) for entry in classes.legend(values, "fr")) == len(known)
    assert classes.colour(None) == EMPTY


def test_classes_of_nothing_and_of_one_value() -> None:
    gap = Column("part_ecart_france", "number", "Un écart", "points", of="part")
    assert Classes.of(gap, [None]).legend([None], "fr") == []
    assert Classes.of(gap, []).breaks == (-1.0, -1 / 3, 1 / 3, 1.0)
    assert Classes.of(SHARE, [3.0, 3.0]).legend([3.0], "en") == [{"colour": AMOUNTS[0], "said": "3.0%", "count": 1}]


def test_north_is_up_and_holes_stay_holes() -> None:
    frame = Frame((0.0, 45.0, 1.0, 46.0), 100, 100, margin=0)
    ring = shapely.box(0, 45, 1, 46) - shapely.box(0.4, 45.4, 0.6, 45.6)
    north, south = (shapely.Point(0.5, y) for y in (45.9, 45.1))
    assert shapely.get_y(frame.laid(north)) < shapely.get_y(frame.laid(south))
    assert path_of(frame.laid(ring)).count("M") == 2
    assert paths(frame, np.array([None, shapely.Point(0, 45), shapely.Polygon()])) == ["", "", ""]
    tiny = Frame((0.0, 45.0, 1e-5, 45.00001), 100, 100)
    assert tiny.rule()[0] == 0.1
    assert frame.wider(1.0) == pytest.approx((0.5 - 0.5 / frame.stretch, 45, 0.5 + 0.5 / frame.stretch, 46), abs=1e-9)
