"""The stations of a national release and their types: near on a few axes that all indicators make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from sklearn.cluster import KMeans

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
SEED: Final = 20261130
LEAST_KNOWN, EXTREME = 0.6, 4.0
RIDGE: Final = 0.001
AXES, TYPES, FAMILIES = 3, 9, 4  # chosen with bench/typology_designs.py: steady, and telling of ages, homes and incomes
STARTS, SAMPLE = 30, 10_000
# What a station is compared on: who lives there, work, housing, income; never how it votes. Each indicator weighs one.
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
    """The stations of the release that have enough figures, their voters and those of their commune, what is told."""

    names: tuple[str, ...]
    themes: tuple[str, ...]
    values: Floats
    voters: Floats
    of_commune: Floats
    told: Mapping[str, Floats]
    titles: Mapping[str, str]
    all_voters: float


@dataclass(frozen=True, slots=True)
class Ground:
    """The stations' figures in standard deviations (0 where unknown), what is known, how indicators go together."""

    mean: Floats
    deviation: Floats
    standard: Floats
    known: Mask
    relations: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """The axes (indicators x axes), the centre of each type on them, its family, and the type of each station."""

    axes: Floats
    centres: Floats
    families: Labels
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
    communes = pq.read_table(path, columns=["code_commune"])["code_commune"].to_pandas().to_numpy()
    _, commune = np.unique(communes.astype(str), return_inverse=True)
    of_commune = np.bincount(commune, voters)[commune]
    kept = (np.isfinite(values).mean(axis=1) >= LEAST_KNOWN) & (voters > 0)
    told = {name: columns[name][kept] for name in (*SAID, *votes)}
    titles = {name: schema.field(name).metadata[b"title"].decode() for name in told}
    return Stations(names, themes, values[kept], voters[kept], of_commune[kept], told, titles, float(voters.sum()))


def ground_of(stations: Stations) -> Ground:
    """What is measured once on the whole country: means and deviations of voters, covariances of what both know."""
    known, voters = np.isfinite(stations.values), stations.voters
    filled, weight = np.where(known, stations.values, 0.0), known * voters[:, None]
    mean = (weight * filled).sum(0) / weight.sum(0)
    deviation = np.sqrt((weight * (filled - mean) ** 2).sum(0) / weight.sum(0))
    standard = np.where(known, np.clip((filled - mean) / deviation, -EXTREME, EXTREME), 0.0)
    relations = (standard * voters[:, None]).T @ standard / (known.T.astype(float) @ weight)
    values, vectors = np.linalg.eigh(relations)  # what pairs know differs: negative values are noise
    return Ground(mean, deviation, standard, known, (vectors * np.maximum(values, 1e-6)) @ vectors.T)


def filled(ground: Ground, kept: Labels) -> Floats:
    """The standardised figures when only some indicators are at hand, the others told from them (see ``types.py``)."""
    asked = np.zeros(len(ground.mean), dtype=bool)
    asked[kept] = True
    known, found = ground.known & asked, ground.standard.copy()
    _, first, alike = np.unique(np.packbits(known, axis=1), axis=0, return_index=True, return_inverse=True)
    for number, example in enumerate(first):
        rows, told = np.flatnonzero(alike.ravel() == number), known[example]
        among = ground.relations[np.ix_(told, told)] + RIDGE * np.eye(told.sum())
        carried = np.linalg.solve(among, ground.relations[np.ix_(told, ~told)])
        found[np.ix_(rows, ~told)] = found[np.ix_(rows, told)] @ carried
    return found


def axes_of(figures: Floats, voters: Floats, number: int = AXES) -> Floats:
    """The first principal axes of full figures; the first has a variance of one, the others keep their proportion."""
    values, vectors = np.linalg.eigh((figures * (voters / voters.sum())[:, None]).T @ figures)
    axes = vectors[:, ::-1][:, :number]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(number)])
    return np.asarray(axes * signs / np.sqrt(values[-1]))


def centres_of(points: Floats, voters: Floats, number: int = TYPES, seed: int = SEED) -> Floats:
    """The centres of types (k-means weighed by voters): the best of many starts on a sample, then settled on all."""
    random = np.random.default_rng(SEED)
    sample = points[random.choice(len(points), min(SAMPLE, len(points)), replace=False, p=voters / voters.sum())]
    started = KMeans(number, n_init=STARTS, random_state=seed).fit(sample).cluster_centers_
    settled = KMeans(number, init=started, n_init=1, tol=1e-7).fit(points, sample_weight=voters)
    return np.asarray(settled.cluster_centers_, dtype=np.float64)


def labels_of(points: Floats, centres: Floats) -> Labels:
    """The type of each point: the one whose centre is nearest."""
    return np.asarray(((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1), dtype=np.int64)


def families_of(centres: Floats, share: Floats, number: int = FAMILIES) -> Labels:
    """The family of each type: the two that cost the least variance are joined until so many remain (Ward, 1963)."""
    groups = [[place] for place in range(len(centres))]
    while len(groups) > number:
        left, right = min(combinations(groups, 2), key=lambda pair: _cost(pair, centres, share))
        groups = [one for one in groups if one not in (left, right)] + [left + right]
    found = np.zeros(len(centres), dtype=np.int64)
    for family, group in enumerate(sorted(groups, key=min)):
        found[group] = family
    return found


def _cost(pair: Sequence[list[int]], centres: Floats, share: Floats) -> float:
    """What the variance within grows by when two groups of types are one."""
    masses = [share[group].sum() for group in pair]
    apart = np.subtract(*(share[group] @ centres[group] / mass for group, mass in zip(pair, masses, strict=True)))
    return float(masses[0] * masses[1] / sum(masses) * (apart**2).sum())


def fitted(figures: Floats, voters: Floats, seed: int = SEED) -> Fitted:
    """The types of stations of which all figures are told, from the largest type to the smallest."""
    axes = axes_of(figures, voters)
    points = figures @ axes
    centres = centres_of(points, voters, seed=seed)
    share = np.bincount(labels_of(points, centres), voters, minlength=len(centres))
    order = np.argsort(-share)
    centres, share = centres[order], share[order] / share.sum()
    return Fitted(axes, centres, families_of(centres, share), labels_of(points, centres))
