"""The tiles of a territory: made once for the same releases by the same code, and found again by their content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import carreau.guard.tiles
from carreau.guard import Release
from carreau.guard.tiles import LAYERS, steps_of, tiles_of
from carreau.house.watch import SILENT, Watcher
from carreau.store import Blobs, digest_of
from carreau.typography import bytes_shown

SUFFIX: Final = ".pmtiles"


def tiles_made(blobs: Blobs, releases: Mapping[str, Release], watcher: Watcher = SILENT) -> Path:
    """The PMTiles file of the releases of a territory, by level: found in ``blobs``, else drawn now.

    Its name holds the digest of its bytes: an address made from the name never shows the contours of other rows.
    :class:`~carreau.errors.Missing` when no place has a contour.
    """

    def write(path: Path) -> None:
        watcher.started("release", "les tuiles de la carte", steps_of(drawn))
        tiles_of(drawn, path, watcher.advanced)
        watcher.ended(bytes_shown(path.stat().st_size))

    drawn = {level: releases[level] for level in LAYERS if level in releases}
    key = digest_of("tiles", [(level, release.digest) for level, release in drawn.items()], _drawing_digest())
    return blobs.kept(key, SUFFIX, write)


@cache
def _drawing_digest() -> str:
    """The digest of all that decides the tiles besides the releases: the code that draws them and its libraries."""
    folder = Path(carreau.guard.tiles.__file__).parent
    code = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.py"))]
    return digest_of(code, [(name, version(name)) for name in ("shapely", "freestiler")])
