"""Today's stations and the lists that say what a territory is: communes, intercommunalities, constituencies."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from carreau.errors import Missing, Unknown
from carreau.places.codes import commune_of
from carreau.products.declare import Hands
from carreau.products.electoral_profile.constituencies import told
from carreau.products.electoral_profile.refined import (
    Codes,
    Mask,
    TargetFrame,
    blank,
    codes_of,
    numbers,
    texts,
)
from carreau.terms import Territory


def all_stations(hands: Hands) -> TargetFrame:
    """Every station of the country, sorted by code, without geometry (``placed`` is not known here)."""
    columns = ["bv_id", "code_commune", "code_departement", "libelle_commune", "inscrits"]
    table = pa.concat_tables([handed.read(columns) for handed in hands["bureaux"]]).sort_by("bv_id")
    codes, communes, departments = (codes_of(table[name]) for name in columns[:3])
    labels, registered = texts(table["libelle_commune"]), numbers(table["inscrits"])
    return TargetFrame(codes, communes, departments, labels, registered, blank(len(codes)))


def chosen(territory: Territory, places: TargetFrame, hands: Hands) -> Mask:
    """Which stations belong to a territory; :class:`~carreau.errors.Unknown` with near names when none does.

    An arrondissement of Paris, Lyon or Marseille stands for its whole commune: see :func:`widened`.
    """
    code = commune_of(territory.code)
    if territory.kind == "france":
        return np.ones(len(places.codes), dtype=bool)
    if territory.kind == "dep":
        return _found(places.departments == code, territory, "département", places.departments)
    if territory.kind == "com":
        return _found(places.communes == code, territory, "commune", places.communes)
    if territory.kind == "bv":
        near = places.codes[places.communes == code.partition("_")[0]]
        return _found(places.codes == code, territory, "bureau", near if len(near) else places.codes)
    if territory.kind == "epci":
        members = _members(hands)
        return _found(among(places.communes, members.get(code, set())), territory, "EPCI", members)
    owners = _constituencies(hands)
    stations = {station for station, owner in owners.items() if owner == code}
    return _found(among(places.codes, stations), territory, "circonscription", owners.values())


def widened(territory: Territory) -> tuple[str, ...]:
    """The remark that an arrondissement is answered by its whole commune; nothing for any other territory."""
    whole = commune_of(territory.code)
    if territory.kind != "com" or whole == territory.code:
        return ()
    return (f"{territory.code} est un arrondissement : le profil est celui de toute la commune, {whole}",)


def _members(hands: Hands) -> dict[str, set[str]]:
    """The communes of each EPCI; :class:`~carreau.errors.Missing` when no file lists them."""
    found: dict[str, set[str]] = {}
    for handed in hands.get("epci", ()):
        table = handed.read(["code_commune", "code_epci"])
        for commune, code in zip(*(texts(table[name]) for name in table.column_names), strict=True):
            found.setdefault(code, set()).add(commune)
    if not found:
        raise Missing(
            "aucun fichier ne dit quelles communes forment une intercommunalité",
            given="ni miroir ni dossier de travail n'en contient",
            expected="EPCI_2020.zip, ou la table d'appartenance d'une autre année",
            advice="l'ajouter au miroir, ou demander les communes une à une",
        )
    return found


def _constituencies(hands: Hands) -> dict[str, str]:
    """The constituency of each station that a file tells; :class:`~carreau.errors.Missing` when none tells any."""
    found = told(hands)
    if not found:
        raise Missing(
            "aucun fichier ne dit à quelle circonscription appartient un bureau",
            given="ni contours ni résultats avec un code de circonscription",
            expected="des résultats ou des contours avec un code de circonscription",
            advice="ajouter les résultats d'une élection de 2017 ou 2022 au miroir",
        )
    return found


def _found(mask: Mask, territory: Territory, noun: str, known: Iterable[str]) -> Mask:
    """The mask, unless it is empty."""
    if not mask.any():
        names = sorted({str(name) for name in known})
        raise Unknown.named(territory.code, noun, names, "chercher un lieu par son nom : carreau territoires NOM")
    return mask


def taken(frame: TargetFrame, mask: Mask) -> TargetFrame:
    """The stations of ``frame`` that ``mask`` keeps."""
    return TargetFrame(
        frame.codes[mask],
        frame.communes[mask],
        frame.departments[mask],
        frame.labels[mask],
        frame.registered[mask],
        frame.placed[mask],
    )


def among(codes: Codes, wanted: set[str]) -> Mask:
    """Which codes are wanted; a set answers at once where an array is searched one by one."""
    return np.fromiter((code in wanted for code in codes.tolist()), dtype=bool, count=len(codes))
