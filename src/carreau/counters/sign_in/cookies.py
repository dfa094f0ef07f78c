"""The cookie of a browser: a random secret, before and after sign-in, never the same one.

Over TLS its name begins with ``__Host-``: no other host, no other path can set it. Over plain HTTP, on a laptop, its
name bears the port, since browsers share cookies between the ports of one host.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from carreau.counters.sign_in.addresses import is_secure

NAME: Final = "carreau"
_LONGEST: Final = 200


def cookie_name(request: Request) -> str:
    """The name of the cookie at the address that this request came to."""
    return f"__Host-{NAME}" if is_secure(request) else f"{NAME}-{request.url.port or 80}"


def brought(request: Request) -> str:
    """The secret that the browser brought; nothing when it brought none, or something that is none of ours."""
    secret = request.cookies.get(cookie_name(request), "")
    return secret if len(secret) <= _LONGEST and secret.isascii() else ""


def give(request: Request, response: Response, secret: str, lasting: int | None = None) -> None:
    """Have the browser keep ``secret``: for so many seconds, or until it closes."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=lasting,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",  # not strict: one comes back from the identity provider, and from a view that was sent
    )
