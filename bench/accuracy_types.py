"""The part of docs/explanation/accuracy.md on the types of stations: how stable they are, and what others would be.

Nothing is measured here: ``bench/typology.py`` does, on the national release, into ``types.toml`` and
``bench/figures/typology.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from typology_designs import DRAWS
from typology_stability import DRAWS as MANY

from carreau.products.electoral_profile.types import facts

DESIGNS: Final = Path(__file__).parent / "figures" / "typology.json"
TRIED: Final = {
    "graines": "other seeds",
    "indicateurs": "all fitted again, a fifth of the indicators of each theme left out",
    "indicateurs_avec_remise": "all fitted again, indicators of each theme drawn with replacement",
    "lecture_avec_un_cinquieme_en_moins": "same types, read with a fifth of the indicators unknown",
    "lecture_avec_remise": "same types, read on those drawn with replacement",
    "indicateurs_seuls": "*alone*: a fifth left out",
    "indicateurs_seuls_avec_remise": "*alone*: drawn with replacement",
}
INDICES: Final = {
    "seeds": "seeds",
    "fifth_out_relations": "fifth, relations",
    "replacement_relations": "replacement, relations",
    "fifth_out_alone": "fifth, alone",
    "replacement_alone": "replacement, alone",
}
PROFILE: Final = {
    "part_65_ans_ou_plus": "65 or more",
    "part_15_24_ans": "15 to 24",
    "part_couples_avec_enfants": "couples with children",
    "part_proprietaires": "owners",
    "part_locataires_hlm": "social housing",
    "revenu_median": "median income",
    "part_bac_plus_5": "master's or more",
    "part_ouvriers": "workers",
}
VOTES: Final = ("participation", "bloc_gauche", "bloc_centre_droit", "bloc_extreme_droite")
PAGE: Final = """## How stable the types are

Adjusted Rand index between two typologies of all stations of France (`bench/typology.py`; means of 5 seeds and of
{many} draws of indicators): over the {types} types, over their {families} families, over types when a pair counts by
the certainty of its two stations, and within each family of several types.

{indices}

**What "fitted again" means.** What a draw leaves out is predicted from what it keeps, by the covariances of the 55
indicators over the whole country; then the axes, the centres and the families are found anew, from other starts. So
the first five lines say that a year or a place that lacks a fifth (or, with replacement, near two fifths) of the
indicators keeps its types, as long as indicators go together as they do now. With replacement the types are **at the
target of 0.9, not safely above it**: {again:.3f} on these {many} draws, {other:.3f} on the {draws} others below. The
lines *alone* are harder: axes and types come from the kept indicators as if the others had never been seen. **There
the target is not reached**: stations pass from one type to the next without a clean cut, and another choice of
indicators would draw other borders. Pairs of sure stations hold better; `type_certitude` says so station by station.
The size of the commune is in no axis.

### Other ways, on the same draws

Rand index with other seeds, then fitted again with a fifth left out and with replacement, as above (*relations*) and
*alone*, on {draws} other draws; then the part of the variance between types (eta squared, in %, weighed by registered
voters) of figures and of the votes of the first round of 2024. Votes define no type; those of the national file are a
facsimile, good to compare designs on and no finding.

{designs}

Eta squared, in %, figure by figure:

{told}

The types of before had the size of the commune, known and never drawn again, on their side in every column, and an
axis that was three quarters of income: **they hold better in every resampled column**, and tell {less} % of the
profile where those of now tell {more} %: hardly anything of ages, less of households, of tenure and of social
housing, a little more of income. Eight types on four axes are a little steadier and tell less; more axes, themes that
weigh the same or a consensus of several draws tell about as much and are no steadier.
"""


def type_tables() -> str:
    """The part as Markdown, from what was measured last."""
    designs: dict[str, dict[str, float]] = json.loads(DESIGNS.read_text("utf-8"))
    said = facts()
    before, kept = (_mean(figures, PROFILE) for figures in list(designs.values())[:2])
    return PAGE.format(
        types=len(said["types"]),
        families=len(said["groups"]),
        indices=_indices(said),
        draws=DRAWS,
        many=MANY,
        again=said["stability"]["indicateurs_avec_remise"]["ensemble"],
        other=list(designs.values())[1]["replacement_relations"],
        designs=_table(["types", *INDICES.values(), "profile", "votes"], map(_design, designs, designs.values())),
        told=_table(
            ["types", *PROFILE.values()],
            ([name, *(f"{100 * figures[one]:.0f}" for one in PROFILE)] for name, figures in designs.items()),
        ),
        less=f"{before:.0f}",
        more=f"{kept:.0f}",
    )


def _indices(said: Mapping[str, Any]) -> str:
    """The table of indices of the types that ship."""
    names = list(next(iter(said["stability"].values())))
    families = [group["title_en"] for group in said["groups"].values()]
    heads = {"ensemble": "types", "familles": "families", "ponderes_par_certitude": "by certainty"}
    head = [heads[name] if name in heads else families[int(name.removeprefix("famille_")) - 1] for name in names]
    rows = ([TRIED[tried], *(f"{value:.3f}" for value in row.values())] for tried, row in said["stability"].items())
    return _table(["tried", *head], rows)


def _design(name: str, figures: Mapping[str, float]) -> list[str]:
    """The line of a design: its indices, then what it tells of the profile and of the votes."""
    tells = (f"{_mean(figures, names):.0f}" for names in (PROFILE, VOTES))
    return [name, *(f"{figures[index]:.3f}" for index in INDICES), *tells]


def _mean(figures: Mapping[str, float], names: Iterable[str]) -> float:
    """The mean of some parts of variance, in percent."""
    values = [figures[name] for name in names]
    return 100 * sum(values) / len(values)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])
