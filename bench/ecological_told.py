"""What a crossing quotes of its own accuracy: ``src/carreau/inference/measured.toml``, out of what was measured last.

``python bench/ecological_told.py`` writes it from ``bench/figures/ecological.json``; ``python bench/ecological.py``,
which measures, ends with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
FIGURES: Final = ROOT / "bench" / "figures" / "ecological.json"
TOLD: Final = ROOT / "src" / "carreau" / "inference" / "measured.toml"
SHIPPED: Final = "Carreau: even split and both regressions"
BASELINE: Final = "Goodman, clipped (baseline)"
KINDS: Final[Mapping[str, str]] = {  # the kinds of origins of the products, and the line of the page that measures each
    "age": "groups, age",
    "metiers": "groups, occupation",
    "diplome": "groups, diploma",
    "logement": "groups, tenure",
    "revenu": "groups, income",
    "prestations": "groups",
    "reports": "transfers",
}
HEAD: Final = """\
# What crossings hold on towns that took no part in any choice: the part of the true shares within their interval at
# 90 % (of the origins that are told), and the part of the voters put in the wrong place, by Carreau and by the clipped
# regression of Goodman, all in %. `measured` names the line of the accuracy page; a test compares them. Benefits were
# not measured apart: all kinds of groups stand for them.
source = "python bench/ecological.py, graine {seed}"
date = {date}
towns = {towns}
"""


def told(figures: Mapping[str, Any]) -> str:
    """The file: one part per kind of origin."""
    towns = figures["towns"]
    parts = [HEAD.format(seed=towns["seed"], date=figures["made"]["date"], towns=towns["number"])]
    for kind, line in KINDS.items():
        errors, held = figures["errors"]["towns"][line], figures["coverage"][line]["90"]
        ours, goodman = (round(errors[name], 1) for name in (SHIPPED, BASELINE))
        parts.append(f'[{kind}]\nmeasured = "{line}"\nheld = {held}\nmisplaced = {ours}\nbaseline = {goodman}\n')
    return "\n".join(parts)


def write_told() -> None:
    """Write the file from the figures."""
    TOLD.write_text(told(json.loads(FIGURES.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    write_told()
