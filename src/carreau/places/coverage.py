"""Coverage: of what came in, how much was carried, how much was lost, where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from carreau.places.crosswalk import Crosswalk, Floats
from carreau.places.zones import Codes

PARTLY = "le territoire des cibles ne couvre qu'une partie de la zone"
OUTSIDE = "la zone est hors de toute cible"
TWICE = "des cibles se chevauchent : une part de la zone est comptée plus d'une fois"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one crosswalk does to one count: totals, and a line per zone that does not give just what it has.

    ``came_in = carried + lost`` to rounding. ``excess`` is the part of ``carried`` that overlapping targets
    count again (it makes ``lost`` smaller by as much). ``unknown`` counts the origin zones whose count is
    missing.
    """

    measure: str
    method: str
    vintage: str
    came_in: float
    carried: float
    lost: float
    excess: float
    unknown: int
    zones: Codes
    zone_lost: Floats
    why: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report in plain JSON values; shares are of what came in, ``null`` when nothing did."""
        share = self.lost / self.came_in if self.came_in else None
        lines = zip(self.zones.tolist(), self.zone_lost.tolist(), self.why, strict=True)
        return {
            "mesure": self.measure,
            "methode": self.method,
            "millesime": self.vintage,
            "entre": self.came_in,
            "porte": self.carried,
            "perdu": self.lost,
            "part_perdue": share,
            "compte_deux_fois": self.excess,
            "zones_sans_valeur": self.unknown,
            "zones": [{"zone": zone, "perdu": lost, "raison": why} for zone, lost, why in lines],
        }


def coverage_of(
    walk: Crosswalk, counts: Any, measure: str, *, reasons: Mapping[str, str] | None = None
) -> Coverage:
    """The coverage of one count (one value per origin zone, NaN where missing) by a crosswalk.

    Zones are listed from the largest loss; a zone within 1e-9 of giving all it has is not listed. ``reasons``
    gives a better French reason for some zones (« contour absent du fichier »).
    """
    values = np.asarray(counts, dtype=np.float64)
    mass = np.nan_to_num(values, nan=0.0)
    zone_lost = walk.lost * mass
    listed = np.flatnonzero((np.abs(walk.lost) > 1e-9) & (mass != 0))
    listed = listed[np.argsort(-np.abs(zone_lost[listed]), kind="stable")]
    known = reasons or {}
    why = tuple(known.get(str(walk.origin[zone]), _reason(float(walk.lost[zone]))) for zone in listed)
    return Coverage(
        measure,
        walk.method,
        walk.vintage,
        float(mass.sum()),
        float(walk.applied(values).sum()),
        float(zone_lost.sum()),
        float(-np.minimum(walk.lost, 0) @ mass),
        int(np.isnan(values).sum()),
        walk.origin[listed],
        zone_lost[listed],
        why,
    )


def _reason(lost: float) -> str:
    """Why a zone loses this part of itself, as far as the weights alone tell."""
    if lost < 0:
        return TWICE
    return OUTSIDE if lost >= 1 else PARTLY
