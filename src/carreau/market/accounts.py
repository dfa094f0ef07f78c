"""Accounts: who may come in, with which role, by password or by the house's identity provider.

Three roles, each with what the one before has: a reader looks, an editor makes (tokens, own data), an owner manages
the accounts. The last owner can be neither disabled nor lowered. Each change and its line of the ledger are one.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from carreau.errors import Missing, Refused, Unknown
from carreau.market.passwords import Passwords, checked_password
from carreau.market.settings import NEVER, certain, stamp
from carreau.store import Ledger, Records

RoleName = Literal["reader", "editor", "owner"]
ROLES: Final[tuple[RoleName, ...]] = get_args(RoleName)
LOCAL_ID: Final = "local"
_NAME: Final = re.compile(r"[^\W_][\w .@+’'()-]{0,99}")
_ENDED: Final = "le compte de son titulaire a été supprimé"
_FORGOTTEN: Final = (  # what a deleted account takes away; each takes its identifier
    "DELETE FROM sessions WHERE account = ?",
    "DELETE FROM credentials WHERE grant_id IN (SELECT id FROM grants WHERE holder = ?)",
    f"UPDATE grants SET state = 'ENDED', reason = '{_ENDED}' WHERE holder = ? AND state <> 'ENDED'",
    "DELETE FROM analyses WHERE owner = ?",
    "DELETE FROM accounts WHERE id = ?",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may come in: identifier, name, role, how they sign in, since when, whether still.

    ``method`` is ``password``, ``oidc``, or ``open`` for whoever sits at a laptop without accounts.
    """

    id: str
    name: str
    role: RoleName
    method: str
    created_at: datetime
    disabled: bool = False

    def may(self, role: RoleName) -> bool:
        """Whether this account has ``role``, or one that holds it.

        >>> LOCAL.may("reader"), LOCAL.may("owner")
        (True, False)
        """
        return not self.disabled and ROLES.index(self.role) >= ROLES.index(role)


