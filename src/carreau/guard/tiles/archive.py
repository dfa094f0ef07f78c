"""The writing of one PMTiles file: the layers by freestiler, then metadata that say what they are."""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from carreau.guard.tiles.bands import Band
from carreau.guard.tiles.coverage import Shapes

_METADATA: Final = 24  # where the header of a PMTiles file (version 3) says where its metadata are: offset, length
_TYPES: Final = {3: "POLYGON", 6: "MULTIPOLYGON"}
_UNSET: Final = -1


@dataclass(frozen=True, slots=True)
class Drawing:
    """One layer over one band of zooms: the row and the code of each place that is drawn, and its contour."""

    layer: str
    band: Band
    rows: list[int]
    codes: list[str]
    shapes: Shapes


def written(drawings: list[Drawing], path: Path) -> None:
    """Write the tiles of ``drawings`` at ``path``: vector tiles (MVT, gzip) in a PMTiles 3 file.

    Each feature has ``id`` (its row) and ``code``, nothing else. Points are rounded to the grid of each tile, the same
    for neighbours, and nothing else is simplified there.
    """
    from freestiler._freestiler import _freestile  # slow to import (it brings geopandas): only who makes tiles waits

    _freestile(
        layers=[_layer(drawing) for drawing in drawings],
        output_path=str(path),
        tile_format="mvt",
        min_zoom=min(drawing.band.low for drawing in drawings),
        max_zoom=max(drawing.band.high for drawing in drawings),
        base_zoom=_UNSET,
        do_simplify=True,
        generate_ids=False,
        quiet=True,
        drop_rate=float(_UNSET),
        cluster_distance=float(_UNSET),
        cluster_maxzoom=_UNSET,
        do_coalesce=False,
    )
    _describe(path, _metadata(drawings))


def _layer(drawing: Drawing) -> dict[str, Any]:
    """A drawing as the tiler takes it: columns of contours, rows and codes."""
    return {
        "name": drawing.layer,
        "wkb": [bytes(shape) for shape in shapely.to_wkb(drawing.shapes)],
        "geom_types": [_TYPES[kind] for kind in np.asarray(shapely.get_type_id(drawing.shapes)).tolist()],
        "prop_names": ["id", "code"],
        "prop_types": ["integer", "string"],
        "int_columns": [drawing.rows],
        "string_columns": [drawing.codes],
        "float_columns": [],
        "bool_columns": [],
        "min_zoom": drawing.band.low,
        "max_zoom": drawing.band.high,
    }


def _metadata(drawings: list[Drawing]) -> dict[str, Any]:
    """The metadata of the file (TileJSON 3): each layer once, with its zooms and what its features carry."""
    layers: dict[str, dict[str, Any]] = {}
    for drawing in drawings:
        low, high = drawing.band.low, drawing.band.high
        said = layers.setdefault(drawing.layer, {"id": drawing.layer, "minzoom": low, "maxzoom": high})
        said |= {"minzoom": min(said["minzoom"], low), "maxzoom": max(said["maxzoom"], high)}
        said["fields"] = {"id": "Number", "code": "String"}
    return {"name": "carreau", "format": "pbf", "vector_layers": list(layers.values())}


def _describe(path: Path, metadata: dict[str, Any]) -> None:
    """Put these metadata in the file, in place of those of the tiler, which name a layer once per band."""
    packed = gzip.compress(json.dumps(metadata, ensure_ascii=False).encode(), mtime=0)
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        file.write(packed)
        file.seek(_METADATA)
        file.write(struct.pack("<2Q", end, len(packed)))
