"""The readings: what is served, values for the map, places, one place, search, sources."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from carreau.counters.api import models
from carreau.counters.api.answers import ASK_AGAIN, FLOATS, FOREVER, JSON, later, sent
from carreau.counters.api.asking import user_facts
from carreau.counters.api.desk import Desk, Version, Within, encoded, question, territories
from carreau.counters.api.english import Language, told
from carreau.counters.api.problems import documented
from carreau.house import reading
from carreau.house.reading_finding import search

PREFIX: Final = "/api/v1"
PRODUCT: Final = f"{PREFIX}/electoral_profile"
LevelName = Annotated[str, Path(max_length=40, description="Le niveau de lieux", examples=["bureau", "commune"])]
ColumnName = Annotated[
    str, Path(max_length=200, description="X, X_marge, X_note, type…", examples=["part_cadres", "type"])
]
TerritoryName = Annotated[
    str, Path(max_length=60, description="bv:…, iris:…, com:…, circo:… ou dep:…", examples=["bv:69123_0301"])
]


class Reads:
    """The routes that read, each answered from memory when it was asked before."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def added_to(self, router: APIRouter) -> None:
        """Adds these routes to ``router``; those with fixed words come before the one that takes a territory."""
        floats = {200: {"description": "Nombres de 32 bits, petit-boutistes", "content": {FLOATS: {}}}}
        for path, endpoint, said in (
            (PREFIX, self.catalogue, {"model": models.CatalogueModel}),
            (f"{PREFIX}/search", self.search, {"model": models.SearchModel}),
            (f"{PREFIX}/sources", self.sources, {"model": models.SourcesModel}),
            (f"{PRODUCT}/values/{{level}}/{{column}}.f32", self.values, floats[200]),
            (f"{PRODUCT}/places/{{level}}.json", self.places, {"model": models.PlacesModel}),
            (f"{PRODUCT}/like/{{territory}}", self.like, {"model": models.LikeModel}),
        ):
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                responses={200: said, **documented(400, 403, 404, 422, 429, 503)},
                response_class=Response,
                summary=(endpoint.__doc__ or "").strip().split("\n")[0],
                operation_id=endpoint.__name__,
            )

    def territory_to(self, router: APIRouter) -> None:
        """Adds the route of one place, which must come after all those with a fixed word."""
        router.add_api_route(
            f"{PRODUCT}/{{territory}}",
            self.place,
            methods=["GET"],
            responses={200: {"model": models.PlaceModel}, **documented(403, 404, 422, 429, 503)},
            response_class=Response,
            summary="Un lieu sur une page : chiffres, élections, sources",
            operation_id="place",
        )

    async def catalogue(self, request: Request, language: Language = "fr") -> Response:
        """Ce qui est servi : territoire, version, niveaux, thèmes, indicateurs, élections, et qui demande"""
        user = user_facts(request)
        served = self.desk.served
        answer = await self.desk.answers.get(
            ("catalogue", tuple(user.values()), language),
            JSON,
            lambda: encoded(told(self.desk, {**reading.catalogue(served), "user": user}, language)),
        )
        headers = {**self.desk.certificate, "Vary": "Accept-Encoding, Cookie, Authorization"}
        return sent(request, answer, ASK_AGAIN, headers)

    async def values(self, request: Request, level: LevelName, column: ColumnName, version: Version = None) -> Response:
        """Une colonne d'un niveau, pour la carte : des nombres de 32 bits dans l'ordre des lieux, NaN sans valeur

        Une note (X_note) va de 1 (A) à 5 (E). Un type, une famille de types sont donnés par leur numéro dans types et
        groups du catalogue, 0 quand trop peu est connu pour en dire un ; aux niveaux des communes et des départements,
        c'est le type où sont le plus d'inscrits, type_part dit leur part, en %, et type_part_X celle du type X.
        """
        answer = await self.desk.answers.get(
            ("values", level, column), FLOATS, later(reading.values, self.desk.served, level, column)
        )
        return sent(request, answer, self._caching(version), self.desk.certificate)

    async def places(
        self, request: Request, level: LevelName, within: Within = "", version: Version = None
    ) -> Response:
        """Les lieux d'un niveau, colonne par colonne : rang, code, nom, commune, département, inscrits, point"""
        wanted = territories(within)
        with question():
            answer = await self.desk.answers.get(
                ("places", level, wanted), JSON, later(reading.places_json, self.desk.served, level, wanted)
            )
        return sent(request, answer, self._caching(version), self.desk.certificate)

    async def place(self, request: Request, territory: TerritoryName, language: Language = "fr") -> Response:
        """Un lieu sur une page : qui il est, ses chiffres, ses élections, ses sources."""
        answer = await self.desk.answers.get(
            ("place", territory, language),
            JSON,
            lambda: encoded(told(self.desk, reading.place(self.desk.served, territory), language)),
        )
        return sent(request, answer, ASK_AGAIN, self.desk.certificate)

    async def like(
        self,
        request: Request,
        territory: TerritoryName,
        scope: Annotated[Literal["commune", "france"], Query(description="Où chercher")] = "france",
        limit: Annotated[int, Query(ge=1, le=50, description="Combien de bureaux au plus")] = 6,
    ) -> Response:
        """Les bureaux de vote qui ressemblent le plus à un autre, et par quels chiffres"""
        answer = await self.desk.answers.get(
            ("like", territory, scope, limit),
            JSON,
            lambda: encoded({"places": reading.like(self.desk.served, territory, scope, limit)}),
        )
        return sent(request, answer, ASK_AGAIN, self.desk.certificate)

    async def search(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=100, description="Un nom ou un code", examples=["lyon 3", "69123"])] = "",
        limit: Annotated[int, Query(ge=1, le=50, description="Combien de lieux au plus")] = 12,
    ) -> Response:
        """Cherche des lieux par leur nom ou leur code, sans égard aux accents ni à la casse"""
        answer = await self.desk.answers.get(
            ("search", q, limit), JSON, lambda: encoded({"results": search(self.desk.served, q, limit)})
        )
        return sent(request, answer, ASK_AGAIN)

    async def sources(self, request: Request, within: Within = "", language: Language = "fr") -> Response:
        """Les sources, leurs fichiers, et ce qui en est montré, masqué ou emprunté dans des territoires"""
        wanted = territories(within)
        with question():
            answer = await self.desk.answers.get(
                ("sources", wanted, language),
                JSON,
                lambda: encoded(told(self.desk, {"sources": reading.sources(self.desk.served, wanted)}, language)),
            )
        return sent(request, answer, ASK_AGAIN, self.desk.certificate)

    def _caching(self, version: str | None) -> str:
        """For ever at the address of this very version, to be asked again otherwise."""
        return FOREVER if version == self.desk.served.version else ASK_AGAIN
