"""Files to take away: exactly what is shown, in the format asked for, with its certificate, entered in the ledger."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from carreau.counters.api.asking import account_of
from carreau.counters.api.desk import Desk, question
from carreau.counters.api.problems import documented
from carreau.counters.api.tables import MOST_CODES, MOST_COLUMNS, Word
from carreau.counters.sign_in.doors import from_our_page
from carreau.guard import format_of
from carreau.house.reading_files import Ordered, made
from carreau.house.reading_rows import Question

ADDRESS: Final = "/api/v1/deliver/electoral_profile"
Format = Literal["xlsx", "csv", "parquet", "geojson", "json", "pdf", "png"]


class DeliveryQuestion(BaseModel):
    """Le fichier voulu : son format, ses lieux, ses colonnes, son titre."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "example": {"format": "csv", "level": "bureau", "in": ["com:69123"], "columns": ["part_cadres"]}
        },
    )
    format: Format = Field(description="Le format du fichier")
    level: Word = Field("bureau", description="Le niveau de lieux")
    within: list[Word] = Field(default_factory=list, alias="in", max_length=500, description="Des territoires")
    codes: list[Word] = Field(default_factory=list, max_length=MOST_CODES, description="Des codes de lieux du niveau")
    columns: list[Word] = Field(default_factory=list, max_length=MOST_COLUMNS, description="Des colonnes")
    order: list[Word] = Field(default_factory=list, max_length=5, description="Colonnes de tri")
    analysis: Word | None = Field(None, description="L'analyse prête d'où vient la demande")
    indicator: Word | None = Field(None, description="L'indicateur montré : il est ajouté aux colonnes")
    language: Literal["fr", "en"] = Field("fr", description="La langue de la page d'où vient la demande")
    title: Annotated[str, Field(max_length=200)] = Field("", description="Le titre, dont vient le nom du fichier")


class Files:
    """The route of files."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def added_to(self, router: APIRouter) -> None:
        """Adds this route to ``router``."""
        binary: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
        kinds = sorted({format_of(name).media_type for name in get_args(Format)})
        content = {kind: {"schema": {"type": "object"}} if kind.endswith("json") else binary for kind in kinds}
        router.add_api_route(
            ADDRESS,
            self.deliver,
            methods=["POST"],
            responses={
                200: {"description": "Le fichier", "content": content},
                **documented(400, 401, 403, 413, 422, 429, 503),
            },
            response_class=Response,
            summary="Un fichier à emporter, avec son certificat",
            operation_id="deliver",
        )

    async def deliver(self, request: Request, asked: DeliveryQuestion) -> Response:
        """A file, made in another thread, then sent piece by piece."""
        from_our_page(request)
        with question():
            file = await self.desk.answers.worked(
                lambda: made(self.desk.home, self.desk.served, ordered(asked, account_of(request).name))
            )
        headers = {
            "Content-Disposition": disposition(asked.title or "profil", file.suffix),
            "Content-Length": str(file.size),
            "Cache-Control": "no-store",
            "Carreau-Certificat": file.certificate,
        }
        return StreamingResponse(file.chunks(), headers=headers, media_type=file.media_type)


def ordered(asked: DeliveryQuestion, reader: str) -> Ordered:
    """What is asked for, as the house takes orders."""
    indicator = [asked.indicator] if asked.indicator else []
    columns = tuple(dict.fromkeys([*indicator, *asked.columns]))
    wanted = Question(
        asked.level, tuple(asked.within), tuple(asked.codes), columns, tuple(asked.order), certain=True
    )
    return Ordered(wanted, f".{asked.format}", reader, asked.title, asked.language, asked.indicator or "")


def disposition(title: str, suffix: str) -> str:
    """The header that names a file after a title, whatever signs the title holds.

    >>> disposition('Cadres à Lyon "3e"', ".csv")
    'attachment; filename="cadres-a-lyon-3e.csv"; filename*=UTF-8\\'\\'Cadres%20%C3%A0%20Lyon%203e.csv'
    """
    words = re.sub(r"[^\w\s.-]+", " ", title).strip(" .")
    shown = re.sub(r"\s+", " ", words)[:80] or "profil"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "profil"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(shown + suffix, safe='')}"
