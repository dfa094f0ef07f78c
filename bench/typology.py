"""Fit the types of stations on a national release and measure how stable they are.

    python bench/typology.py FRANCE.parquet

Writes ``types.toml`` of the electoral profile (means, deviations, axis, centres, words, stability). The words of a type
or group (titles) are kept from the file that is there, by key. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from typology_facts import FACTS, keys, told, written
from typology_fit import fitted, stations_of
from typology_stability import stability


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--date", default="2026-11-30")
    parser.add_argument("--quick", action="store_true", help="sans mesurer la stabilité")
    given = parser.parse_args()
    stations = stations_of(given.release)
    fit = fitted(stations)
    index = told()["stability"] if given.quick else stability(stations, fit)
    FACTS.write_text(written(stations, fit, index, given.date), "utf-8")
    print(f"{FACTS.name}: {len(keys())} types", index)


if __name__ == "__main__":
    main()
