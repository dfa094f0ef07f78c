"""What ``refine`` hands to ``build``: all that the profile of a territory is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from scipy import sparse

from carreau.products.declare import Input
from carreau.products.electoral_profile.elections import Election
from carreau.products.electoral_profile.refined import Refined, StationFrame
from carreau.terms import Territory


@dataclass(frozen=True, slots=True)
class Brought:
    """An election and the weights (its stations x today's) that bring it onto today's stations."""

    election: Election
    weights: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Material:
    """All that the profile of a territory is built from; ``places`` are today's stations of the whole country.

    ``geometry`` holds ``bv_id`` and ``geometry`` (WKB, EPSG:4326) of each station that has a contour; ``contours`` are
    the files that say where the stations are, ``lists`` those that say what the territory and its communes are.
    """

    territory: Territory
    refined: Refined
    elections: Sequence[Brought]
    places: StationFrame
    geometry: pa.Table
    contours: tuple[Input, ...]
    lists: tuple[Input, ...]
    remarks: tuple[str, ...] = ()
