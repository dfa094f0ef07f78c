"""How strongly figures put a theme forward: gaps, their margins, probabilities, scores. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from carreau.products.advice.themes import Theme

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

HALF_WIDTH: Final = 1.645  # half-width of an interval at 90 %, in standard deviations of the normal law
SHOWN: Final = 3
SURE: Final = {"A": 0, "B": 1, "C": 2, "D": 3, "E": 4}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of places: places x indicators, NaN where a figure or a reference is not known.

    ``near`` is the reference close by (commune or department) and ``near_margin`` its margin, ``country`` that of
    France and ``country_margin`` its margin. ``note`` is a letter, empty where no figure is shown; ``status`` what a
    reader must know of a figure.
    """

    names: tuple[str, ...]
    value: Floats
    margin: Floats
    base: Floats
    near: Floats
    near_margin: Floats
    country: Floats
    country_margin: Floats
    note: Texts
    status: Texts


@dataclass(frozen=True, slots=True)
class Rules:
    """When a theme is put forward: see ``[rules]`` and ``[sureness]`` of product.toml.

    ``smallest`` is, for each indicator, the smallest gap that matters, in its own unit; ``sureness`` the smallest
    probabilities of the grades A to D.
    """

    supporting: float
    weakest: float
    fewest: int
    surest: str
    most: int
    narrowest: float
    smallest: Floats
    sureness: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the figures say of each theme: places x themes.

    ``score`` from 0 to 1 with ``margin``; ``sure`` is the probability that the two surest gaps are both real;
    ``kept`` where the theme is put forward and ``rank`` its rank there (1 first, 0 where not kept). ``shown`` gives
    up to three known figures per theme, those that support it first (-1: no more); ``force`` that of each figure,
    places x figures, one table per theme.
    """

    score: Floats
    margin: Floats
    sure: Floats
    kept: Flags
    rank: Index
    shown: Index
    force: tuple[Floats, ...]


def evidence_of(figures: Figures, themes: Sequence[Theme], rules: Rules) -> Evidence:
    """The evidence for each theme in each place.

    The force of a figure against a reference is 2 Φ((g - m) / √(s² + m²)) - 1, cut at 0: g the gap in the direction of
    the theme, m the smallest gap that matters, s the standard deviation of the gap that the margins give. It is 0 while
    the gap is as likely not to matter, nears 1 as it is sure to, never falls when the gap grows, never rises when the
    margin does. The mean of that against the reference close by and against France is taken. The score of a theme is
    the weighted mean of its three strongest figures; one that is not known counts for nothing.
    """
    places, many = figures.value.shape[0], len(themes)
    score, margin, sure = (np.zeros((places, many)) for _ in range(3))
    enough = np.zeros((places, many), dtype=bool)
    shown = np.full((places, many, SHOWN), -1, dtype=np.int64)
    forces = []
    for column, theme in enumerate(themes):
        index = np.array([figures.names.index(one.indicator) for one in theme.supports])
        sign, weight = (np.array([getattr(one, name) for one in theme.supports]) for name in ("sign", "weight"))
        force, low, high = (forces_of(figures, index, sign, rules.smallest, shift) for shift in (0.0, -1.0, 1.0))
        forces.append(force)
        score[:, column] = strength(force, weight)
        margin[:, column] = (strength(high, weight) - strength(low, weight)) / 2
        supports = force >= rules.supporting
        sound = np.isin(figures.note[:, index], [letter for letter in SURE if SURE[letter] <= SURE[rules.surest]])
        backed = (supports.sum(axis=1) >= rules.fewest) & (supports & sound).any(axis=1)
        enough[:, column] = backed & (score[:, column] >= rules.weakest)
        sure[:, column] = surest_pair(figures, index, sign, supports)
        shown[:, column] = strongest(force * weight + supports, np.isfinite(figures.value[:, index]))
    kept, rank = ranked(score, enough, rules.most)
    return Evidence(score, margin, sure, kept, rank, shown, tuple(forces))


def forces_of(figures: Figures, index: Index, sign: Floats, smallest: Floats, shift: float) -> Floats:
    """The force of each figure, 0 where it is not known; ``shift`` moves every gap by that many margins."""
    floor = smallest[index]

    def against(gap: Floats, margin: Floats) -> Floats:
        spread = np.sqrt((margin / HALF_WIDTH) ** 2 + floor**2)
        return np.asarray(np.maximum(2 * ndtr((sign * gap + shift * margin - floor) / spread) - 1, 0.0))

    both = _both(figures, index, against)
    return np.asarray(both.sum(axis=0) / np.maximum(_compared(figures, index).sum(axis=0), 1))


def real(figures: Figures, index: Index, sign: Floats) -> Floats:
    """The probability that each gap goes the way of the theme at all, against the reference where that is surest.

    0 where it goes the other way, or is not known.
    """

    def against(gap: Floats, margin: Floats) -> Floats:
        chance = ndtr(sign * gap / np.maximum(margin / HALF_WIDTH, 1e-9))
        return np.where(sign * gap > 0, chance, 0.0)

    return np.asarray(_both(figures, index, against).max(axis=0))


def _both(figures: Figures, index: Index, against: Callable[[Floats, Floats], Floats]) -> Floats:
    """What ``against`` says of the gap with the reference close by, then with France; 0 where one is not known."""
    value, margin = figures.value[:, index], figures.margin[:, index]
    near, country = figures.near[:, index], figures.country[:, index]
    near_margin, country_margin = (
        np.sqrt(margin**2 + np.nan_to_num(own[:, index]) ** 2) for own in (figures.near_margin, figures.country_margin)
    )
    return np.nan_to_num(np.stack([against(value - near, near_margin), against(value - country, country_margin)]))


def _compared(figures: Figures, index: Index) -> Flags:
    """Against which references each figure can be held: the one close by, then France."""
    value, margin = figures.value[:, index], figures.margin[:, index]
    return np.isfinite(np.stack([value - figures.near[:, index], value - figures.country[:, index]]) + margin)


def strength(force: Floats, weight: Floats) -> Floats:
    """The weighted mean of the three strongest figures of each place, from 0 to 1."""
    strongest_three = np.sort(force * weight, axis=1)[:, ::-1][:, :SHOWN].sum(axis=1)
    return np.asarray(strongest_three / np.sort(weight)[::-1][:SHOWN].sum())


def surest_pair(figures: Figures, index: Index, sign: Floats, supports: Flags) -> Floats:
    """The probability that the gaps of the two surest supporting figures are both real, taken as independent."""
    chance = np.sort(np.where(supports, real(figures, index, sign), 0.0), axis=1)[:, ::-1]
    return np.asarray(chance[:, 0] * chance[:, 1])


def strongest(force: Floats, known: Flags) -> Index:
    """Up to three known figures of each place, the strongest first, -1 where there is no more."""
    order = np.argsort(-np.where(known, force, -1.0), axis=1, kind="stable")[:, :SHOWN]
    return np.where(np.take_along_axis(known, order, axis=1), order, -1)


def ranked(score: Floats, enough: Flags, most: int) -> tuple[Flags, Index]:
    """Which themes are put forward in each place, the ``most`` strongest at most, and their rank from 1."""
    order = np.argsort(-np.where(enough, score, -1.0), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(1, score.shape[1] + 1)[None, :], axis=1)
    kept = enough & (place <= most)
    return kept, np.where(kept, place, 0)


def grades(sure: Floats, sureness: Sequence[float]) -> Texts:
    """The letter of each probability: A when at least the first of ``sureness``, E under the last.

    >>> grades(np.array([0.99, 0.8]), (0.98, 0.95, 0.9, 0.75)).tolist()
    ['A', 'D']
    """
    rank = (sure[..., None] < np.array(sureness)).sum(axis=-1)
    return np.asarray(np.array(list(SURE), dtype=np.object_)[rank], dtype=np.object_)
