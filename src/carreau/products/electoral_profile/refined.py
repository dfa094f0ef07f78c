"""What the profile is built from: source tables brought onto one set of zones, and the weights from zones to places.

Nothing here reads a file: the house hands over tables, the functions of this product are pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from carreau.products.declare import Input

Codes = npt.NDArray[np.str_]
Texts = npt.NDArray[np.object_]
Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

SECRECY: Mapping[str, str] = {
    "s": "secret statistique (s)",
    "ns": "non significatif (ns)",
    "nd": "non disponible (nd)",
    "so": "sans objet (so)",
}


@dataclass(frozen=True, slots=True)
class TargetFrame:
    """The places that figures are brought onto, one entry per place, sorted by code: stations, or larger places.

    ``communes`` is the commune of each (of ballots), empty for a place larger than a commune. ``placed`` says how a
    place lies on the ground: ``contour``, ``commune`` (the commune's only station takes the commune's contour) or
    empty (a station without contour: its elections are known, its inhabitants are not). ``this`` is how a sentence
    names one of them. ``sure`` is the part of each place's voters who are known to be its own, None where all are.
    """

    codes: Codes
    communes: Codes
    departments: Codes
    labels: Texts
    registered: Values
    placed: Texts
    this: str = "ce bureau"
    sure: Values | None = None

    @property
    def certainty(self) -> Values:
        """The part of each place's voters who are known to be its own."""
        return np.ones(len(self.codes)) if self.sure is None else self.sure


@dataclass(frozen=True, slots=True)
class ZoneFrame:
    """The zones of the sources (IRIS) for the whole of the country, one entry per zone.

    ``communes`` are those of ballots (Paris, Lyon and Marseille are one commune each). ``methods`` says by which
    weighting each zone is carried to the stations, and is empty for the zones that no station of the territory meets.
    """

    codes: Codes
    communes: Codes
    departments: Codes
    methods: Texts


@dataclass(frozen=True, slots=True)
class Refined:
    """Source columns on zones, and the weights that carry them to the targets (stations, or larger places).

    ``weights`` is a sparse matrix zones x targets: the share of each zone that goes to each target.
    ``tables[alias][column]`` is a column over the zones, NaN where the source says nothing;
    ``reasons[alias][column]`` is why, in the publisher's mark, where there is one. ``inputs[alias]`` are the files
    that speak of the territory, those behind the weights included.
    """

    targets: TargetFrame
    zones: ZoneFrame
    weights: sparse.csr_array
    tables: Mapping[str, Mapping[str, Values]]
    reasons: Mapping[str, Mapping[str, Texts]]
    inputs: Mapping[str, tuple[Input, ...]]
    remarks: tuple[str, ...] = ()
    coverage: Mapping[str, object] = field(default_factory=dict)

    def column(self, alias: str, name: str) -> Values:
        """A source column over the zones; all missing when the input is not at hand."""
        table = self.tables.get(alias, {})
        missing = np.full(len(self.zones.codes), np.nan)
        return table.get(name, missing)

    def reason(self, alias: str, name: str) -> Texts:
        """Why a column says nothing on each zone, in French; empty where no reason is known."""
        return self.reasons.get(alias, {}).get(name, blank(len(self.zones.codes)))


def blank(size: int) -> Texts:
    """As many empty texts."""
    return np.full(size, "", dtype=np.object_)


def texts(column: pa.ChunkedArray) -> Texts:
    """A text column as an array of Python strings, empty where null: names, sentences, marks."""
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=np.object_)


def codes_of(column: pa.ChunkedArray) -> Codes:
    """A column of codes as an array of numpy strings, which sort and compare at once; empty where null."""
    return texts(column).astype(np.str_)


def numbers(column: pa.ChunkedArray) -> Values:
    """A column of numbers, NaN where null."""
    return np.asarray(column.cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64)
