"""Sign-in: who is asking, what they may do, and the endpoints of sessions, accounts, tokens and saved analyses.

Other counters ask ``asking`` (who), ``required`` (a dependency: who, when they have a role) or ``bearing`` (a
program's token and its grant).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.routing import BaseRoute

from carreau.counters.sign_in import elsewhere, people, saved, session, tokens
from carreau.counters.sign_in.doors import required
from carreau.counters.sign_in.visitors import asking, bearing
from carreau.house.accounts import accounts_of

__all__ = ["asking", "bearing", "required", "router", "routes"]


def router(home: Any, served: Any) -> APIRouter:
    """The endpoints, to be included under ``/api/v1``; the application holds the house in ``app.state.home``."""
    accounts_of(home)  # what is wrong with its declarations is said now, and not to the first visitor
    whole = APIRouter()
    known = tokens.router(lambda: served.release.schema.names)
    for part in (session.router, elsewhere.router, people.router, known, saved.router):
        whole.include_router(part)
    return whole


def routes(home: Any, served: Any) -> list[BaseRoute]:
    """The same endpoints as a list of routes."""
    return list(router(home, served).routes)
