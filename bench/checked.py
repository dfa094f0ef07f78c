"""The cover of the profile's intervals, as the served page of checks quotes it: ``house/coverage.toml``.

    python bench/checked.py

reads ``bench/figures/accuracy.json``, which ``make accuracy`` writes, and computes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "bench/figures/accuracy.json"
WRITTEN = ROOT / "src/carreau/house/coverage.toml"
HEAD = """\
# What the intervals of the profile hold where the truth is known, in percent: written by bench/checked.py from the
# figures of the accuracy page; a test compares. A level that is not promised has no figure.
source = "python bench/accuracy.py, puis python bench/checked.py"
"""


def written() -> str:
    """The file, from the figures of the accuracy page."""
    rows = json.loads(FIGURES.read_text("utf-8"))["coverage"]
    return "\n".join([HEAD, *(_row(row) for row in rows)])


def _row(row: dict[str, object]) -> str:
    """One case: its words on the accuracy page, how many figures were judged, what each level holds."""
    held = "".join(f"held_{level} = {row[f'covered_{level}']}\n" for level in (50, 80, 90) if f"covered_{level}" in row)
    return f'[[row]]\ncase = "{row["case"]}"\nfigures = "{row["figures"]}"\nnumber = {row["number"]}\n{held}'


if __name__ == "__main__":
    WRITTEN.write_text(written(), "utf-8")
    print(f"{WRITTEN.name}: {written().count('[[row]]')} cases")
