"""The table of coverage: for each case, what intervals at 50, 80 and 90 % cover of the figures left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from accuracy_factors import kind_of, merged, way_of
from accuracy_plot import LEVELS, Line
from accuracy_samples import Sample, joined
from accuracy_town import METHODS

from carreau.products.electoral_profile import margins

NEAR = 2.0  # points that a cover may differ from what is promised
CASES = {
    "adresses": "Towns: carried by addresses",
    "carreaux": "Towns: carried by cells",
    "surface": "Towns: carried by area",
    "untold": "Towns: shares of inhabitants, by addresses, those outside households untold",
    "borrowed": "Hidden IRIS: taken from their commune",
    "unsaid": "Hidden IRIS: stations a part of which says nothing",
    "scattered": "Votes, departments left out: taken from lost stations",
    "moved_lyon": "Votes, Lyon 2012: boundaries that moved",
    "moved_town": "Votes, towns: streets that changed station",
}
AS_OF = {"untold": "adresses"}  # whose widths these figures have
NAMES = {"share": "shares", "ratio": "ratios", "income": "incomes", "count": "counts"}
SIZES = (0, 20, 50, 200, 1000, np.inf)


@dataclass(frozen=True)
class Cell:
    """One line of the table: a case, a kind of figures, how many, their cover by level, mean error and mean margin."""

    way: str
    case: str
    kind: str
    number: int
    covered: dict[int, float]
    error: float
    margin: float

    @property
    def label(self) -> str:
        """How the table and the plot call the figures."""
        return NAMES[self.kind]

    @property
    def covered_by_name(self) -> dict[str, float]:
        """The covers as they are kept in the file of figures."""
        return {f"covered_{level}": round(part, 2) for level, part in self.covered.items()}

    @property
    def astray(self) -> list[int]:
        """The levels whose cover differs from the promise by more than two points."""
        return [level for level, part in self.covered.items() if abs(part - level) > NEAR]


def cells_of(samples: Sequence[Sample]) -> list[Cell]:
    """The lines of the table, in the order of the cases."""
    found = {(sample.method, kind_of(sample)): sample for sample in merged(samples)}
    return [_cell(found[method, kind]) for method in CASES for kind in NAMES if (method, kind) in found]


def _cell(sample: Sample) -> Cell:
    """The line of one sample; what is unsaid alone is held against its margin only."""
    way, kind = way_of(sample), kind_of(sample)
    widths = margins.facts()["widths"].get(AS_OF.get(way, way), {}).get(kind, {})
    parts = {level: widths.get(f"at_{level}") for level in LEVELS} | {90: 1.0}
    covered = {level: 100 * sample.coverage(part) for level, part in parts.items() if part is not None}
    return Cell(way, CASES[sample.method], kind, len(sample), covered, sample.error.mean(), sample.margin.mean())


def lines_of(cells: Sequence[Cell]) -> list[Line]:
    """The lines of the plot."""
    return [Line(cell.case, cell.label, cell.number, cell.covered) for cell in cells]


def by_size(samples: Sequence[Sample]) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """For the shares of each case, how many figures and their cover at 90 % by how many people they are about."""
    for sample in merged(samples):
        if sample.kind == "share" and sample.method in {*METHODS, "borrowed", "scattered"}:
            parts = [sample.where((sample.size >= low) & (sample.size < high)) for low, high in _classes()]
            yield CASES[sample.method], [(len(part), 100 * part.coverage()) for part in parts]


def by_indicator(samples: Sequence[Sample]) -> list[tuple[str, int, float]]:
    """Each share and income carried by addresses: its name, how many figures, its cover at 90 %; the lowest first."""
    mine = [one for one in samples if one.method == "adresses" and kind_of(one) in {"share", "income"}]
    found = joined(mine, key=lambda one: (kind_of(one), one.name))
    return sorted(((one.method, len(one), 100 * one.coverage()) for one in found), key=lambda line: line[2])


def apart(samples: Sequence[Sample]) -> dict[tuple[str, str], dict[int, float]]:
    """By method and kind of figures of the towns, how far the covers of single towns lie apart: one sample per town."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for method in METHODS:
        for kind in NAMES:
            mine = [one for one in samples if (one.method, kind_of(one)) == (method, kind) and len(one)]
            widths = margins.facts()["widths"][method][kind]
            parts = {50: widths["at_50"], 80: widths["at_80"], 90: 1.0}
            found[method, kind] = {
                level: float(np.std([100 * one.coverage(part) for one in mine])) for level, part in parts.items()
            }
    return found


def _classes() -> Iterator[tuple[float, float]]:
    """The classes of size, each from one bound to the next."""
    yield from pairwise(SIZES)
