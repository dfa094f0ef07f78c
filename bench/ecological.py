"""Who votes how, where it is known: every method on every truth, the coverage of the intervals, and what they cost.

``python bench/ecological.py --mirror ../shared/data`` writes ``bench/figures/ecological.json``. With ``--calibrate`` it
first writes ``src/carreau/inference/calibration.toml`` from training towns, which are other towns than those measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from ecological_calibration import calibrated, coverage, declaration, measured, shares_of
from ecological_cases import Case, cases, towns
from ecological_peers import hierarchical
from ecological_real import plausible, real_tables
from ecological_rivals import RIVALS, both_ways
from ecological_simulation import learnt, simulated
from ecological_told import BASELINE, FIGURES, SHIPPED, write_told

from carreau.inference import Floats, Margins
from carreau.inference.context import curved
from carreau.inference.estimate import blend_of
from carreau.inference.regression import moments_of, shrunk
from carreau.inference.spread import calibration

ROOT: Final = Path(__file__).resolve().parents[1]
TRAINING: Final = ((30, 7), (20, 9), (30, 13))
# Thirty towns tell the cover of one kind to two or three points: no seed is worth more than another, all four count.
HELD_OUT: Final = ((30, 21), (30, 23), (30, 25), (30, 27))
EVEN: Final = "even split within each station"
TRAINING_TABLES: Final = ("census", "senc")
# Above this, the towns are held and so are simulations, however mixed; under it nothing was measured.
LEAST_HEARD: Final = {"groups": 0.1, "transfers": 0.01}
# A stronger prior leaves stations nothing to tell: on most groups the answer would be the prior's.
STRENGTHS: Final = {"groups": (0.01, 0.03), "transfers": (0.0001, 0.0003, 0.001)}
PARTS: Final = tuple(round(0.2 + 0.05 * step, 2) for step in range(12))
# Transfers are the worse for regressions that lean with the place, on every training town.
CURVES: Final = {"groups": (0.0, 0.1, 0.2, 0.3, 0.4), "transfers": (0.0,)}
SHOWN: Final = (
    SHIPPED,
    BASELINE,
    EVEN,
    "multinomial EM (SQUAREM), fitted",
    "probit correlation (Thomsen), fitted",
)
PEER: Final = "eiPack ei.MD.bayes (R)"
STEPS: Final = {"groups": 5, "transfers": 5}
EACH: Final = 9  # every method is measured on one table in so many of those where coverage is
BUDGETS: Final = {"city": (305, 1.0, 3.0), "country": (69_000, 30.0, 3.0)}
Table = Callable[[Margins], Floats]


def error(case: Case, table: Floats) -> float:
    """The part of the voters put in the wrong place, in %: half the sum of differences of shares, by persons."""
    truth = case.truth.sum(axis=0)
    persons = truth.sum(axis=1, keepdims=True)
    return float(50 * (persons * np.abs(shares_of(table) - shares_of(truth))).sum() / persons.sum())


def methods(kind: str) -> dict[str, Table]:
    """What ships for this kind of crossing, then its rivals."""
    return {SHIPPED: lambda margins: blend_of(kind, margins).total(), **RIVALS}


def errors(chosen: Iterable[Case], label: Callable[[Case], Iterable[str]]) -> dict[str, dict[str, float]]:
    """The mean error of each method, by label of a case."""
    found: dict[str, dict[str, list[float]]] = {}
    for case in chosen:
        for name, table in methods(case.kind).items():
            wrong = error(case, table(case.margins))
            for key in label(case):
                found.setdefault(key, {}).setdefault(name, []).append(wrong)
    return {
        key: {name: round(float(np.mean(values)), 2) for name, values in by.items()} | {"cases": len(by[SHIPPED])}
        for key, by in found.items()
    }


def labels(case: Case) -> list[str]:
    """What a case of a town counts under."""
    habits = case.habits
    segregation = ("low", "middle", "high")[int(np.digitize(habits.segregation, (0.37, 0.63)))]
    lean = "with" if habits.neighbourhood > 0.25 else "little or no"
    found = [case.kind, f"{case.kind}, {case.known}", f"{case.kind}, {case.name.split(', ')[-1]}"]
    found += [f"{case.kind}, {segregation} segregation", f"{case.kind}, {lean} lean of neighbours"]
    if case.kind == "transfers":
        found.append(f"transfers, {('low', 'middle', 'high')[int(np.digitize(habits.loyalty, (0.3, 0.6)))]} loyalty")
    return [*found, f"{case.kind}, {case.name.split(',')[0]}"]


def sampled(number: int, seed: int, steps: Mapping[str, int]) -> list[Case]:
    """Cases of so many towns: one in so many of each kind, so that all kinds of groups and elections are met."""
    kept: list[Case] = []
    counts = dict.fromkeys(steps, 0)
    for habits in towns(number, seed):
        for case in cases(habits):
            counts[case.kind] += 1
            if counts[case.kind] % steps[case.kind] == 0:
                kept.append(case)
    return kept


def covered(chosen: Iterable[Case]) -> dict[str, dict[str, float]]:
    """The part of the true shares that lie within the intervals, in %, by label and level.

    ``shares`` counts them all, ``told`` is the part of them that is told, in %; see :func:`coverage` for the rest.
    """
    sums: dict[str, dict[str, list[int]]] = {}
    for case in chosen:
        for level, (inside, all_) in coverage(case).items():
            for key in covered_under(case):
                entry = sums.setdefault(key, {}).setdefault(level, [0, 0])
                entry[0] += inside
                entry[1] += all_
    found = {}
    for key, by in sums.items():
        told, untold = by["90"][1], by["untold"][1]
        held = {level: round(100 * inside / all_, 1) for level, (inside, all_) in by.items() if all_}
        found[key] = {"shares": told + untold, "told": round(100 * told / max(told + untold, 1), 1), **held}
    return found


def covered_under(case: Case) -> list[str]:
    """What the coverage of a case counts under."""
    if case.known in ("exact", "published"):
        return labels(case)
    if case.kind == "transfers":
        return [f"simulated transfers: {case.name.split(',')[0]}"]
    return [f"{case.known}: {case.name}"]


def peers(chosen: Iterable[Case]) -> dict[str, dict[str, float]]:
    """The error of the hierarchical model of eiPack beside ours and the baseline's; empty where it is absent."""
    found = {}
    for case in chosen:
        table = hierarchical(case.margins)
        if table is not None:
            mine, base = blend_of(case.kind, case.margins).total(), RIVALS[BASELINE](case.margins)
            name = f"{case.kind}, {case.name}" if case.known == "real" else f"town {case.habits.seed}: {case.name}"
            all_ = {PEER: table, SHIPPED: mine, BASELINE: base}
            found[name] = {method: round(error(case, each), 2) for method, each in all_.items()}
    return found


