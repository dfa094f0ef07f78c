"""Do the margins hold? Intervals at 50, 80 and 90 % against known truths, and the weightings beside each other.

Run from the project's root: ``python bench/accuracy.py`` measures all and writes ``docs/explanation/accuracy.md``, its
plot and the figures behind them. ``--only PART`` measures one part anew and keeps the others as they were measured last
(``bench/figures``); ``--calibrate`` prints what the measured facts of ``margins.toml`` would be, and writes nothing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from accuracy_coverage import apart, by_indicator, by_size, cells_of, lines_of
from accuracy_factors import measured_facts, merged
from accuracy_iris import handed, iris_samples
from accuracy_page import Measured, page
from accuracy_plot import reliability_svg
from accuracy_samples import Sample
from accuracy_town import CALIBRATION, METHODS, REPORT, Case, town_cases
from accuracy_votes import vote_samples

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "bench" / "figures"
MIRROR = ROOT.parent / "shared" / "data"
PARTS = {"margins": "", "types": "type_tables", "ecological": "ecological_tables", "associations": "association_tables"}


def calibration(mirror: Path = MIRROR) -> tuple[list[Sample], list[Sample]]:
    """The samples that calibrate, and those of the publishers' files that report (towns report apart)."""
    with tempfile.TemporaryDirectory() as folder:
        product, hands = handed(mirror, Path(folder))
        of_iris, of_votes = iris_samples(product, hands), vote_samples(product, hands, mirror)
    first = [sample for case in town_cases(CALIBRATION) for sample in case.samples]
    return [*first, *of_iris[0], *of_votes[0]], [*of_iris[1], *of_votes[1]]


def measured() -> tuple[list[Sample], list[Sample], list[Case]]:
    """The samples that calibrate, those that report, and the towns of the latter."""
    first, second = calibration()
    towns = list(town_cases(REPORT))
    return first, [*(sample for case in towns for sample in case.samples), *second], towns


def wrong_mass(towns: Sequence[Case]) -> dict[str, dict[str, float]]:
    """The mean error of each carried count, by weighting: what lies in the wrong station, as a part of all."""
    found: dict[str, dict[str, float]] = {}
    for method in METHODS:
        mine = [case.errors for case in towns if case.method == method]
        found[method] = {name: sum(errors[name] for errors in mine) / len(mine) for name in mine[0]}
    return found


def margins_part() -> str:
    """The part on margins; its figures and its plot are written in their places."""
    start = _spent()
    first, second, towns = measured()
    facts, cells, mass = list(measured_facts(first)), cells_of(second), wrong_mass(towns)
    figures = {
        "mass_in_the_wrong_station": mass,
        "facts": {fact.name: {"declared": fact.declared, "measured": fact.measured} for fact in facts},
        "coverage": [
            {"case": cell.case, "figures": cell.label, "number": cell.number, **cell.covered_by_name} for cell in cells
        ],
    }
    (FIGURES / "accuracy.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (ROOT / "docs" / "pictures" / "reliability.svg").write_text(reliability_svg(lines_of(cells)), "utf-8")
    towns_apart = apart([sample for case in towns for sample in merged(case.samples)])
    found = Measured(facts, cells, list(by_size(second)), by_indicator(second), mass, towns_apart)
    return page(found) + f"\nMeasured in {_minutes(start)}.\n"


def _spent() -> float:
    """The seconds of processor spent so far, here and in processes that ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _minutes(start: float) -> str:
    """How long a part took."""
    return f"{(_spent() - start) / 60:.1f} min of one processor"


def part(name: str) -> str:
    """One part of the page, measured now; as it was kept for a part whose module is not there."""
    if not PARTS[name]:
        return margins_part()
    if not (Path(__file__).parent / f"accuracy_{name}.py").exists():
        kept = FIGURES / f"accuracy_{name}.md"
        return kept.read_text("utf-8") if kept.exists() else ""
    found: str = getattr(importlib.import_module(f"accuracy_{name}"), PARTS[name])()
    return found


def main() -> None:
    """Measure what is asked, then put the page together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(PARTS), help="measure this part alone")
    parser.add_argument("--calibrate", action="store_true", help="print the measured facts and write nothing")
    given = parser.parse_args()
    if given.calibrate:
        facts = measured_facts(calibration()[0])
        print("\n".join(f"{one.name} = {one.measured:.3f}  # {one.declared}" for one in facts))
        return
    for name in [given.only] if given.only else PARTS:
        (FIGURES / f"accuracy_{name}.md").write_text(part(name).strip() + "\n", "utf-8")
    kept = [FIGURES / f"accuracy_{name}.md" for name in PARTS]
    text = "\n".join(one.read_text("utf-8") for one in kept if one.exists())
    (ROOT / "docs" / "explanation" / "accuracy.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
