"""Fit the types of stations on a national release and measure how stable they are.

    python bench/typology.py FRANCE.parquet

Writes ``types.toml`` of the electoral profile (means, deviations, axes, centroids, words, stability). The words of a
type (title, group) are kept from the file that is there, type by nearest type. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
FACTS: Final = Path(__file__).parents[1] / "src/carreau/products/electoral_profile/types.toml"
TYPES, GROUPS, AXES = 9, 4, 3
SEED: Final = 20261124
LEAST_KNOWN, EXTREME = 0.6, 4.0
LEFT_OUT: Final = 0.2  # of the indicators of each theme, drawn at random, when they are resampled
DRAWS: Final = 10
SOURCE: Final = "profil électoral de la France"
METHOD: Final = "k-moyennes sur les trois premiers axes des indicateurs, pondérés par les inscrits, thèmes à égalité"
# What a station is compared on: who lives there, work, housing, income; never how it votes. Themes weigh alike.
THEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "population": (
        "part_0_14_ans", "part_0_19_ans", "part_15_24_ans", "part_25_54_ans", "part_55_64_ans", "part_20_64_ans",
        "part_65_ans_ou_plus", "part_65_79_ans", "part_75_ans_ou_plus", "part_80_ans_ou_plus",
    ),
    "menages": (
        "part_personnes_seules", "part_couples_sans_enfant", "part_couples_avec_enfants",
        "part_familles_monoparentales", "part_menages_sans_famille", "part_15_ans_ou_plus_seuls",
        "part_55_79_ans_seuls", "personnes_par_menage",
    ),
    "metiers": (
        "part_agriculteurs", "part_artisans_commercants", "part_cadres", "part_professions_intermediaires",
        "part_employes", "part_ouvriers", "part_retraites", "part_autres_inactifs", "part_employes_ouvriers",
    ),
    "diplomes": (
        "part_sans_bac", "part_bac", "part_bac_plus_2", "part_bac_plus_3_4", "part_bac_plus_5",
        "part_diplomes_superieur",
    ),
    "emploi": (
        "taux_activite", "taux_emploi", "taux_emploi_15_24_ans", "taux_emploi_25_54_ans", "taux_emploi_55_64_ans",
        "taux_chomage", "taux_chomage_25_54_ans", "part_inactifs", "part_salaries", "part_non_salaries",
    ),
    "logement": (
        "part_residences_principales", "part_residences_secondaires", "part_logements_vacants", "part_proprietaires",
        "part_locataires", "part_locataires_hlm", "part_locataires_prives", "part_installes_recemment",
        "part_loges_gratuitement",
    ),
    "revenus": ("revenu_premier_decile", "revenu_median", "revenu_neuvieme_decile"),
}  # fmt: skip
SAID: Final = (  # what a portrait may say of a type
    "part_0_14_ans", "part_15_24_ans", "part_65_ans_ou_plus", "part_personnes_seules", "part_couples_avec_enfants",
    "part_couples_sans_enfant", "part_familles_monoparentales", "part_agriculteurs", "part_cadres", "part_ouvriers",
    "part_employes", "part_retraites", "part_sans_bac", "part_bac_plus_5", "taux_chomage", "part_proprietaires",
    "part_locataires_hlm", "part_locataires_prives", "part_residences_secondaires", "revenu_median",
)  # fmt: skip
VOTES: Final = ("participation", "bloc_gauche", "bloc_centre_droit", "bloc_extreme_droite", "bloc_autres")


@dataclass(frozen=True, slots=True)
class Stations:
    """The stations of the release that have enough figures, the voters of each, and what else is told of them."""

    names: tuple[str, ...]
    themes: tuple[str, ...]
    values: Floats
    voters: Floats
    told: Mapping[str, Floats]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What standardises and sums up the indicators, the centre of each type, the type of each station."""

    mean: Floats
    deviation: Floats
    axes: Floats
    centroids: Floats
    labels: Labels


