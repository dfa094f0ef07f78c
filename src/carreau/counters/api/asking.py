"""Who is asking, and that everyone who asks may."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from carreau.counters.sign_in import asking
from carreau.market import Account, NotSignedIn

NAME: Final = "carreau.account"


async def admitted(request: Request) -> None:
    """Lets in whoever may read, a laptop's own user or someone signed in; :class:`NotSignedIn` for nobody known."""
    account = asking(request)
    if account is None:
        raise NotSignedIn(
            "il faut se connecter pour voir ceci",
            expected="une session ouverte, ou un jeton : Authorization: Bearer …",
            advice="se connecter à /connexion, ou créer un jeton dans « Connexions »",
        )
    request.scope[NAME] = account


def account_of(request: Request) -> Account:
    """The account that was let in."""
    found: Account = request.scope[NAME]
    return found


def user_facts(request: Request) -> dict[str, Any]:
    """Whether someone is signed in, under which name and role."""
    account = account_of(request)
    return {"signed_in": account.method != "open", "name": account.name, "role": account.role}
