"""Today's stations and the lists that say what a territory is: communes, intercommunalities, constituencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.errors import Missing, Unknown
from carreau.places.codes import commune_of
from carreau.products.declare import Hands
from carreau.products.electoral_profile.refined import Codes, StationFrame
from carreau.terms import Territory

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lists:
    """What names territories: the commune names by code, the commune of each EPCI member, the constituency of stations.

    ``constituency`` maps a station key to a constituency code (``6901``) where a file says it.
    """

    communes: dict[str, str]
    epci: dict[str, tuple[str, set[str]]]
    constituency: dict[str, str]


def texts(column: pa.ChunkedArray) -> Codes:
    """A text column as an array of strings, empty where null."""
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=object)


def all_stations(hands: Hands) -> StationFrame:
    """Every station of the country, sorted by code, without geometry (``placed`` is not known here)."""
    columns = ["bv_id", "code_commune", "code_departement", "libelle_commune", "inscrits"]
    table = pa.concat_tables([handed.read(columns) for handed in hands["bureaux"]]).sort_by("bv_id")
    registered = np.asarray(table["inscrits"].cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64)
    codes, communes, departments, labels = (texts(table[name]) for name in columns[:4])
    return StationFrame(codes, communes, departments, labels, registered, np.full(len(codes), "", dtype=object))


def lists_of(hands: Hands, places: StationFrame) -> Lists:
    """The lists of territories, from the geographic code, the EPCI table, the stations and the ballots."""
    communes = dict(zip(places.communes, places.labels, strict=True))
    epci: dict[str, tuple[str, set[str]]] = {}
    for handed in hands.get("epci", ()):
        table = handed.read(["code_commune", "code_epci", "libelle_epci"])
        for commune, code, label in zip(*(texts(table[name]) for name in table.column_names), strict=True):
            epci.setdefault(code, (label, set()))[1].add(commune)
    return Lists(communes, epci, _constituencies(hands))


def _constituencies(hands: Hands) -> dict[str, str]:
    """The constituency of each station that a file of ballots or of contours tells, the contours having the last word."""
    found: dict[str, str] = {}
    for handed in (*hands.get("ballots", ()), *hands.get("bureaux", ())):
        table = handed.read(["bv_id", "code_departement", "code_circonscription"])
        rows = zip(*(texts(table[name]) for name in table.column_names), strict=True)
        found |= {station: code if len(code) >= 4 else department + code.zfill(2) for station, department, code in rows if code}
    return found


def chosen(territory: Territory, places: StationFrame, lists: Lists) -> Mask:
    """Which stations belong to a territory; :class:`~carreau.errors.Unknown` with near names when none does."""
    code = commune_of(territory.code) if territory.kind == "com" else territory.code
    if territory.kind == "france":
        return np.ones(len(places.codes), dtype=bool)
    if territory.kind == "dep":
        return _found(places.departments == code, territory, "département", set(places.departments))
    if territory.kind == "com":
        return _found(places.communes == code, territory, "commune", set(places.communes))
    if territory.kind == "bv":
        commune = code.partition("_")[0]
        near = places.codes[places.communes == commune] if commune in lists.communes else places.codes
        return _found(places.codes == code, territory, "bureau", set(near))
    if territory.kind == "epci":
        return _found(among(places.communes, lists.epci.get(code, ("", set()))[1]), territory, "EPCI", lists.epci)
    if not lists.constituency:
        raise Missing(
            "aucun fichier ne dit à quelle circonscription appartient un bureau",
            given=str(territory),
            expected="des résultats ou des contours avec un code de circonscription",
            advice="ajouter les résultats d'une élection de 2017 ou 2022 au miroir",
        )
    stations = [station for station, owner in lists.constituency.items() if owner == code]
    return _found(among(places.codes, set(stations)), territory, "circonscription", set(lists.constituency.values()))


def _found(mask: Mask, territory: Territory, noun: str, known: object) -> Mask:
    """The mask, unless it is empty."""
    if not mask.any():
        names = [str(name) for name in known]  # type: ignore[attr-defined] # sets and dicts of codes
        raise Unknown.named(territory.code, noun, names, "chercher un lieu par son nom : carreau territoires NOM")
    return mask


def taken(frame: StationFrame, mask: Mask) -> StationFrame:
    """The stations of ``frame`` that ``mask`` keeps."""
    return StationFrame(
        *(getattr(frame, name)[mask] for name in ("codes", "communes", "departments", "labels", "registered", "placed"))
    )


def among(codes: Codes, wanted: set[str]) -> Mask:
    """Which codes are wanted; a set answers at once where an array of objects is searched one by one."""
    return np.fromiter((code in wanted for code in codes), dtype=bool, count=len(codes))
