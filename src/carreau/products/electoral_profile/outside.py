"""Those who live outside households (homes for the old, halls of residence, barracks): many alike at one address.

A zone in pieces does not say which piece holds the address. A station that takes the part w of a zone has all of its H
people with probability w, or none: the variance of how many it has is w(1-w)H². A share moves by c H/n with them, c
being what one of them adds to its numerator beyond what one inhabitant does (:func:`leaning`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import Refined, Values

COLUMN: Final = ("population", "P_PHORMEN")
INHABITANTS: Final = ("P_POP", "C_POP", "P_NSCOL")  # columns that count all inhabitants of an age, wherever they live
NOT_ALL: Final = "revenu"  # incomes are those of households
NEXT_TO_NONE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Outside:
    """Those outside households: how many in each zone (0 where the census does not tell); of each station, the variance
    of how many it may have, and the part of its people whose zone does not tell."""

    people: Values
    variance: Values
    untold: Values


def outside_of(refined: Refined, mass: Values) -> Outside:
    """Those outside households, of the zones and stations of a territory; ``mass`` is the people of each zone."""
    told = refined.column(*COLUMN)
    people = np.nan_to_num(told)
    pieces = sparse.coo_array(refined.weights)
    part = np.clip(pieces.data, 0, 1)
    size = pieces.shape[1]
    variance = np.bincount(pieces.col, part * (1 - part) * people[pieces.row] ** 2, size).astype(np.float64)
    carried = pieces.data * mass[pieces.row]
    untold, total = (
        np.bincount(pieces.col, part, size).astype(np.float64)
        for part in (carried * ~np.isfinite(told)[pieces.row], carried)
    )
    return Outside(people, variance, np.divide(untold, total, out=np.zeros(size), where=total > 0))


def counts_inhabitants(indicator: Indicator) -> bool:
    """Whether an indicator is a share of inhabitants, those outside households among them."""
    if indicator.kind != "share" or indicator.base is None or NOT_ALL in indicator.aliases:
        return False
    return all(name.startswith(INHABITANTS) for _, name in indicator.base.columns)


def leaning(columns: Values, outside: Outside, mass: Values, commune: npt.NDArray[np.int64]) -> float:
    """What one person outside households adds to the numerator of a share beyond its part of the base, -1 to 1.

    ``columns`` holds number and base on the zones. Zones are held against the others of their commune, by least squares
    weighted by 1/people: sum(h x / mass) / sum(h² / mass), where x and h are what the number and those outside
    households are beyond the commune's part of the base. 0 where nobody lives so, or no commune has two zones.
    """
    number, base = columns[:, 0], columns[:, 1]
    known = np.isfinite(number) & np.isfinite(base) & (mass > NEXT_TO_NONE)
    weight = np.where(known, 1 / np.maximum(mass, NEXT_TO_NONE), 0.0)
    bases = np.where(known, base, 0.0)

    def beyond(value: Values) -> Values:
        """What each zone has of ``value`` beyond its commune's part of the base."""
        kept = np.where(known, value, 0.0)
        size = int(commune.max(initial=-1)) + 1
        sums, total = (np.bincount(commune, one, size).astype(np.float64) for one in (kept, bases))
        return np.asarray(kept - np.divide(sums, total, out=np.zeros(size), where=total > 0)[commune] * bases)

    apart, more = beyond(outside.people), beyond(number)
    square = float((weight * apart**2).sum())
    return float(np.clip((weight * apart * more).sum() / square, -1, 1)) if square > NEXT_TO_NONE else 0.0


def in_households(columns: Values, outside: Outside, leans: float) -> Values:
    """The share (in percent) of each zone without what those outside households add to it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip(100 * (columns[:, 0] - leans * outside.people) / columns[:, 1], 0, 100))


def outside_deviation(leans: float, outside: Outside, people: Values) -> Values:
    """The standard error of a share of so many ``people``, in points, from not knowing where those addresses are."""
    part = np.divide(np.sqrt(outside.variance), people, out=np.zeros(len(people)), where=people > 0)
    return np.asarray(100 * abs(leans) * part)
