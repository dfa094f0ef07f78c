"""The text of ``types.toml``: the figures of the types as fitted, and the words kept from the file that is there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from typology_fit import EXTREME, LEAST_KNOWN, RIDGE, SAID, THEMES, VOTES, Fitted, Floats, Ground, Stations

FACTS: Final = Path(__file__).parents[1] / "src/carreau/products/electoral_profile/types.toml"
PRODUCT: Final = FACTS.with_name("product.toml")
INCOMES: Final = "revenu"
SOURCE: Final = "profil électoral de la France"
METHOD: Final = (
    "chiffres en écarts types, un poids chacun ; un chiffre inconnu est prédit par les autres (régression linéaire, "
    "relations mesurées sur la France) ; k-moyennes pondérées par les inscrits sur les premiers axes principaux ; "
    "familles par regroupement de Ward"
)
HEAD: Final = """\
# The types of stations, fitted by bench/typology.py on a national release: do not edit figures by hand.
# Titles of types and groups are words, kept when the types are fitted again: a type has those of the nearest before."""
ABOUT_STABILITY: Final = """\
# Mean adjusted Rand index over types, over families, over types weighed by their certainty, within each family: with
# other seeds; all fitted again with a fifth of the indicators of each theme left out, then with as many drawn with
# replacement, what is left out being predicted by relations measured on the whole country; the same types read with
# those indicators unknown. ``_seuls``: fitted again on the kept indicators alone, as if the others had never been."""
ABOUT_TYPES: Final = """\
# ``part_inscrits``: percent of the registered voters of France. ``inscrits_de_la_commune``: half of its voters are in
# communes with fewer. ``centre``: where the type lies on the axes."""
ABOUT_AXES: Final = """\
# What standardises each indicator, and what multiplies it on each axis."""
ABOUT_RELATIONS: Final = """\
# Covariances of standardised indicators, each with those before it and with itself, over stations that know both: an
# unknown figure is predicted by the known ones, with ``ridge`` added to the diagonal."""
Index = Mapping[str, Mapping[str, float]]
Means = Mapping[str, tuple[Floats, float]]
Figure = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Told:
    """All that the file says: the stations, what was measured on them, the types, how stable they are, the day."""

    stations: Stations
    ground: Ground
    fit: Fitted
    index: Index
    date: str


def before() -> dict[str, Any]:
    """What the file that is there says; nothing without one."""
    return tomllib.loads(FACTS.read_text("utf-8")) if FACTS.exists() else {}


def written(told: Told) -> str:
    """The text of ``types.toml``."""
    stations = told.stations
    lines = [
        HEAD,
        f'date = "{told.date}"',
        f'source = "{SOURCE} : {len(stations.voters)} bureaux, {len(stations.names)} indicateurs"',
        f'method = "{METHOD}"',
        f"least_known = {LEAST_KNOWN}",
        f"ridge = {RIDGE}",
        f"extreme = {EXTREME}",
        "",
        ABOUT_STABILITY,
        "[stability]",
        *(f"{name} = {{ {_pairs(figures)} }}" for name, figures in told.index.items()),
        *_groups(told.fit),
        *_types(told),
        *_indicators(told),
    ]
    return "\n".join(lines) + "\n"


def keys_of(fit: Fitted) -> list[str]:
    """The key of each type: that of the nearest type in the file that is there, or a rank where none is as near."""
    known = {key: one["centre"] for key, one in before().get("types", {}).items()}
    centres = [centre for centre in known.values() if isinstance(centre, list) and len(centre) == fit.centres.shape[1]]
    if len(centres) != len(fit.centres):
        return [f"type_{rank + 1}" for rank in range(len(fit.centres))]
    near = [int(np.linalg.norm(np.array(centres) - centre, axis=1).argmin()) for centre in fit.centres]
    unique = len(set(near)) == len(near)
    return [list(known)[place] for place in near] if unique else [f"type_{rank + 1}" for rank in range(len(near))]


def groups_of(fit: Fitted) -> list[str]:
    """The key of each family: that which most of its types had, or a rank."""
    words, keys = before().get("types", {}), np.array(keys_of(fit))
    found = []
    for family in range(fit.families.max() + 1):
        mine = [words[key]["group"] for key in keys[fit.families == family] if key in words]
        found.append(max(set(mine), key=mine.count) if mine else f"famille_{family + 1}")
    return found if len(set(found)) == len(found) else [f"famille_{rank + 1}" for rank in range(len(found))]


def _groups(fit: Fitted) -> Iterator[str]:
    """The lines of the families."""
    words = before().get("groups", {})
    yield from ("", "# The families of types, in the order of the indices above.", "[groups]")
    for key in groups_of(fit):
        said = words.get(key, {"title": key, "title_en": key})
        yield f'{key} = {{ title = "{said["title"]}", title_en = "{said["title_en"]}" }}'


