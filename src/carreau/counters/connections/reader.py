"""Who reads a feed, and from which address: what OData, Delta Sharing and the connections ask of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from carreau.counters.sign_in.visitors import house, is_open, token_of
from carreau.house.feeds_access import Access, accessed, followed
from carreau.market.links import SIGNATURE

if TYPE_CHECKING:
    from carreau.house.served import Served


def access_of(request: Request, served: Served) -> Access:
    """What whoever asks may read, by the token that they show; without one, as the user of this machine.

    :class:`~carreau.market.refusals.NotSignedIn` for nobody known, :class:`~carreau.errors.Refused` with its reason
    for a grant that does not hold.
    """
    return accessed(served, house(request), token_of(request), at_home=is_open(request))


def access_of_link(request: Request, served: Served) -> Access:
    """What the holder of the signed link that is asked for may read; the link speaks for the path it was made for."""
    return followed(served, house(request), request.url.path, request.url.query)


def is_link(request: Request) -> bool:
    """Whether the address that is asked for carries a signature."""
    return SIGNATURE in request.query_params


def root_of(request: Request) -> str:
    """The address of this server as the reader wrote it, without a final slash."""
    return f"{request.url.scheme}://{request.url.netloc}"


def here_of(request: Request) -> str:
    """The address under which these routes are mounted, without a final slash."""
    return root_of(request) + str(request.scope.get("root_path", "")).rstrip("/")
