"""The accounts of a house: who comes in, what they hold, what they saved; the counters ask here, with no clock.

One object per house (``accounts_of``). What it hands out are the market's frozen facts, never a record or a secret,
but for the two that are shown once: that of a session (for a cookie) and that of a token.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from carreau.errors import Refused
from carreau.house.accounts_identity import provider_declared
from carreau.house.space_items import Items, items_at
from carreau.house.workspace import Workspace
from carreau.market.accounts import Account, Accounts, Newcomer, RoleName, folded
from carreau.market.analyses import Analyses, Analysis
from carreau.market.attempts import Attempts
from carreau.market.credentials import Credential, Credentials, Wanted
from carreau.market.fresh import Fresh
from carreau.market.grants import Grant, Item, may_read
from carreau.market.identity import Departures, Leaving, Provider, welcomed
from carreau.market.links import Links
from carreau.market.refusals import NotSignedIn
from carreau.market.sessions import Sessions
from carreau.store import Ledger, Records

_WRONG: Final = "ce nom et ce mot de passe ne vont pas ensemble"


@dataclass(frozen=True, slots=True)
class HouseAccounts:
    """What the counters ask about people and programs; ``clock`` gives the time in UTC."""

    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    credentials: Credentials
    analyses: Analyses
    links: Links
    clock: Callable[[], datetime]
    departures: Departures
    items: Items
    provider: Provider | None = None
    _visitors: Fresh[Account | None] = field(default_factory=Fresh)
    _grants: Fresh[Grant] = field(default_factory=Fresh)
    _peopled: Fresh[bool] = field(default_factory=Fresh)

    def open_to_all(self) -> bool:
        """Whether the house has no account yet: on its own machine, everyone is then its user."""
        return not self._peopled.value("", self.clock(), self.accounts.any)

    # Sign-in

    def signed_in(self, name: str, password: str, client: str) -> tuple[str, Account]:
        """The secret of a new session and its account.

        :class:`NotSignedIn` for a wrong pair, whichever half; :class:`TooManyTries` after many from ``client``.
        """
        sought, now = folded(name), self.clock()
        self.attempts.counted(sought, client, now)
        account = self.accounts.matching(name, password)
        if account is None:
            raise NotSignedIn(_WRONG, advice="vérifier l'un et l'autre, puis recommencer")
        self.attempts.succeeded(sought, client)
        return self.sessions.begun(account, now), account

    def session(self, secret: str) -> Account | None:
        """The account signed in with the secret of a session; None when it is over or was never."""
        if not secret:
            return None
        now = self.clock()
        return self._visitors.value(secret, now, lambda: self.sessions.account(secret, now))

    def signed_out(self, secret: str) -> None:
        """The session is over."""
        self.sessions.ended(secret)
        self._changed()

    def password_changed(self, account: Account, old: str, new: str, client: str) -> tuple[str, Account]:
        """The account's password is ``new``: every session ends, and the one that comes out replaces it."""
        sought, now = folded(account.name), self.clock()
        self.attempts.counted(sought, client, now)
        if account.method != "password" or self.accounts.matching(account.name, old) is None:
            raise Refused("le mot de passe actuel n'est pas celui-ci", advice="le saisir de nouveau")
        self.attempts.succeeded(sought, client)
        self.accounts.password_set(account.id, new, account.id, now)
        self._changed()
        return self.sessions.begun(account, now), account

    # Sign-in at the house's identity provider, where there is one

    def left(self, browser: str, back: str) -> Leaving:
        """A departure for the identity provider, from the browser whose cookie is ``browser``."""
        return self.departures.begun(browser, back, self.clock())

    def returned(self, state: str, browser: str) -> Leaving:
        """The departure that ``state`` names, once, in the same browser; else :class:`~carreau.errors.Refused`."""
        return self.departures.taken(state, browser, self.clock())

    def welcomed(self, provider: Provider, claims: Mapping[str, Any]) -> str:
        """The secret of a new session for whoever the provider's verified ``claims`` describe."""
        now = self.clock()
        return self.sessions.begun(welcomed(self.accounts, provider, claims, now), now)

    # Accounts, for owners and for the command line

    def account_created(self, newcomer: Newcomer, by: str) -> Account:
        """The account now created."""
        account = self.accounts.created(newcomer, by, self.clock())
        self._changed()
        return account

    def account_changed(
        self, identifier: str, by: str, *, role: RoleName | None = None, disabled: bool | None = None
    ) -> Account:
        """The account, with another role, or disabled, or enabled again."""
        now = self.clock()
        if role is not None:
            self.accounts.given_role(identifier, role, by, now)
        if disabled is not None:
            (self.accounts.disabled if disabled else self.accounts.enabled)(identifier, by, now)
        self._changed()
        return self.accounts.account(identifier)

    def account_deleted(self, identifier: str, by: str) -> None:
        """The account is gone with its tokens, its analyses and its files: refused as long as it is not disabled."""
        account = self.accounts.deletable(identifier)
        for item in self.items.of(account.id):
            self.items.removed(item)
        self.accounts.deleted(account.id, by, self.clock())
        self._changed()

    def password_reset(self, identifier: str, password: str, by: str) -> None:
        """The account has the password that someone gave it; its sessions end."""
        self.accounts.password_set(identifier, password, by, self.clock())
        self._changed()

    # Programs

    def authenticated(self, token: str) -> tuple[Credential, Grant]:
        """The credential of a token and its grant: :class:`NotSignedIn` when it is no good."""
        return self.credentials.authenticated(token, self.clock())

    def may_read(self, grant: Grant, item: Item) -> None:
        """Nothing when ``grant`` lets ``item`` be read now; else :class:`~carreau.errors.Refused`."""
        may_read(grant, item, self.clock())

    def checking(self, grant: Grant, item: Item) -> Callable[[], None]:
        """What a stream calls before each piece: it asks ``may_read`` of the grant as it stands at that moment."""

        def check() -> None:
            now = self.clock()
            may_read(self._grants.value(grant.id, now, lambda: self.credentials.grant(grant.id)), item, now)

        return check

    def token_made(self, account: Account, wanted: Wanted) -> tuple[str, Credential, Grant]:
        """The secret of a new token, to be shown once, the token, and what it opens."""
        return self.credentials.made(account, wanted, self.clock())

    def tokens(self, account: Account) -> list[tuple[Credential, Grant]]:
        """The tokens of an account; an owner sees everyone's."""
        return self.credentials.listed(None if account.may("owner") else account.id)

    def token_revoked(self, account: Account, identifier: str) -> None:
        """The token is dead; somebody else's is the same :class:`~carreau.errors.Missing` as none, but to an owner."""
        holder = None if account.may("owner") else account.id
        self.credentials.revoked(identifier, holder, account.id, self.clock())
        self._changed()

    def grant_suspended(self, identifier: str, reason: str, by: str) -> Grant:
        """The grant, suspended for a reason that its holder will read."""
        moved = self.credentials.suspended(identifier, reason, by, self.clock())
        self._changed()
        return moved

    def grant_resumed(self, identifier: str, by: str) -> Grant:
        """The grant, active again."""
        moved = self.credentials.resumed(identifier, by, self.clock())
        self._changed()
        return moved

    def signed(self, path: str, grant: Grant, minutes: int = 10) -> str:
        """The query that opens ``path`` with ``grant`` for some minutes (5 to 15)."""
        return self.links.signed(path, grant.id, self.clock(), minutes)

    def checked(self, path: str, query: str) -> Grant:
        """The grant, as it stands, that a signed link carries; :class:`~carreau.errors.Refused` for a bad link."""
        return self.credentials.grant(self.links.checked(path, query, self.clock()))

    # What is saved

    def analysis_saved(self, account: Account, name: str, state: Mapping[str, Any]) -> Analysis:
        """The analysis, saved for this account."""
        return self.analyses.saved(account.id, name, state, self.clock())

    def _changed(self) -> None:
        """Let those who look at this very moment know that something changed."""
        for fresh in (self._visitors, self._grants, self._peopled):
            fresh.changed()


def accounts_at(workspace: Workspace, clock: Callable[[], datetime]) -> HouseAccounts:
    """The accounts of the house that works in ``workspace``."""
    records = Records(workspace.root / "records.sqlite")
    ledger = Ledger(records)
    return HouseAccounts(
        Accounts(records, ledger),
        Sessions(records),
        Attempts(records),
        Credentials(records, ledger),
        Analyses(records),
        Links.of(workspace.keys),
        clock,
        Departures(records),
        items_at(workspace),
        provider_declared(workspace.root, os.environ),
    )


class Housed(Protocol):
    """A house, as far as its accounts go: the folder it works in, and its clock."""

    @property
    def workspace(self) -> Workspace:
        """The rooms on disk."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """What tells the time in UTC."""


_OPENED: Final[dict[tuple[Path, Callable[[], datetime]], HouseAccounts]] = {}


def accounts_of(home: Housed) -> HouseAccounts:
    """The accounts of ``home``: the same object each time, so that a change is known to every stream at once."""
    key = (home.workspace.root, home.clock)
    if key not in _OPENED:
        _OPENED[key] = accounts_at(home.workspace, home.clock)
    return _OPENED[key]
