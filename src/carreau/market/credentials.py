"""Credentials: the secrets by which a program shows whose grant it comes with. Shown once, kept as a digest.

A secret reads ``car_PREFIX_…``: the prefix, public, tells one token from another in a list; the rest is 256 random
bits. A token opens one grant, which is checked apart: a live token of a suspended grant opens nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from carreau.errors import Missing, Refused, Unknown
from carreau.market.accounts import Account
from carreau.market.grants import KEYS, Grant
from carreau.market.refusals import NotSignedIn
from carreau.market.sessions import digest_of_secret
from carreau.market.settings import NEVER, certain, moment_of, shown, stamp, table
from carreau.store import Ledger, Records
from carreau.terms import Territory

BEARER: Final = "bearer"
MARK: Final = "car_"
_SET: Final = table("credential")
_FIELDS: Final = """
    grants.*, credentials.id AS credential, credentials.prefix, credentials.kind, credentials.name,
    credentials.created_at AS made_at, credentials.expires_at, credentials.revoked_at, credentials.used_on,
    accounts.disabled_at
"""
_JOINED: Final = f"""
    SELECT {_FIELDS} FROM credentials JOIN grants ON grants.id = credentials.grant_id
    LEFT JOIN accounts ON accounts.id = grants.holder
"""
_GRANT: Final = """
    SELECT grants.*, accounts.disabled_at FROM grants LEFT JOIN accounts ON accounts.id = grants.holder
    WHERE grants.id = ?
"""


@dataclass(frozen=True, slots=True)
class Credential:
    """A token as it is listed: never its secret. ``used_on`` is the last day of use (ISO), empty when never used."""

    id: str
    prefix: str
    kind: str
    name: str
    grant: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_on: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The token to make: its name, what it opens, for how many days."""

    name: str
    product: str
    territory: str = "france"
    level: str = ""
    columns: tuple[str, ...] | None = None
    days: int = int(_SET["default_days"])


@dataclass(frozen=True, slots=True)
class Credentials:
    """The tokens and the grants that the records keep; each change and its line of the ledger are one."""

    records: Records
    ledger: Ledger
    random: Callable[[int], str] = secrets.token_urlsafe

    def made(self, holder: Account, wanted: Wanted, now: datetime) -> tuple[str, Credential, Grant]:
        """The secret, to be shown once, the credential and its grant, all new."""
        _checked(wanted)
        prefix = MARK + secrets.token_hex(4)
        secret = f"{prefix}_{self.random(_SET['secret_bytes'])}"
        until = now + timedelta(days=wanted.days)
        territory = str(Territory.parse(wanted.territory))
        grant = Grant(
            secrets.token_hex(8), holder.id, wanted.product, territory, wanted.level, wanted.columns, now, until
        )
        credential = Credential(secrets.token_hex(8), prefix, BEARER, wanted.name, grant.id, now, until)
        with self.records.transaction() as connection:
            self._refuse_too_many(holder.id, now)
            connection.execute(
                "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*_grant_row(grant), stamp(now))
            )
            connection.execute(
                "INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _credential_row(credential, digest_of_secret(secret)),
            )
            facts = {"credential": credential.id, "prefix": prefix, "grant": grant.id, "holder": holder.id}
            scope = {"product": grant.product, "territory": territory, "level": grant.level}
            columns = None if grant.columns is None else list(grant.columns)
            self.ledger.append("token made", {**facts, **scope, "columns": columns, "until": stamp(until)}, now)
        return secret, credential, grant

    def authenticated(self, token: str, now: datetime) -> tuple[Credential, Grant]:
        """The credential of ``token`` and its grant, as they stand; whether it may read is asked of ``may_read``.

        :class:`NotSignedIn` for a token that is unknown, revoked or past its date.
        """
        if not token.startswith(MARK) or len(token) > 200:
            raise _unknown_token()
        for row in self.records.rows(f"{_JOINED} WHERE credentials.digest = ?", (digest_of_secret(token),)):
            credential = _credential(row)
            if credential.revoked_at is not None:
                raise NotSignedIn("ce jeton a été révoqué", given=credential.prefix, advice=_AGAIN)
            if now >= credential.expires_at:
                raise NotSignedIn(
                    f"ce jeton a expiré le {shown(credential.expires_at)}", given=credential.prefix, advice=_AGAIN
                )
            self._used(credential, now)
            return credential, _grant(row)
        raise _unknown_token()

    def listed(self, holder: str | None) -> list[tuple[Credential, Grant]]:
        """The tokens of ``holder`` (of everyone, with None) and their grants, the latest first."""
        where, values = ("", ()) if holder is None else (" WHERE grants.holder = ?", (holder,))
        rows = self.records.rows(f"{_JOINED}{where} ORDER BY made_at DESC, credential", values)
        return [(_credential(row), _grant(row)) for row in rows]

    def revoked(self, identifier: str, holder: str | None, by: str, now: datetime) -> None:
        """The token is dead and its grant ended, at once.

        One that does not exist, and one of somebody else (unless ``holder`` is None), are the same
        :class:`~carreau.errors.Missing`.
        """
        with self.records.transaction() as connection:
            row = connection.execute(f"{_JOINED} WHERE credentials.id = ?", (identifier,)).fetchone()
            if row is None or holder not in (None, row["holder"]):
                raise Missing("ce jeton n'existe pas", advice="revenir à la liste des jetons")
            if row["revoked_at"]:
                return
            connection.execute("UPDATE credentials SET revoked_at = ? WHERE id = ?", (stamp(now), identifier))
            self.state_given(row["id"], "ENDED", "le jeton a été révoqué", now)
            self.ledger.append("token revoked", {"credential": identifier, "grant": row["id"], "by": by}, now)

    def grant(self, identifier: str) -> Grant:
        """The grant of that identifier as it stands; :class:`~carreau.errors.Refused` when there is none."""
        for row in self.records.rows(_GRANT, (identifier,)):
            return _grant(row)
        raise Refused("cet accès n'existe pas", advice="créer un nouveau jeton de connexion")

    def suspended(self, identifier: str, reason: str, by: str, now: datetime) -> Grant:
        """The grant, SUSPENDED for ``reason``, which its holder will read."""
        if not reason.strip():
            raise Refused("une suspension dit pourquoi", expected="une phrase que le titulaire pourra lire")
        return self._moved(identifier, ("SUSPENDED", reason.strip()), by, now)

    def resumed(self, identifier: str, by: str, now: datetime) -> Grant:
        """The grant, ACTIVE again; an ended one is :class:`~carreau.errors.Refused`."""
        return self._moved(identifier, ("ACTIVE", ""), by, now)

    def ended(self, identifier: str, reason: str, by: str, now: datetime) -> Grant:
        """The grant, ENDED for good."""
        return self._moved(identifier, ("ENDED", reason), by, now)

    def state_given(self, identifier: str, state: str, reason: str, now: datetime) -> None:
        """Write the state of a grant that is not ended, in the transaction under way or in its own."""
        with self.records.transaction() as connection:
            change = (state, reason, identifier)
            connection.execute("UPDATE grants SET state = ?, reason = ? WHERE id = ? AND state <> 'ENDED'", change)

    def _moved(self, identifier: str, state: tuple[str, str], by: str, now: datetime) -> Grant:
        """The grant in another state, and the line of the ledger."""
        with self.records.transaction() as connection:
            row = connection.execute("SELECT state FROM grants WHERE id = ?", (identifier,)).fetchone()
            if row is None:
                raise Missing("cet accès n'existe pas", advice="revenir à la liste des accès")
            if row["state"] == "ENDED":
                raise Refused("cet accès est terminé, pour de bon", advice="créer un nouveau jeton de connexion")
            self.state_given(identifier, *state, now)
            facts = {"grant": identifier, "state": state[0], "reason": state[1], "by": by}
            self.ledger.append("grant moved", facts, now)
        return self.grant(identifier)

    def _used(self, credential: Credential, now: datetime) -> None:
        """Note the day of use, once a day."""
        day = stamp(now)[:10]
        if credential.used_on != day:
            with self.records.transaction() as connection:
                connection.execute("UPDATE credentials SET used_on = ? WHERE id = ?", (day, credential.id))

    def _refuse_too_many(self, holder: str, now: datetime) -> None:
        """:class:`~carreau.errors.Refused` when ``holder`` has as many live tokens as one may have."""
        live = [c for c, _ in self.listed(holder) if c.revoked_at is None and now < c.expires_at]
        if len(live) >= _SET["most_of_one_account"]:
            raise Refused(
                f"ce compte a déjà {len(live)} jetons en cours", advice="révoquer ceux qui ne servent plus"
            )


