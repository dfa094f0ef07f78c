"""Sessions: a browser that has signed in, known by a random secret of which only the digest is kept.

A session ends when nobody used it for a while, when it is old, when its account is disabled or gets a new password,
or by signing out. All of it is decided here, at the server; a cookie only carries the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from carreau.market.accounts import Account
from carreau.market.settings import certain, stamp, table
from carreau.store import Records

_SET: Final = table("session")
_FOUND: Final = """
    SELECT accounts.*, sessions.created_at AS began, sessions.seen_at FROM sessions
    JOIN accounts ON accounts.id = sessions.account WHERE sessions.digest = ? AND accounts.disabled_at = ''
"""
_EXCESS: Final = """
    DELETE FROM sessions WHERE account = ? AND digest NOT IN
        (SELECT digest FROM sessions WHERE account = ? ORDER BY seen_at DESC LIMIT ?)
"""


def new_secret() -> str:
    """A random secret of 256 bits, as text that a cookie can carry."""
    return secrets.token_urlsafe(32)


def digest_of_secret(secret: str) -> str:
    """What is kept of a secret: its sha256. A secret has 256 random bits: no salt and no slowness are needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(secret: str) -> str:
    """The token that a page of this browser shows to prove that it is ours; it tells nothing of the secret."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"carreau form token", hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions that the records keep."""

    records: Records
    secret: Callable[[], str] = new_secret

    def begun(self, account: Account, now: datetime) -> str:
        """The secret of a new session of ``account``: never one that the browser brought."""
        secret = self.secret()
        with self.records.transaction() as connection:
            row = (digest_of_secret(secret), account.id, stamp(now), stamp(now))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", row)
            connection.execute(_EXCESS, (account.id, account.id, _SET["most_of_one_account"]))
            connection.execute("DELETE FROM sessions WHERE created_at < ?", (stamp(now - _absolute()),))
        return secret

    def account(self, secret: str, now: datetime) -> Account | None:
        """The account that is signed in with ``secret``; None when the session is unknown, idle or over."""
        digest = digest_of_secret(secret)
        for row in self.records.rows(_FOUND, (digest,)):
            seen = certain(row["seen_at"])
            if now - seen >= timedelta(minutes=_SET["idle_minutes"]) or now - certain(row["began"]) >= _absolute():
                return None
            if now - seen >= timedelta(seconds=_SET["seen_every_seconds"]):
                self._seen(digest, now)
            method = "oidc" if row["subject"] else "password"
            return Account(row["id"], row["name"], row["role"], method, certain(row["created_at"]))
        return None

    def ended(self, secret: str) -> None:
        """The session of ``secret`` is over; nothing happens when there was none."""
        with self.records.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest_of_secret(secret),))

    def _seen(self, digest: str, now: datetime) -> None:
        """Note that the session is in use."""
        with self.records.transaction() as connection:
            connection.execute("UPDATE sessions SET seen_at = ? WHERE digest = ?", (stamp(now), digest))


def _absolute() -> timedelta:
    """How long a session lasts at most."""
    return timedelta(hours=_SET["absolute_hours"])
