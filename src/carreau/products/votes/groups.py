"""The groups of inhabitants of each station, counted as ``[groups]`` of product.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtr, ndtri

from carreau.errors import Missing
from carreau.products.arrays import numbers
from carreau.products.crossings.tallies import Floats, Texts
from carreau.products.declare import Reading

UNKNOWN: Final = "la source ne dit pas ces groupes dans ce bureau"
BORROWED: Final = "sans contour, les groupes de ce bureau ne sont pas connus"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of each station: ``counts`` (stations x groups), NaN where ``reasons`` says why they are not known.

    ``columns`` are the columns of the profile that were read, ``caution`` what a reader must know of who is counted.
    """

    title: str
    codes: tuple[str, ...]
    titles: tuple[str, ...]
    counts: Floats
    reasons: Texts
    columns: tuple[str, ...]
    caution: str


def groups_of(profile: Reading, declared: Mapping[str, Any]) -> Groups:
    """The groups that ``declared``, an entry of ``[groups]``, makes of the profile's columns.

    :class:`~carreau.errors.Missing` when the profile does not tell them.
    """
    members = declared["members"]
    by_quantile = "quantiles" in declared
    read = list(declared["quantiles"]) if by_quantile else [name for one in members for name in one["sum"]]
    _present(profile, read, declared)
    if by_quantile:
        counts = _bands(profile, declared)
    else:
        counts = np.column_stack([_sum(profile, one["sum"]) for one in members])
    unknown = ~np.isfinite(counts).all(axis=1) | ~(counts.sum(axis=1) > 0)
    reasons = np.where(unknown, UNKNOWN, "").astype(np.object_)
    if "rattachement" in profile.table.column_names:
        nowhere = np.array(profile.table["rattachement"].to_pylist(), dtype=np.object_) == "sans contour"
        reasons[nowhere] = BORROWED
    counts[reasons != ""] = np.nan
    if np.isnan(counts).all():
        raise _untold(declared)
    # A count belongs to its share, which says where it comes from.
    columns = tuple(dict.fromkeys(name.removesuffix("_nombre") for name in read))
    codes, titles = (tuple(str(one[name]) for one in members) for name in ("code", "title"))
    return Groups(declared["title"], codes, titles, counts, reasons, columns, declared["caution"])


def _present(profile: Reading, names: list[str], declared: Mapping[str, Any]) -> None:
    """Refuse groups of which a column is not in the profile."""
    if not set(names) <= set(profile.table.column_names):
        raise _untold(declared)


def _untold(declared: Mapping[str, Any]) -> Missing:
    """The error of a profile that does not tell the groups."""
    return Missing(
        f"le profil de ce territoire ne donne pas les groupes « {declared['title']} »",
        expected=f"des {declared['unit']} comptés par groupe dans ses bureaux",
        advice="choisir d'autres groupes avec --by, ou voir les fichiers à ajouter : carreau sources",
    )


def _sum(profile: Reading, terms: Mapping[str, float]) -> Floats:
    """A sum of columns, each times a number; a count under 0 is one of nobody."""
    total = np.zeros(profile.table.num_rows)
    for name, factor in terms.items():
        total += factor * numbers(profile, name)
    return np.maximum(total, 0.0)


def _bands(profile: Reading, declared: Mapping[str, Any]) -> Floats:
    """The part of each station's inhabitants in each band, times its inhabitants (one where they are not counted).

    The logarithm of income is taken as a broken line in the quantiles of the normal law, prolonged at its ends.
    """
    names, levels = list(declared["quantiles"]), ndtri(np.array(list(declared["quantiles"].values())))
    incomes = np.column_stack([numbers(profile, name) for name in names])
    with np.errstate(invalid="ignore", divide="ignore"):
        heights = np.log(np.where(incomes > 0, incomes, np.nan))
    under = np.column_stack([ndtr(_level(heights, levels, np.log(cut))) for cut in declared["cuts"]])
    ends = np.ones((len(under), 1))
    return np.asarray(np.diff(np.hstack([0 * ends, under, ends]), axis=1))


def _level(heights: Floats, levels: Floats, wanted: float) -> Floats:
    """Where the broken line through (``levels``, ``heights``) of each station reaches the height ``wanted``."""
    piece = np.clip((heights[:, 1:-1] <= wanted).sum(axis=1), 0, len(levels) - 2)
    rows = np.arange(len(heights))
    low, high = heights[rows, piece], heights[rows, piece + 1]
    rise = np.maximum(high - low, 1e-3)  # a station where all live alike still has a slope
    return np.asarray(levels[piece] + (wanted - low) / rise * (levels[piece + 1] - levels[piece]))
