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
# What crossings hold on towns that took no part in any choice. `shares`: how many true shares were looked at; `told`:
# the part of them that is told; `held_50`, `held_80`, `held`: the part of those told that lie within their interval at
# 50, 80 and 90 %; `misplaced`, `baseline`: the part of the voters put in the wrong place, by Carreau and by the clipped
# regression of Goodman. All in %, but for `shares`. `measured` names the line of the accuracy page; a test compares
# them. Benefits were not measured apart: all kinds of groups stand for them.
source = "python bench/ecological.py, graines {seeds}"
date = {date}
towns = {towns}
"""


def told(figures: Mapping[str, Any]) -> str:
    """The file: one part per kind of origin."""
    towns = figures["towns"]
    seeds = ", ".join(map(str, towns["seeds"]))
    parts = [HEAD.format(seeds=seeds, date=figures["made"]["date"], towns=towns["number"])]
    for kind, line in KINDS.items():
        errors, held = figures["errors"]["towns"][line], figures["coverage"][line]
        ours, goodman = (round(errors[name], 1) for name in (SHIPPED, BASELINE))
        parts.append(
            f'[{kind}]\nmeasured = "{line}"\nshares = {held["shares"]}\ntold = {held["told"]}\n'
            f"held_50 = {held['50']}\nheld_80 = {held['80']}\nheld = {held['90']}\n"
            f"misplaced = {ours}\nbaseline = {goodman}\n"
        )
    return "\n".join(parts)


def write_told() -> None:
    """Write the file from the figures."""
    TOLD.write_text(told(json.loads(FIGURES.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    write_told()
