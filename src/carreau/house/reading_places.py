"""The places of a level as a server names and locates them: code, name, commune, department, voters, point, bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from carreau.guard import Release
from carreau.store.writing import temporary
from carreau.terms import Slice

Numbers = npt.NDArray[np.float32]
BATCH: Final = 4096
NOWHERE: Final = np.float32(np.nan)
NAMED: Final = ("libelle", "libelle_commune", "code_commune", "code_departement", "inscrits")
OVERSEAS: Final = ("97", "98")


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one level, in the order of the rows of its Release, which is that of their codes.

    ``points`` are longitudes and latitudes of a point inside each; ``bounds`` west, south, east, north; both are NaN
    for a place without contour. ``row`` finds the row of a code.
    """

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    communes: tuple[str, ...]
    departments: tuple[str, ...]
    registered: Numbers
    points: Numbers
    bounds: Numbers
    row: Mapping[str, int]


def places_of(level: str, release: Release, kept: Path, folder: Path) -> Places:
    """The places of ``release``, whose contours are read in the Parquet ``kept``; found once, then in ``folder``."""
    names = [name for name in NAMED if name in release.schema.names[1:]]
    table = release.asked(Slice((release.schema.names[0], *names))).arrow()
    codes = _texts(table, release.schema.names[0])
    communes = _texts(table, "code_commune") if "code_commune" in table.column_names else _communes(level, codes)
    departments = _texts(table, "code_departement") if "code_departement" in table.column_names else ()
    label = "libelle" if "libelle" in table.column_names else "libelle_commune"
    registered = table["inscrits"].to_numpy().astype(np.float32)
    located = _located(kept, release.digest, folder)
    return Places(
        level,
        codes,
        _texts(table, label) if label in table.column_names else codes,
        communes,
        departments or tuple(department_of(code) for code in communes),
        registered,
        located[:, :2],
        located[:, 2:],
        {code: row for row, code in enumerate(codes)},
    )


def department_of(code: str) -> str:
    """The department of a commune, of a station or of an IRIS, read from its code.

    >>> department_of("97101"), department_of("69123_0101"), department_of("2A004")
    ('971', '69', '2A')
    """
    return code[:3] if code.startswith(OVERSEAS) else code[:2]


def bounds_of(bounds: Numbers, rows: Sequence[int] | npt.NDArray[np.int64] | None = None) -> list[float] | None:
    """West, south, east, north around some rows (by default all of them); None when none has a contour."""
    chosen = bounds if rows is None else bounds[np.asarray(rows, dtype=np.int64)]
    chosen = chosen[np.isfinite(chosen[:, 0])]
    if not len(chosen):
        return None
    low, high = chosen[:, :2].min(axis=0), chosen[:, 2:].max(axis=0)
    return [round(float(value), 5) for value in (*low, *high)]


def _communes(level: str, codes: Sequence[str]) -> tuple[str, ...]:
    """The commune of each place, read from its code; empty for what is larger than a commune."""
    return tuple(code[:5] if level in {"bureau", "iris"} else "" for code in codes)


def _texts(table: pa.Table, name: str) -> tuple[str, ...]:
    """A column of texts, empty where there is none."""
    return tuple(value or "" for value in table[name].to_pylist())


def _located(kept: Path, digest: str, folder: Path) -> Numbers:
    """A point inside each contour, then its bounds: six columns, NaN without contour."""
    path = folder / f"places-{digest[:24]}.npy"
    try:
        found: Numbers = np.load(path, allow_pickle=False)
        return found
    except (OSError, ValueError):
        made = _measured(kept)
    with temporary(folder) as written:
        with written.open("wb") as file:
            np.save(file, made)
        written.replace(path)
    return made


def _measured(kept: Path) -> Numbers:
    """The points and the bounds of the contours of a kept Parquet, read by parts: contours are large."""
    file = pq.ParquetFile(kept)
    if "geometry" not in file.schema_arrow.names:
        return np.full((file.metadata.num_rows, 6), NOWHERE, np.float32)
    parts = []
    for batch in file.iter_batches(BATCH, columns=["geometry"]):
        contours = shapely.from_wkb(np.array(batch.column(0).to_pylist(), dtype=object))
        points = shapely.point_on_surface(contours)
        located = np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1)
        parts.append(np.concatenate([located, shapely.bounds(contours)], axis=1).astype(np.float32))
    return np.concatenate(parts)