def spent(stations: int) -> dict[str, float]:
    """CPU seconds and peak memory of crossings of so many stations, 12 by 12, in their own process."""
    code = f"import ecological; ecological.spend({stations})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "bench", capture_output=True, check=True, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def spend(stations: int) -> None:
    """Cross so many stations drawn at random, both kinds, and print what it cost."""
    import resource

    from carreau.inference import groups_crossing, transfers_crossing

    random = np.random.default_rng(0)
    origins = np.round(random.dirichlet(np.linspace(9, 1.5, 12), stations) * 800)
    shares = 0.4 * random.dirichlet(np.full(12, 0.5), 12) + 0.6 * np.eye(12)
    votes = sum(random.multinomial(origins[:, row].astype(int), each) for row, each in enumerate(shares))
    margins, cost = Margins(origins, np.asarray(votes, dtype=np.float64)), {}
    for kind, cross in (("groups", groups_crossing), ("transfers", transfers_crossing)):
        start = time.process_time()
        cross(margins).stations()
        cost[f"{kind}, CPU s"] = round(time.process_time() - start, 2)
    cost["peak, GB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
    print(json.dumps(cost))


def budgets() -> dict[str, dict[str, Any]]:
    """What a city and the country cost, beside what they may cost, and whether it holds."""
    found = {}
    for name, (stations, seconds, memory) in BUDGETS.items():
        cost = spent(stations)
        kept = max(cost["groups, CPU s"], cost["transfers, CPU s"]) <= seconds and cost["peak, GB"] <= memory
        found[name] = {"stations": stations, **cost, "most CPU s": seconds, "most GB": memory, "kept": kept}
    return found


def calibrate() -> None:
    """Write calibration.toml: first the strengths and the parts, then, under them, the units and the widths."""
    chosen = [case for each in TRAINING for case in sampled(*each, {"groups": 9, "transfers": 5})]
    tables = [case for case in real_tables() if case.name in TRAINING_TABLES]
    kinds: dict[str, dict[str, Any]] = {}
    for kind in ("groups", "transfers"):
        mine = [case for case in chosen if case.kind == kind]
        parts = parts_of(kind, mine[::3], [case for case in tables if case.kind == kind])
        kinds[kind] = dict(calibration()[kind]) | parts | {"least": LEAST_HEARD[kind]}
    kept(kinds, 0)
    cases_used = 0
    for kind in ("groups", "transfers"):
        mine = [*(case for case in chosen if case.kind == kind), *learnt(kind)]
        kinds[kind] |= calibrated(measured(case) for case in mine)
        cases_used += len(mine)
    kept(kinds, cases_used)


def parts_of(kind: str, chosen: list[Case], tables: list[Case]) -> dict[str, float]:
    """The strength and the parts of least error: the mean over towns, plus that over real tables.

    :class:`SystemExit` where the real tables of groups are absent: towns alone would choose another part.
    """
    if kind == "groups" and not tables:
        raise SystemExit("the real tables are absent: install R with eiPack and eco to calibrate")
    sums: dict[tuple[float, float, float], float] = {}
    for part in filter(None, (chosen, tables)):
        for case in part:
            for parts, wrong in _errors_of_parts(kind, case).items():
                sums[parts] = sums.get(parts, 0.0) + wrong / len(part)
    strength, even, curve = min(sums, key=lambda parts: sums[parts])
    return {"strength": strength, "even": even, "curve": curve}


def _errors_of_parts(kind: str, case: Case) -> dict[tuple[float, float, float], float]:
    """The error of a case under each strength, part of the even split, and part of what leans with the place."""
    split, found = RIVALS[EVEN](case.margins), {}
    lean = both_ways(curved)(case.margins) if len(CURVES[kind]) > 1 else split
    for strength in STRENGTHS[kind]:
        both = both_ways(partial(_shares, strength))(case.margins)
        for even, curve in product(PARTS, CURVES[kind]):
            if even + curve <= 1:
                table = even * split + curve * lean + (1 - even - curve) * both
                found[strength, even, curve] = error(case, table)
    return found


def _shares(strength: float, margins: Margins) -> Floats:
    """The regression of one direction."""
    return shrunk(moments_of(margins), strength)


def kept(kinds: Mapping[str, Mapping[str, Any]], number: int) -> None:
    """Write calibration.toml, and have it read again."""
    towns_, seeds = (list(each) for each in zip(*TRAINING, strict=True))
    words = f"{', '.join(map(str, seeds[:-1]))} et {seeds[-1]}"
    head = {"towns": sum(towns_), "seeds": words, "cases": number}
    head |= {"date": f"{datetime.now(UTC):%Y-%m-%d}", "real": " and ".join(TRAINING_TABLES)}
    path = ROOT / "src" / "carreau" / "inference" / "calibration.toml"
    path.write_text(declaration(head, kinds), "utf-8")
    calibration.cache_clear()


def truths(steps: Mapping[str, int]) -> dict[str, Any]:
    """Coverage on held-out towns, simulations and real tables; errors of all methods there, on some of the cases."""
    real, drawn = list(real_tables()), list(simulated())
    many = [case for each in HELD_OUT for case in sampled(*each, steps)]
    number, seeds = sum(number for number, _ in HELD_OUT), [seed for _, seed in HELD_OUT]
    few = [case for kind in steps for case in [each for each in many if each.kind == kind][::EACH]]
    some = [case for case in few if case.known == "exact" and case.habits.people <= 60_000]
    return {
        "towns": {"number": number, "seeds": seeds, "cases": len(few), "cases for coverage": len(many)},
        "errors": {
            "towns": errors(few, labels),
            "simulated": errors(drawn, lambda case: [case.name]),
            "real": errors(real, lambda case: [case.name]),
        },
        "coverage": covered([*many, *drawn, *simulated("transfers"), *real]),
        "peers": peers([*(case for case in real if case.name in ("senc", "reg")), *some[:: max(1, len(some) // 3)]]),
    }


def main() -> None:
    """Calibrate if asked, measure all, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--mirror", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    if options.calibrate:
        calibrate()
    start = time.process_time()
    result = truths(STEPS)
    chosen = {name: table for name, table in methods("transfers").items() if name in SHOWN}
    result["plausible"] = plausible(options.mirror, chosen) if options.mirror.exists() else {}
    result["budgets"] = budgets()
    result["made"] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "CPU s": round(time.process_time() - start)}
    FIGURES.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_told()
    print(json.dumps({name: result[name] for name in ("budgets", "made")}, indent=1))


if __name__ == "__main__":
    main()
