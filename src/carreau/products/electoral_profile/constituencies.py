"""Which constituency each station votes in: as the files of ballots and contours say, else by the drawn limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from carreau.places.remarks import counted
from carreau.places.successions import located
from carreau.products.declare import Hands, Input, Keep
from carreau.products.electoral_profile.refined import Codes, Mask, Shapes, TargetFrame, codes_of, texts
from carreau.store import digest_of

WHOLE: Final = 0.95  # a commune whose voters lie so much in one constituency is not cut: few are
_READ: Final = ("bureaux", "communes", "ballots", "circonscriptions")
_DRAWN: Final = (
    "bureau{x} de communes partagées entre des circonscriptions {sont} rattachés à la leur par le dessin simplifié de "
    "celle-ci, faute de fichier qui la dise : la marge en tient compte, et rien n'est montré d'une circonscription "
    "dont ils font la moitié"
)


@dataclass(frozen=True, slots=True)
class Constituencies:
    """The constituency of each station of the country (empty where unknown), and whether it is sure.

    It is sure where a file tells it, or where the whole commune lies in one constituency; elsewhere a simplified
    drawing gives it.
    """

    codes: Codes
    sure: Mask
    inputs: tuple[Input, ...]

    def remarks(self, here: Mask) -> tuple[str, ...]:
        """What a reader should know of how the stations ``here`` found their constituency."""
        unknown = counted(int((here & (self.codes == "")).sum()), "bureau{x} sans circonscription connue")
        return (*counted(int((here & ~self.sure & (self.codes != "")).sum()), _DRAWN), *unknown)


def constituencies_of(places: TargetFrame, hands: Hands, keep: Keep) -> Constituencies:
    """The constituency of each station of ``places`` (all of the country's, sorted by code)."""
    files = [(alias, entry.input.digest) for alias in _READ for entry in hands.get(alias, ())]
    table = keep(digest_of("constituencies", files), lambda: _found(places, hands))
    codes, sure = codes_of(table["code_circonscription"]), table["sur"].to_numpy()
    aliases = ("bureaux", "ballots", *(("circonscriptions",) if not sure.all() else ()))
    return Constituencies(codes, sure, tuple(entry.input for alias in aliases for entry in hands.get(alias, ())))


def told(hands: Hands) -> dict[str, str]:
    """The constituency of each station that a file of ballots or of contours tells, the last word to the contours."""
    found: dict[str, str] = {}
    for handed in (*hands.get("ballots", ()), *hands.get("bureaux", ())):
        table = handed.read(["bv_id", "code_departement", "code_circonscription"])
        table = table.filter(table["code_circonscription"].is_valid())
        rows = zip(*(texts(table[name]) for name in table.column_names), strict=True)
        found |= {
            station: code if len(code) >= 4 else department + code.zfill(2)
            for station, department, code in rows
            if code
        }
    return found


def _found(places: TargetFrame, hands: Hands) -> pa.Table:
    """One row per station: ``code_circonscription`` (empty where unknown) and ``sur``, whether it is sure."""
    known = told(hands)
    said = np.array([known.get(code, "") for code in places.codes.tolist()], dtype=np.str_)
    drawn = _by_point(places, hands)
    whole = _by_commune(np.where(said != "", said, drawn), places)
    codes = np.where(said != "", said, np.where(whole != "", whole, drawn))
    return pa.table({"code_circonscription": pa.array(codes, pa.string()), "sur": (said != "") | (whole != "")})


def _by_point(places: TargetFrame, hands: Hands) -> Codes:
    """The drawn constituency that holds a point inside each station; empty where none does in its department."""
    found = np.full(len(places.codes), "", dtype="<U8")
    for handed in hands.get("circonscriptions", ()):
        limits = handed.read(["code_circonscription", "code_departement", "geometry"])
        limits = limits.filter(limits["geometry"].is_valid())
        tree = shapely.STRtree(shapely.make_valid(_shapes(limits)))
        station, limit = tree.query(_points(places, hands), predicate="intersects")
        same = codes_of(limits["code_departement"])[limit] == places.departments[station]
        found[station[same]] = codes_of(limits["code_circonscription"])[limit[same]]
    return found


def _points(places: TargetFrame, hands: Hands) -> Shapes:
    """A point inside each station, or inside its commune when it has no contour; None without either."""
    drawn = pa.concat_tables([one.read(["bv_id", "geometry"]) for one in hands["bureaux"]]).sort_by("bv_id")
    points = np.asarray(shapely.point_on_surface(_shapes(drawn)), dtype=np.object_)
    for handed in hands.get("communes", ()):
        table = handed.read(["code_commune", "type", "geometry"])
        table = table.filter(pc.and_(pc.equal(table["type"], "COM"), table["geometry"].is_valid()))
        without = np.flatnonzero(shapely.is_missing(points))
        position, found = located(places.communes[without], codes_of(table["code_commune"]))
        points[without[found]] = shapely.point_on_surface(_shapes(table)[position[found]])
    return points


def _shapes(table: pa.Table) -> Shapes:
    """The geometries of a table."""
    return np.asarray(shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False)), dtype=np.object_)


def _by_commune(best: Codes, places: TargetFrame) -> Codes:
    """The constituency of each commune that lies whole in one, given the best guess of each station; else empty."""
    names, code = np.unique(best, return_inverse=True)
    commune = np.unique(places.communes, return_inverse=True)[1]
    voters = np.nan_to_num(places.registered) + 1e-6
    pairs, pair = np.unique(commune * len(names) + code, return_inverse=True)
    in_pair, in_commune = np.bincount(pair, voters), np.bincount(commune, voters)
    whole = in_pair >= WHOLE * in_commune[pairs // len(names)]
    own = np.full(len(in_commune), "", dtype=names.dtype)
    own[pairs[whole] // len(names)] = names[pairs[whole] % len(names)]
    return np.asarray(own[commune])
