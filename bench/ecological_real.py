"""Real tables: those whose truth was published (registers and a census), and those of which only plausibility is known.

The first come with R packages that are read where they stand, if they stand there: eiPack (`senc`: voters registered in
212 precincts of North Carolina, race by party) and eco (`reg`: registration by race in 275 southern counties, `census`:
illiteracy by race in 1,040 counties in 1910, `forgnlit30` and `forgnlit30c`: illiteracy of the foreign-born in 1930,
which gives no number of persons: each row counts for 1,000). The second are the presidential elections of 2017 and 2022
in Rhône and both rounds of 2024 in a part of Finistère: nobody knows who chose whom there.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ecological_cases import SMALL, Case, Counts, Habits

from carreau.house import SILENT, open_home
from carreau.house.gather import Gatherer, hands_of
from carreau.house.home import PROFILE
from carreau.inference import Floats, Margins, balanced
from carreau.products import inputs_of

NOBODY: Final = Habits(0, 0, 0.0, 0.0, 0.0)
EXPORT: Final = """
suppressMessages({library(eiPack); library(eco)})
data(senc); data(reg); data(census); data(forgnlit30); data(forgnlit30c)
for (n in c("senc", "reg", "census", "forgnlit30", "forgnlit30c"))
  write.csv(get(n), paste0(n, ".csv"), row.names = FALSE)
"""
RACES, PARTIES = ("wh", "bl", "natam"), ("dem", "rep", "non")
PAIRS: Final = (
    ("Rhône, 2017 to 2022", "69", ("2017_pres_t1", "compiled"), ("2022_pres_t1", "compiled"), "nom"),
    ("Finistère 2024, T1 to T2", "29", ("2024_legi_t1", "extract"), ("2024_legi_t2", "extract"), "nuance"),
)


def real_tables() -> Iterator[Case]:
    """The real tables whose truth was published; none where R or its packages are absent."""
    if shutil.which("Rscript") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["Rscript", "-e", EXPORT], cwd=folder, capture_output=True, check=False)
        if done.returncode:
            return
        for file in sorted(Path(folder).glob("*.csv")):
            with file.open(encoding="utf-8") as lines:
                rows = list(csv.DictReader(lines))
            truth = _by_race(rows) if file.stem == "senc" else _two_by_two(rows)
            truth = truth[truth.sum(axis=(1, 2)) > 0]
            margins = Margins(truth.sum(axis=2), truth.sum(axis=1))
            yield Case("groups", file.stem, "real", NOBODY, margins, truth)


def _by_race(rows: list[dict[str, str]]) -> Counts:
    """Race by party."""
    return np.array([[[float(row[race + party]) for party in PARTIES] for race in RACES] for row in rows])


def _two_by_two(rows: list[dict[str, str]]) -> Counts:
    """The two groups by the two answers: X is the part of the first group, W1 and W2 the answers of each."""
    told = np.array([[float(row.get("N", 1000)), *(float(row[name]) for name in ("X", "W1", "W2"))] for row in rows])
    persons, part, first, second = told[np.isfinite(told).all(axis=1)].T
    groups = persons * np.stack([part, 1 - part])
    answers = np.stack([first, second])
    return np.stack([groups * answers, groups * (1 - answers)], axis=2).transpose(1, 0, 2)


def elections(mirror: Path) -> Iterator[tuple[str, Margins, tuple[str, ...], tuple[str, ...]]]:
    """The pairs of elections of the mirror: name, margins, and the words of origins and destinations."""
    tables = _read(mirror)
    for name, department, before, after, key in PAIRS:
        first, second = (_sides(*tables[election, status], department, key) for election, status in (before, after))
        both = sorted(first[0].keys() & second[0].keys())
        origins, destinations = (np.array([side[0][code] for code in both]) for side in (first, second))
        kept = (origins.sum(axis=1) > 0) & (destinations.sum(axis=1) > 0)
        yield name, balanced(origins[kept], destinations[kept]), first[1], second[1]


def _read(mirror: Path) -> dict[tuple[str, str], tuple[pa.Table, pa.Table]]:
    """The stations and the candidates of each election and status."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder), mirror)
        gatherer = Gatherer(home.source_list, home.workspace, home.mirror, home.clock)
        wanted = [each for each in inputs_of(home.product_list[PROFILE].facts) if each.alias.startswith("ballots")]
        hands = hands_of(wanted, gatherer, SILENT)
        found: dict[tuple[str, str], tuple[pa.Table, pa.Table]] = {}
        for stations, votes in zip(hands["ballots"], hands["ballots_candidats"], strict=True):
            tables = stations.read(), votes.read()
            for election in pc.unique(tables[0]["id_election"]).to_pylist():
                parts = tuple(table.filter(pc.equal(table["id_election"], election)) for table in tables)
                found[election, stations.input.status] = (parts[0], parts[1])
        return found