LOCAL: Final = Account(LOCAL_ID, "Cet ordinateur", "editor", "open", datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The account to create: a name, a role, a password (or none, and the subject at an identity provider)."""

    name: str
    role: RoleName
    password: str = ""
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that the records keep; every change bears who made it (``by``) and when (``now``)."""

    records: Records
    ledger: Ledger
    passwords: Passwords = field(default_factory=Passwords)
    random: Callable[[int], str] = secrets.token_hex

    def any(self) -> bool:
        """Whether there is an account at all: from then on, one signs in."""
        return bool(self.records.rows("SELECT 1 FROM accounts LIMIT 1"))

    def listed(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in self.records.rows("SELECT * FROM accounts ORDER BY folded")]

    def account(self, identifier: str) -> Account:
        """The account of that identifier; :class:`~carreau.errors.Missing` when there is none."""
        for row in self.records.rows("SELECT * FROM accounts WHERE id = ?", (identifier,)):
            return _account(row)
        raise _absent()

    def called(self, name: str) -> Account:
        """The account of that name; :class:`~carreau.errors.Unknown` with near names when there is none."""
        for row in self.records.rows("SELECT * FROM accounts WHERE folded = ?", (folded(name),)):
            return _account(row)
        raise Unknown.named(name, "compte", [account.name for account in self.listed()], "carreau accounts")

    def created(self, newcomer: Newcomer, by: str, now: datetime) -> Account:
        """The account now created. A name already taken, or a weak password, is :class:`~carreau.errors.Refused`.

        The first account is an owner; what was made while there was none becomes its own.
        """
        name, role = _checked_name(newcomer.name), _checked_role(newcomer.role)
        kept = self.passwords.hashed(checked_password(newcomer.password, name)) if not newcomer.subject else ""
        identifier = self.random(8)
        with self.records.transaction() as connection:
            first = connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is None
            if first and role != "owner":
                raise Refused(
                    "le premier compte est celui qui gérera les autres",
                    given=f"rôle {role}",
                    expected="rôle owner",
                    advice="créer d'abord le compte de la personne responsable : carreau account-add NOM",
                )
            row = (identifier, name, folded(name), role, kept, newcomer.issuer, newcomer.subject, stamp(now), NEVER)
            done = connection.execute(f"INSERT INTO accounts VALUES ({', '.join('?' * 9)}) ON CONFLICT DO NOTHING", row)
            if not done.rowcount:
                raise Refused(f"le nom « {name} » est déjà pris", given=name, advice="choisir un autre nom")
            if first:
                _adopted(connection, identifier)
            self._entered("account created", {"account": identifier, "role": role, "by": by}, now)
        return self.account(identifier)

    def matching(self, name: str, password: str) -> Account | None:
        """The enabled account whose name and password these are; None, after the same time, when there is none."""
        rows = self.records.rows("SELECT * FROM accounts WHERE folded = ?", (folded(name),))
        kept = rows[0]["password"] if rows else ""
        if not self.passwords.matches(kept, password) or rows[0]["disabled_at"]:
            return None
        if self.passwords.outdated(kept):
            with self.records.transaction() as connection:
                change = (self.passwords.hashed(password), rows[0]["id"], kept)
                connection.execute("UPDATE accounts SET password = ? WHERE id = ? AND password = ?", change)
        return _account(rows[0])

    def subject(self, issuer: str, subject: str) -> Account | None:
        """The account of a subject at an identity provider, enabled or not; None when there is none."""
        found = self.records.rows("SELECT * FROM accounts WHERE issuer = ? AND subject = ?", (issuer, subject))
        return _account(found[0]) if found and subject else None

    def password_set(self, identifier: str, password: str, by: str, now: datetime) -> None:
        """The account has a new password; all its sessions end."""
        account = self.account(identifier)
        kept = self.passwords.hashed(checked_password(password, account.name))
        with self.records.transaction() as connection:
            connection.execute("UPDATE accounts SET password = ? WHERE id = ?", (kept, identifier))
            connection.execute("DELETE FROM sessions WHERE account = ?", (identifier,))
            self._entered("password set", {"account": identifier, "by": by}, now)

    def disabled(self, identifier: str, by: str, now: datetime) -> Account:
        """The account, which may no longer come in: its sessions end and its tokens are suspended, at once."""
        with self.records.transaction() as connection:
            self._keeps_an_owner(identifier)
            connection.execute("UPDATE accounts SET disabled_at = ? WHERE id = ?", (stamp(now), identifier))
            connection.execute("DELETE FROM sessions WHERE account = ?", (identifier,))
            self._entered("account disabled", {"account": identifier, "by": by}, now)
        return self.account(identifier)

    def enabled(self, identifier: str, by: str, now: datetime) -> Account:
        """The account, which may come in again; its tokens too."""
        self.account(identifier)
        with self.records.transaction() as connection:
            connection.execute("UPDATE accounts SET disabled_at = '' WHERE id = ?", (identifier,))
            self._entered("account enabled", {"account": identifier, "by": by}, now)
        return self.account(identifier)

    def deleted(self, identifier: str, by: str, now: datetime) -> None:
        """The account is gone: its name, its password, what it saved; its tokens end for good.

        :class:`~carreau.errors.Refused` as long as it is not disabled. The ledger keeps what was delivered, and under
        which name: a house answers for what left it.
        """
        account = self.deletable(identifier)
        with self.records.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            for statement in _FORGOTTEN:
                connection.execute(statement, (account.id,))
            self._entered("account deleted", {"account": account.id, "by": by}, now)
        self.records.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def deletable(self, identifier: str) -> Account:
        """The account, which is disabled; :class:`~carreau.errors.Refused` when it still may come in."""
        account = self.account(identifier)
        if not account.disabled:
            raise Refused(
                "ce compte est encore ouvert",
                given=account.name,
                expected="un compte fermé",
                advice="le fermer d'abord (carreau account-disable NOM), puis le supprimer",
            )
        return account

    def given_role(self, identifier: str, role: RoleName, by: str, now: datetime) -> Account:
        """The account with another role."""
        chosen = _checked_role(role)
        self.account(identifier)
        with self.records.transaction() as connection:
            if chosen != "owner":
                self._keeps_an_owner(identifier)
            connection.execute("UPDATE accounts SET role = ? WHERE id = ?", (chosen, identifier))
            self._entered("role given", {"account": identifier, "role": chosen, "by": by}, now)
        return self.account(identifier)

    def _keeps_an_owner(self, identifier: str) -> None:
        """:class:`~carreau.errors.Refused` when this account is the last owner who may come in."""
        self.account(identifier)
        owners = self.records.rows("SELECT id FROM accounts WHERE role = 'owner' AND disabled_at = ''")
        if [row["id"] for row in owners] == [identifier]:
            raise Refused(
                "ce compte est le dernier à pouvoir gérer les autres",
                expected="qu'un compte au moins reste responsable",
                advice="donner d'abord le rôle « owner » à un autre compte",
            )

    def _entered(self, verb: str, facts: dict[str, Any], now: datetime) -> None:
        """One line of the ledger, in the transaction under way."""
        self.ledger.append(verb, facts, now)


def folded(name: str) -> str:
    """A name as names are compared: accents composed, capitals and outer spaces ignored.

    >>> folded("  Jean-Luc ÉTÉ ") == folded("jean-luc été")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:200]


def _checked_name(name: str) -> str:
    """A name that may be given to an account, its spaces tidied."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not _NAME.fullmatch(tidy):
        raise Refused(
            "ce nom de compte ne peut pas être pris",
            given=ascii(name[:60]),
            expected="1 à 100 signes : lettres, chiffres, espaces et . @ + - ( )",
            advice="prendre par exemple une adresse électronique, ou un prénom et un nom",
        )
    return tidy


def _checked_role(role: str) -> RoleName:
    """One of the three roles; :class:`~carreau.errors.Unknown` for another word."""
    for known in ROLES:
        if known == role:
            return known
    raise Unknown.named(role, "rôle", ROLES, "choisir reader (lecture), editor (création) ou owner (gestion)")


def _account(row: Any) -> Account:
    """An account out of its record."""
    method = "oidc" if row["subject"] else "password"
    return Account(row["id"], row["name"], row["role"], method, certain(row["created_at"]), bool(row["disabled_at"]))


def _adopted(connection: Any, identifier: str) -> None:
    """What was made at this laptop while it had no account now belongs to the first one."""
    for statement in (
        "UPDATE grants SET holder = ? WHERE holder = ?",
        "UPDATE analyses SET owner = ? WHERE owner = ?",
        "UPDATE space_items SET owner = ? WHERE owner = ?",
    ):
        connection.execute(statement, (identifier, LOCAL_ID))


def _absent() -> Missing:
    """The same answer for an account that does not exist and for one that may not be seen."""
    return Missing("ce compte n'existe pas", advice="revenir à la liste des comptes")
