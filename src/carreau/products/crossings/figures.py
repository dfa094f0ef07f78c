"""The figures of a crossing, flat: one entry per place, origin and destination, with all that says how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.inference import Margins
from carreau.products.crossings.limits import Limits
from carreau.products.crossings.regions import Table
from carreau.products.crossings.tallies import Floats, Texts
from carreau.typography import bare

NOBODY: Final = "sans objet : personne n'est concerné ici"
RARE: Final = "trop rare ici pour être distingué : moins de {least}\u202f% des inscrits"
TOO_WIDE: Final = "les bureaux ne permettent pas de le dire : l'intervalle à 90\u202f% dépasse ±\u202f{widest} points"
TOO_WIDE_HERE: Final = "l'intervalle à 90\u202f% dépasse ±\u202f{widest} points dans ce bureau"
_OUTER: Final = 90
_LETTERS: Final = np.array(["A", "B", "C", "D", "E"], dtype=np.object_)


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in percent of each origin, one entry per row, NaN where not said.

    ``ranges`` gives the low and high ends of the intervals at each level, ``bounds`` what the margins alone impose,
    ``reference`` the baseline. ``number`` and ``base`` are registered voters. ``status`` says why a share is NaN,
    ``warning`` why one that is shown is fragile; both are empty otherwise.
    """

    share: Floats
    margin: Floats
    number: Floats
    base: Floats
    ranges: Mapping[int, tuple[Floats, Floats]]
    bounds: tuple[Floats, Floats]
    reference: Floats
    status: Texts
    warning: Texts

    def grades(self, limits: Limits) -> Texts:
        """The grade of each share, from A (sure) to E (fragile), by its margin; empty where no share is shown."""
        rank = np.searchsorted(np.array(limits.grades), np.nan_to_num(self.margin, nan=np.inf))
        return np.where(np.isfinite(self.share), _LETTERS[rank], "")


def territory_figures(crossing: Table, limits: Limits) -> Figures:
    """The figures of the whole territory: origins x destinations entries, destinations varying first."""
    base = np.repeat(crossing.counts.sum(axis=1), crossing.shares.shape[1])
    low, high = crossing.intervals[_OUTER]
    told = np.repeat(crossing.told, crossing.shares.shape[1])
    reasons = np.repeat(np.array(crossing.reasons, dtype=np.object_), crossing.shares.shape[1])
    half = 50 * (high - low).ravel()
    rare = np.repeat(_rare(crossing, limits), crossing.shares.shape[1])
    hidden = (base <= 0) | rare | (half > limits.widest)
    wide = np.where(reasons == "", TOO_WIDE.format(widest=f"{limits.widest:g}"), reasons)
    status = np.where(base <= 0, NOBODY, np.where(rare, _said_rare(limits), np.where(hidden, wide, "")))
    return _hidden(
        Figures(
            share=100 * crossing.shares.ravel(),
            margin=half,
            number=crossing.counts.ravel().astype(np.float64),
            base=base,
            ranges={level: _percent(pair) for level, pair in crossing.intervals.items()},
            bounds=_percent(crossing.bounds),
            reference=100 * crossing.baseline.ravel(),
            status=status,
            warning=np.where(told, "", reasons),
        ),
        hidden,
    )


def station_figures(crossing: Table, margins: Margins, limits: Limits) -> Figures:
    """The figures of each station: stations x origins x destinations entries, destinations varying first.

    A station has one interval, at 90 %: its share, more or less its margin, cut at what its own margins impose.
    """
    found = crossing.stations()
    origins, size = margins.origins, found.counts.shape
    base = np.broadcast_to(origins[:, :, None], size).ravel()
    number = found.counts.ravel().astype(np.float64)
    bounds = station_bounds(margins)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(base > 0, 100 * number / base, np.nan)
    half = 100 * found.deviation.ravel().astype(np.float64)
    low, high = (np.clip(share + sign * half, *bounds) for sign in (-1, 1))
    half = (high - low) / 2
    told = np.broadcast_to(crossing.told[None, :, None], size).ravel()
    reasons = np.broadcast_to(np.array(crossing.reasons, dtype=np.object_)[None, :, None], size).ravel()
    rare = np.broadcast_to(_rare(crossing, limits)[None, :, None], size).ravel()
    hidden = (base <= 0) | rare | (half > limits.widest)
    wide = TOO_WIDE_HERE.format(widest=f"{limits.widest:g}")
    status = np.where(base <= 0, NOBODY, np.where(rare, _said_rare(limits), np.where(hidden, wide, "")))
    return _hidden(
        Figures(
            share=share,
            margin=half,
            number=number,
            base=base,
            ranges={_OUTER: (low, high)},
            bounds=bounds,
            reference=np.broadcast_to(100 * crossing.baseline[None], size).ravel(),
            status=status,
            warning=np.where(told, "", reasons),
        ),
        hidden,
    )


def station_bounds(margins: Margins) -> tuple[Floats, Floats]:
    """What the margins of each station impose on each share, in percent, flat; NaN for an origin without anyone.

    At least what the other origins could not have given, at most all that the destination received (Duncan and Davis,
    An Alternative to Ecological Correlation, 1953).
    """
    own, received = margins.origins[:, :, None], margins.destinations[:, None, :]
    total = margins.destinations.sum(axis=1)[:, None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.maximum(received - (total - own), 0.0) / own
        high = np.minimum(received, own) / own
    nobody = np.broadcast_to(own <= 0, low.shape)
    low, high = (np.where(nobody, np.nan, 100 * np.clip(part, 0.0, 1.0)).ravel() for part in (low, high))
    return low, np.maximum(low, high)


def _rare(crossing: Table, limits: Limits) -> npt.NDArray[np.bool_]:
    """Which origins are too rare in the territory to be told from the rest of their stations."""
    persons = crossing.counts.sum(axis=1)
    return np.asarray(persons < limits.least * persons.sum())


def _said_rare(limits: Limits) -> str:
    """The sentence of an origin that is too rare."""
    return RARE.format(least=bare(100 * limits.least))


def _percent(pair: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> tuple[Floats, Floats]:
    """Low and high ends as flat percents."""
    return 100 * pair[0].ravel(), 100 * pair[1].ravel()


def _hidden(figures: Figures, hidden: npt.NDArray[np.bool_]) -> Figures:
    """The figures with what is hidden made NaN; the base and what the margins impose stay."""

    def shown(values: Floats) -> Floats:
        return np.where(hidden, np.nan, values)

    return Figures(
        shown(figures.share),
        shown(figures.margin),
        shown(figures.number),
        figures.base,
        {level: (shown(low), shown(high)) for level, (low, high) in figures.ranges.items()},
        figures.bounds,
        shown(figures.reference),
        figures.status,
        np.where(hidden, "", figures.warning),
    )
