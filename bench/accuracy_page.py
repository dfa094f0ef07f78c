"""The words of docs/explanation/accuracy.md around the measured tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from accuracy_coverage import CASES, NAMES, SIZES, Cell
from accuracy_factors import Fact
from accuracy_town import CALIBRATION, PEOPLE, REPORT

from carreau.products.electoral_profile import margins

PAGE = """# Accuracy: do the margins hold?

Written by `make accuracy` ({day}). `X_marge` is the half-width of the 90 % interval, and the grade of a figure is read
off it. Every factor in it was measured on one half of what is known (calibration) and is checked here on the other
half, which it has not seen. The profile is made by the real code, from files in the publishers' layouts.

## What intervals cover

Part of the figures whose truth lies within, in percent. A cell further than 2 points from its promise is in bold.

![Observed minus nominal coverage](../pictures/reliability.svg)

{coverage}

{astray}

What is left out, case by case:

- **Towns**: {towns} synthetic towns of {people} people (segregation 0.25, 0.45 and 0.65); the
  factors come from {drawn} others of the same kinds. They are published with their sampling, rounding and secrecy;
  the three weightings are compared by taking the better inputs away.
- **Hidden IRIS**: one IRIS in five of the communes that have three or more is hidden and takes the figure of the rest
  of its commune; only figures about 50 people or more are judged. The factors come from one department in two,
  drawn once; the others report. *A part says nothing*: one IRIS in five is silenced, stations are compared with what
  they say when all IRIS speak; the factors come from four departments, four others report. It is judged alone at
  90 %: in a profile it comes inside the margin of what is carried.
- **Votes, departments left out**: the first round of 2024, the codes of one station in five hidden in the communes
  of four or more; the factors come from one department in two. The national file is a facsimile: its errors are
  measured, its figures are not findings.
- **Lyon 2012**: the same codes, other perimeters; both maps are known. The factors come from the odd
  arrondissements, the others report. **Streets that changed station**: twelve towns of 30,000 people and twelve
  others, 3 to 30 % of whose streets voted elsewhere.

## From the margin to other intervals

The interval at 50 or 80 % is the margin times a factor of `margins.toml` (`[widths]`), by the way the figure came to
its place: the method that its source says, `borrowed` when its status says « part de la commune », `moved` for an
election held in a station of the same code, `scattered` for one that stands in a new station. For a share of 31 % ± 4
carried by addresses: 80 % of the truths lie within ± 4 × {example} = ± {times}.

{widths}

## Small and large numbers

Shares, cover at 90 % by how many people the figure is about (number of figures). The margin promises on average over
all of them: carried shares about 50 people or fewer are too wide, and those about 1,000 or more **too narrow** (their
90 % hold less than that), because what clusters most is told of most people (poverty, benefits, diplomas).

{sizes}

## What was measured

The factors of `margins.toml`, and what the calibration half gives today.

{facts}

Not measured but chosen: the factor of zones spread over a commune by registered voters, `votes.stir`,
`votes.scattered_count`, the bounds of the grades. The grains were chosen as the values that make the cover of small and
large numbers the most alike.

## Mass in the wrong station, by weighting

Normalised error: sum of |estimate - truth| over stations / (2 x sum of the truth), over the towns that report.
The sampling noise of the census is in it, which no weighting can mend.

{mass}

Addresses make {ratio} of the error of area (at most 0.50 is asked).

## How stable the types are

Adjusted Rand index between two typologies of all stations of France (`bench/typology.py`; means of 5 seeds and of 20
draws of indicators), over all stations and within each of the four sizes of commune:

| tried | all | villages | small towns | towns and suburbs | large cities |
|---|---|---|---|---|---|
| other seeds | 1.000 | 0.999 | 1.000 | 0.999 | 0.993 |
| a fifth of the indicators of each theme left out | 0.942 | 0.911 | 0.876 | 0.807 | 0.769 |
| indicators of each theme drawn with replacement | 0.904 | 0.830 | 0.814 | 0.746 | 0.734 |
| same types, read with a fifth of the indicators unknown | 0.947 | 0.910 | 0.888 | 0.872 | 0.830 |

The target of 0.9 is reached over all stations, and **not within each size when indicators are resampled**. The size of
the commune (fewer than 1,500, 12,000 or 60,000 registered voters, or more) is known and never resampled, so that it
lifts the index of the whole; the columns by size say how stable the rest is. Within a size, stations lie on one axis,
three quarters of which is income, then diplomas (13 %): ages and households hardly count. What each theme weighs was
chosen so that the whole reaches the target: with income weighing no more than the other themes, it is about 0.89 with
replacement. Stations pass from one type to the next without a clean cut, and `type_certitude` says so station by
station. The nine types of before, on three axes and without the size of the commune, reached 0.829 with a fifth left
out, 0.652 with replacement and 0.740 when read.

## What the margins do not say

- The towns are ours: neighbourhoods are smooth fields, stations groups of streets. Real ones may be rougher.
- The factors of addresses and cells hold for an address file as good as the town's (1 % misplaced). The facsimile
  addresses and cells of departments 69 and 34 come from one random draw: they were not used here.
- Each line mixes many indicators. On the towns the cover at 90 % goes from about 80 % for the most clustered
  (poverty, social housing, benefits) to nearly 100 % for the smoothest (houses, commuting by car).
- The number of registered voters that an old election gives a *new* station has no interval but a bound: the lost
  stations of its commune are shared out among all, so its margin is all that it lacks beside today's number.