def stations_of(path: Path) -> Stations:
    """The stations of a release in Parquet."""
    names = tuple(name for group in THEMES.values() for name in group)
    themes = tuple(theme for theme, group in THEMES.items() for _ in group)
    schema = pq.read_schema(path)
    votes = [name for name in schema.names if name.endswith(VOTES) and "_20" in name]
    table = pq.read_table(path, columns=["inscrits", *dict.fromkeys((*names, *SAID, *votes))])
    columns = {name: table[name].to_pandas().to_numpy(dtype=float) for name in table.column_names}
    values = np.column_stack([columns[name] for name in names])
    voters = np.nan_to_num(columns["inscrits"])
    kept = (np.isfinite(values).mean(axis=1) >= LEAST_KNOWN) & (voters > 0)
    told = {name: columns[name][kept] for name in (*SAID, *votes)}
    titles = {name: schema.field(name).metadata[b"title"].decode() for name in told}
    told["_all_voters"] = voters  # the share of a type is among all registered voters
    return Stations(names, themes, values[kept], voters[kept], told, titles)


def standardised(values: Floats, voters: Floats) -> tuple[Floats, Floats, Floats]:
    """The values in standard deviations from the mean of voters, 0 where unknown; the means and deviations."""
    known = np.isfinite(values)
    filled, weight = np.where(known, values, 0.0), known * voters[:, None]
    mean = (weight * filled).sum(0) / weight.sum(0)
    deviation = np.sqrt((weight * (filled - mean) ** 2).sum(0) / weight.sum(0))
    standard = np.where(known, np.clip((filled - mean) / deviation, -EXTREME, EXTREME), 0.0)
    return standard, mean, deviation


def axes_of(standard: Floats, voters: Floats, themes: Sequence[str]) -> Floats:
    """The principal axes of the indicators (indicators x axes), each theme weighing one."""
    weight = np.sqrt([1 / list(themes).count(theme) for theme in themes])
    weighed = standard * weight
    covariance = (weighed * voters[:, None]).T @ weighed / voters.sum()
    axes = np.linalg.eigh(covariance)[1][:, ::-1][:, :AXES]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(AXES)])
    return np.asarray(weight[:, None] * axes)


def clustered(points: Floats, voters: Floats, seed: int, starts: int) -> tuple[Labels, Floats]:
    """The type of each point and the centre of each type, the most numerous first."""
    found = KMeans(TYPES, n_init=starts, random_state=seed, max_iter=500, tol=1e-7).fit(points, sample_weight=voters)
    order = np.argsort(-np.bincount(found.labels_, voters, minlength=TYPES))
    rank = np.empty(TYPES, dtype=np.int64)
    rank[order] = np.arange(TYPES)
    return rank[found.labels_], np.asarray(found.cluster_centers_[order])


def fitted(stations: Stations, seed: int = SEED, starts: int = 20) -> Fitted:
    """The types of all stations."""
    standard, mean, deviation = standardised(stations.values, stations.voters)
    axes = axes_of(standard, stations.voters, stations.themes)
    labels, centroids = clustered(standard @ axes, stations.voters, seed, starts)
    return Fitted(mean, deviation, axes, centroids, labels)


def grouped(fit: Fitted, voters: Floats) -> Labels:
    """The group of each type: the nearest types are joined, weighed by their voters (Ward)."""
    size = np.bincount(fit.labels, voters, minlength=TYPES)
    # Ward on repeated centres: a type counts as many times as it has thousandths of the voters.
    times = np.maximum(1, np.round(1000 * size / size.sum())).astype(int)
    tree = linkage(np.repeat(fit.centroids, times, axis=0), "ward")
    first = np.cumsum(times) - times
    return np.asarray(fcluster(tree, GROUPS, "maxclust")[first], dtype=np.int64) - 1


