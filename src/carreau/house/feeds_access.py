"""Who reads the feeds: the bearer of a token, within its grant; or, on a machine that has no account, its user.

The unknown and the forbidden are the same: a table that a grant does not open is not among its tables.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from carreau.errors import Missing, Refused
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.house.feeds import Feed, Reader, feeds
from carreau.house.reading import remembered
from carreau.house.served import Served
from carreau.market.grants import ALL, ALWAYS, Grant, Item, granted_columns, granted_rows, may_read
from carreau.market.links import KEY_FILE
from carreau.market.refusals import NotSignedIn
from carreau.store import digest_of
from carreau.terms import Condition, Every

if TYPE_CHECKING:
    from carreau.house.home import Home

LOCAL: Final = "local"
VERB: Final = "serve"


@dataclass(frozen=True, slots=True)
class Access:
    """What one reader may read of what is served; ``grant`` is None for the user of a machine without accounts."""

    served: Served
    accounts: HouseAccounts
    grant: Grant | None

    @property
    def bearer(self) -> str:
        """The name that its links carry: the identifier of the grant, or ``local``."""
        return LOCAL if self.grant is None else self.grant.id

    def feeds(self, reader: Reader) -> tuple[Feed, ...]:
        """The tables that may be read, each with the columns that may be; found once for a grant."""
        if self.grant is None:
            return feeds(self.served, reader)
        return remembered(self.served, ("feeds", reader, self.grant.id), lambda: self._narrowed(reader))

    def rows(self, level: str) -> Condition | None:
        """The condition that keeps the rows of ``level`` that may be read; None for all."""
        return None if self.grant is None else granted_rows(self.grant, level)

    def within(self, level: str, where: Condition | None) -> Condition | None:
        """``where``, and within what may be read."""
        parts = tuple(part for part in (self.rows(level), where) if part is not None)
        return None if not parts else parts[0] if len(parts) == 1 else Every(parts)

    def scope(self, feed: Feed) -> str:
        """A short name of what of ``feed`` is read: equal for equal columns and rows, whoever reads."""
        return digest_of("scope", feed.level, list(feed.names), repr(self.rows(feed.level)))[:16]

    def check(self) -> None:
        """Nothing while the grant holds; :class:`~carreau.errors.Refused`, with its reason, once it does not."""
        if self.grant is not None:
            may_read(self.grant, self._item(self.grant.level, ()), self.accounts.clock())

    def checking(self, feed: Feed) -> Callable[[], None]:
        """What a stream of ``feed`` calls before each piece."""
        if self.grant is None:
            return lambda: open_now(self.accounts)
        return self.accounts.checking(self.grant, self._item(feed.level, feed.names))

    def signed(self, path: str, minutes: int = 10) -> str:
        """The query that opens ``path`` to this reader for some minutes, and to whoever holds it."""
        return self.accounts.links.signed(path, self.bearer, self.accounts.clock(), minutes)

    def noted(self, door: str, feed: Feed) -> None:
        """A line of the ledger for the first reading of ``feed`` in a day, by each reader at each door.

        What leaves has its line: when that cannot be written, what it raises is the answer.
        """
        now = self.accounts.clock()
        facts = {
            "door": door,
            "table": feed.table,
            "grant": self.bearer,
            "product": self.served.product,
            "territory": self.served.territory if self.grant is None else self.grant.territory,
            "certificate": str(self.served.levels[feed.level].certificate["id"]),
        }
        key = ("noted", door, feed.table, self.bearer, now.date())
        remembered(self.served, key, lambda: self.accounts.credentials.ledger.append(VERB, facts, now))

    def _narrowed(self, reader: Reader) -> tuple[Feed, ...]:
        """What the grant leaves of every table."""
        found = (self._left(feed) for feed in feeds(self.served, reader))
        return tuple(feed for feed in found if feed is not None)

    def _left(self, feed: Feed) -> Feed | None:
        """What the grant leaves of ``feed``; None when it has nothing more to show than places."""
        assert self.grant is not None  # asked of a grant alone
        if self.grant.product != self.served.product or self.grant.level not in {ALL, feed.level}:
            return None
        narrowed = feed.narrowed(granted_columns(self.grant, feed.names))
        if len(narrowed.columns) < len(feed.columns) and all(name in ALWAYS for name in narrowed.names):
            return None
        try:
            self.rows(feed.level)
        except Refused:  # the rows of that level do not tell whether they are in the territory
            return None
        return narrowed

    def _item(self, level: str, columns: tuple[str, ...]) -> Item:
        """What is read, as ``may_read`` is asked of it."""
        territory = self.served.territory if self.grant is None else self.grant.territory
        return Item(self.served.product, territory, level, columns)


def accessed(served: Served, accounts: HouseAccounts, token: str, *, at_home: bool) -> Access:
    """What the bearer of ``token`` may read; without a token, what the user of this machine may (``at_home``).

    :class:`~carreau.market.refusals.NotSignedIn` when nobody known is asking, :class:`~carreau.errors.Refused` when
    the grant does not hold now: its reason is said.
    """
    if token in {"", LOCAL}:
        if not at_home:
            raise _unknown()
        return Access(served, accounts, None)
    _, grant = accounts.authenticated(token)
    access = Access(served, accounts, grant)
    access.check()
    return access


def followed(served: Served, accounts: HouseAccounts, path: str, query: str) -> Access:
    """What the holder of a signed link to ``path`` may read now.

    :class:`~carreau.errors.Refused` for a link that is altered, expired, or whose grant no longer holds.
    """
    bearer = accounts.links.checked(path, query, accounts.clock())
    if bearer == LOCAL:
        open_now(accounts)
        return Access(served, accounts, None)
    access = Access(served, accounts, accounts.credentials.grant(bearer))
    access.check()
    return access


def feed_secret(home: Home) -> bytes:
    """What the feeds of this house sign the next page with: drawn from the secret of its links, and not that one."""
    accounts_of(home)  # it makes the secret at first use
    return hmac.new((home.workspace.keys / KEY_FILE).read_bytes(), b"carreau feeds", sha256).digest()


def open_now(accounts: HouseAccounts) -> None:
    """Nothing on a machine without accounts; :class:`~carreau.market.refusals.NotSignedIn` once it has some."""
    if not accounts.open_to_all():
        raise _unknown()


def _unknown() -> NotSignedIn:
    """The answer to whoever shows no token where one is needed."""
    return NotSignedIn(
        "il faut un jeton pour lire ces tables",
        expected="un jeton de connexion, comme mot de passe ou comme « Bearer »",
        advice="en créer un dans la page Connexions",
    )


def found(offered: tuple[Feed, ...], wanted: Callable[[Feed], bool], given: str) -> Feed:
    """The first of the tables that is ``wanted``; :class:`~carreau.errors.Missing` when none is."""
    for feed in offered:
        if wanted(feed):
            return feed
    raise Missing(
        f"la table « {given[:80]} » n'existe pas, ou n'est pas ouverte à ce jeton",
        given=given[:80],
        expected=", ".join(feed.entity_set for feed in offered[:6]),
        advice="reprendre l'un des noms de la liste des tables",
    )
