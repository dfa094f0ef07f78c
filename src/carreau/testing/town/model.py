"""What a town is made of, from its ground to its ballots: frozen tables, one array per column.

Land → streets and addresses → stations → homes → people → budgets → ballots. An array of one level holds
the row numbers of the level above it (``home.address``, ``people.home``): no key is looked up, everything
is counted by ``numpy.bincount``. All coordinates are in metres, EPSG:2154.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Array = npt.NDArray[Any]

MAIN_COMMUNE, SMALL_COMMUNE, MERGED_COMMUNE = 0, 1, 2
RESIDENCE, SECONDARY, VACANT, COMMUNITY = 0, 1, 2, 3
SINGLE, SHARED, COUPLE, COUPLE_WITH_CHILDREN, LONE_PARENT = 0, 1, 2, 3, 4
OWNER, SOCIAL, PRIVATE, FREE = 0, 1, 2, 3
CHILD, OCCUPIED, UNEMPLOYED, STUDENT, RETIRED, INACTIVE = 0, 1, 2, 3, 4, 5
FARMER, SELF_EMPLOYED, EXECUTIVE, INTERMEDIATE, EMPLOYEE, WORKER, NONE = 0, 1, 2, 3, 4, 5, 6
NOT_REGISTERED, ABSENT, BLANK, NULL, FIRST_CANDIDATE = -1, 0, 1, 2, 3
DEPARTMENT: Final = "96"
LARGE_COMMUNE: Final = 10_000


def stream(seed: int, stage: str) -> np.random.Generator:
    """The random numbers of one stage of the town, apart from those of the other stages."""
    return np.random.default_rng([seed, *stage.encode("ascii")])


def drawn(random: np.random.Generator, cumulated: Array, rows: Array) -> Array:
    """One category per row, drawn from the cumulated probabilities ``cumulated[rows]``."""
    luck = random.random(len(rows), dtype=np.float32)
    chosen = np.zeros(len(rows), dtype=np.int8)
    for category in range(cumulated.shape[1] - 1):
        chosen += luck > cumulated[rows, category]
    return chosen


def logistic(value: Array) -> Array:
    """The probability whose log-odds are ``value``."""
    return np.asarray(1.0 / (1.0 + np.exp(-value)))


@dataclass(frozen=True, slots=True)
class Land:
    """Communes and IRIS: codes, names, types, outlines; three communes and twelve IRIS per block.

    ``corners`` are the four corners of each IRIS (south-west, south-east, north-east, north-west);
    ``quota`` its share of the inhabitants; ``lean`` the parameters that say where in it people gather;
    ``collective`` the share of its addresses that are blocks of flats.
    """

    communes: tuple[str, ...]
    commune_names: tuple[str, ...]
    commune_kind: Array
    iris: tuple[str, ...]
    iris_names: tuple[str, ...]
    iris_types: tuple[str, ...]
    iris_commune: Array
    corners: Array
    quota: Array
    lean: Array
    collective: Array
    outlines: Array
    commune_outlines: Array

    @property
    def blocks(self) -> int:
        """How many copies of the three communes the town holds."""
        return len(self.communes) // 3


@dataclass(frozen=True, slots=True)
class Addresses:
    """One row per address: where it is, its street and number, its building, its neighbourhood."""

    x: Array
    y: Array
    iris: Array
    street: Array
    number: Array
    collective: Array
    social: Array
    period: Array
    standing: Array
    youth: Array
    station: Array
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stations:
    """One row per polling station of today: its key, commune and constituency, its key in 2017, its contour.

    ``former`` is the row of the 2017 station in ``former_ids``; ``contour`` is empty for a commune's only
    station.
    """

    ids: tuple[str, ...]
    commune: Array
    constituency: Array
    former: Array
    former_ids: tuple[str, ...]
    contour: Array


@dataclass(frozen=True, slots=True)
class Homes:
    """One row per dwelling: address, use, household type and size, tenure, comfort, origin."""

    address: Array
    kind: Array
    type: Array
    adults: Array
    children: Array
    age: Array
    standing: Array
    tenure: Array
    rooms: Array
    surface: Array
    moved: Array
    heating: Array
    garage: Array
    cars: Array
    foreign: Array

    @property
    def size(self) -> Array:
        """Persons who live in the dwelling; 0 when nobody does."""
        lived_in = (self.kind == RESIDENCE) | (self.kind == COMMUNITY)
        return np.where(lived_in, self.adults.astype(np.int64) + self.children, 0)


@dataclass(frozen=True, slots=True)
class People:
    """One row per inhabitant, grouped by home in the order of the homes: who they are, what they do."""

    home: Array
    adult: Array
    reference: Array
    woman: Array
    age: Array
    foreign: Array
    immigrant: Array
    marital: Array
    diploma: Array
    enrolled: Array
    activity: Array
    occupation: Array
    contract: Array
    part_time: Array
    workplace: Array
    transport: Array


@dataclass(frozen=True, slots=True)
class Budgets:
    """One row per dwelling, euros a year: resources by kind, benefits, tax; and consumption units."""

    wages: Array
    unemployment: Array
    business: Array
    pensions: Array
    capital: Array
    family: Array
    minima: Array
    housing: Array
    bonus: Array
    disabled: Array
    tax: Array
    units: Array
    standard: Array


@dataclass(frozen=True, slots=True)
class Ballots:
    """One election: each inhabitant was not registered, absent, blank, null, or chose a candidate.

    ``candidates`` holds, per constituency (0 for a national election), the facts of each candidate in panel
    order.
    """

    election: str
    choice: Array
    candidates: tuple[tuple[dict[str, Any], ...], ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A town with nothing hidden: everything that the publishers' files will say of it, and the truth beside.

    ``truth`` has one row per station of today, its key ``bv_id``, and one column per source column (without
    its vintage) counted on the persons themselves.
    """

    seed: int
    land: Land
    addresses: Addresses
    stations: Stations
    homes: Homes
    people: People
    budgets: Budgets
    ballots: tuple[Ballots, ...]
    truth: pa.Table
