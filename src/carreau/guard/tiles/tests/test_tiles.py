"""What is in the tiles: the right row under the right contour, every place, nothing else, and nothing heavy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely

from carreau.errors import Missing
from carreau.guard import Release
from carreau.guard.tiles import LAYERS, steps_of, tiles_of, zooms_of

Levels = dict[str, Release]


@pytest.fixture(scope="module")
def drawn(levels: Levels, archive: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("tuiles") / "essai.pmtiles"
    tiles_of(levels, path, lambda _: None)
    return archive(path)


def seen(archive: Any) -> dict[tuple[str, int], dict[int, set[str]]]:
    """The codes seen under each row, by layer and zoom."""
    found: dict[tuple[str, int], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place in archive.tiles:
        for feature in archive.features(place):
            assert set(feature.properties) == {"id", "code"}
            found[feature.layer, place[0]][feature.properties["id"]].add(feature.properties["code"])
    return found


def test_each_contour_bears_the_row_and_the_code_of_its_place(levels: Levels, drawn: Any) -> None:
    for (level, _), rows in seen(drawn).items():
        codes = [next(iter(row.values())) for row in levels[level].rows()]
        assert all(found == {codes[row]} for row, found in rows.items())


def test_every_place_that_has_a_contour_is_drawn_at_every_zoom_of_its_level(levels: Levels, drawn: Any) -> None:
    found = seen(drawn)
    without = {"bureau": {"69003_0003"}, "commune": {"69099"}}
    for level, bands in LAYERS.items():
        codes = {next(iter(row.values())) for row in levels[level].rows()} - without.get(level, set())
        for zoom in range(bands[0].low, bands[-1].high + 1):
            assert {code for codes in found[level, zoom].values() for code in codes} == codes, (level, zoom)


def test_a_layer_is_only_at_the_zooms_that_are_announced(drawn: Any) -> None:
    said = {layer["id"]: (layer["minzoom"], layer["maxzoom"]) for layer in drawn.metadata["vector_layers"]}
    assert said == {level: zooms_of(level) for level in LAYERS}
    assert len(drawn.metadata["vector_layers"]) == len(LAYERS)
    for level, zoom in seen(drawn):
        assert zooms_of(level)[0] <= zoom <= zooms_of(level)[1]


def test_two_heavy_layers_never_share_the_tiles_of_a_first_view() -> None:
    at = {zoom: [level for level in LAYERS if zooms_of(level)[0] <= zoom <= zooms_of(level)[1]] for zoom in range(12)}
    assert at[3] == at[4] == ["departement"]
    assert at[5] == ["departement", "circonscription"]
    assert at[9] == ["bureau"]
    assert all(band.low <= band.high for bands in LAYERS.values() for band in bands)
    for bands in LAYERS.values():
        assert all(after.low == before.high + 1 for before, after in pairwise(bands))


def test_neighbours_neither_overlap_nor_leave_a_gap_in_a_tile(drawn: Any) -> None:
    for zoom in (9, 10, 11):
        for place in (place for place in drawn.tiles if place[0] == zoom):
            features = [feature for feature in drawn.features(place) if feature.layer == "bureau"]
            shapes = [shapely.polygons(feature.rings[0]) for feature in features if len(feature.rings[0]) > 2]
            union = shapely.union_all(shapes)
            assert shapely.area(shapes).sum() == pytest.approx(shapely.area(union), rel=1e-3)
            holes = [shapely.polygons(ring) for part in shapely.get_parts(union) for ring in part.interiors]
            # only the station that has no contour is missing
            assert len([hole for hole in holes if shapely.area(hole) > 16]) <= 1


def test_the_same_coarse_borders_are_lighter(drawn: Any) -> None:
    points = {
        zoom: sum(len(ring)
                  for place in drawn.tiles if place[0] == zoom for f in drawn.features(place) for ring in f.rings)
        for zoom in (6, 8)
    }
    assert points[6] < points[8]


def test_progress_reaches_just_the_number_of_steps(levels: Levels, tmp_path: Path) -> None:
    done: list[int] = []
    tiles_of(levels, tmp_path / "a.pmtiles", done.append)
    assert sum(done) == steps_of(levels)


def test_levels_without_any_contour_are_left_out(made: Callable[..., Release], archive: Any, tmp_path: Path) -> None:
    square = shapely.box(4.8, 45.7, 4.9, 45.8)
    some = {"bureau": made({"69001_0001": square}), "iris": made({"690010101": None}, "code_iris")}
    done: list[int] = []
    tiles_of(some, tmp_path / "a.pmtiles", done.append)
    assert [layer["id"] for layer in archive(tmp_path / "a.pmtiles").metadata["vector_layers"]] == ["bureau"]
    assert sum(done) == steps_of(some)


def test_no_contour_at_all_is_said(made: Callable[..., Release], tmp_path: Path) -> None:
    with pytest.raises(Missing) as error:
        tiles_of({"bureau": made({"69001_0001": None})}, tmp_path / "a.pmtiles", lambda _: None)
    assert "contour" in str(error.value)
    assert not (tmp_path / "a.pmtiles").exists()


def test_overseas_places_lie_where_they_are(made: Callable[..., Release], archive: Any, tmp_path: Path) -> None:
    square = shapely.box(55.4, -21.0, 55.5, -20.9)
    tiles_of({"bureau": made({"97411_0001": square, "97411_0002": shapely.box(55.5, -21, 55.6, -20.9)})},
             tmp_path / "a.pmtiles", lambda _: None)  # fmt: skip
    places = {place for place in archive(tmp_path / "a.pmtiles").tiles if place[0] == 9}
    assert (9, int((55.45 + 180) / 360 * 512), 286) in places
    assert {row for _, _, row in places} == {286}
