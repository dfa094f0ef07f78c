"""Coming in and going out: the session of a browser, and one's own password."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from carreau.counters.sign_in.addresses import client_of
from carreau.counters.sign_in.cookies import brought, give
from carreau.counters.sign_in.doors import from_our_page, required
from carreau.counters.sign_in.problems import problems
from carreau.counters.sign_in.shapes import PasswordChange, SignIn, Visitor
from carreau.counters.sign_in.visitors import asking, house, is_open
from carreau.market import Account
from carreau.market.sessions import form_token, new_secret
from carreau.market.settings import table

LASTING: Final = table("session")["absolute_hours"] * 3600
router = APIRouter(tags=["session"])


@router.get("/session", responses=problems(401, 403))
def read_session(request: Request, response: Response) -> Visitor:
    """Who is here, and the token to show with what changes something."""
    secret = brought(request)
    if not secret:
        secret = new_secret()
        give(request, response, secret)
    return _visitor(request, response, asking(request), secret)


@router.post("/session", responses=problems(400, 401, 403, 422, 429))
def sign_in(request: Request, response: Response, given: SignIn) -> Visitor:
    """Sign in with a name and a password; the cookie is a new one."""
    from_our_page(request)
    accounts = house(request)
    secret, account = accounts.signed_in(given.name, given.password, client_of(request))
    accounts.signed_out(brought(request))
    give(request, response, secret, LASTING)
    return _visitor(request, response, account, secret)


@router.delete("/session", status_code=204, responses=problems(403))
def sign_out(request: Request) -> Response:
    """Sign out; the session is over, here and wherever its cookie was copied."""
    from_our_page(request)
    house(request).signed_out(brought(request))
    response = Response(status_code=204)
    give(request, response, new_secret())
    return response


@router.put("/session/password", responses=problems(400, 401, 403, 422, 429))
def change_password(
    request: Request,
    response: Response,
    given: PasswordChange,
    account: Annotated[Account, Depends(required("reader"))],
) -> Visitor:
    """Change one's password; every session ends but this one, whose cookie is a new one."""
    secret, account = house(request).password_changed(account, given.old, given.new, client_of(request))
    give(request, response, secret, LASTING)
    return _visitor(request, response, account, secret)


def _visitor(request: Request, response: Response, account: Account | None, secret: str) -> Visitor:
    """Who is here, as the pages need it."""
    response.headers["Cache-Control"] = "no-store"
    opened = is_open(request)
    return Visitor(
        signed_in=account is not None and account.method != "open",
        name=account.name if account else "",
        role=account.role if account else "",
        open=opened,
        csrf=form_token(secret),
        methods=["password", "oidc"] if house(request).provider else ["password"],
    )
