"""The part of docs/explanation/accuracy.md on who votes how: errors, coverage and plausibility, measured again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ecological import PEER, ROOT, SHOWN, STEPS, TRAINING, methods, truths
from ecological_real import plausible

from carreau.inference.spread import calibration

LEVELS: Final = ("50", "80", "90", "station", "untold", "untold station")
TEXT: Final = """## Who votes how: votes of groups, and transfers

Error: the part of the voters put in the wrong place, in %, that is half the sum of |estimated - true| shares, each
origin counted by its persons. Baseline: the clipped regression of Goodman, shown beside every figure that ships.

### Against a known truth

**Truth** is of three kinds. *Towns*: {number} synthetic towns (seeds {seeds}; all that is calibrated or chosen was so
on other towns, seeds {training}), {cases} tables: seven kinds of groups and three pairs of elections, by bloc and by
candidate, with the voters themselves as origins (*exact*) and as a profile has them (*published*: all adults, with an
error of 8 % per station; past votes of stations from which 4 % of the voters a year have moved). *Simulated*: stations
drawn from a table of shares drawn itself at random, *mixed* being the part of the voters placed anywhere and *bias*
what a neighbourhood adds; other draws than those of the calibration. *Real*: tables published with their truth, in the
R packages eiPack (`senc`) and eco (`reg`, `census`, `forgnlit30`, `forgnlit30c`, the two last without numbers of
persons){absent}.

{errors}

The part of the even split ({groups_even:.2f} for groups, {transfers_even:.2f} for transfers), that of the regressions
whose shares lean with the composition of the station ({groups_curve:.2f} for groups, {transfers_curve:.2f} for
transfers, which they make worse) and the strength of the prior were chosen on the training towns and, for groups, on
`senc` and `census`; `reg` and both `forgnlit30` took no part in it.

### Beside a hierarchical model of a peer

eiPack's `ei.MD.bayes` (multinomial and Dirichlet, Markov chains of 3,000 + 5,000 draws after tuning), on whole persons;
about ten seconds a table. PyEI 1.1.4 does not run with today's numpyro and pymc. fastei 1.1.0 was measured apart on its
own simulator: it is the same multinomial EM, and equals ours at the same tolerance (mean absolute error of 0.0016 where
half of the voters are mixed, 0.006 where nine tenths are).

{peers}

### By kind of town

{towns}

### Do the intervals hold?

Part of the true shares that lie within the interval, in %, over origins of at least 0.2 % of the persons; the interval
of a station is checked at 90 % where at least 11 persons are concerned.

An origin is **told** when the stations tell enough of it: when, in a regression that weighs the even split for three
persons in a hundred, {groups_least:g} of the answer or more comes from what sets stations apart ({transfers_least:g}
for transfers). Below that, the answer is little more than the even split, whatever the truth is. It is then said not to
be told, and its intervals go to the baseline for as many hundredths of the way as the level has: at 90 %, nine tenths
(to the bounds where stations tell less than 0.01, that is nothing).

What makes one kind of groups better held than another is how much of what sets stations apart is the group's own, and
how much its neighbours'. Two things that the margins show answer to it: what changes when shares may lean with the
composition of the station (*bend*), and whether the differences between stations' votes go along one axis (*astray*,
the distance to the baseline in so far as they do not). The first brings kinds nearer to each other; the second tells
towns, where one axis carries nine tenths of the differences, from simulations, where it carries a third to two thirds.
In Rhône in 2022 it carries about two thirds: intervals there are wider than in towns, and should be. The number of
groups, their size, their segregation, how much stations tell of them and how many stations there are were tried and
left out: each helped the kinds that it had seen and harmed those left out. About 140 designs were compared, on training
towns and simulations alone (and on those of seed 15, which calibrate nothing). The law was set before any of the towns
below was drawn, and not changed after.

{coverage}

### Where nobody knows the truth: plausibility only

The part of the registered voters of each choice who make the same one again, in %, and the votes misplaced when the
table learnt on four fifths of the stations foretells the last fifth. A method that foretells stations well need not be
right on persons: it takes what sets places apart for what sets persons apart, as the towns show.

{plausible}

### What this does not say

- Goodman is better than what ships wherever stations differ by luck alone (the simulations): nothing in the margins
  tells such stations from those whose neighbours vote alike. Real tables and towns are of the second sort; what ships
  is chosen for them.
- Coverage holds on average over cases like the towns, not for each: age bands, *graduates* and, but at 90 %, tenure
  fall short, *social housing* exceeds what is said, by more than two points (see the lines above). The law answers to
  no name of a kind: one that no town has may be held worse.