def stability(stations: Stations, fit: Fitted) -> dict[str, float]:
    """The mean adjusted Rand index with other seeds, with resampled indicators, and with the same types re-read."""
    standard, _, _ = standardised(stations.values, stations.voters)
    points, group = standard @ fit.axes, grouped(fit, stations.voters)
    seeds = [clustered(points, stations.voters, SEED + 1 + k, 10)[0] for k in range(5)]
    random, again, read, wide = np.random.default_rng(SEED), [], [], []
    for _ in range(DRAWS):
        kept = drawn(stations.themes, random)
        axes = axes_of(standard[:, kept], stations.voters, [stations.themes[k] for k in kept])
        labels, centroids = clustered(standard[:, kept] @ axes, stations.voters, SEED, 6)
        again.append(labels)
        other = Fitted(fit.mean, fit.deviation, axes, centroids, labels)
        wide.append(grouped(other, stations.voters)[labels])
        few = np.zeros_like(standard)
        few[:, kept] = standard[:, kept]
        far = ((few @ fit.axes)[:, None, :] - fit.centroids[None]) ** 2
        read.append(far.sum(axis=2).argmin(axis=1))
    return {
        "graines": mean_index(fit.labels, seeds),
        "indicateurs": mean_index(fit.labels, again),
        "indicateurs_groupes": mean_index(group[fit.labels], wide),
        "lecture_avec_un_cinquieme_en_moins": mean_index(fit.labels, read),
    }


def drawn(themes: Sequence[str], random: np.random.Generator) -> npt.NDArray[np.int64]:
    """The indicators of each theme without a fifth of them, at random."""
    kept: list[int] = []
    for theme in dict.fromkeys(themes):
        mine = [k for k, other in enumerate(themes) if other == theme]
        kept += random.choice(mine, max(2, round((1 - LEFT_OUT) * len(mine))), replace=False).tolist()
    return np.sort(np.array(kept))


def mean_index(labels: Labels, others: Sequence[Labels]) -> float:
    """The mean adjusted Rand index of labels with others."""
    return round(float(np.mean([adjusted_rand_score(labels, other) for other in others])), 3)


def means_of(stations: Stations, labels: Labels) -> dict[str, tuple[Floats, float]]:
    """Of each figure told: its mean by type, and that of all stations, weighed by voters."""
    found = {}
    for name, values in stations.told.items():
        if not name.startswith("_"):
            weight = np.where(np.isfinite(values), stations.voters, 0.0)
            filled = np.nan_to_num(values)
            total = np.bincount(labels, weight, minlength=TYPES)
            with np.errstate(invalid="ignore"):
                by_type = np.bincount(labels, weight * filled, minlength=TYPES) / total
            found[name] = by_type, float((weight * filled).sum() / weight.sum())
    return found


def words_of(fit: Fitted) -> tuple[dict[int, Mapping[str, Any]], Mapping[str, Any]]:
    """The words of each type in the file that is there, by nearest type, and its groups."""
    if not FACTS.exists():
        return {}, {}
    told = tomllib.loads(FACTS.read_text("utf-8"))
    types = list(told["types"].values())
    far = ((fit.centroids[:, None, :] - np.array([one["centroid"] for one in types])[None]) ** 2).sum(axis=2)
    return {int(row): types[column] for row, column in zip(*linear_sum_assignment(far), strict=True)}, told["groups"]


def portrait(name: int, means: Mapping[str, tuple[Floats, float]], stations: Stations) -> str:
    """The figures that set a type most apart from France, in one sentence."""
    apart = []
    for figure in SAID:
        by_type, everywhere = means[figure]
        values = stations.told[figure]
        spread = float(np.nanstd(values))
        apart.append((abs(by_type[name] - everywhere) / spread, figure, by_type[name], everywhere))
    parts = []
    for _, figure, here, everywhere in sorted(apart, reverse=True)[:4]:
        euros = figure.startswith("revenu")
        shown = [_euros(value) if euros else f"{value:.0f}\u202f%" for value in (here, everywhere)]
        unit = "\u202f€ par an" if euros else ""
        title = stations.titles[figure]
        parts.append(f"{title[:1].lower()}{title[1:]} {shown[0]}{unit} (France {shown[1]})")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _euros(value: float) -> str:
    """An income to the hundred, as a reader reads it."""
    return f"{round(value, -2):,.0f}".replace(",", "\u202f")