def _types(told: Told) -> Iterator[str]:
    """The lines of the types: words, share of the voters, how they voted, centre."""
    stations, fit = told.stations, told.fit
    words, means, groups = before().get("types", {}), _means(stations, fit), groups_of(fit)
    votes = [name for name in means if name.endswith(VOTES) and "legi_2024_t1" in name]
    yield from ("", ABOUT_TYPES)
    for number, key in enumerate(keys_of(fit)):
        said = words.get(key, {"title": key, "title_en": key})
        mine = fit.labels == number
        yield from (
            f"[types.{key}]",
            f'title = "{said["title"]}"',
            f'title_en = "{said["title_en"]}"',
            f'group = "{groups[fit.families[number]]}"',
            *_portraits(_apart(number, means, stations), _commune(stations, mine), stations.titles),
            f"part_inscrits = {100 * stations.voters[mine].sum() / stations.all_voters:.1f}",
            f"inscrits_de_la_commune = {_commune(stations, mine)}",
            f"votes = {{ {', '.join(f'{name} = {means[name][0][number]:.1f}' for name in votes)} }}",
            f"centre = [{', '.join(f'{value:.5f}' for value in fit.centres[number])}]",
            "",
        )


def _indicators(told: Told) -> Iterator[str]:
    """The lines of the indicators, then those of their relations."""
    names, ground = told.stations.names, told.ground
    yield from (ABOUT_AXES, "[indicators]")
    for place, name in enumerate(names):
        scale = f"mean = {ground.mean[place]:.6g}, deviation = {ground.deviation[place]:.6g}"
        yield f"{name} = {{ {scale}, axes = [{', '.join(f'{value:.6f}' for value in told.fit.axes[place])}] }}"
    yield from ("", ABOUT_RELATIONS, "[relations]")
    for place, name in enumerate(names):
        yield f"{name} = [{', '.join(f'{value:.5f}' for value in ground.relations[place, : place + 1])}]"


def _means(stations: Stations, fit: Fitted) -> Means:
    """Of each figure told: its mean by type, and that of all stations, weighed by voters."""
    found, types = {}, len(fit.centres)
    for name, values in stations.told.items():
        weight = np.where(np.isfinite(values), stations.voters, 0.0)
        filled = np.nan_to_num(values)
        total = np.bincount(fit.labels, weight, minlength=types)
        with np.errstate(invalid="ignore"):
            by_type = np.bincount(fit.labels, weight * filled, minlength=types) / total
        found[name] = by_type, float((weight * filled).sum() / weight.sum())
    return found


def _apart(number: int, means: Means, stations: Stations) -> list[Figure]:
    """The figures that set a type most apart from France, one a theme: each with what it is there and everywhere."""
    theme = {name: theme for theme, names in THEMES.items() for name in names}
    apart: dict[str, tuple[float, str]] = {}
    for figure in SAID:
        by_type, everywhere = means[figure]
        distance = abs(by_type[number] - everywhere) / float(np.nanstd(stations.told[figure]))
        apart[theme[figure]] = max(apart.get(theme[figure], (0.0, "")), (distance, figure))
    chosen = (figure for _, figure in sorted(apart.values(), reverse=True)[:5])
    return [(figure, float(means[figure][0][number]), float(means[figure][1])) for figure in chosen]


def _portraits(figures: Sequence[Figure], commune: int, titles: Mapping[str, str]) -> Iterator[str]:
    """The lines of a type's portrait: its figures, and the communes where it is found, in both languages."""
    english = tomllib.loads(PRODUCT.read_text("utf-8"))["english"]["indicators"]
    french = _capital(", ".join(_said(titles[name], name, pair) for name, *pair in figures))
    size = f"{commune:,}".replace(",", "\u202f")
    yield f'portrait = "{french}. La moitié de ses inscrits sont dans une commune de moins de {size} inscrits."'
    other = _capital(", ".join(_said_in_english(english[name], name, pair) for name, *pair in figures))
    yield f'portrait_en = "{other}. Half of its voters live in a commune with fewer than {commune:,} voters."'


def _commune(stations: Stations, mine: Floats) -> int:
    """The voters of the commune under which half of the voters of a type are, to two figures."""
    order = np.argsort(stations.of_commune[mine])
    reached = np.cumsum(stations.voters[mine][order])
    size = float(stations.of_commune[mine][order][np.searchsorted(reached, reached[-1] / 2)])
    return int(round(size, 1 - int(np.floor(np.log10(size)))))


def _said(title: str, name: str, pair: Sequence[float]) -> str:
    """A figure of a type beside that of France."""
    euros = name.startswith(INCOMES)
    here, everywhere = (_euros(value) if euros else f"{value:.0f}\u202f%" for value in pair)
    unit = "\u202f€ par an" if euros else ""
    return f"{title[:1].lower()}{title[1:]} {here}{unit} (France {everywhere})"


def _said_in_english(title: str, name: str, pair: Sequence[float]) -> str:
    """The same in English: a colon keeps a title that ends with an age apart from its figure."""
    euros = name.startswith(INCOMES)
    here, everywhere = (f"€{round(value, -2):,.0f}" if euros else f"{value:.0f}%" for value in pair)
    colon, unit = ":" if title[-1].isdigit() else "", " a year" if euros else ""
    return f"{title[:1].lower()}{title[1:]}{colon} {here}{unit} (France {everywhere})"


def _capital(text: str) -> str:
    """A text that begins with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def _euros(value: float) -> str:
    """An income to the hundred, as a reader reads it."""
    return f"{round(value, -2):,.0f}".replace(",", "\u202f")


def _pairs(figures: Mapping[str, float]) -> str:
    """Named numbers in TOML."""
    return ", ".join(f"{name} = {value}" for name, value in figures.items())
