"""Signing in elsewhere: leaving for the house's identity provider, and coming back."""

from __future__ import annotations

import html
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from carreau.counters.sign_in.addresses import root_of
from carreau.counters.sign_in.cookies import brought, give
from carreau.counters.sign_in.identity import Answer, arrival, departure, network
from carreau.counters.sign_in.problems import Responses, problems
from carreau.counters.sign_in.session import LASTING
from carreau.counters.sign_in.visitors import house
from carreau.errors import CarreauError, Missing, Refused
from carreau.market.identity import Provider
from carreau.market.sessions import new_secret

RETURN: Final = "/api/v1/oidc/return"
router = APIRouter(tags=["session"])
_ELSEWHERE: Final[Responses] = {302: {"description": "Vers le fournisseur d'identité."}}
_BACK: Final[Responses] = {302: {"description": "Vers la page d'où l'on venait."}}
_PAGE: Final = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Connexion – Carreau</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>La connexion n'a pas abouti</h1>{sentences}
<p><a href="/">Revenir à l'accueil</a></p></main></body></html>
"""


@router.get("/oidc/start", status_code=302, response_class=Response, responses=_ELSEWHERE | problems(404, 422, 502))
def leave(request: Request, back: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Leave for the identity provider; one comes back to the page ``back`` of this house."""
    try:
        return _gone(request, back)
    except CarreauError as refusal:
        return _page(request, refusal)


@router.get(
    "/oidc/return", status_code=302, response_class=Response, responses=_BACK | problems(403, 404, 422, 502)
)
def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Come back from the identity provider: signed in, on the page one left; or a page that says why not."""
    try:
        return _welcomed(request, _provider(request), (state, code, error, iss))
    except CarreauError as refusal:
        return _page(request, refusal)


def own_page(back: str) -> str:
    """The page to come back to: one of this house, else its first.

    >>> own_page("/bureau/69123_0101?vue=carte"), own_page("https://example.org"), own_page("//example.org")
    ('/bureau/69123_0101?vue=carte', '/', '/')
    """
    plain = back.isascii() and back.isprintable() and "\\" not in back
    return back if plain and back.startswith("/") and not back.startswith("//") else "/"


def _page(request: Request, refusal: CarreauError) -> Response:
    """The page that says to a person why it did not work; to a program, the refusal goes on as any other."""
    if "text/html" not in request.headers.get("accept", ""):
        raise refusal
    status = getattr(refusal, "http_status", 404 if isinstance(refusal, Missing) else 403)
    said = (refusal.what, refusal.given, refusal.expected, refusal.advice)
    sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in said if sentence)
    return HTMLResponse(_PAGE.format(sentences=sentences), status, {"Cache-Control": "no-store"})


def _gone(request: Request, back: str) -> Response:
    """The browser on its way to the identity provider."""
    provider = _provider(request)
    secret = brought(request) or new_secret()
    leaving = house(request).left(secret, own_page(back))
    with network() as client:
        address = departure(provider, leaving, _address(request, provider), client)
    response = RedirectResponse(address, 302, {"Cache-Control": "no-store"})
    if not brought(request):
        give(request, response, secret)
    return response


def _welcomed(request: Request, provider: Provider, given: tuple[str, str, str, str]) -> Response:
    """The browser on the page it left, with the cookie of a new session."""
    state, code, error, issuer = given
    accounts = house(request)
    leaving = accounts.returned(state, brought(request))
    if error or not code or issuer not in ("", provider.issuer):
        raise Refused(
            "le fournisseur d'identité n'a pas confirmé la connexion", given=error or issuer, advice="recommencer"
        )
    answer = Answer(code, _address(request, provider), accounts.clock())
    with network() as client:
        claims = arrival(provider, leaving, answer, client)
    secret = accounts.welcomed(provider, claims)
    accounts.signed_out(brought(request))
    response = RedirectResponse(leaving.back, 302, {"Cache-Control": "no-store"})
    give(request, response, secret, LASTING)
    return response


def _provider(request: Request) -> Provider:
    """The provider of this house; :class:`~carreau.errors.Missing` when there is none."""
    provider = house(request).provider
    if provider is None:
        raise Missing(
            "cette maison n'a pas de fournisseur d'identité", advice="se connecter avec un nom et un mot de passe"
        )
    return provider


def _address(request: Request, provider: Provider) -> str:
    """The address of this house where one comes back."""
    return (provider.address or root_of(request)) + RETURN
