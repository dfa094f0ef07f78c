"""The stations of a national release and their types: a class of commune size, then a rank on one axis within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
SEED: Final = 20261130
LEAST_KNOWN, EXTREME = 0.6, 4.0
ROUNDS: Final = 1000  # more than k-means on one axis ever needs
LEAST_PART: Final = 0.25  # of the axis: a point read on less of it is drawn towards the mean
# The groups: registered voters of the commune below which it belongs to one, and how many types each is cut into.
GROUPS: Final[Mapping[str, tuple[float, int]]] = {
    "villages": (1_500, 2),
    "bourgs": (12_000, 2),
    "villes": (60_000, 3),
    "grandes_villes": (float("inf"), 3),
}
# What a station is compared on: who lives there, work, housing, income; never how it votes. See WEIGHS.
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
# What a theme weighs, shared by its indicators; the others weigh one. Chosen with GROUPS, for the types to be stable.
WEIGHS: Final[Mapping[str, float]] = {"revenus": 1.25}


@dataclass(frozen=True, slots=True)
class Stations:
    """The stations of the release that have enough figures, their voters and those of their commune, what is told."""

    names: tuple[str, ...]
    themes: tuple[str, ...]
    values: Floats
    voters: Floats
    groups: Labels
    told: Mapping[str, Floats]
    titles: Mapping[str, str]
    all_voters: float


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis that sums the indicators up: what multiplies each standardised one, and the part that each makes."""

    weight: Floats
    part: Floats

    def points(self, standard: Floats, known: npt.NDArray[np.bool_]) -> Floats:
        """Where each station lies, from what is known of it: what is unknown is taken to be like the rest of it."""
        return np.asarray(standard @ self.weight / np.maximum(known @ self.part, LEAST_PART))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What standardises and sums up the indicators, the centres of each group's types, the type of each station."""

    mean: Floats
    deviation: Floats
    axis: Axis
    centres: tuple[Floats, ...]
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
    bounds = [bound for bound, _ in GROUPS.values()][:-1]
    groups = np.searchsorted(bounds, of_commune[kept], side="right")
    return Stations(names, themes, values[kept], voters[kept], groups, told, titles, float(voters.sum()))


def standardised(values: Floats, voters: Floats) -> tuple[Floats, Floats, Floats]:
    """The values in standard deviations from the mean of voters, 0 where unknown; the means and deviations."""
    known = np.isfinite(values)
    filled, weight = np.where(known, values, 0.0), known * voters[:, None]
    mean = (weight * filled).sum(0) / weight.sum(0)
    deviation = np.sqrt((weight * (filled - mean) ** 2).sum(0) / weight.sum(0))
    standard = np.where(known, np.clip((filled - mean) / deviation, -EXTREME, EXTREME), 0.0)
    return standard, mean, deviation


def axis_of(standard: Floats, voters: Floats, themes: Sequence[str]) -> Axis:
    """The first principal axis of the indicators, each weighing what its theme weighs over how many share it.

    It grows with the standard of living: its greatest part, which is of income, is positive.
    """
    weight = np.array([WEIGHS.get(theme, 1.0) / list(themes).count(theme) for theme in themes])
    weighed = standard * weight
    axis = np.linalg.eigh((weighed * voters[:, None]).T @ weighed)[1][:, -1]
    axis = axis * np.sign(axis[np.abs(axis).argmax()])
    return Axis(weight * axis, axis**2)


def centres_of(points: Floats, stations: Stations, seed: int, starts: int) -> tuple[Floats, ...]:
    """The centres of the types of each group, from the least to the most well-off (k-means weighed by voters)."""
    random, found = np.random.default_rng(seed), []
    for group, (_, size) in enumerate(GROUPS.values()):
        here = stations.groups == group
        order = np.argsort(points[here], kind="stable")
        line, voters = points[here][order], stations.voters[here][order]
        tried = [_settled(line, voters, np.sort(random.choice(line, size, replace=False))) for _ in range(starts)]
        found.append(max(tried, key=lambda one: one[0])[1])
    return tuple(found)


def _settled(line: Floats, voters: Floats, centres: Floats) -> tuple[float, Floats]:
    """Centres moved until they are the means of what is nearest to them, and what they explain of the variance.

    ``line`` is sorted, so that what is nearest to a centre lies between two cuts: sums by prefix make it quick.
    """
    mass = np.concatenate([[0.0], np.cumsum(voters)])
    moment = np.concatenate([[0.0], np.cumsum(voters * line)])
    for _ in range(ROUNDS):
        cuts = np.searchsorted(line, (centres[1:] + centres[:-1]) / 2)
        ends = np.concatenate([[0], cuts, [len(line)]])
        held, told = np.diff(mass[ends]), np.diff(moment[ends])
        moved = np.where(held > 0, told / np.where(held > 0, held, 1.0), centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return float((held * centres**2).sum()), centres


def labels_of(points: Floats, groups: Labels, centres: Sequence[Floats]) -> Labels:
    """The type of each point: of those of its group, the one whose centre is nearest."""
    labels, before = np.zeros(len(points), dtype=np.int64), 0
    for group, mine in enumerate(centres):
        here = groups == group
        labels[here] = before + np.searchsorted((mine[1:] + mine[:-1]) / 2, points[here])
        before += len(mine)
    return labels


def fitted(stations: Stations, seed: int = SEED, starts: int = 20) -> Fitted:
    """The types of all stations."""
    standard, mean, deviation = standardised(stations.values, stations.voters)
    axis = axis_of(standard, stations.voters, stations.themes)
    points = axis.points(standard, np.isfinite(stations.values))
    centres = centres_of(points, stations, seed, starts)
    return Fitted(mean, deviation, axis, centres, labels_of(points, stations.groups, centres))
