"""The two sides of a crossing: what each station counts of origins and of destinations, checked once, trusted after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from carreau.errors import Broken

Floats = NDArray[np.float64]
TOLERANCE: Final = 1e-6
_ADVICE = "vérifier que les deux tableaux viennent des mêmes bureaux, dans le même ordre"


@dataclass(frozen=True, slots=True)
class Margins:
    """One row per station: ``origins`` (N, R) and ``destinations`` (N, C), in persons, of equal totals per row.

    Both are finite and not negative; a station may be empty on both sides. :class:`~carreau.errors.Broken` when the
    two sides contradict each other by more than one millionth: :func:`balanced` makes them agree.

    >>> Margins(np.array([[60.0, 40.0]]), np.array([[30.0, 70.0]])).total
    100.0
    """

    origins: Floats
    destinations: Floats

    def __post_init__(self) -> None:
        origins, destinations = (np.asarray(side, dtype=np.float64) for side in (self.origins, self.destinations))
        object.__setattr__(self, "origins", origins)
        object.__setattr__(self, "destinations", destinations)
        _check_sides(origins, destinations)
        left, right = origins.sum(axis=1), destinations.sum(axis=1)
        apart = np.flatnonzero(np.abs(left - right) > TOLERANCE * np.maximum(left, right))
        if len(apart):
            first = int(apart[0])
            raise Broken(
                "les deux côtés d'un bureau ne comptent pas le même nombre de personnes",
                given=f"{len(apart)} bureaux, dont la ligne {first} : {left[first]:.6g} et {right[first]:.6g}",
                expected="le même total des deux côtés de chaque bureau",
                advice=_ADVICE,
            )

    @property
    def total(self) -> float:
        """The number of persons of all stations together."""
        return float(self.destinations.sum())


def balanced(origins: Floats, destinations: Floats) -> Margins:
    """The margins whose origins are scaled, station by station, to the totals of the destinations.

    Nothing is dropped: a station empty on both sides stays, with zeros. :class:`~carreau.errors.Broken` for a number
    that is negative or missing, for tables of different lengths, and for a station with persons on one side only.

    >>> balanced(np.array([[3.0, 1.0]]), np.array([[40.0, 40.0]])).origins.tolist()
    [[60.0, 20.0]]
    """
    origins, destinations = (np.asarray(side, dtype=np.float64) for side in (origins, destinations))
    _check_sides(origins, destinations)
    left, right = origins.sum(axis=1), destinations.sum(axis=1)
    alone = np.flatnonzero((left > 0) != (right > 0))
    if len(alone):
        first = int(alone[0])
        raise Broken(
            "un bureau a des personnes d'un côté et n'en a pas de l'autre",
            given=f"{len(alone)} bureaux, dont la ligne {first} : {left[first]:.6g} et {right[first]:.6g}",
            expected="des personnes des deux côtés, ou d'aucun",
            advice="laisser de côté les bureaux sans correspondance, et dire combien",
        )
    scale = np.divide(right, left, out=np.zeros_like(right), where=left > 0)
    return Margins(origins * scale[:, None], destinations)


def _check_sides(origins: Floats, destinations: Floats) -> None:
    """Refuse tables that are not two tables of counts of the same stations."""
    for name, side in (("de départ", origins), ("d'arrivée", destinations)):
        if side.ndim != 2 or side.shape[1] == 0:
            raise Broken(
                f"le tableau {name} n'a pas de colonne",
                given=f"une forme {side.shape}",
                expected="une ligne par bureau et au moins une colonne",
                advice=_ADVICE,
            )
        wrong = ~np.isfinite(side) | (side < 0)
        if wrong.any():
            raise Broken(
                f"le tableau {name} a des nombres manquants ou négatifs",
                given=f"{int(wrong.sum())} cases, dont la ligne {int(np.argwhere(wrong)[0][0])}",
                expected="des nombres de personnes, positifs ou nuls",
                advice="laisser de côté les bureaux dont un nombre manque, et dire combien",
            )
    if len(origins) != len(destinations):
        raise Broken(
            "les deux tableaux n'ont pas le même nombre de bureaux",
            given=f"{len(origins)} et {len(destinations)} bureaux",
            expected="les mêmes bureaux, dans le même ordre",
            advice=_ADVICE,
        )