def _sides(
    stations: pa.Table, votes: pa.Table, department: str, key: str
) -> tuple[dict[str, list[float]], tuple[str, ...]]:
    """What the registered voters of each station did, and the words for it; those under 1 % are together."""
    stations = stations.filter(pc.equal(stations["code_departement"], department))
    votes = votes.filter(pc.is_in(votes["bv_id"], stations["bv_id"].combine_chunks()))
    total = dict(votes.group_by(key).aggregate([("voix", "sum")]).select([key, "voix_sum"]).to_pandas().to_numpy())
    names = tuple(sorted(str(name) for name, sum_ in total.items() if sum_ >= SMALL * sum(total.values())))
    rank = {name: 3 + place for place, name in enumerate(names)}
    counts: dict[str, list[float]] = {}
    for row in stations.select(["bv_id", "abstentions", "blancs", "nuls"]).to_pylist():
        spoilt = float((row["blancs"] or 0) + (row["nuls"] or 0))
        counts[row["bv_id"]] = [float(row["abstentions"] or 0), spoilt, *[0.0] * (1 + len(names))]
    for row in votes.select(["bv_id", key, "voix"]).to_pylist():
        counts[row["bv_id"]][rank.get(str(row[key]), 2)] += float(row["voix"] or 0)
    return counts, ("ABSTENTION", "BLANCS ET NULS", "AUTRES", *names)


def continuity(table: Floats, origins: tuple[str, ...], destinations: tuple[str, ...]) -> dict[str, float]:
    """The part of each origin that does the same again, in %, where there is a same: plausible when most do."""
    shares = 100 * table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
    return {
        name: round(float(shares[row, destinations.index(name)]), 1)
        for row, name in enumerate(origins)
        if name in destinations and name != "AUTRES" and table[row].sum() >= 0.02 * table.sum()
    }


def held_out(shares: Callable[[Margins], Floats], margins: Margins, folds: int = 5) -> float:
    """The part of the votes of stations left out that shares learnt on the others put in the wrong place, in %."""
    fold = np.random.default_rng(0).integers(0, folds, len(margins.origins))
    wrong = 0.0
    for turn in range(folds):
        learnt, hidden = fold != turn, fold == turn
        table = shares(Margins(margins.origins[learnt], margins.destinations[learnt]))
        parts = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
        wrong += float(np.abs(margins.origins[hidden] @ parts - margins.destinations[hidden]).sum())
    return 50 * wrong / margins.total


def plausible(mirror: Path, methods: Mapping[str, Callable[[Margins], Floats]]) -> dict[str, object]:
    """For each pair of elections and each method: who does the same again, and the error on stations left out."""
    return {
        name: {
            "stations": len(margins.origins),
            "methods": {
                method: {
                    "same again, %": continuity(table(margins), origins, destinations),
                    "held-out votes misplaced, %": round(held_out(table, margins), 2),
                }
                for method, table in methods.items()
            },
        }
        for name, margins, origins, destinations in elections(mirror)
    }
