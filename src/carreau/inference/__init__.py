"""Ecological inference: from what each station counts on two sides, to how the two sides cross.

A station says how many of its voters are of each group, and how many votes each candidate had; never who chose whom.
:func:`groups_crossing` and :func:`transfers_crossing` estimate the table between both, for the territory and for each
station, with what the margins alone impose, calibrated intervals, the baseline, and the origins that cannot be told.
Pure: numpy in, numpy out.

>>> import numpy as np
>>> margins = balanced(np.array([[80.0, 20.0], [30.0, 70.0]]), np.array([[70.0, 30.0], [40.0, 60.0]]))
>>> groups_crossing(margins).shares.shape
(2, 2)
"""

from __future__ import annotations

from carreau.inference.crossing import Crossing, Stations
from carreau.inference.estimate import groups_crossing, transfers_crossing
from carreau.inference.margins import Floats, Margins, balanced

__all__ = ["Crossing", "Floats", "Margins", "Stations", "balanced", "groups_crossing", "transfers_crossing"]
