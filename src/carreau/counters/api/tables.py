"""Tables: some columns of some places, as JSON, by an address or by a body when the list is long."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from carreau.counters.api import models
from carreau.counters.api.answers import ASK_AGAIN, JSON, later, sent
from carreau.counters.api.desk import Desk, listed, question, territories
from carreau.counters.api.problems import documented
from carreau.house.reading_rows import Question, rows_json

ADDRESS: Final = "/api/v1/electoral_profile/rows"
MOST_ROWS: Final = 20_000
MOST_OFFSET: Final = 10_000_000
MOST_CODES: Final = 80_000
MOST_COLUMNS: Final = 300
Word = Annotated[str, Field(max_length=200)]


class RowsAddress(BaseModel):
    """La même question dans une adresse : les listes y sont séparées par des virgules."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    level: Word = Field("bureau", description="Le niveau de lieux")
    within: str = Field("", alias="in", max_length=8000, description="Des territoires", examples=["com:69123,dep:01"])
    codes: str = Field("", max_length=8000, description="Des codes de lieux du niveau")
    columns: str = Field("", max_length=8000, description="Des colonnes", examples=["part_cadres,part_ouvriers"])
    order: str = Field("", max_length=500, description="Colonnes de tri ; « - » devant pour l'ordre inverse")
    offset: int = Field(0, ge=0, le=MOST_OFFSET, description="Combien de lignes passer d'abord")
    limit: int = Field(1000, ge=0, le=MOST_ROWS, description="Combien de lignes au plus")


class RowsQuestion(BaseModel):
    """Quelles colonnes de quels lieux, dans quel ordre."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"example": {"level": "bureau", "in": ["com:69123"], "columns": ["part_cadres"]}},
    )
    level: Word = Field("bureau", description="Le niveau de lieux")
    within: list[Word] = Field(default_factory=list, alias="in", max_length=500, description="Des territoires")
    codes: list[Word] = Field(default_factory=list, max_length=MOST_CODES, description="Des codes de lieux du niveau")
    columns: list[Word] = Field(default_factory=list, max_length=MOST_COLUMNS, description="Des colonnes")
    order: Annotated[list[Word], Field(max_length=5)] | Word = Field(
        default_factory=list, description="Colonnes de tri ; « - » devant pour les plus grands d'abord"
    )
    offset: int = Field(0, ge=0, le=MOST_OFFSET, description="Combien de lignes passer d'abord")
    limit: int = Field(1000, ge=0, le=MOST_ROWS, description="Combien de lignes au plus")


class Tables:
    """The routes of tables."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def added_to(self, router: APIRouter) -> None:
        """Adds these routes to ``router``."""
        said = {200: {"model": models.RowsModel}, **documented(400, 401, 403, 413, 422, 429, 503)}
        summary = "Des colonnes de lieux, en lignes"
        router.add_api_route(
            ADDRESS, self.rows, methods=["GET"], responses=said, response_class=Response, summary=summary,
            operation_id="rows",
        )  # fmt: skip
        router.add_api_route(
            ADDRESS, self.rows_of_body, methods=["POST"], responses=said, response_class=Response,
            summary=f"{summary} (longues listes)", operation_id="rows_of_body",
        )  # fmt: skip

    async def rows(self, request: Request, asked: Annotated[RowsAddress, Query()]) -> Response:
        """Rows asked for by an address."""
        order = listed(asked.order)[:5]
        lists = (territories(asked.within), listed(asked.codes), listed(asked.columns)[:MOST_COLUMNS], order)
        return await self._answered(request, Question(asked.level, *lists, asked.offset, asked.limit))

    async def rows_of_body(self, request: Request, asked: RowsQuestion) -> Response:
        """Rows asked for by a body."""
        order = listed(asked.order)[:5] if isinstance(asked.order, str) else tuple(asked.order)
        lists = (tuple(asked.within), tuple(asked.codes), tuple(asked.columns), order)
        return await self._answered(request, Question(asked.level, *lists, asked.offset, asked.limit))

    async def _answered(self, request: Request, asked: Question) -> Response:
        """The answer to a question."""
        with question():
            answer = await self.desk.answers.get(("rows", asked), JSON, later(rows_json, self.desk.served, asked))
        return sent(request, answer, ASK_AGAIN, self.desk.certificate)