- The narrow intervals of nearly mixed simulations (50 and 80 % from *mixed 0.8* on; 90 % at *mixed 0.95*, where
  stations tell just enough) are held less often than said.
- A free law (boosted trees on all that the margins show) was tried and left: it knows again the kinds that it has seen,
  and is far off on a kind that it has not.
- That an origin is told says that stations differ enough for an answer, not that the answer is right.
- The towns' habits (loyalty 0 to 0.9, lean of the neighbourhood -0.3 to 0.8, uniform) are our choice.
- In `forgnlit30` and `forgnlit30c` the numbers of persons are ours: what is off there is off by one or two points, and
  the intervals are narrower still. They do not hold, and nothing in the margins says so.
"""


def ecological_tables() -> str:
    """The section in Markdown, from a run of its own (about five minutes of CPU)."""
    result = truths(STEPS)
    mirror = ROOT.parent / "shared" / "data"
    chosen = {name: table for name, table in methods("transfers").items() if name in SHOWN}
    return written(result, plausible(mirror, chosen) if mirror.exists() else {})


def written(result: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    """The section out of the figures of a run."""
    towns, real, known = result["errors"]["towns"], result["errors"]["real"], calibration()
    drawn = {f"simulated: {name}": entry for name, entry in result["errors"]["simulated"].items()}
    published = {f"real: {name}": entry for name, entry in real.items()}
    heads = {"towns: groups": towns["groups"], "towns: transfers": towns["transfers"]}
    by_kind = {name: entry for name, entry in sorted(towns.items()) if name not in ("groups", "transfers")}
    return TEXT.format(
        number=result["towns"]["number"],
        seeds=", ".join(map(str, result["towns"]["seeds"])),
        training=" and ".join(str(seed) for _, seed in TRAINING),
        cases=result["towns"]["cases"],
        absent="" if real else "; R or these packages are absent where this page was made",
        errors=_errors(heads | drawn | published, list(methods("groups"))),
        **{f"{kind}_{name}": value for kind in ("groups", "transfers") for name, value in _parts(known[kind]).items()},
        peers=_peers(result["peers"]),
        towns=_errors(by_kind, SHOWN),
        coverage=_coverage(result["coverage"]),
        plausible="\n\n".join(_plausible(name, entry) for name, entry in seen.items()) or "The mirror is absent.",
    )


def _errors(columns: Mapping[str, Mapping[str, float]], rows: Sequence[str]) -> str:
    """One row per truth, one column per method, the best in bold."""
    lines = [_row(["truth", "tables", *rows]), "|---" * (len(rows) + 2) + "|"]
    for name, entry in columns.items():
        best = min(entry[method] for method in rows)
        cells = [f"**{entry[method]:.1f}**" if entry[method] == best else f"{entry[method]:.1f}" for method in rows]
        lines.append(_row([name, str(entry["cases"]), *cells]))
    return "\n".join(lines)


def _peers(found: Mapping[str, Mapping[str, float]]) -> str:
    """One row per table, one column per method."""
    if not found:
        return "R is absent where this page was made."
    columns = [PEER, *SHOWN[:2]]
    rows = [_row([name, *(f"{entry[method]:.1f}" for method in columns)]) for name, entry in found.items()]
    return "\n".join([_row(["table", *columns]), "|---" * 4 + "|", *rows])


def _coverage(found: Mapping[str, Mapping[str, float]]) -> str:
    """One row per kind of case, one column per level."""
    heads = ["50 %", "80 %", "90 %", "stations, 90 %", "not told, 90 %", "their stations, 90 %"]
    lines = [_row(["cases", "shares", "told, %", *heads]), "|---" * (len(heads) + 3) + "|"]
    for name, entry in sorted(found.items()):
        cells = [f"{entry[level]:.1f}" if level in entry else "" for level in LEVELS]
        lines.append(_row([name, f"{entry['shares']:,}", f"{entry['told']:.0f}", *cells]))
    return "\n".join(lines)


def _parts(known: Mapping[str, Any]) -> dict[str, float]:
    """What the text says of the calibration of a kind of crossing."""
    return {name: known[name] for name in ("even", "curve", "least")}


def _plausible(name: str, entry: Mapping[str, Any]) -> str:
    """Who does the same again, by method."""
    by = entry["methods"]
    again = list(next(iter(by.values()))["same again, %"])
    lines = [
        f"{name}, {entry['stations']:,} stations:\n",
        _row(["method", *again, "held-out votes misplaced"]),
        "|---" * (len(again) + 2) + "|",
    ]
    for method, each in by.items():
        shares = [f"{value:.0f}" for value in each["same again, %"].values()]
        lines.append(_row([method, *shares, f"{each['held-out votes misplaced, %']:.1f}"]))
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(ecological_tables())
