"""Polling stations of one vintage: their keys, their commune, and the contour each is known by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carreau.errors import Broken
from carreau.places.codes import METROPOLITAN_CRS, department_of
from carreau.places.remarks import counted
from carreau.places.zones import Codes, Floats, Shapes, Zones, zones_of

CONTOUR: Final = "contour"
COMMUNE: Final = "commune"
NOWHERE: Final = ""
_TYPES: Final = ("COM", "ARM", "COMD", "COMA")  # whose contour is taken first when a code has several


@dataclass(frozen=True, slots=True)
class Stations:
    """The stations of one vintage, one per ``codes[i]`` (``bv_id``), in the order of the contours' table.

    ``registered`` is NaN where unknown. ``wkb[i]`` is the contour (WKB, EPSG:4326) or ``None``;
    ``placed_by[i]`` says where it comes from: ``contour`` (published), ``commune`` (the only station of its
    commune takes the commune's contour) or empty (no contour: elections only).
    """

    vintage: str
    codes: Codes
    communes: Codes
    departments: Codes
    names: Codes
    registered: Floats
    wkb: Shapes
    placed_by: Codes

    def __len__(self) -> int:
        return len(self.codes)

    def selected(self, mask: NDArray[np.bool_]) -> Stations:
        """The stations where ``mask`` is true, in the same order."""
        return Stations(
            self.vintage,
            self.codes[mask],
            self.communes[mask],
            self.departments[mask],
            self.names[mask],
            self.registered[mask],
            self.wkb[mask],
            self.placed_by[mask],
        )

    def zones(self, crs: int = METROPOLITAN_CRS) -> tuple[Zones, tuple[str, ...]]:
        """The stations that have a contour, as zones, and the remarks of ``zones_of``."""
        with_contour = self.selected(self.placed_by != NOWHERE)
        table = pa.table(
            {
                "bv_id": with_contour.codes.tolist(),
                "geometry": pa.array(with_contour.wkb.tolist(), pa.binary()),
            }
        )
        return zones_of(table, "bv_id", system="bv", vintage=self.vintage, crs=crs)

    def counts(self) -> Mapping[str, int]:
        """How many stations there are, and how many have their own contour, their commune's, or none."""
        by = Counter(self.placed_by.tolist())
        return {
            "bureaux": len(self),
            "contour": by[CONTOUR],
            "commune": by[COMMUNE],
            "sans_contour": by[NOWHERE],
        }


def stations_of(
    contours: pa.Table, communes: pa.Table, *, vintage: str = "2024"
) -> tuple[Stations, tuple[str, ...]]:
    """The stations of the ``stations`` table of ``bureaux_contours``, and remarks.

    ``communes`` is the ``contours`` table of ``cog_communes`` (``code_commune``, ``type``, ``geometry``): the
    only station of a commune, when it has no contour of its own, takes the commune's. Nothing is drawn for
    the others: they are counted in a remark. A repeated ``bv_id`` is :class:`~carreau.errors.Broken` (the
    source unites pieces).
    """
    codes = _texts(contours["bv_id"])
    repeated = [code for code, count in Counter(codes.tolist()).items() if count > 1]
    if repeated:
        raise Broken(
            "des bureaux de vote sont en double",
            given=", ".join(repeated[:5]),
            expected="une ligne par bv_id",
        )
    own = np.asarray([*contours["geometry"].to_pylist(), None], dtype=np.object_)[:-1]
    commune = _texts(contours["code_commune"])
    placed = np.where([shape is not None for shape in own], CONTOUR, NOWHERE).astype("<U7")
    drawn, stations_in = _contours(communes), Counter(commune.tolist())
    for index in np.flatnonzero(placed == NOWHERE):
        shape = drawn.get(commune[index]) if stations_in[commune[index]] == 1 else None
        if shape is not None:
            own[index], placed[index] = shape, COMMUNE
    registered = contours["inscrits"].cast(pa.float64()).to_numpy().astype(np.float64)
    departments = np.asarray([department_of(code) for code in commune.tolist()], dtype=np.str_)
    found = Stations(
        vintage, codes, commune, departments, _texts(contours["libelle_commune"]), registered, own, placed
    )
    return found, _remarks(found.counts())


def _contours(communes: pa.Table) -> Mapping[str, bytes]:
    """The contour of each commune code; the whole commune first where a delegated one has the same code."""
    drawn: dict[str, bytes] = {}
    rows = zip(*(communes[name].to_pylist() for name in ("type", "code_commune", "geometry")), strict=True)
    for _, code, shape in sorted(
        rows, key=lambda row: _TYPES.index(row[0]) if row[0] in _TYPES else len(_TYPES)
    ):
        if shape is not None:
            drawn.setdefault(code, shape)
    return drawn


def _texts(column: pa.ChunkedArray) -> Codes:
    """A text column as an array; a blank where null."""
    return np.asarray([value or "" for value in column.to_pylist()], dtype=np.str_)


def _remarks(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What a reader should know of the contours."""
    alone = "bureau{x} sans contour, seul{s} dans {leur} commune, {prennent} le contour de la commune"
    bare = "bureau{x} de vote sans contour : seuls les résultats électoraux y {sont} connus"
    return (*counted(counts["commune"], alone), *counted(counts["sans_contour"], bare))