def numbers(values: Floats | Sequence[float]) -> str:
    """An array of numbers in TOML."""
    return "[" + ", ".join(f"{value:.6g}" for value in values) + "]"


def written(stations: Stations, fit: Fitted, index: Mapping[str, float], date: str) -> str:
    """The text of ``types.toml``."""
    words, groups = words_of(fit)
    means, group = means_of(stations, fit.labels), grouped(fit, stations.voters)
    all_voters = stations.told["_all_voters"].sum()
    lines = [
        "# The types of stations, fitted by bench/typology.py on a national release: do not edit figures by hand.",
        "# Titles of types and groups are words, kept when the types are fitted again.",
        f'date = "{date}"',
        f'source = "{SOURCE} : {len(stations.voters)} bureaux, {len(stations.names)} indicateurs"',
        f'method = "{METHOD}"',
        f"least_known = {LEAST_KNOWN}",
        f"extreme = {EXTREME}",
        "",
        "# Mean adjusted Rand index: with other seeds; with a fifth of the indicators of each theme left out and all",
        "# fitted again (types, then groups); with the same types read with a fifth of the indicators unknown.",
        "[stability]",
        *(f"{name} = {value}" for name, value in index.items()),
        "",
        "[groups]",
    ]
    for number in sorted(set(group.tolist())):
        mine = next((words[k]["group"] for k in words if group[k] == number), f"g{number + 1}")
        said = groups.get(mine, {"title": mine, "title_en": mine})
        lines.append(f'{mine} = {{ title = "{said["title"]}", title_en = "{said["title_en"]}" }}')
    for k in range(TYPES):
        own = next((words[j]["group"] for j in words if group[j] == group[k]), f"g{group[k] + 1}")
        share = 100 * stations.voters[fit.labels == k].sum() / all_voters
        votes = {name: by[k] for name, (by, _) in means.items() if name.endswith(VOTES) and "legi_2024_t1" in name}
        lines += type_lines(k, {**words.get(k, {}), "group": own}, (share, votes), portrait(k, means, stations))
        lines.append(f"centroid = {numbers(fit.centroids[k])}")
    lines += ["", "[indicators]"]
    for k, name in enumerate(stations.names):
        scale = f"mean = {fit.mean[k]:.6g}, deviation = {fit.deviation[k]:.6g}"
        lines.append(f"{name} = {{ {scale}, axes = {numbers(fit.axes[k])} }}")
    return "\n".join(lines) + "\n"


def type_lines(
    number: int, said: Mapping[str, Any], figures: tuple[float, Mapping[str, float]], sentence: str
) -> list[str]:
    """The lines of a type that readers see: its words, its share of the voters, how it voted."""
    share, votes = figures
    return [
        "",
        f"[types.t{number + 1}]",
        f'title = "{said.get("title", f"type {number + 1}")}"',
        f'title_en = "{said.get("title_en", f"type {number + 1}")}"',
        f'group = "{said["group"]}"',
        f'portrait = "{sentence}"',
        f"part_inscrits = {share:.1f}",
        f"votes = {{ {', '.join(f'{name} = {value:.1f}' for name, value in votes.items())} }}",
    ]


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--date", default="2026-11-24")
    parser.add_argument("--quick", action="store_true", help="sans mesurer la stabilité")
    given = parser.parse_args()
    stations = stations_of(given.release)
    fit = fitted(stations)
    kept = tomllib.loads(FACTS.read_text("utf-8"))["stability"] if given.quick and FACTS.exists() else {}
    index = kept if given.quick else stability(stations, fit)
    FACTS.write_text(written(stations, fit, index, given.date), "utf-8")
    print(f"{FACTS.name}: {TYPES} types, {GROUPS} groupes", dict(index))


if __name__ == "__main__":
    main()
