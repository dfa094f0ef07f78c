"""The readings of the profile: who votes how, transfers, advice, a plan for the field; as the products declare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from carreau.counters.api import models
from carreau.counters.api.answers import ASK_AGAIN, JSON, sent
from carreau.counters.api.asking import account_of
from carreau.counters.api.desk import Desk, Misasked, encoded, question
from carreau.counters.api.english import Language, told
from carreau.counters.api.files import disposition
from carreau.counters.api.problems import documented
from carreau.errors import Unknown
from carreau.guard import format_of
from carreau.house.derived import Question
from carreau.house.derived_served import derived_facts, served_answer, served_release
from carreau.house.reading_files import handed_over

ADDRESS: Final = "/api/v1/readings"
FIXED: Final = frozenset({"level", "v", "language"})
PRINTED: Final = "pdf"
SHEETS: Final = "sheets"  # the screen of a level that is made to be printed
MOST_WORDS: Final = 12
ProductName = Annotated[str, Path(max_length=60, description="Le produit (GET /api/v1/readings)", examples=["votes"])]
TerritoryName = Annotated[
    str, Path(max_length=60, description="com:…, circo:…, epci:…, dep:… ou bv:…", examples=["com:69123"])
]
LevelName = Annotated[str, Query(max_length=40, description="Une ligne par quoi ; le premier niveau à défaut")]
Suffix = Literal["xlsx", "csv", "json", "parquet", "pdf"]


class NotPrinted(Unknown):
    """A page to print was asked of a reading that has none; the advice says which file to take (HTTP 422)."""

    http_status: ClassVar[int] = 422


class Readings:
    """The routes of products made from the served release."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def added_to(self, router: APIRouter) -> None:
        """Adds these routes to ``router``."""
        binary: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
        kinds = {format_of(name).media_type: binary for name in get_args(Suffix) if name != "json"}
        told = "Le fichier ; en .pdf, les feuilles à imprimer des lectures qui en ont (le plan de terrain)"
        file = {"description": told, "content": {**kinds, "application/json": {"schema": {"type": "object"}}}}
        for path, endpoint, said in (
            (ADDRESS, self.readings, {"model": models.ReadingsModel}),
            (f"{ADDRESS}/{{product}}/{{territory}}", self.reading, {"model": models.ReadingModel}),
            (f"{ADDRESS}/{{product}}/{{territory}}/file.{{suffix}}", self.reading_file, file),
        ):
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                responses={200: said, **documented(400, 401, 403, 404, 422, 429, 503)},
                response_class=Response,
                summary=(endpoint.__doc__ or "").strip().split("\n")[0],
                operation_id=endpoint.__name__,
            )

    async def readings(self, request: Request, language: Language = "fr") -> Response:
        """Ce que l'on peut demander au profil : les lectures, leurs niveaux, leurs choix"""

        def make() -> bytes:
            """The list, in JSON."""
            listed = {"readings": derived_facts(self.desk.home, self.desk.served)}
            return encoded(told(self.desk, listed, language))

        answer = await self.desk.answers.get(("readings", language), JSON, make)
        return sent(request, answer, ASK_AGAIN, self.desk.certificate)

    async def reading(
        self,
        request: Request,
        product: ProductName,
        territory: TerritoryName,
        level: LevelName = "",
        language: Language = "fr",
    ) -> Response:
        """Une lecture d'un territoire : ses colonnes, ses lignes, ses remarques ; les choix en paramètres"""
        asked = Question(product, territory, level, _choices(request.query_params))
        key = ("reading", product, territory, level, tuple(sorted(asked.choices.items())), language)
        self._known(asked)

        def make() -> bytes:
            """The answer, in JSON."""
            return encoded(told(self.desk, served_answer(self.desk.home, self.desk.served, asked), language))

        with question():
            answer = await self.desk.answers.get(key, JSON, make)
        return sent(request, answer, ASK_AGAIN)

    async def reading_file(
        self, request: Request, product: ProductName, territory: TerritoryName, suffix: Suffix, level: LevelName = ""
    ) -> Response:
        """La même lecture en un fichier, avec son certificat ; en .pdf, ses feuilles à imprimer si elle en a"""
        asked = Question(product, territory, level, _choices(request.query_params))
        self._known(asked)
        if suffix == PRINTED:
            asked = replace(asked, level=printed_level(product, self.desk.home.product_list[product].facts, level))
        reader = account_of(request).name
        with question():
            file = await self.desk.answers.worked(
                lambda: handed_over(
                    self.desk.home, served_release(self.desk.home, self.desk.served, asked), f".{suffix}", reader
                )
            )
        headers = {
            "Content-Disposition": disposition(f"{product} {territory.replace(':', ' ')}", file.suffix),
            "Content-Length": str(file.size),
            "Cache-Control": "no-store",
            "Carreau-Certificat": file.certificate,
        }
        return StreamingResponse(file.chunks(), headers=headers, media_type=file.media_type)

    def _known(self, asked: Question) -> None:
        """Nothing when the product is one of those listed; 404 otherwise, as any unknown address."""
        products = [told["product"] for told in derived_facts(self.desk.home, self.desk.served)]
        if asked.product not in products:
            raise Unknown.named(asked.product, "produit", products, "reprendre l'un de ceux de GET /api/v1/readings")


def printed_level(product: str, facts: Mapping[str, Any], level: str) -> str:
    """The level asked for, the first one made to be printed by default; :class:`NotPrinted` when it is not."""
    screens: Mapping[str, Any] = facts.get("screen", {})
    printed = [name for name in facts["levels"] if screens.get(name, {}).get("kind") == SHEETS]
    if printed and level in {"", *printed}:
        return level or printed[0]
    raise NotPrinted(
        "cette lecture n'a pas de feuille à imprimer" if not printed else "ce niveau n'a pas de feuille à imprimer",
        given=f"{product}, niveau {level}" if level else product,
        expected=f"le niveau {', '.join(printed)}" if printed else "un fichier .xlsx, .csv, .json ou .parquet",
        advice="ne pas dire de niveau, ou dire celui-là" if printed else "demander file.xlsx",
    )


def _choices(query: Mapping[str, str]) -> dict[str, str]:
    """The choices of an address: all its words but the fixed ones."""
    found = {name: value for name, value in query.items() if name not in FIXED}
    if len(found) > MOST_WORDS or any(len(value) > 200 for value in found.values()):
        raise Misasked(Unknown("trop de choix à la fois", given=f"{len(found)} choix", expected="une valeur par choix"))
    return found
