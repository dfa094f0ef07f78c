"""One's own data over HTTP: a file brought, its report, its figures for the map, its deletion; nobody else's.

``GET|POST /space``, ``GET|DELETE /space/{id}``, ``GET /space/{id}/rows``, ``GET /space/{id}/{column}.f32``, under
``/api/v1``. Another person's file answers as one that never was.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.routing import BaseRoute

from carreau.counters.space.doors import Doors

__all__ = ["router", "routes"]


def router(home: Any, served: Any) -> APIRouter:
    """The endpoints, to be included under ``/api/v1``."""
    whole = APIRouter(tags=["mes données"])
    Doors(home, served).added_to(whole)
    return whole


def routes(home: Any, served: Any) -> list[BaseRoute]:
    """The same endpoints as a list of routes."""
    return list(router(home, served).routes)
