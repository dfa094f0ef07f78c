"""Do the margins hold? Intervals at 50, 80 and 90 % against known truths, and the weightings beside each other.

Run from the project's root: ``python bench/accuracy.py [MIRROR]`` writes ``docs/explanation/accuracy.md``, its plot and
``bench/figures/accuracy.json``. With ``--calibrate`` it prints what the measured facts of ``margins.toml`` would be.
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from accuracy_coverage import Cell, by_size, cells_of, lines_of
from accuracy_factors import Fact, measured_facts
from accuracy_iris import handed, iris_samples
from accuracy_page import page
from accuracy_plot import reliability_svg
from accuracy_samples import Sample
from accuracy_town import CALIBRATION, METHODS, PEOPLE, REPORT, Case, town_cases
from accuracy_votes import vote_samples

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = (("accuracy_ecological", "ecological_tables"), ("accuracy_associations", "association_tables"))


def measured(mirror: Path, *, calibrating: bool) -> tuple[list[Sample], list[Sample], list[Case]]:
    """The samples that calibrate, those that report, and the towns of the latter; towns that calibrate if asked."""
    with tempfile.TemporaryDirectory() as folder:
        product, hands = handed(mirror, Path(folder))
        of_iris, of_votes = iris_samples(product, hands), vote_samples(product, hands, mirror)
    towns = list(town_cases(PEOPLE, REPORT))
    drawn = town_cases(PEOPLE, CALIBRATION) if calibrating else ()
    first = [sample for case in drawn for sample in case.samples]
    second = [sample for case in towns for sample in case.samples]
    return [*first, *of_iris[0], *of_votes[0]], [*second, *of_iris[1], *of_votes[1]], towns


def wrong_mass(towns: Sequence[Case]) -> dict[str, dict[str, float]]:
    """The mean error of each carried count, by weighting: what lies in the wrong station, as a part of all."""
    found: dict[str, dict[str, float]] = {}
    for method in METHODS:
        mine = [case.errors for case in towns if case.method == method]
        found[method] = {name: sum(errors[name] for errors in mine) / len(mine) for name in mine[0]}
    return found


def other_sections() -> Iterator[str]:
    """The tables of the other rooms of the bench, for those that are there."""
    for module, function in SECTIONS:
        if (Path(__file__).parent / f"{module}.py").exists():
            yield getattr(importlib.import_module(module), function)()


def written(facts: Sequence[Fact], cells: Sequence[Cell], mass: dict[str, dict[str, float]], rest: str) -> None:
    """The page, the plot and the figures, in their places."""
    figures = {
        "mass_in_the_wrong_station": mass,
        "facts": {fact.name: {"declared": fact.declared, "measured": fact.measured} for fact in facts},
        "coverage": [
            {"case": cell.case, "figures": cell.label, "number": cell.number, **cell.covered_by_name} for cell in cells
        ],
    }
    (ROOT / "bench" / "figures" / "accuracy.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (ROOT / "docs" / "pictures" / "reliability.svg").write_text(reliability_svg(lines_of(cells)), "utf-8")
    (ROOT / "docs" / "explanation" / "accuracy.md").write_text(rest, "utf-8")


def main() -> None:
    """Measure, then write the figures, the plot and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path, nargs="?", default=ROOT.parent / "shared" / "data")
    parser.add_argument("--calibrate", action="store_true", help="print the measured facts and write nothing")
    given = parser.parse_args()
    start = time.process_time()
    first, second, towns = measured(given.mirror, calibrating=True)
    facts = list(measured_facts(first))
    if given.calibrate:
        print("\n".join(f"{fact.name} = {fact.measured:.3f}  # declared: {fact.declared}" for fact in facts))
        return
    cells, mass = cells_of(second), wrong_mass(towns)
    sections = list(other_sections())
    text = page(facts, cells, by_size(second), mass, sections)
    written(facts, cells, mass, text + f"\nMade in {(time.process_time() - start) / 60:.0f} min of one processor.\n")
    print(text)


if __name__ == "__main__":
    main()
