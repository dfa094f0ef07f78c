"""Signing in at the house's identity provider: what is remembered between leaving for it and coming back.

One leaves with a ``state`` that works once, for some minutes, in the browser that left, and with a proof (PKCE,
RFC 7636) and a ``nonce`` that only the right answer bears (OpenID Connect Core 1.0, 3.1.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from carreau.errors import Refused
from carreau.market.accounts import Account, Accounts, Newcomer
from carreau.market.sessions import digest_of_secret
from carreau.market.settings import certain, stamp, table
from carreau.store import Records

BY: Final = "identity provider"
_SET: Final = table("oidc")


@dataclass(frozen=True, slots=True)
class Provider:
    """The identity provider that the owner of the house declared.

    ``address`` is the public address of this house, where one comes back (empty: that of the request). With
    ``domains``, only verified addresses of these domains are given an account.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    address: str = ""
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """One departure for the identity provider: its ``state``, and what the answer must match."""

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Departures:
    """The departures that the records keep until they are back, or too old."""

    records: Records

    def begun(self, browser: str, back: str, now: datetime) -> Leaving:
        """A new departure of the browser whose cookie is ``browser``, to come back to the page ``back``."""
        leaving = Leaving(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)
        expires = stamp(now + timedelta(minutes=_SET["state_minutes"]))
        row = (digest_of_secret(leaving.state), digest_of_secret(browser), leaving.nonce, leaving.verifier, back)
        with self.records.transaction() as connection:
            connection.execute("DELETE FROM oidc_states WHERE expires_at <= ?", (stamp(now),))
            connection.execute("INSERT INTO oidc_states VALUES (?, ?, ?, ?, ?, ?)", (*row, expires))
        return leaving

    def taken(self, state: str, browser: str, now: datetime) -> Leaving:
        """The departure that ``state`` names, once; :class:`~carreau.errors.Refused` for any other browser or time."""
        with self.records.transaction() as connection:
            row = connection.execute(
                "DELETE FROM oidc_states WHERE digest = ? RETURNING *", (digest_of_secret(state),)
            ).fetchone()
        if row is None or row["browser"] != digest_of_secret(browser) or now >= certain(row["expires_at"]):
            raise Refused(
                "cette connexion n'a pas commencé ici, ou il y a trop longtemps",
                expected=f"un retour dans les {_SET['state_minutes']} minutes, dans le même navigateur",
                advice="recommencer la connexion",
            )
        return Leaving(state, row["nonce"], row["verifier"], row["back"])


def welcomed(accounts: Accounts, provider: Provider, claims: Mapping[str, Any], now: datetime) -> Account:
    """The account of the person that verified ``claims`` describe: the one of their subject, else a new reader.

    :class:`~carreau.errors.Refused` for a disabled account, an address that is not verified or of another domain, and
    while the house has no owner.
    """
    subject = str(claims["sub"])
    known = accounts.subject(provider.issuer, subject)
    if known is not None:
        if known.disabled:
            raise Refused("ce compte est fermé", given=known.name, advice="écrire à la personne qui gère les comptes")
        return known
    email = str(claims.get("email") or "").strip()
    if claims.get("email_verified") is not True or not email:
        raise Refused(
            "votre adresse n'est pas vérifiée chez le fournisseur d'identité",
            given=email[:100],
            expected="une adresse électronique vérifiée",
            advice="la vérifier chez lui, puis recommencer",
        )
    domain = email.rpartition("@")[2].lower()
    if provider.domains and domain not in provider.domains:
        raise Refused(
            "cette maison n'ouvre pas de compte aux adresses de ce domaine",
            given=domain[:100],
            expected=", ".join(provider.domains),
            advice="se connecter avec une adresse de l'un de ces domaines",
        )
    return accounts.created(Newcomer(email, "reader", "", provider.issuer, subject), BY, now)
