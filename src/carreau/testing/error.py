"""How far an estimate is from the truth, in one number that means the same for every column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from carreau.errors import Broken


def normalised_error(
    estimate: Sequence[float] | npt.NDArray[Any], truth: Sequence[float] | npt.NDArray[Any]
) -> float:
    """The share of the mass that is in the wrong zone: sum of \\|estimate - truth\\| / (2 x sum of truth).

    No unit. 0 when every zone is right; 1 when an estimate of the same total has put everything in the
    wrong zones. A zone without estimate (NaN) counts as 0: what was not given is in the wrong place. The
    two arrays hold one figure per zone, in the same order; :class:`~carreau.errors.Broken` when they differ
    in length or when the truth sums to nothing.

    >>> normalised_error([10, 20, 30], [10, 20, 30])
    0.0
    >>> normalised_error([15, 15, 30], [10, 20, 30])
    0.08333333333333333
    >>> normalised_error([60, 0, 0], [0, 60, 0])
    1.0
    """
    given, true = np.asarray(estimate, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if given.shape != true.shape:
        raise Broken(
            "l'estimation et la vérité n'ont pas le même nombre de zones",
            given=f"{given.size} et {true.size} valeurs",
            expected="une valeur par zone, dans le même ordre",
            advice="aligner les deux tables sur leur clé avant de les comparer",
        )
    total = float(true.sum())
    if not total > 0:
        raise Broken(
            "la vérité est vide : son total n'est pas positif",
            given=str(total),
            expected="un total positif",
            advice="comparer une colonne qui compte quelque chose",
        )
    return float(np.abs(np.nan_to_num(given) - true).sum() / (2 * total))
