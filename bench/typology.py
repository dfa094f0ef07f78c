"""Fit the types of stations on a national release and measure how stable they are.

    python bench/typology.py FRANCE.parquet
    python bench/typology.py FRANCE.parquet --designs

Writes ``types.toml`` of the electoral profile (means, deviations, relations, axes, centres, words, stability). The
words of a type or family (titles) are kept from the file that is there. With ``--designs`` nothing is fitted: ways to
make types are compared, into ``bench/figures/typology.json``. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from typology_designs import compared
from typology_facts import FACTS, Told, before, keys_of, written
from typology_fit import filled, fitted, ground_of, stations_of
from typology_stability import Case, stability

FIGURES = Path(__file__).parent / "figures" / "typology.json"


def main() -> None:
    """Fit, measure, write; or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--date", default="2026-11-30")
    parser.add_argument("--quick", action="store_true", help="sans mesurer la stabilité")
    parser.add_argument("--designs", action="store_true", help="comparer des manières de faire des types")
    given = parser.parse_args()
    stations = stations_of(given.release)
    if given.designs:
        FIGURES.write_text(json.dumps(compared(stations), indent=1) + "\n", "utf-8")
        return
    ground = ground_of(stations)
    figures = filled(ground, np.arange(len(stations.names)))
    fit = fitted(figures, stations.voters)
    case = Case(ground, stations.voters, stations.themes, fit, figures)
    index = before()["stability"] if given.quick else stability(case)
    told = Told(stations, ground, fit, index, given.date)
    print(f"{FACTS.name}: {keys_of(fit)}", index)
    FACTS.write_text(written(told), "utf-8")


if __name__ == "__main__":
    main()
