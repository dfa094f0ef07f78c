"""The route OWN: what a person brought, given back to that person alone.

It is no way out for anything else: what it lets through was never in the house before its owner brought it, goes to
no one but its owner, and never enters a Release. Two rules hold besides. Another person's item is unknown, and not
refused: its existence is not told. Where each row may be a person (points), a place shows how many there are from
``k`` on, and below, that there are some is not shown. See docs/adr/0004-own-data.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from carreau.errors import Unknown
from carreau.guard.releases import Release
from carreau.products.declare import Policy

OWN: Final = Policy("OWN", "personne", 11, ("lecture par la personne qui a apporté le fichier",))
Floats = npt.NDArray[np.float64]
_SLICE: Final = 4096  # contours decoded at once


@dataclass(frozen=True, slots=True)
class Held:
    """Figures that ``owner`` brought, by place, in the order of the rows of a level: NaN where there is none.

    ``rows`` says how many rows of the file each place has; ``points`` that each of them may be a person.
    """

    owner: str
    identifier: str
    points: bool
    rows: npt.NDArray[np.int64]
    figures: Mapping[str, Floats] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Figures as their owner may see them; made by :func:`given_back` alone."""

    columns: Mapping[str, Floats] = field(repr=False)

    def vector(self, column: str) -> bytes:
        """One column as Float32 little-endian, NaN where there is none; :class:`~carreau.errors.Unknown`."""
        return bytes(self._column(column).astype("<f4").tobytes())

    def cells(self, row: int) -> dict[str, float | None]:
        """The figures of one place, None where there is none."""
        return {name: None if np.isnan(values[row]) else float(values[row]) for name, values in self.columns.items()}

    def filled(self) -> list[int]:
        """The rows of the places that have some figure."""
        some = np.zeros(len(next(iter(self.columns.values()), np.empty(0))), dtype=bool)
        for values in self.columns.values():
            some |= ~np.isnan(values)
        rows: list[int] = np.flatnonzero(some).tolist()
        return rows

    def _column(self, name: str) -> Floats:
        """The column called ``name``."""
        if name not in self.columns:
            raise Unknown.named(name[:120], "colonne", self.columns, "reprendre l'une des colonnes du fichier")
        return self.columns[name]


def given_back(held: Held, asker: str, counts: str) -> GivenBack:
    """What ``asker`` may see of ``held``; ``counts`` is the name given to the number of rows of each place.

    :class:`~carreau.errors.Unknown`, as for an item that does not exist, when ``asker`` did not bring it.
    """
    if asker != held.owner:
        raise no_item(held.identifier)
    rows = np.where(held.rows > 0, held.rows.astype(np.float64), np.nan)
    if held.points:
        return GivenBack({counts: np.where(held.rows >= OWN.k, rows, np.nan)})
    return GivenBack({**held.figures, counts: rows})


def no_item(identifier: str) -> Unknown:
    """The error for an item that does not exist, or is another's: it is the same."""
    return Unknown(
        "ce fichier n'est pas dans votre espace",
        given=identifier[:64],
        expected="l'un des fichiers de « Mes données »",
        advice="revenir à la liste ; un fichier effacé ne revient pas",
    )


def counted(release: Release, longitudes: Floats, latitudes: Floats) -> npt.NDArray[np.int64]:
    """How many of these points lie in the contour of each row of ``release``; a point is counted once, at the most."""
    points = np.asarray(shapely.points(longitudes, latitudes))
    tree, free = shapely.STRtree(points), np.ones(len(points), dtype=bool)
    contours: Any = release._origin.load().geometry
    counts = np.zeros(release.row_count, dtype=np.int64)
    for start in range(0, len(counts) if contours is not None else 0, _SLICE):
        shapes = shapely.from_wkb(contours.slice(start, _SLICE).to_numpy(zero_copy_only=False))
        rows, hits = tree.query(shapes, predicate="intersects")
        first = np.unique(hits, return_index=True)[1]
        rows, hits = rows[first][free[hits[first]]], hits[first][free[hits[first]]]
        free[hits] = False
        counts += np.bincount(rows + start, minlength=len(counts))
    return counts
