"""Reading of a shapefile packed in an archive: attributes, shapes, and what its ``.prj`` states."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

import numpy as np
import pyproj
import shapefile  # type: ignore[import-untyped] # publishes no types
import shapely

from carreau.errors import Broken, Missing
from carreau.sources.archive import opened
from carreau.sources.geometries import Geometries, crs_from

_IN_MEMORY: Final = 64 << 20
_UNREADABLE: Final = (shapefile.ShapefileException, struct.error, ValueError, KeyError, OSError, EOFError)


def shapefile_of(path: Path, name: str) -> tuple[list[dict[str, Any]], Geometries, pyproj.CRS]:
    """The attributes of each shape, the shapes, and their coordinate system as the ``.prj`` writes it.

    The three parts are looked for in the archive by their suffix. :class:`~carreau.errors.Broken` names the
    file when a part is missing or unreadable: without its ``.prj``, nothing says where a shapefile lies.
    """
    with ExitStack() as stack:
        try:
            parts = {suffix: _part(stack, path, suffix) for suffix in ("shp", "shx", "dbf", "prj")}
        except Missing as error:
            raise Broken(
                f"{name} n'est pas un shapefile complet", given=error.given or error.what,
                expected="les fichiers .shp, .shx, .dbf et .prj",
                advice="télécharger à nouveau l'archive de l'IGN",
            ) from error
        crs = crs_from(parts.pop("prj").read().decode("latin-1"), name)
        try:
            return *_contents(parts), crs
        except _UNREADABLE as error:
            raise Broken(
                f"{name} contient un shapefile illisible", given=str(error)[:120],
                expected="un shapefile complet",
                advice="télécharger à nouveau l'archive de l'IGN",
            ) from error


def _part(stack: ExitStack, path: Path, suffix: str) -> IO[bytes]:
    """One part of the shapefile, in a temporary file that can be sought; ``stack`` closes it."""
    part: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 # closed by the stack
    stack.enter_context(part)
    with opened(path, f"*.{suffix}") as stream:
        while chunk := stream.read(1 << 20):
            part.write(chunk)
    part.seek(0)
    return part


def _contents(parts: dict[str, IO[bytes]]) -> tuple[list[dict[str, Any]], Geometries]:
    """The records and shapes of an opened shapefile; a null shape is no geometry."""
    facts: list[dict[str, Any]] = []
    shapes: list[object] = []
    with shapefile.Reader(**parts, encoding="utf-8", encodingErrors="strict") as reader:
        for entry in reader.iterShapeRecords():
            facts.append(entry.record.as_dict())
            empty = entry.shape.shapeType == shapefile.NULL
            shapes.append(None if empty else shapely.geometry.shape(entry.shape.__geo_interface__))
    return facts, np.array(shapes, dtype=object)
