"""What the intervals of a crossing rest on, measured where the truth is known, and the file that the package reads.

The coefficients of the unit are those under which the errors of the training towns are the most likely (errors taken
as normal); the widths are the quantiles of the errors counted in units; the part of a station's own variance is the one
under which its interval at 90 % holds as often as it says.
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
from carreau.inference.estimate import _crossing, blend_of, doubts_of
from carreau.inference.spread import DOUBTS

RARE: Final = 0.002
LEAST: Final = 11
REPLICATES: Final = 40
_Z90: Final = 1.6449
# No town has stations that are all alike: what is not told is doubted, whatever the towns say.
FLOORS: Final = {"gap": 0.1, "deaf": 0.1}
HEAD: Final = """# How uncertain a crossing is, measured on synthetic towns whose truth is known.
# `strength` (weight of the prior in the regression) and `even` (part of the even split) were chosen by error on the
# training towns and, for groups, on the real tables of {real}; see docs/explanation/accuracy.md.
# `unit`: coefficients of the parts of doubt; `widths`: units in a half-interval at 50, 80 and 90 %; `uncertain`: part
# of a station's own variance. `gap` and `deaf` are at least 0.1, by choice. No unit:
# shares and numbers of units.
source = "python bench/ecological.py --calibrate : {towns} villes synthétiques, graine {seed}, {cases} tableaux"
date = {date}
"""


@dataclass(frozen=True)
class Measured:
    """The cells of one case that are shown: errors, parts of doubt (cells, 8), and what fits of each station."""

    error: Counts
    doubts: Counts
    case: Case


def measured(case: Case) -> Measured:
    """The errors of the shares of a case beside what makes them uncertain, without origins too rare to show."""
    blend = blend_of(case.kind, case.margins)
    truth = case.truth.sum(axis=0)
    found = blend.total() / np.maximum(case.margins.origins.sum(axis=0), 1e-9)[:, None]
    doubts = doubts_of(case.kind, blend, (0, REPLICATES))
    shown = shown_origins(truth)
    parts = np.stack([getattr(doubts, name)[shown].ravel() for name in DOUBTS], axis=1)
    return Measured((found - shares_of(truth))[shown].ravel(), parts, case)


def shares_of(table: Counts) -> Counts:
    """The shares of each row of a table of persons."""
    return np.asarray(table / np.maximum(table.sum(axis=-1, keepdims=True), 1e-9))


def shown_origins(truth: Counts) -> Any:
    """Which origins are not too rare to be shown."""
    persons = truth.sum(axis=1)
    return persons >= RARE * persons.sum()


def coefficients(found: Sequence[Measured]) -> dict[str, float]:
    """The coefficients of the unit, by maximum likelihood; all cells count alike."""
    error = np.concatenate([each.error for each in found])
    squares = np.concatenate([each.doubts for each in found]) ** 2

    def loss(logs: Counts) -> tuple[float, Counts]:
        weights = np.exp(2 * logs)
        variance = squares @ weights + 1e-10
        slope = 1 / variance - (error / variance) ** 2
        return float((np.log(variance) + error**2 / variance).mean()), 2 * weights * (squares.T @ slope) / len(error)

    start = np.log(np.maximum([FLOORS.get(name, 0.3) for name in DOUBTS], 0.05))
    ends = [(np.log(FLOORS.get(name, 1e-4)), 3.0) for name in DOUBTS]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=ends)
    return dict(zip(DOUBTS, (round(float(value), 4) for value in np.exp(best.x)), strict=True))


def widths(found: Sequence[Measured], unit: Mapping[str, float]) -> dict[str, float]:
    """How many units hold 50, 80 and 90 % of the errors."""
    known = np.array([unit[name] for name in DOUBTS])
    ratio = np.concatenate([np.abs(each.error) / np.sqrt((each.doubts**2) @ known**2) for each in found])
    return {str(level): round(float(np.quantile(ratio, level / 100)), 3) for level in LEVELS}


def uncertain(found: Sequence[Measured], unit: Mapping[str, float], width: float) -> float:
    """The part of a station's own variance under which the station's interval at 90 % holds nine times in ten."""
    needed = []
    for each in found:
        error, own, luck, spread = _of_stations(each, unit, width)
        needed.append((error**2 - spread**2 - luck) / np.maximum(own, 1e-9))
    return round(max(0.0, float(np.quantile(np.concatenate(needed), 0.9))), 5)


def _of_stations(each: Measured, unit: Mapping[str, float], width: float) -> tuple[Counts, Counts, Counts, Counts]:
    """For each station and cell shown: its error, its own variance, its luck, and the spread of the territory."""
    case = each.case
    counts = blend_of(case.kind, case.margins).stations(slice(None))
    persons = case.truth.sum(axis=2)
    shown = (persons >= LEAST) & shown_origins(case.truth.sum(axis=0))
    shares, truth = shares_of(counts)[shown], shares_of(case.truth)[shown]
    known = np.array([unit[name] for name in DOUBTS])
    spread = np.zeros(case.truth.shape[1:])
    spread[shown_origins(case.truth.sum(axis=0))] = (width * np.sqrt((each.doubts**2) @ known**2)).reshape(
        -1, spread.shape[1]
    )
    wide = np.broadcast_to(spread, case.truth.shape)[shown]
    own = _Z90**2 * shares * (1 - shares)
    return (shares - truth).ravel(), own.ravel(), (own / persons[shown][:, None]).ravel(), wide.ravel()


def calibrated(found: Iterable[Measured]) -> dict[str, Any]:
    """The unit, the widths and the stations' part of one kind of crossing."""
    found = list(found)
    unit = coefficients(found)
    wide = widths(found, unit)
    few = [each for each in found[::6] if len(each.case.truth) <= 60]
    return {"unit": unit, "widths": wide, "uncertain": uncertain(few, unit, wide["90"])}


def coverage(case: Case) -> dict[str, tuple[int, int]]:
    """How many true shares lie within the intervals of the shipped crossing, and how many there are, by level."""
    crossing = crossed(case)
    truth, shown = shares_of(case.truth.sum(axis=0)), shown_origins(case.truth.sum(axis=0))
    held = {}
    for level, (low, high) in crossing.intervals.items():
        inside = (truth >= low - 1e-9) & (truth <= high + 1e-9)
        held[str(level)] = (int(inside[shown].sum()), int(inside[shown].size))
    if len(case.truth) <= 60:
        held["station 90"] = _held_by_stations(case, crossing)
    return held


def _held_by_stations(case: Case, crossing: Crossing) -> tuple[int, int]:
    """The same for the interval of each station, where at least eleven persons are concerned."""
    stations = crossing.stations()
    persons = case.truth.sum(axis=2)
    shown = (persons >= LEAST) & shown_origins(case.truth.sum(axis=0))
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
        lines += [f"[{kind}]", *(f"{name} = {known[name]}" for name in ("strength", "even", "uncertain"))]
        for name in ("unit", "widths"):
            lines.append(f"{name} = {{ {', '.join(f'{key} = {value}' for key, value in known[name].items())} }}")
        lines.append("")
    return "\n".join(lines)
