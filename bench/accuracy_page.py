"""The words of docs/explanation/accuracy.md around the measured tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from accuracy_coverage import CASES, NAMES, SIZES, Cell
from accuracy_factors import Fact
from accuracy_town import CALIBRATION, PEOPLE, REPORT
from accuracy_votes import STREETS

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
  factors come from {drawn} others of the same kinds, and the law of the margin was chosen on 72 more (seeds 3001 to
  3072): three sets, none of which shares a town. The towns that reported the law before this one (seeds 2001 to 2099)
  are not used any more: what they said of each indicator is why the law was changed. Towns are published with their
  sampling, rounding and secrecy; the three weightings are compared by taking the better inputs away. *Untold*: the
  column of those outside households is taken away too, as in files that leave it empty.
- **Hidden IRIS**: one IRIS in five of the communes that have three or more is hidden and takes the figure of the rest
  of its commune; only figures about 50 people or more are judged. The factors come from one department in two,
  drawn once; the others report. *A part says nothing*: one IRIS in five is silenced, stations are compared with what
  they say when all IRIS speak; the factors come from four departments, four others report. It is judged alone at
  90 %: in a profile it comes inside the margin of what is carried.
- **Votes, departments left out**: the first round of 2024, the codes of one station in five hidden in the communes
  of four or more; the factors come from one department in two. The national file is a facsimile: its errors are
  measured, its figures are not findings.
- **Lyon 2012**: the same codes, other perimeters; both maps are known. The factors come from the odd
  arrondissements, the others report. **Streets that changed station**: {streets} towns of 30,000 people and {streets}
  others, 3 to 30 % of whose streets voted elsewhere. One factor serves both: that of the more demanding of the two
  calibration halves. Shares promise their 90 % alone: most stations hardly moved and a few moved wholly, nothing in the
  files says which for certain (the change of the registered voters says little of it in Lyon), and so no width below
  90 % can hold for both.

## From the margin to other intervals

The interval at 50 or 80 % is the margin times a factor of `margins.toml` (`[widths]`), by the way the figure came to
its place: the method that its source says, `borrowed` when its status says « part de la commune », `moved` for an
election held in a station of the same code, `scattered` for one that stands in a new station. For a share of 31 % ± 4
carried by addresses: 80 % of the truths lie within ± 4 × {example} = ± {times}.

{widths}

## The law of a margin

A share p of n people, in a station a part s of whose people come from pieces of zones, has the variance

    p(1-p) x [ (1-s) f/n + s (k² rho + grain/n) ]  +  c² sum of w(1-w)H² / n²     + what the source does not say

f is the sampling of the census, known for zones held whole. rho is how far those whom the share counts live together:
the variance of the share between the zones of a commune, less what chance and sampling alone would give, over p(1-p).
The draw of n people (grain) is that of people one by one; of dwellings by tenure, building by building. H are those of
a zone who live outside households (homes for the old, halls of residence), at one address as far as one knows: a
station that takes the part w of the zone has them all or none. c is what one of them adds to the share beyond what any
inhabitant does, as the zones of one commune tell it: no factor is fitted there. It stands in shares of inhabitants
alone. Where the census file does not say H, a floor x p(1-p) s stands for it, which does not shrink with n (`untold`).
Where the count itself is unsure (by area), n is drawn towards what the registered voters of the station tell. A
quantile of income has the same law, relative to itself, with a floor.

## Small and large numbers

Shares, cover at 90 % by how many people the figure is about (number of figures). {flat}

{sizes}

## Indicator by indicator

Cover at 90 % of each carried share or income over the towns that report, by addresses: the lowest and the highest. Half
of the {indicators} indicators lie between {quarter} and {three_quarters} %.

{extremes}

What is even within a zone and differs between zones is too wide (houses, in towns whose zones are built of one kind
throughout: real ones may not be, so that nothing was made narrower for it). What stands apart within a zone and not
between zones is too narrow.

## What was measured

The factors of `margins.toml`, and what the calibration half gives today.

{facts}

Not measured but chosen: the factor of zones spread over a commune by registered voters, `votes.stir`,
`votes.scattered_count`, the bounds of the grades. The grain of a share is that of a plain draw of people. The grain of
tenure and the floor of what is untold are such that 90 % of their figures are covered; the other grains and floors,
among a few multiples of what is declared, those that make the cover the most alike where they weigh little and where
they weigh much. All are measured with the factors. Addresses and cells err alike but in counts: one factor serves both.

## Mass in the wrong station, by weighting

Normalised error: sum of |estimate - truth| over stations / (2 x sum of the truth), over the towns that report.
The sampling noise of the census is in it, which no weighting can mend.

{mass}

Addresses make {ratio} of the error of area (at most 0.50 is asked).

## What the margins do not say

- The towns are ours: neighbourhoods are smooth fields, stations groups of streets. Real ones may be rougher.
- The factors of addresses and cells hold for an address file as good as the town's (1 % misplaced). The facsimile
  addresses and cells of departments 69 and 34 come from one random draw: they were not used here.
- Each line mixes many indicators, and holds for them together: the table above says how far each is from it.
- The number of registered voters that an old election gives a *new* station has no interval but a bound: the lost
  stations of its commune are shared out among all, so its margin is all that it lacks beside today's number.
- What a hidden IRIS teaches holds for communes cut into IRIS; a station without contour elsewhere borrows the same
  factor.
"""
WHY = {
    ("moved_lyon", "share"): "one city and one vote of ten years before",
    ("moved_town", "share"): "the factor is that of the more demanding of the towns and Lyon",
    ("unsaid", "count"): "a count with more than a tenth of its people unknown is not shown, so that few remain, of "
    "nearly the same error",
    ("unsaid", "income"): "few figures, of eight departments that differ",
    ("unsaid", "ratio"): "few figures, of eight departments that differ",
    ("unsaid", "share"): "departments differ in how their IRIS differ: eight of them is few",
}
APART = (
    "the covers of single towns at {level} % have a standard deviation of {spread:.0f} points, so that two halves of "
    "{towns} towns differ by {chance:.1f} points (one standard deviation) by chance alone"
)
FEWEST = 100  # figures of a class of size that is told
EXTREMES = 6  # indicators told at each end
OTHER = "the {number:,} figures are not so many independent ones"


