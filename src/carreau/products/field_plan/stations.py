"""The stations of a profile as a plan reads them: doors, and how much each is worth a visit for a goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from carreau.products.arrays import numbers
from carreau.products.crossings import Election
from carreau.products.declare import Reading
from carreau.terms import Role

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

DEGREE: Final = 111_195.0  # metres of a degree of latitude on a sphere of 6,371 km
NO_DOORS: Final = "le nombre de ménages de ce bureau n'est pas connu"
FEW_DOORS: Final = "trop peu de ménages dans ce bureau"
NOWHERE: Final = "ni contour ni adresse : on ne sait pas où est ce bureau"
NO_RESULT: Final = "pas de résultat dans ce bureau ({title})"
CONTRADICTORY: Final = "les chiffres de ce bureau se contredisent ({title})"
NO_NEED: Final = "aucun des chiffres qui disent les besoins n'est connu dans ce bureau"


@dataclass(frozen=True, slots=True)
class Stations:
    """The stations of a profile: key, doors (households), registered voters, what is read of each (``share``, in
    percent), the interest of a visit (1 is that of the territory), centre, area (m²); why one is left out."""

    codes: Texts
    doors: Floats
    registered: Floats
    share: Floats
    interest: Floats
    longitude: Floats
    latitude: Floats
    area: Floats
    reasons: Texts


def stations_of(profile: Reading, share: Floats, why: Texts, least: float) -> Stations:
    """The stations with their ``share``, and why some are left out; the interest is relative to the mean by doors."""
    codes = np.array(profile.table["bv_id"].to_pylist(), dtype=np.object_)
    doors = numbers(profile, "menages")
    reasons = np.where(np.isnan(doors), NO_DOORS, np.where(doors < least, FEW_DOORS, why)).astype(np.object_)
    longitude, latitude, area = _placed(profile, codes)
    read = (reasons == "") & np.isfinite(share)
    mean = float(np.average(share[read], weights=doors[read])) if read.any() else np.nan
    relative = share / mean if mean > 0 else np.ones(len(share))
    interest = np.where(read, relative, np.nan)
    registered = np.nan_to_num(numbers(profile, "inscrits"))
    return Stations(codes, np.rint(doors), registered, share, interest, longitude, latitude, area, reasons)


def abstention_of(profile: Reading, election: Election) -> tuple[Floats, Texts]:
    """The part of the registered voters who did not vote, in percent, and why it is not known."""
    registered, voters = (numbers(profile, f"{election.prefix}_participation_{what}") for what in ("base", "nombre"))
    return _of(registered, registered - voters, election)


def dispersion_of(profile: Reading, election: Election) -> tuple[Floats, Texts]:
    """The chances, in percent, that two registered voters both vote, each for another bloc (or candidate): voters'
    share of the registered, times one less the sum of the squared shares."""
    registered, voters = (numbers(profile, f"{election.prefix}_participation_{what}") for what in ("base", "nombre"))
    names = _choices(profile, election)
    shares = np.column_stack([numbers(profile, name) / 100 for name in names])
    apart = np.where(np.isfinite(shares).any(axis=1), 1 - np.nansum(shares**2, axis=1), np.nan)
    return _of(registered, voters * apart, election)


def needs_of(profile: Reading, indicators: Sequence[str]) -> tuple[Floats, Texts]:
    """The mean of the figures called ``indicators``, each over that of the territory, in percent."""
    doors, values = np.nan_to_num(numbers(profile, "menages")), []
    for name in indicators:
        value = numbers(profile, name)
        known = np.isfinite(value) & (doors > 0)
        mean = float(np.average(value[known], weights=doors[known])) if known.any() else 0.0
        values.append(100 * value / mean if mean > 0 else np.full(len(value), np.nan))
    told = np.column_stack(values)
    known = np.isfinite(told)
    mean_of_known = np.where(known, told, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    some = known.any(axis=1)
    return np.where(some, mean_of_known, np.nan), np.where(some, "", NO_NEED).astype(np.object_)


def _of(registered: Floats, number: Floats, election: Election) -> tuple[Floats, Texts]:
    """A part of the registered voters, in percent, and why it is not known."""
    unknown = ~np.isfinite(number) | ~(registered > 0)
    wrong = ~unknown & ((number < 0) | (number > registered))
    reasons = np.where(unknown, NO_RESULT, np.where(wrong, CONTRADICTORY, ""))
    share = np.full(len(number), np.nan)
    np.divide(100 * number, registered, out=share, where=~(unknown | wrong))
    return share, np.array([str(reason).format(title=election.title) for reason in reasons], dtype=np.object_)


def _choices(profile: Reading, election: Election) -> list[str]:
    """The shares of blocs of an election, or of candidates where the profile tells no bloc."""
    for kind in ("bloc_", "voix_", "nuance_"):
        start = f"{election.prefix}_{kind}"
        names = [one.name for one in profile.schema.columns if one.role is Role.SHARE and one.name.startswith(start)]
        if names:
            return names
    return [f"{election.prefix}_participation"]


def _placed(profile: Reading, codes: Texts) -> tuple[Floats, Floats, Floats]:
    """The centre (degrees) and the area (m²) of the contour of each station, NaN where it has none."""
    place = {code: row for row, code in enumerate(codes)}
    found = np.full((3, len(codes)), np.nan)
    keys, shapes = (profile.geometry[name].to_pylist() for name in ("bv_id", "geometry"))
    for key, shape in zip(keys, shapes, strict=True):
        if key in place and shape is not None:
            drawn = shapely.from_wkb(shape)
            spot = shapely.point_on_surface(drawn)
            plane = DEGREE**2 * np.cos(np.radians(spot.y))
            found[:, place[key]] = spot.x, spot.y, shapely.area(drawn) * plane
    return found[0], found[1], found[2]
