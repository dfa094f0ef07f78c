"""Who is asking: a browser by its session, a program by its token, or whoever sits at a laptop without accounts.

The house and the answer to "is this server for this machine only?" are the application's: ``app.state.home`` and
``app.state.open``. Without the second, nobody comes in without signing in.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Final

from starlette.requests import Request

from carreau.counters.sign_in.addresses import host_of, is_forwarded, is_from_here
from carreau.counters.sign_in.cookies import brought
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.market import Account, Credential, Grant, Item, NotSignedIn
from carreau.market.accounts import LOCAL, LOCAL_ID
from carreau.market.credentials import MARK

PRODUCT: Final = "electoral_profile"
_EVERYTHING: Final = Item(PRODUCT, "france", "", None)
_HOSTS: Final = {"localhost", "127.0.0.1", "[::1]"}


def house(request: Request) -> HouseAccounts:
    """The accounts of the house that this application serves."""
    return accounts_of(request.app.state.home)


def asking(request: Request) -> Account | None:
    """The account that asks, or None when nobody known does.

    A token, when there is one, speaks alone: :class:`~carreau.market.NotSignedIn` when it is no good,
    :class:`~carreau.errors.Refused` when it opens only a part, since these doors show the whole. It reads, no more.
    """
    if token_of(request):
        return _bearer(request)
    accounts = house(request)
    account = accounts.session(brought(request))
    if account is None and is_open(request):
        return LOCAL
    return account


def bearing(request: Request) -> tuple[Credential, Grant]:
    """The token that a program shows and what it opens, for the doors of feeds: OData, Delta Sharing.

    :class:`~carreau.market.NotSignedIn` without a token, or with one that is no good. With Basic, the token is the
    password; the user's name may be anything.
    """
    token = token_of(request)
    if not token:
        raise NotSignedIn(
            "cette adresse demande un jeton de connexion",
            expected="Authorization: Bearer car_…, ou le jeton comme mot de passe",
            advice="créer un jeton dans « Connexions »",
        )
    return house(request).authenticated(token)


def token_of(request: Request) -> str:
    """The token in the Authorization header, by Bearer or as the password of Basic; nothing when there is none.

    Another password (that of a proxy before this server) is not ours to judge.
    """
    for header in request.headers.getlist("authorization"):
        scheme, _, rest = header.strip().partition(" ")
        if scheme.lower() == "bearer":
            return rest.strip() or "-"
        if scheme.lower() == "basic" and (password := _password(rest)).startswith(MARK):
            return password
    return ""


def is_open(request: Request) -> bool:
    """Whether whoever asks is at this machine, and this house has no account: one needs not sign in.

    The address of the page must be this machine's too: a page from elsewhere cannot borrow it by changing where its
    name leads. A request that was forwarded comes from elsewhere.
    """
    if not getattr(request.app.state, "open", False) or is_forwarded(request) or not is_from_here(request):
        return False
    return host_of(request.headers.get("host", "")) in _HOSTS and house(request).open_to_all()


def _bearer(request: Request) -> Account:
    """The account of a token, as a reader."""
    credential, grant = bearing(request)
    accounts = house(request)
    accounts.may_read(grant, _EVERYTHING)
    holder = LOCAL if grant.holder == LOCAL_ID else accounts.accounts.account(grant.holder)
    return replace(holder, role="reader", method=credential.kind)


def _password(encoded: str) -> str:
    """The password of a Basic header; nothing when it cannot be read."""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
