"""What the intervals of a crossing rest on, measured where the truth is known, and the file that the package reads.

The coefficients of the unit are those under which the errors of the training towns and simulations are the most likely
(errors taken as normal; simulations have a part of the weight, every kind of groups the same part of the rest); the
widths are the quantiles of the errors of the towns counted in units, every kind of groups counting alike. Origins of
which stations tell too little (``least``) take no part: they are not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ecological_cases import Case, Counts
from scipy.optimize import minimize

from carreau.inference import Crossing
from carreau.inference.crossing import LEVELS
from carreau.inference.estimate import YARDSTICK, _crossing, doubts_of, seen_of
from carreau.inference.regression import heard
from carreau.inference.spread import DOUBTS, calibration

RARE: Final = 0.002
LEAST: Final = 11
REPLICATES: Final = 40
# The part of the weight that simulations have in the coefficients.
DRAWN: Final = 0.3
SIMULATED: Final = "simulated"
HEAD: Final = """# How uncertain a crossing is, measured on synthetic towns and simulations whose truth is known.
# `strength` (weight of the prior in the regression), `even` (part of the even split) and `curve` (part of those that
# lean with the place) were chosen by error on the training towns and, for groups, on the real tables of {real}; see
# docs/explanation/accuracy.md.
# `least`: how much stations must tell of an origin (from 0 to 1, against a prior of strength 0.03) for it to be told;
# chosen on the training cases. `unit`: coefficients of the parts of doubt; `widths`: units in a half-interval at 50, 80
# and 90 %. No unit: shares and numbers of units.
source = "python bench/ecological.py --calibrate : {towns} villes (graines {seeds}) et simulations, {cases} tables"
date = {date}
"""


@dataclass(frozen=True)
class Measured:
    """The cells of one case that are told: errors, parts of doubt (one column each), what it is, whether simulated."""

    error: Counts
    doubts: Counts
    name: str
    simulated: bool


def measured(case: Case) -> Measured:
    """The errors of the shares of a case beside what makes them uncertain, of the origins that are told."""
    seen, truth = seen_of(case.kind, case.margins), case.truth.sum(axis=0)
    doubts = doubts_of(case.kind, seen, (0, REPLICATES))
    told = shown_origins(truth) & (heard(seen.moments, YARDSTICK) >= calibration()[case.kind]["least"])
    parts = np.stack([getattr(doubts, name)[told].ravel() for name in DOUBTS], axis=1)
    error = (seen.shares - shares_of(truth))[told].ravel()
    return Measured(error, parts, case.name.split(",")[0], case.known == SIMULATED)


def shares_of(table: Counts) -> Counts:
    """The shares of each row of a table of persons."""
    return np.asarray(table / np.maximum(table.sum(axis=-1, keepdims=True), 1e-9))


def shown_origins(truth: Counts) -> Any:
    """Which origins are not too rare to be shown."""
    persons = truth.sum(axis=1)
    return persons >= RARE * persons.sum()


def weights(found: Sequence[Measured]) -> Counts:
    """What each cell counts for: every kind of origin alike, however many cells it has."""
    cells: dict[str, int] = {}
    for each in found:
        cells[each.name] = cells.get(each.name, 0) + len(each.error)
    part = np.concatenate([np.full(len(each.error), 1.0 / max(cells[each.name], 1)) for each in found])
    return np.asarray(part / part.sum())


def coefficients(found: Sequence[Measured]) -> dict[str, float]:
    """The coefficients of the unit, by maximum likelihood; simulations have their part of the weight."""
    towns, drawn = ([each for each in found if each.simulated is simulated] for simulated in (False, True))
    part = np.concatenate([(1 - DRAWN) * weights(towns), DRAWN * weights(drawn)])
    error = np.concatenate([each.error for each in (*towns, *drawn)])
    squares = np.concatenate([each.doubts for each in (*towns, *drawn)]) ** 2

    def loss(logs: Counts) -> tuple[float, Counts]:
        factors = np.exp(2 * logs)
        variance = squares @ factors + 1e-10
        slope = part * (1 / variance - (error / variance) ** 2)
        return float(part @ (np.log(variance) + error**2 / variance)), 2 * factors * (squares.T @ slope)

    start, ends = np.full(len(DOUBTS), np.log(0.3)), [(np.log(1e-4), 3.0)] * len(DOUBTS)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=ends)
    return dict(zip(DOUBTS, (round(float(value), 4) for value in np.exp(best.x)), strict=True))


def widths(found: Sequence[Measured], unit: Mapping[str, float]) -> dict[str, float]:
    """How many units hold 50, 80 and 90 % of the errors, every kind of origin counting alike."""
    known = np.array([unit[name] for name in DOUBTS])
    ratio = np.concatenate([np.abs(each.error) / np.sqrt((each.doubts**2) @ known**2 + 1e-12) for each in found])
    order = np.argsort(ratio)
    reached = np.cumsum(weights(found)[order])
    return {str(level): round(float(np.interp(level / 100, reached, ratio[order])), 3) for level in LEVELS}


def calibrated(found: Iterable[Measured]) -> dict[str, Any]:
    """The unit and the widths of one kind of crossing: towns and simulations set the first, towns the second."""
    found = list(found)
    unit = coefficients(found)
    return {"unit": unit, "widths": widths([each for each in found if not each.simulated], unit)}


def coverage(case: Case) -> dict[str, tuple[int, int]]:
    """How many true shares lie within the intervals of the shipped crossing, and how many there are.

    By level for the origins that are told; ``untold`` at 90 % for the others, ``station`` at 90 % for the stations
    of those that are told, ``untold station`` for those of the others.
    """
    crossing = crossed(case)
    truth, shown = shares_of(case.truth.sum(axis=0)), shown_origins(case.truth.sum(axis=0))
    told, untold = shown & crossing.told, shown & ~crossing.told
    held = {}
    for level, (low, high) in crossing.intervals.items():
        inside = (truth >= low - 1e-9) & (truth <= high + 1e-9)
        held[str(level)] = (int(inside[told].sum()), int(inside[told].size))
    held["untold"] = (int(inside[untold].sum()), int(inside[untold].size))
    if len(case.truth) <= 60:
        held["station"] = _held_by_stations(case, crossing, told)
        held["untold station"] = _held_by_stations(case, crossing, untold)
    return held


def _held_by_stations(case: Case, crossing: Crossing, origins: Any) -> tuple[int, int]:
    """The same for the interval of each station, where at least eleven persons are concerned."""
    stations = crossing.stations()
    shown = (case.truth.sum(axis=2) >= LEAST) & origins
    away = np.abs(shares_of(stations.counts.astype(np.float64)) - shares_of(case.truth))[shown]
    inside = away <= stations.deviation[shown] + 1e-6
    return int(inside.sum()), int(inside.size)


def crossed(case: Case) -> Crossing:
    """The crossing that ships, with fewer replicates."""
    return _crossing(case.kind, case.margins, (0, REPLICATES))


def declaration(head: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of calibration.toml."""
    lines = [HEAD.format(**head)]
    for kind, known in kinds.items():
        lines += [f"[{kind}]", *(f"{name} = {known[name]}" for name in ("strength", "even", "curve", "least"))]
        for name in ("unit", "widths"):
            lines.append(f"{name} = {{ {', '.join(f'{key} = {value}' for key, value in known[name].items())} }}")
        lines.append("")
    return "\n".join(lines)
