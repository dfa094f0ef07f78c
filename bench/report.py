"""The tables of docs/explanation/performance.md out of the figures that the benches wrote.

python bench/report.py docs/explanation/performance.md
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parent / "figures"
FAMILIES = {
    "iris": ("IRIS to station, metropolitan France", "iris_geos"),
    "grid": (
        "200 m grid to station, 2.3 million cells drawn at random (the mirror has no grid)",
        "grid_geos",
    ),
    "apply": ("A built crosswalk applied to 200 measures", ""),
}

COUNTERS = ("pages", "feeds", "load")
LOAD = {
    "static tile, two at a time": ("alone", "tile", 20),
    "page of a station, two at a time": ("alone", "place", 50),
    "200 users at once, all requests": ("crowd", "all", 500),
}

HEADS = (
    "method",
    "CPU s",
    "wall s",
    "peak GB",
    "compilation s (first, then)",
    "greatest difference of a weight",
    "of a count",
)


def main() -> None:
    path = Path(sys.argv[1])
    report = json.loads((FIGURES / "crosswalks.json").read_text("utf-8"))
    path.write_text(page(report), "utf-8")


def page(report: dict[str, Any]) -> str:
    """The whole page in Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    parts = [
        "# Performance\n",
        "Written by `make bench` (`bench/crosswalks.py`, `bench/report.py`); do not edit by hand.\n",
        f"{report['machine']['cores']} cores, Python {report['machine']['python']}, {versions}. "
        "Every method ran alone in its own process, one after the other, on a machine shared with other "
        "work: compare CPU seconds (user and system, all threads), not wall. Reading and preparing the zones "
        "is left out for all; what numba compiles is apart (first use on a machine, then each start of a "
        "process).\n",
    ]
    for family, (title, reference) in FAMILIES.items():
        figures = [figure for figure in report["figures"] if figure["method"].startswith(family)]
        if figures:
            parts += [f"## {title}\n", table(figures, reference), ratios(figures, family)]
    parts += journey(json.loads((FIGURES / "journey.json").read_text("utf-8")))
    parts += counters()
    return "\n".join(part for part in parts if part) + "\n"


def counters() -> list[str]:
    """What the counters cost on the national release, beside their budgets."""
    pages, feeds, crowd = (json.loads((FIGURES / f"{name}.json").read_text("utf-8")) for name in COUNTERS)
    rows = []
    for report in (pages, feeds):
        for name, value in report["figures"].items():
            budget = report["budgets"].get(name, "")
            rows.append(f"| {name.replace('_', ' ')} | {value:,.2f} | {budget} |".replace(".00 |", " |"))
    for what, (part, kind, budget) in LOAD.items():
        if kind in crowd[part]:
            rows.append(f"| {what}, p95, ms | {crowd[part][kind]['p95']:,.0f} | {budget} |")
    rows += [
        f"| errors met by the 200 users | {sum(crowd['crowd']['errors'].values())} | 0 |",
        f"| resident memory of the server after them, MB | {crowd['memory']['rss'] / 1e6:,.0f} | 1500 |",
    ]
    return [
        "\n## The counters, on the national release\n",
        "Written by `bench/pages.py` (headless Chromium, drawing without a graphics card), `bench/feeds.py` "
        "(delta-sharing, @odata/client and python-odata, unmodified) and `bench/load.py` (the users run on the "
        f"same two cores as the server); medians of five. Load of the machine before: {pages['load']:.1f} and "
        f"{feeds['load']:.1f}. The table loaded by Delta Sharing has {feeds['rows']:,} rows and "
        f"{feeds['columns']} columns.\n",
        "| what | measured | budget |\n|---|---|---|",
        *rows,
    ]


def table(figures: list[dict[str, Any]], reference: str) -> str:
    """One row per method of a family."""
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    for figure in figures:
        if "failed" in figure:
            lines.append(f"| {figure['what']} | failed | | | | | |")
            continue
        first = "reference" if figure["method"] == reference else number(figure.get("weights_max_difference"))
        compiled = figure["method"].endswith("carreau") and figure["method"] != "apply_carreau"
        lines.append(
            f"| {figure['what']} | {figure['cpu_s']:.2f} | {figure['wall_s']:.2f} "
            f"| {figure['peak_gb']:.2f} | "
            + (f"{figure['compile_empty_cache_s']:.1f}, {figure['compile_s']:.1f}" if compiled else "")
            + f" | {first} | {number(figure.get('counts_max_difference'))} |"
        )
    return "\n".join(lines) + "\n"


TARGETS = {
    "carreau --help": "0.3 s",
    "profile com:69123 (Parquet), cold": "15 s",
    "the same, unchanged": "2 s",
    "profile france (Parquet), cold": "120 s, 4 GB",
    "the same, unchanged ": "3 s",
    "the same, one source changed": "20 s",
}


def journey(report: dict[str, Any]) -> list[str]:
    """What the commands cost, beside what was asked of them."""
    rows = [
        f"| `{name.strip()}` | {one['cpu_s']:.2f} | {one['wall_s']:.2f} | {one['peak_gb']:.2f} "
        f"| {TARGETS.get(name, '')} |"
        for name, one in report["commands"].items()
    ]
    return [
        "## The commands, on the publishers' files of the mirror\n",
        f"Written by `bench/journey.py`; load of the machine before it: {report['load']:.1f}. Each command ran once.\n",
        "| command | CPU s | wall s | peak GB | asked |\n|---|---|---|---|---|",
        *rows,
    ]


def ratios(figures: list[dict[str, Any]], family: str) -> str:
    """How many times less CPU Carreau takes than each of the others."""
    cpu = {figure["method"]: figure["cpu_s"] for figure in figures if "cpu_s" in figure}
    ours = cpu.pop(f"{family}_carreau", None)
    if not ours or not cpu:
        return ""
    said = (f"{value / ours:.1f} times less than {name.partition('_')[2]}" for name, value in cpu.items())
    return f"Carreau takes {', '.join(said)}.\n"


def number(value: float | None) -> str:
    """A difference in short, or nothing."""
    return "" if value is None else f"{value:.1e}"


if __name__ == "__main__":
    main()
