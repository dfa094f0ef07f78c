"""The text of ``types.toml``: the figures of the types as fitted, and the words kept from the file that is there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from typology_fit import EXTREME, GROUPS, LEAST_KNOWN, LEAST_PART, SAID, VOTES, Fitted, Floats, Stations

FACTS: Final = Path(__file__).parents[1] / "src/carreau/products/electoral_profile/types.toml"
SOURCE: Final = "profil électoral de la France"
METHOD: Final = (
    "taille de la commune (électeurs inscrits), puis k-moyennes dans chaque taille sur le premier axe des indicateurs, "
    "pondérés par les inscrits ; un thème pèse un, les revenus un quart de plus, partagé entre ses indicateurs"
)
HEAD: Final = """\
# The types of stations, fitted by bench/typology.py on a national release: do not edit figures by hand.
# Titles of types and groups are words, kept by key when the types are fitted again."""
ABOUT_STABILITY: Final = """\
# Mean adjusted Rand index, over all stations and within each group: with other seeds; all fitted again with a fifth of
# the indicators of each theme left out, then with as many drawn with replacement; the same types read with a fifth of
# the indicators unknown. The size of the commune, which makes the groups, is known: it is never resampled."""
ABOUT_GROUPS: Final = """\
# A station is of the first group whose bound (registered voters of its whole commune) is above those of its commune."""
ABOUT_AXIS: Final = """\
# What standardises each indicator, what multiplies it on the axis, and the part of the axis that it makes: a station
# lies at the sum of its known figures, divided by the part that they make (at least ``least_part``)."""
Index = Mapping[str, Mapping[str, float]]
Means = Mapping[str, tuple[Floats, float]]


def keys() -> list[tuple[str, str]]:
    """The key and the group of each type, in order: in each group, from the least to the most well-off."""
    return [(f"{group}_{rank + 1}", group) for group, (_, size) in GROUPS.items() for rank in range(size)]


def told() -> dict[str, Any]:
    """What the file that is there says; nothing without one."""
    return tomllib.loads(FACTS.read_text("utf-8")) if FACTS.exists() else {}


def written(stations: Stations, fit: Fitted, index: Index, date: str) -> str:
    """The text of ``types.toml``."""
    lines = [
        HEAD,
        f'date = "{date}"',
        f'source = "{SOURCE} : {len(stations.voters)} bureaux, {len(stations.names)} indicateurs"',
        f'method = "{METHOD}"',
        f"least_known = {LEAST_KNOWN}",
        f"least_part = {LEAST_PART}",
        f"extreme = {EXTREME}",
        "",
        ABOUT_STABILITY,
        "[stability]",
        *(f"{name} = {{ {_pairs(by_group)} }}" for name, by_group in index.items()),
        *_groups(),
        *_types(stations, fit),
        *_indicators(stations, fit),
    ]
    return "\n".join(lines) + "\n"


def _groups() -> Iterator[str]:
    """The lines of the groups."""
    words = told().get("groups", {})
    yield from ("", ABOUT_GROUPS, "[groups]")
    for group, (below, _) in GROUPS.items():
        said = words.get(group, {"title": group, "title_en": group})
        yield f'{group} = {{ title = "{said["title"]}", title_en = "{said["title_en"]}", below = {below:.0f} }}'


def _types(stations: Stations, fit: Fitted) -> Iterator[str]:
    """The lines of the types: words, share of the voters, how they voted, centre."""
    words, means, centres = told().get("types", {}), _means(stations, fit), np.concatenate(fit.centres)
    votes = [name for name in means if name.endswith(VOTES) and "legi_2024_t1" in name]
    for number, (key, group) in enumerate(keys()):
        said = words.get(key, {"title": key, "title_en": key})
        share = 100 * stations.voters[fit.labels == number].sum() / stations.all_voters
        yield from (
            "",
            f"[types.{key}]",
            f'title = "{said["title"]}"',
            f'title_en = "{said["title_en"]}"',
            f'group = "{group}"',
            f'portrait = "{_portrait(number, means, stations)}"',
            f"part_inscrits = {share:.1f}",
            f"votes = {{ {', '.join(f'{name} = {means[name][0][number]:.1f}' for name in votes)} }}",
            f"centre = {centres[number]:.6g}",
        )


def _indicators(stations: Stations, fit: Fitted) -> Iterator[str]:
    """The lines of the indicators."""
    yield from ("", ABOUT_AXIS, "[indicators]")
    figures = zip(stations.names, fit.mean, fit.deviation, fit.axis.weight, fit.axis.part, strict=True)
    for name, mean, deviation, weight, part in figures:
        scale = f"mean = {mean:.6g}, deviation = {deviation:.6g}"
        yield f"{name} = {{ {scale}, weight = {weight:.6g}, part = {part:.6g} }}"


def _means(stations: Stations, fit: Fitted) -> Means:
    """Of each figure told: its mean by type, and that of all stations, weighed by voters."""
    found, types = {}, len(keys())
    for name, values in stations.told.items():
        weight = np.where(np.isfinite(values), stations.voters, 0.0)
        filled = np.nan_to_num(values)
        total = np.bincount(fit.labels, weight, minlength=types)
        with np.errstate(invalid="ignore"):
            by_type = np.bincount(fit.labels, weight * filled, minlength=types) / total
        found[name] = by_type, float((weight * filled).sum() / weight.sum())
    return found


def _portrait(number: int, means: Means, stations: Stations) -> str:
    """The figures that set a type most apart from France, in one sentence."""
    apart = []
    for figure in SAID:
        by_type, everywhere = means[figure]
        spread = float(np.nanstd(stations.told[figure]))
        apart.append((abs(by_type[number] - everywhere) / spread, figure, by_type[number], everywhere))
    text = ", ".join(
        _said(stations.titles[figure], figure.startswith("revenu"), (here, everywhere))
        for _, figure, here, everywhere in sorted(apart, reverse=True)[:4]
    )
    return text[:1].upper() + text[1:] + "."


def _said(title: str, euros: bool, pair: Sequence[float]) -> str:
    """A figure of a type beside that of France."""
    here, everywhere = (_euros(value) if euros else f"{value:.0f}\u202f%" for value in pair)
    unit = "\u202f€ par an" if euros else ""
    return f"{title[:1].lower()}{title[1:]} {here}{unit} (France {everywhere})"


def _euros(value: float) -> str:
    """An income to the hundred, as a reader reads it."""
    return f"{round(value, -2):,.0f}".replace(",", "\u202f")


def _pairs(figures: Mapping[str, float]) -> str:
    """Named numbers in TOML."""
    return ", ".join(f"{name} = {value}" for name, value in figures.items())
