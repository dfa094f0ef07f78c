"""How the figures were checked: every figure of the page is that of a file which a bench writes, in both languages."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from carreau.house.checked import checks
from carreau.products import catalogue

BENCH = Path(__file__).resolve().parents[4] / "bench"
TABLES: dict[str, Any] = {table["id"]: table for table in checks()["checks"]}


def values_of(table: str, column: str) -> list[float | None]:
    """One column of a table, row by row."""
    at = [one["name"] for one in TABLES[table]["columns"]].index(column)
    return [row["values"][at] for row in TABLES[table]["rows"]]


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_says_what_it_measured_with_what_in_both_languages(name: str) -> None:
    table = TABLES[name]
    assert table["rows"] and table["columns"] and table["source"]
    assert set(table["products"]) <= set(catalogue())
    for part in (table, *table["columns"], *table["rows"]):
        assert part["title"] and part["title_en"]
    assert table["about"] and table["about_en"] and table["about"] != table["about_en"]
    assert all(len(row["values"]) == len(table["columns"]) for row in table["rows"])


def test_each_kind_of_crossing_is_told_as_the_bench_measured_it() -> None:
    told = tomllib.loads(files("carreau.inference").joinpath("measured.toml").read_text("utf-8"))
    kinds = [kind for kind, facts in told.items() if isinstance(facts, dict)]
    assert len(TABLES["crossings"]["rows"]) == len(kinds)
    assert sorted(values_of("crossings", "held_90")) == sorted(told[kind]["held"] for kind in kinds)
    assert sorted(values_of("crossings", "baseline")) == sorted(told[kind]["baseline"] for kind in kinds)


def test_the_cover_of_the_profile_is_that_of_the_accuracy_page() -> None:
    if not (BENCH / "figures/accuracy.json").is_file():
        pytest.skip("the benches are not beside the package")
    rows = json.loads((BENCH / "figures/accuracy.json").read_text("utf-8"))["coverage"]
    assert values_of("profile", "number") == [row["number"] for row in rows], "run python bench/checked.py"
    for level in (50, 80, 90):
        assert values_of("profile", f"held_{level}") == [row.get(f"covered_{level}") for row in rows]
    spec = importlib.util.spec_from_file_location("checked_bench", BENCH / "checked.py")
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    assert bench.written() == bench.WRITTEN.read_text("utf-8")


def test_a_level_that_is_not_promised_has_no_figure() -> None:
    assert None in values_of("profile", "held_50")
    assert None not in values_of("profile", "held_90")


def test_types_and_parts_are_told_as_declared() -> None:
    types = tomllib.loads(files("carreau.products.electoral_profile").joinpath("types.toml").read_text("utf-8"))
    assert values_of("types", "ensemble")[0] == types["stability"]["graines"]["ensemble"]
    assert values_of("parts", "held_90") == [
        row["held_90"] for row in catalogue()["associations"].facts["parts"]["held"]
    ]
