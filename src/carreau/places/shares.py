"""Shares on the targets, recomputed from carried counts: a share is never averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from carreau.places.crosswalk import Crosswalk, Floats


@dataclass(frozen=True, slots=True)
class Share:
    """A share on each target with the two carried counts that it is made of, and how much of it is known.

    ``value = numerator / denominator`` (NaN where the denominator is 0); ``known`` is the part (0 to 1) of
    the carried denominator whose numerator is published: where it is small the share describes only a part of
    the target.
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    known: Floats


def carried_share(walk: Crosswalk, numerator: Any, denominator: Any) -> Share:
    """The share of each target out of counts on the origins: sum of numerators over sum of denominators.

    An origin where either count is missing (NaN) enters neither sum, so that a secret numerator does not pull
    the share down. Also carries means (a sum over a number of persons).

    >>> import numpy as np
    >>> from carreau.places.crosswalk import crosswalk_of
    >>> triples = ([0, 1], [0, 0], [1.0, 0.5])
    >>> two = crosswalk_of(np.array(["a", "b"]), np.array(["t"]), triples, vintage="2022", method="surface")
    >>> carried_share(two, [30.0, np.nan], [100.0, 200.0]).value
    array([0.3])
    """
    over, under = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    both = np.isfinite(over) & np.isfinite(under)
    top, bottom, whole = walk.applied(
        np.column_stack([np.where(both, over, 0), np.where(both, under, 0), under])
    ).T
    return Share(share_of(top, bottom), top, bottom, share_of(bottom, whole))


def share_of(numerator: Any, denominator: Any) -> Floats:
    """``numerator / denominator``, one by one; NaN where the denominator is 0 or either is missing."""
    over, under = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    return np.asarray(np.divide(over, under, out=np.full(under.shape, np.nan), where=under > 0))