_AGAIN: Final = "créer un nouveau jeton dans « Connexions », et le donner à votre outil"


def _unknown_token() -> NotSignedIn:
    """The same answer for every token that is not one of ours."""
    return NotSignedIn(
        "ce jeton n'est pas reconnu", expected="un jeton de cette maison, copié en entier : car_…", advice=_AGAIN
    )


def _checked(wanted: Wanted) -> None:
    """:class:`~carreau.errors.Refused`, or Unknown for a level, when the token cannot be made as wanted."""
    if not 1 <= wanted.days <= _SET["longest_days"]:
        raise Refused(
            "cette durée ne convient pas",
            given=f"{wanted.days} jours",
            expected=f"1 à {_SET['longest_days']} jours",
            advice="choisir la durée la plus courte qui suffit",
        )
    if wanted.level and wanted.level not in KEYS:
        raise Unknown.named(wanted.level, "niveau", KEYS, "choisir l'un de ces niveaux, ou aucun pour tous")
    if not wanted.name.strip() or len(wanted.name) > 100:
        raise Refused("un jeton porte un nom", expected="1 à 100 signes, par exemple « Excel du bureau »")


def _grant_row(grant: Grant) -> tuple[Any, ...]:
    """A grant as its record, less the time when it was made."""
    columns = None if grant.columns is None else json.dumps(list(grant.columns))
    place = (grant.id, grant.holder, grant.product, grant.territory, grant.level, columns)
    return (*place, stamp(grant.since), stamp(grant.until), grant.state, grant.reason)


def _credential_row(credential: Credential, digest: str) -> tuple[Any, ...]:
    """A new credential as its record."""
    own = (credential.id, credential.prefix, credential.kind, credential.name, digest, credential.grant)
    return (*own, stamp(credential.created_at), stamp(credential.expires_at), NEVER, "")


def _grant(row: Any) -> Grant:
    """A grant out of its record; suspended while the account of its holder is disabled."""
    state, reason = row["state"], row["reason"]
    if row["disabled_at"] and state == "ACTIVE":
        state, reason = "SUSPENDED", "le compte de son titulaire est désactivé"
    columns = None if row["columns"] is None else tuple(json.loads(row["columns"]))
    place = (row["id"], row["holder"], row["product"], row["territory"], row["level"], columns)
    return Grant(*place, certain(row["since"]), certain(row["until"]), state, reason)


def _credential(row: Any) -> Credential:
    """A credential out of its record."""
    return Credential(
        row["credential"], row["prefix"], row["kind"], row["name"], row["id"],
        certain(row["made_at"]), certain(row["expires_at"]), moment_of(row["revoked_at"]), row["used_on"],
    )  # fmt: skip
