"""Grants: who may read what, where, and until when; and the one function that every door asks.

    ACTIVE ⇄ SUSPENDED (with its reason) → ENDED (for good)

A territory is compared by its code, which begins with that of the place it lies in (a station's with its commune's, a
commune's with its department's). What cannot be told from the code is not granted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from carreau.errors import Refused
from carreau.market.settings import shown
from carreau.terms import Compare, Condition, Territory

State = Literal["ACTIVE", "SUSPENDED", "ENDED"]
ALL: Final = ""
KEYS: Final = {
    "bureau": "bv_id",
    "iris": "code_iris",
    "commune": "code_commune",
    "circonscription": "code_circonscription",
    "departement": "code_departement",
}
ALWAYS: Final = (*KEYS.values(), "libelle", "libelle_commune", "inscrits")
COMPANIONS: Final = (
    "_marge", "_note", "_statut", "_nombre", "_base", "_ecart_commune", "_ecart_departement", "_ecart_france",
)  # fmt: skip
_WRITE: Final = "écrire à la personne qui a ouvert cet accès"
_PREFIXED: Final = {"dep": {"com", "bv", "iris", "circo"}, "com": {"bv", "iris"}}


@dataclass(frozen=True, slots=True)
class Grant:
    """The right of ``holder`` to read a product: a territory, a level (empty: all), columns (None: all), a period.

    ``until`` is the first moment when it no longer holds. ``reason`` says why it is suspended or ended.
    """

    id: str
    holder: str
    product: str
    territory: str
    level: str
    columns: tuple[str, ...] | None
    since: datetime
    until: datetime
    state: State = "ACTIVE"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What is about to be read: a product, over a territory, at a level (empty: any), with columns (None: all)."""

    product: str
    territory: str
    level: str = ALL
    columns: tuple[str, ...] | None = ()


def may_read(grant: Grant, item: Item, now: datetime) -> None:
    """Nothing when ``grant`` lets ``item`` be read now; else :class:`~carreau.errors.Refused`, and why.

    Every door asks it, at every request and at every piece of a stream.
    """
    if grant.state != "ACTIVE":
        raise Refused(
            "cet accès est suspendu" if grant.state == "SUSPENDED" else "cet accès est terminé",
            given=grant.reason,
            advice=_WRITE,
        )
    if now < grant.since:
        raise Refused(f"cet accès ne commence que le {shown(grant.since)}", advice="revenir à cette date")
    if now >= grant.until:
        raise Refused(f"cet accès a pris fin le {shown(grant.until)}", advice="créer un nouveau jeton de connexion")
    if item.product != grant.product:
        raise Refused(f"cet accès ne porte pas sur le produit « {item.product} »", advice=_WRITE)
    if grant.level != ALL and item.level != grant.level:
        raise Refused(
            "cet accès ne porte pas sur ce niveau", given=item.level, expected=f"niveau {grant.level}", advice=_WRITE
        )
    if not within(item.territory, grant.territory):
        raise Refused(
            "ce lieu est hors du territoire de cet accès",
            given=item.territory,
            expected=f"un lieu de {grant.territory}",
            advice=_WRITE,
        )
    _columns_granted(grant, item)


def _columns_granted(grant: Grant, item: Item) -> None:
    """:class:`~carreau.errors.Refused` when a column of ``item`` is not one of ``grant``."""
    if grant.columns is None:
        return
    if item.columns is None:
        raise Refused("cet accès ne porte que sur certaines colonnes", expected=", ".join(grant.columns), advice=_WRITE)
    outside = [name for name in item.columns if not _is_granted(grant.columns, name)]
    if outside:
        raise Refused("ces colonnes sont hors de cet accès", given=", ".join(sorted(outside)[:5]), advice=_WRITE)


def _is_granted(columns: Iterable[str], name: str) -> bool:
    """Whether ``name`` is one of ``columns``, a companion of one (its margin, its grade…), or what names a row."""
    if name in ALWAYS:
        return True
    return any(name == column or (name.startswith(column) and name[len(column) :] in COMPANIONS) for column in columns)


def granted_columns(grant: Grant, names: Iterable[str]) -> list[str]:
    """Those of ``names``, in their order, that ``grant`` lets be read.

    >>> from datetime import UTC
    >>> span = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    >>> grant = Grant("g", "a", "p", "france", "", ("part_cadres",), *span)
    >>> granted_columns(grant, ["bv_id", "part_cadres", "part_cadres_marge", "part_ouvriers"])
    ['bv_id', 'part_cadres', 'part_cadres_marge']
    """
    return [name for name in names if grant.columns is None or _is_granted(grant.columns, name)]


def granted_rows(grant: Grant, level: str) -> Condition | None:
    """The condition that keeps the rows of ``level`` in the grant's territory; None keeps them all.

    :class:`~carreau.errors.Refused` when the rows of that level do not tell whether they are in it.
    """
    place = Territory.parse(grant.territory) if grant.territory != "france" else None
    if place is None:
        return None
    key = KEYS.get(level, "")
    own = {"bv": "bureau", "com": "commune", "circo": "circonscription", "dep": "departement"}.get(place.kind, "")
    if key and own == level:
        return Compare(key, "eq", place.code)
    inner = {"bureau": "bv", "iris": "iris", "commune": "com", "circonscription": "circo"}.get(level, "")
    if inner in _PREFIXED.get(place.kind, ()):
        return Compare(key, "startswith", place.code)
    raise Refused(
        "cet accès ne porte pas sur ce niveau",
        given=level,
        expected=f"un niveau plus fin que {grant.territory}",
        advice="demander un niveau plus fin",
    )


def within(territory: str, container: str) -> bool:
    """Whether ``territory`` surely lies in ``container``, both written as in :class:`~carreau.terms.Territory`.

    >>> within("bv:69123_0101", "dep:69"), within("com:69123", "com:69124"), within("france", "dep:69")
    (True, False, False)
    """
    if container == "france" or territory == container:
        return True
    (kind, _, code), (outer, _, prefix) = territory.partition(":"), container.partition(":")
    return bool(prefix) and kind in _PREFIXED.get(outer, ()) and code.startswith(prefix)
