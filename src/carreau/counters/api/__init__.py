"""The HTTP API, version 1: facts and bytes of what is served, described by OpenAPI, its problems as RFC 9457 says."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

from carreau.counters.api.asking import admitted
from carreau.counters.api.checks import Checks
from carreau.counters.api.desk import Desk
from carreau.counters.api.files import Files
from carreau.counters.api.readings import Readings
from carreau.counters.api.reads import Reads
from carreau.counters.api.tables import Tables
from carreau.house import Home
from carreau.house.served import Served

__all__ = ["routes"]


def routes(home: Home, served: Served) -> list[BaseRoute]:
    """The routes of the API, under ``/api/v1``."""
    desk, router = Desk(home, served), APIRouter(dependencies=[Depends(admitted)])
    reads = Reads(desk)
    reads.added_to(router)
    Checks(desk).added_to(router)
    Tables(desk).added_to(router)
    Files(desk).added_to(router)
    Readings(desk).added_to(router)
    reads.territory_to(router)
    return list(router.routes)