- What a hidden IRIS teaches holds for communes cut into IRIS; a station without contour elsewhere borrows the same
  factor.
"""
WHY = {
    ("moved_lyon", "share"): "one city and one vote of ten years before: most of its stations hardly changed and a few "
    "changed wholly, so that errors are near nothing or large, and half-widths drawn from it and the towns together "
    "cannot fit both at 50 and 80 %",
    (
        "moved_town",
        "share",
    ): "its streets move evenly, where real boundaries move much in few places; the factors stand between it and Lyon",
    ("unsaid", "count"): "a count with more than a tenth of its people unknown is not shown, so that few remain, of "
    "nearly the same error",
    ("unsaid", "income"): "few figures, of eight departments that differ",
    ("unsaid", "ratio"): "few figures, of eight departments that differ",
    ("unsaid", "share"): "departments differ in how their IRIS differ: eight of them is few",
}
FEW = {
    "income": "towns differ much in incomes: the covers of single towns at 50 % have a standard deviation of 11 points "
    "(2026-11-30), so that two halves of {towns} towns differ by 3 points by chance alone",
    "count": "four counts in {towns} towns: the covers of single towns at 50 % have a standard deviation of 6 points "
    "(2026-11-30), so that two halves differ by almost 2 points by chance alone; the rest is not explained",
}
OTHER = "the {number:,} figures are not so many independent ones"


def page(
    facts: Sequence[Fact],
    cells: Sequence[Cell],
    sizes: Iterable[tuple[str, list[tuple[int, float]]]],
    mass: Mapping[str, Mapping[str, float]],
) -> str:
    """The part on margins as Markdown."""
    mean = {method: sum(errors.values()) / len(errors) for method, errors in mass.items()}
    at_80 = margins.facts()["widths"]["adresses"]["share"]["at_80"]
    return PAGE.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        coverage=_coverage(cells),
        astray=_astray(cells),
        towns=len(REPORT),
        drawn=len(CALIBRATION),
        people=", ".join(f"{size:,}" for size in PEOPLE),
        example=f"{at_80:.2f}",
        times=f"{4 * at_80:.1f}",
        widths=_widths(),
        sizes=_sizes(sizes),
        facts=_facts(facts),
        mass=_mass(mass, mean),
        ratio=f"{mean['adresses'] / mean['surface']:.2f}",
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _coverage(cells: Sequence[Cell]) -> str:
    """The table of coverage."""
    rows = (
        [
            cell.case,
            cell.label,
            f"{cell.number:,}",
            *(_cover(cell, level) for level in (50, 80, 90)),
            f"{cell.error:,.2f}",
            f"{cell.margin:,.2f}",
        ]
        for cell in cells
    )
    return _table(["case", "figures", "number", "50 %", "80 %", "90 %", "mean error", "mean margin"], rows)


def _cover(cell: Cell, level: int) -> str:
    """One cover, bold when it is further than two points from the promise; a dash where it is not judged."""
    if level not in cell.covered:
        return "–"
    return f"**{cell.covered[level]:.1f}**" if level in cell.astray else f"{cell.covered[level]:.1f}"


def _astray(cells: Sequence[Cell]) -> str:
    """How many cells are within two points, and for each of the others why."""
    judged = sum(len(cell.covered) for cell in cells)
    missed = sum(len(cell.astray) for cell in cells)
    methods = {case: method for method, case in CASES.items()}
    lines = [
        f"- {cell.case}, {cell.label}: "
        + WHY.get((methods[cell.case], cell.kind), FEW.get(cell.kind, OTHER)).format(
            number=cell.number, towns=len(REPORT)
        )
        + "."
        for cell in cells
        if cell.astray
    ]
    return "\n".join([f"{judged - missed} of {judged} are within 2 points. The others, and why:", "", *lines])


def _widths() -> str:
    """The factors below 90 %, as declared."""
    declared = margins.facts()["widths"]
    rows = (
        [way, NAMES[kind], f"{entry['at_50']:.3f}", f"{entry['at_80']:.3f}"]
        for way, kinds in declared.items()
        for kind, entry in kinds.items()
    )
    return _table(["way", "figures", "50 % = margin x", "80 % = margin x"], rows)


def _sizes(sizes: Iterable[tuple[str, list[tuple[int, float]]]]) -> str:
    """The cover by how many people a figure is about."""
    head = ["case", *(f"{low:g} to {high:g}" if high < 1e9 else f"{low:g} or more" for low, high in pairwise(SIZES))]
    return _table(head, ([case, *map(_size, parts)] for case, parts in sizes))


def _size(part: tuple[int, float]) -> str:
    """The cover of one class of size; a dash where it holds too few."""
    number, covered = part
    return f"{covered:.1f} ({number:,})" if number >= 100 else "–"


def _facts(facts: Sequence[Fact]) -> str:
    """The factors declared beside those measured today."""
    rows = ([fact.name, f"{fact.declared:.3f}", f"{fact.measured:.3f}"] for fact in facts)
    return _table(["fact", "declared", "measured"], rows)


def _mass(mass: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> str:
    """The mass in the wrong station, by column and weighting."""
    return _table(["column", *mass], _mass_rows(mass, mean))


def _mass_rows(mass: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> Iterator[list[str]]:
    """Its rows, the mean last."""
    for name in next(iter(mass.values())):
        yield [name, *(f"{errors[name]:.3f}" for errors in mass.values())]
    yield ["**mean**", *(f"**{value:.3f}**" for value in mean.values())]