@dataclass(frozen=True)
class Measured:
    """All that the page tells: facts, lines of coverage, covers by size and by indicator, wrong mass by weighting.

    ``apart`` is how far the covers of single towns lie apart, by method, kind and level.
    """

    facts: Sequence[Fact]
    cells: Sequence[Cell]
    sizes: Sequence[tuple[str, list[tuple[int, float]]]]
    indicators: Sequence[tuple[str, int, float]]
    mass: Mapping[str, Mapping[str, float]]
    apart: Mapping[tuple[str, str], Mapping[int, float]]


def page(found: Measured) -> str:
    """The part on margins as Markdown."""
    mean = {method: sum(errors.values()) / len(errors) for method, errors in found.mass.items()}
    at_80 = margins.facts()["widths"]["adresses"]["share"]["at_80"]
    count = len(found.indicators)
    return PAGE.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        coverage=_coverage(found.cells),
        astray=_astray(found),
        towns=len(REPORT),
        drawn=len(CALIBRATION),
        streets=STREETS,
        people=", ".join(f"{size:,}" for size in PEOPLE),
        example=f"{at_80:.2f}",
        times=f"{4 * at_80:.1f}",
        widths=_widths(),
        sizes=_sizes(found.sizes),
        flat=_flat(found.sizes),
        indicators=count,
        quarter=f"{found.indicators[count // 4][2]:.0f}",
        three_quarters=f"{found.indicators[3 * count // 4][2]:.0f}",
        extremes=_extremes(found.indicators),
        facts=_facts(found.facts),
        mass=_mass(found.mass, mean),
        ratio=f"{mean['adresses'] / mean['surface']:.2f}",
    )


def _flat(sizes: Sequence[tuple[str, list[tuple[int, float]]]]) -> str:
    """How far the covers by size go from the promise."""
    covers = [cover for _, parts in sizes for number, cover in parts if number >= FEWEST]
    return f"They go from {min(covers):.1f} to {max(covers):.1f}."


def _extremes(indicators: Sequence[tuple[str, int, float]]) -> str:
    """The indicators whose cover is the lowest, and the highest."""
    ends = [*indicators[:EXTREMES], *indicators[-EXTREMES:]]
    return _table(["indicator", "figures", "90 %"], ([name, f"{many:,}", f"{cover:.1f}"] for name, many, cover in ends))


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


def _astray(found: Measured) -> str:
    """How many cells are within two points, and for each of the others why."""
    judged = sum(len(cell.covered) for cell in found.cells)
    missed = sum(len(cell.astray) for cell in found.cells)
    lines = [f"- {cell.case}, {cell.label}: {_why(cell, found)}." for cell in found.cells if cell.astray]
    if not lines:
        return f"All {judged} are within 2 points."
    return "\n".join([f"{judged - missed} of {judged} are within 2 points. The others, and why:", "", *lines])


def _why(cell: Cell, found: Measured) -> str:
    """Why a line has cells astray, as far as it is known."""
    method = next(method for method, case in CASES.items() if case == cell.case)
    if (method, cell.kind) not in found.apart:
        return WHY.get((method, cell.kind), OTHER).format(number=cell.number)
    level = cell.astray[0]
    spread = found.apart[method, cell.kind][level]
    chance = spread * (2 / len(REPORT)) ** 0.5
    return APART.format(level=level, spread=spread, towns=len(REPORT), chance=chance)


def _widths() -> str:
    """The factors below 90 %, as declared."""
    declared = margins.facts()["widths"]
    rows = (
        [way, NAMES[kind], f"{entry['at_50']:.3f}", f"{entry['at_80']:.3f}"]
        for way, kinds in declared.items()
        for kind, entry in kinds.items()
    )
    return _table(["way", "figures", "50 % = margin x", "80 % = margin x"], rows)


def _sizes(sizes: Sequence[tuple[str, list[tuple[int, float]]]]) -> str:
    """The cover by how many people a figure is about."""
    head = ["case", *(f"{low:g} to {high:g}" if high < 1e9 else f"{low:g} or more" for low, high in pairwise(SIZES))]
    return _table(head, ([case, *map(_size, parts)] for case, parts in sizes))


def _size(part: tuple[int, float]) -> str:
    """The cover of one class of size; a dash where it holds too few."""
    number, covered = part
    return f"{covered:.1f} ({number:,})" if number >= FEWEST else "–"


def _facts(facts: Sequence[Fact]) -> str:
    """The factors declared beside those measured today."""
    rows = ([fact.name, f"{fact.declared:.4f}", f"{fact.measured:.4f}"] for fact in facts)
    return _table(["fact", "declared", "measured"], rows)


def _mass(mass: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> str:
    """The mass in the wrong station, by column and weighting."""
    return _table(["column", *mass], _mass_rows(mass, mean))


def _mass_rows(mass: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> Iterator[list[str]]:
    """Its rows, the mean last."""
    for name in next(iter(mass.values())):
        yield [name, *(f"{errors[name]:.3f}" for errors in mass.values())]
    yield ["**mean**", *(f"**{value:.3f}**" for value in mean.values())]
