"""What the intervals of a crossing rest on, measured where the truth is known, and the file that the package reads.

The coefficients of the unit are those under which the errors of the training towns and simulations are the most likely
(errors taken as normal, both kinds of truth of the same weight); the widths are the quantiles of the errors of the
towns counted in units. Origins of which stations tell too little (``least``) take no part: they are not told.
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
from carreau.inference.estimate import YARDSTICK, _crossing, blend_of, doubts_of
from carreau.inference.regression import heard, moments_of
from carreau.inference.spread import DOUBTS, calibration

RARE: Final = 0.002
LEAST: Final = 11
REPLICATES: Final = 40
# No town has stations that are all alike: what is not told is doubted, whatever the towns say.
FLOORS: Final = {"deaf": 0.1}
SIMULATED: Final = "simulated"
HEAD: Final = """# How uncertain a crossing is, measured on synthetic towns and simulations whose truth is known.
# `strength` (weight of the prior in the regression) and `even` (part of the even split) were chosen by error on the
# training towns and, for groups, on the real tables of {real}; see docs/explanation/accuracy.md.
# `least`: how much stations must tell of an origin (from 0 to 1, against a prior of strength 0.03) for it to be told;
# chosen on the training cases. `unit`: coefficients of the parts of doubt; `widths`: units in a half-interval at 50, 80
# and 90 %. `deaf` is at least 0.1, by choice. No unit: shares and numbers of units.
source = "python bench/ecological.py --calibrate : {towns} villes (graines {seeds}) et simulations, {cases} tables"
date = {date}
"""


@dataclass(frozen=True)
class Measured:
    """The cells of one case that are told: errors, parts of doubt (cells, 6), and whether it is simulated."""

    error: Counts
    doubts: Counts
    simulated: bool


def measured(case: Case) -> Measured:
    """The errors of the shares of a case beside what makes them uncertain, of the origins that are told."""
    blend = blend_of(case.kind, case.margins)
    truth = case.truth.sum(axis=0)
    found = blend.total() / np.maximum(case.margins.origins.sum(axis=0), 1e-9)[:, None]
    doubts = doubts_of(case.kind, blend, (0, REPLICATES))
    told = shown_origins(truth) & (heard(moments_of(case.margins), YARDSTICK) >= calibration()[case.kind]["least"])
    parts = np.stack([getattr(doubts, name)[told].ravel() for name in DOUBTS], axis=1)
    return Measured((found - shares_of(truth))[told].ravel(), parts, case.known == SIMULATED)


def shares_of(table: Counts) -> Counts:
    """The shares of each row of a table of persons."""
    return np.asarray(table / np.maximum(table.sum(axis=-1, keepdims=True), 1e-9))


def shown_origins(truth: Counts) -> Any:
    """Which origins are not too rare to be shown."""
    persons = truth.sum(axis=1)
    return persons >= RARE * persons.sum()


def coefficients(found: Sequence[Measured]) -> dict[str, float]:
    """The coefficients of the unit, by maximum likelihood; all cells of a kind of truth count alike, both kinds too."""
    error = np.concatenate([each.error for each in found])
    squares = np.concatenate([each.doubts for each in found]) ** 2
    drawn = np.concatenate([np.full(len(each.error), each.simulated) for each in found])
    part = np.where(drawn, 0.5 / max(drawn.sum(), 1), 0.5 / max((~drawn).sum(), 1))

    def loss(logs: Counts) -> tuple[float, Counts]:
        weights = np.exp(2 * logs)
        variance = squares @ weights + 1e-10
        slope = part * (1 / variance - (error / variance) ** 2)
        return float(part @ (np.log(variance) + error**2 / variance)), 2 * weights * (squares.T @ slope)

    start = np.log(np.maximum([FLOORS.get(name, 0.3) for name in DOUBTS], 0.05))
    ends = [(np.log(FLOORS.get(name, 1e-4)), 3.0) for name in DOUBTS]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=ends)
    return dict(zip(DOUBTS, (round(float(value), 4) for value in np.exp(best.x)), strict=True))


def widths(found: Sequence[Measured], unit: Mapping[str, float]) -> dict[str, float]:
    """How many units hold 50, 80 and 90 % of the errors."""
    known = np.array([unit[name] for name in DOUBTS])
    ratio = np.concatenate([np.abs(each.error) / np.sqrt((each.doubts**2) @ known**2) for each in found])
    return {str(level): round(float(np.quantile(ratio, level / 100)), 3) for level in LEVELS}


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
        lines += [f"[{kind}]", *(f"{name} = {known[name]}" for name in ("strength", "even", "least"))]
        for name in ("unit", "widths"):
            lines.append(f"{name} = {{ {', '.join(f'{key} = {value}' for key, value in known[name].items())} }}")
        lines.append("")
    return "\n".join(lines)
