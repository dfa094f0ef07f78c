"""The route of checks: how the figures were checked, in tables."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from carreau.counters.api.answers import ASK_AGAIN, JSON, sent
from carreau.counters.api.desk import Desk, encoded
from carreau.counters.api.problems import documented
from carreau.house.checked import checks

PATH: Final = "/api/v1/checks"


class CheckColumnModel(BaseModel):
    """What a column of a table of checks holds."""

    name: str
    title: str
    title_en: str
    unit: str


class CheckRowModel(BaseModel):
    """One case, and its value under each column: null where nothing is promised."""

    title: str
    title_en: str
    values: list[float | None]


class CheckModel(BaseModel):
    """One table: what was measured, on what, by which command, when; ``products`` rest on it."""

    id: str
    products: list[str]
    title: str
    title_en: str
    about: str
    about_en: str
    source: str
    date: str
    columns: list[CheckColumnModel]
    rows: list[CheckRowModel]


class ChecksModel(BaseModel):
    """The tables of checks."""

    checks: list[CheckModel]


class Checks:
    """The route of checks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def added_to(self, router: APIRouter) -> None:
        """Adds the route to ``router``."""
        router.add_api_route(
            PATH,
            self.checks,
            methods=["GET"],
            responses={200: {"model": ChecksModel}, **documented(429)},
            response_class=Response,
            summary="Comment les chiffres ont été vérifiés",
            operation_id="checks",
        )

    async def checks(self, request: Request) -> Response:
        """Comment les chiffres ont été vérifiés : ce que tiennent les intervalles là où la vérité est connue"""
        answer = await self.desk.answers.get(("checks",), JSON, lambda: encoded(checks()))
        return sent(request, answer, ASK_AGAIN)
