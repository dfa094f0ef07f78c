"""What ``refine`` hands to ``build``: all that the profile of a territory is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from scipy import sparse

from carreau.products.declare import Input
from carreau.products.electoral_profile.elections import Election
from carreau.products.electoral_profile.levels import PlaceLevel
from carreau.products.electoral_profile.refined import Refined, TargetFrame, Values
from carreau.terms import Territory


@dataclass(frozen=True, slots=True)
class Brought:
    """An election and the weights (its stations x places) that bring it onto today's stations, or larger places.

    ``covered`` is, for places larger than a station, the part of each one's voters whose station has a result; None
    for stations.
    """

    election: Election
    weights: sparse.csr_array
    covered: Values | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """All that the profile of a territory at one level is built from; ``places`` are all of the country's stations.

    ``geometry`` holds the key of the level and ``geometry`` (WKB, EPSG:4326) of each place that has a contour;
    ``contours`` are the files that say where the stations are, ``lists`` those that say what the territory and its
    places are.
    """

    territory: Territory
    level: PlaceLevel
    refined: Refined
    elections: Sequence[Brought]
    places: TargetFrame
    geometry: pa.Table
    contours: tuple[Input, ...]
    lists: tuple[Input, ...]
    remarks: tuple[str, ...] = ()
