"""The tiles of the map: one PMTiles file with a layer per level of places, contours and codes only.

A feature says which row of the Release of its level it is (``id``) and its ``code``: figures travel apart, one column
at a time, and never in the tiles. The contours are those of the Releases, so they leave by the same door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import shapely

from carreau.errors import Missing
from carreau.guard.releases import Release
from carreau.guard.tiles.archive import Drawing, written
from carreau.guard.tiles.bands import LAYERS, zooms_of
from carreau.guard.tiles.coverage import Shapes, grouped, in_degrees, matched, projected, simplified

__all__ = ["LAYERS", "Shapes", "steps_of", "tiles_of", "zooms_of"]


def steps_of(levels: Mapping[str, Release]) -> int:
    """How many steps :func:`tiles_of` tells of: the groups of places to match, the bands of zooms to draw, the file."""
    steps = 1
    for level in (level for level in LAYERS if level in levels):
        codes, shapes = _places(levels[level])
        if any(shape is not None for shape in shapes):
            steps += len({_group(level, code) for code, shape in zip(codes, shapes, strict=True) if shape is not None})
            steps += len(LAYERS[level])
    return steps


def tiles_of(levels: Mapping[str, Release], path: Path, progress: Callable[[int], None]) -> None:
    """Write at ``path`` the tiles of ``levels``: for each level in :data:`LAYERS`, the contours of its Release.

    ``id`` is the row of the place in the Release of its level, and ``code`` its key; a place without a contour is not
    drawn. ``progress`` is told of each step done. :class:`~carreau.errors.Missing` when no place has a contour.
    """
    drawings: list[Drawing] = []
    for level in LAYERS:
        if level in levels:
            drawings += _drawings(level, levels[level], progress)
    if not drawings:
        raise Missing(
            "aucun lieu de cette sortie n'a de contour : il n'y a pas de carte à dessiner",
            given=", ".join(levels),
            expected="un fichier de contours parmi les sources",
            advice="carreau sources",
        )
    written(drawings, path)
    progress(1)


def _drawings(level: str, release: Release, progress: Callable[[int], None]) -> list[Drawing]:
    """The drawings of one level, one per band of zooms, the finest first and the others made from it."""
    codes, contours = _places(release)
    shapes = projected(np.asarray(shapely.from_wkb(np.array(contours, dtype=np.object_)), dtype=np.object_))
    drawn = np.flatnonzero(~shapely.is_missing(shapes))
    if not len(drawn):
        return []
    shapes, codes = shapes[drawn], [codes[row] for row in drawn]
    shapes = matched(shapes, grouped([_group(level, code) for code in codes]), progress)
    drawings = []
    for band in reversed(LAYERS[level]):
        shapes = simplified(shapes, band.detail)
        drawings.append(Drawing(level, band, drawn.tolist(), codes, in_degrees(shapes)))
        progress(1)
    return drawings


def _places(release: Release) -> tuple[list[str], list[bytes | None]]:
    """The key and the contour (WKB, or None) of each row of a release."""
    content = release._origin.load()
    key = content.schema.names[0]
    codes: list[str] = content.table[key].to_pylist()
    return codes, [None] * len(codes) if content.geometry is None else content.geometry.to_pylist()


def _group(level: str, code: str) -> str:
    """Which places are matched together: those of a department or of an overseas territory; departments, all."""
    if level == "departement":
        return ""
    return code[:3] if code[:2] in {"97", "98"} else code[:2]
