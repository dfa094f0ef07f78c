"""How stable the types are: the adjusted Rand index with other seeds, resampled indicators, figures left unknown.

The size of a commune is known and never resampled: the index within each group says how stable the rest is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score
from typology_fit import GROUPS, SEED, Fitted, Labels, Stations, axis_of, centres_of, labels_of, standardised

LEFT_OUT: Final = 0.2  # of the indicators of each theme, drawn at random
DRAWS: Final = 20
Drawn = npt.NDArray[np.int64]


def stability(stations: Stations, fit: Fitted) -> dict[str, dict[str, float]]:
    """The mean index of each way to try the types, over all stations and within each group."""
    random = np.random.default_rng(SEED)
    fewer = [drawn(stations.themes, random) for _ in range(DRAWS)]
    again = [redrawn(stations.themes, random) for _ in range(DRAWS)]
    tried = {
        "graines": [_other_seed(stations, fit, SEED + 1 + k) for k in range(5)],
        "indicateurs": [_fitted_again(stations, kept) for kept in fewer],
        "indicateurs_avec_remise": [_fitted_again(stations, kept) for kept in again],
        "lecture_avec_un_cinquieme_en_moins": [_read_with(stations, fit, kept) for kept in fewer],
    }
    return {name: _indices(stations, fit.labels, others) for name, others in tried.items()}


def drawn(themes: Sequence[str], random: np.random.Generator) -> Drawn:
    """The indicators of each theme without a fifth of them, at random."""
    kept: list[int] = []
    for theme in dict.fromkeys(themes):
        mine = [k for k, other in enumerate(themes) if other == theme]
        kept += random.choice(mine, max(2, round((1 - LEFT_OUT) * len(mine))), replace=False).tolist()
    return np.sort(np.array(kept))


def redrawn(themes: Sequence[str], random: np.random.Generator) -> Drawn:
    """As many indicators of each theme as it has, drawn with replacement."""
    kept: list[int] = []
    for theme in dict.fromkeys(themes):
        mine = [k for k, other in enumerate(themes) if other == theme]
        kept += random.choice(mine, len(mine)).tolist()
    return np.sort(np.array(kept))


def _other_seed(stations: Stations, fit: Fitted, seed: int) -> Labels:
    """The types fitted again from other starts."""
    standard, _, _ = standardised(stations.values, stations.voters)
    points = fit.axis.points(standard, np.isfinite(stations.values))
    return labels_of(points, stations.groups, centres_of(points, stations, seed, 3))


def _fitted_again(stations: Stations, kept: Drawn) -> Labels:
    """The types fitted again on some of the indicators."""
    standard, _, _ = standardised(stations.values[:, kept], stations.voters)
    axis = axis_of(standard, stations.voters, [stations.themes[k] for k in kept])
    points = axis.points(standard, np.isfinite(stations.values[:, kept]))
    return labels_of(points, stations.groups, centres_of(points, stations, SEED, 3))


def _read_with(stations: Stations, fit: Fitted, kept: Drawn) -> Labels:
    """The same types read on some of the indicators, the others unknown."""
    standard, _, _ = standardised(stations.values, stations.voters)
    told = np.zeros(len(stations.names), dtype=bool)
    told[kept] = True
    points = fit.axis.points(np.where(told, standard, 0.0), np.isfinite(stations.values) & told)
    return labels_of(points, stations.groups, fit.centres)


def _indices(stations: Stations, labels: Labels, others: Sequence[Labels]) -> dict[str, float]:
    """The mean index over all stations (``ensemble``) and within each group."""
    parts: Mapping[str, npt.NDArray[np.bool_]] = {
        "ensemble": np.ones(len(labels), dtype=bool),
        **{name: stations.groups == group for group, name in enumerate(GROUPS)},
    }
    return {
        name: round(float(np.mean([adjusted_rand_score(labels[here], other[here]) for other in others])), 3)
        for name, here in parts.items()
    }
