"""What a door asks before it opens: a role, and for what changes something, the proof that our own page asks."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from carreau.counters.sign_in.cookies import brought
from carreau.counters.sign_in.visitors import asking, token_of
from carreau.errors import Refused
from carreau.market import Account, NotSignedIn
from carreau.market.accounts import RoleName
from carreau.market.sessions import form_token

HEADER: Final = "X-CSRF-Token"
_SAFE: Final = {"GET", "HEAD", "OPTIONS", "TRACE"}
_WORDS: Final[dict[RoleName, str]] = {
    "reader": "lire",
    "editor": "créer des jetons et déposer des données",
    "owner": "gérer les comptes",
}


def required(role: RoleName) -> Callable[[Request], Account]:
    """What FastAPI is given as a dependency: the account that asks, when it has ``role``.

    :class:`~carreau.market.NotSignedIn` (401) for nobody, :class:`~carreau.errors.Refused` (403) for a lesser role, or
    for a change that does not come from our own page.
    """

    def admitted(request: Request) -> Account:
        account = asking(request)
        if account is None:
            raise NotSignedIn("il faut se connecter pour voir ceci", advice="se connecter, puis recommencer")
        from_our_page(request)
        if not account.may(role):
            raise Refused(
                f"ce compte ne peut pas {_WORDS[role]}",
                given=f"rôle {account.role}",
                expected=f"rôle {role}",
                advice="demander ce rôle à la personne qui gère les comptes",
            )
        return account

    return admitted


def from_our_page(request: Request) -> None:
    """Nothing when a change comes from our own page, or from a program with its token; else a refusal.

    Three proofs: the browser says where the request comes from (``Sec-Fetch-Site``, ``Origin``), and the page shows
    the token of the session. A browser never sends a Bearer token of itself; without a browser's words there is none.
    """
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin"):
        raise _elsewhere(f"Sec-Fetch-Site: {site}")
    if origin is not None and _site_of(origin) != request.headers.get("host", "").lower():
        raise _elsewhere(f"Origin: {origin}")
    if token_of(request):
        return
    secret, shown = brought(request), request.headers.get(HEADER, "")
    if not secret or not hmac.compare_digest(shown.encode("utf-8", "replace"), form_token(secret).encode()):
        raise Refused(
            "cette demande ne porte pas le jeton de la page",
            expected=f"l'en-tête {HEADER}, tel que /api/v1/session le donne",
            advice="recharger la page, puis recommencer",
        )


def _site_of(origin: str) -> str:
    """The ``host:port`` of an origin; nothing when it has none that can be read."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _elsewhere(given: str) -> Refused:
    """The refusal of a change that another site asks for."""
    return Refused(
        "cette demande vient d'un autre site", given=given[:120], advice="la faire depuis la page elle-même"
    )
