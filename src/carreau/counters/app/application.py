"""The application: every counter under one roof, what guards them around, and one shape for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from carreau.counters import api, connections, delta_sharing, odata, sign_in, space
from carreau.counters.api.answers import FOREVER
from carreau.counters.api.asking import admitted
from carreau.counters.api.desk import Misasked
from carreau.counters.api.problems import problem, problem_of
from carreau.counters.api.ranges import Ranged
from carreau.counters.app.description import described, listing, methods_by_path
from carreau.counters.app.guarding import Headed, Limited, Safe
from carreau.counters.app.options import Options
from carreau.counters.app.pages import Pages
from carreau.counters.app.speaking import Speaking
from carreau.counters.app.words import in_french
from carreau.errors import CarreauError
from carreau.house import Home
from carreau.house.english import book_of
from carreau.house.served import Served

LOG: Final = logging.getLogger("carreau.serve")
PMTILES: Final = "application/vnd.pmtiles"


def application(home: Home, served: Served, options: Options) -> Any:
    """The ASGI application that shows ``served``: API, tiles, pages."""
    app = FastAPI(title="Carreau", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.home, app.state.open = home, options.on_loopback
    for route in routes(home, served, options):
        app.router.routes.append(route)
    app.add_exception_handler(CarreauError, _of_the_house)
    app.add_exception_handler(Misasked, _misasked)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)
    return Safe(Speaking(Limited(Headed(app), options), book_of(home.product_list, home.source_list).english))


def routes(home: Home, served: Served, options: Options) -> list[BaseRoute]:
    """Every route, those with fixed words first."""
    signing = APIRouter()
    signing.include_router(sign_in.router(home, served), prefix="/api/v1")
    signing.include_router(space.router(home, served), prefix="/api/v1")
    documented = [*signing.routes, *api.routes(home, served)]
    return [
        Route("/api/v1/openapi.json", described(documented), methods=["GET"]),
        Route("/api/v1/docs", listing(documented), methods=["GET"]),
        *documented,
        *_doors(home, served),
        _elsewhere(documented),
        *([_tiles_route(served)] if served.tiles else []),
        *Pages(options.static).routes(),
    ]


def _doors(home: Home, served: Served) -> list[BaseRoute]:
    """The doors of other protocols, each under its own address."""
    return [
        Route("/odata", _with_slash, methods=["GET"]),
        Mount("/odata", routes=odata.routes(home, served)),
        Mount("/api/v1/connections", routes=connections.routes(home, served)),
        Mount("/delta-sharing", routes=delta_sharing.routes(home, served)),
    ]


def _tiles_route(served: Served) -> BaseRoute:
    """The route of the tiles, by ranges, kept for ever at the address of their version."""
    assert served.tiles is not None  # the caller has looked
    file = Ranged.of(served.tiles, PMTILES, served.version)

    async def tiles(request: Request) -> Response:
        """The tiles of the map, whole or by ranges."""
        await admitted(request)
        if request.path_params["version"] != served.version:
            return problem(404, "ces tuiles ont été remplacées", expected=f"/tiles/{served.version}.pmtiles")
        return file.sent(request, FOREVER)

    return Route("/tiles/{version}.pmtiles", tiles, methods=["GET"])


async def _with_slash(_: Request) -> Response:
    """The same address with its last slash, which the links of a feed are written from."""
    return RedirectResponse("/odata/", 308)


def _elsewhere(known: Sequence[BaseRoute]) -> BaseRoute:
    """The route of what no other takes: 405 for another method of a known address, 404 for an unknown one."""
    methods = cache(lambda: methods_by_path(known))

    async def elsewhere(request: Request) -> Response:
        """What is found nowhere: a page of the application, or a problem."""
        allowed = [names for pattern, names in methods().items() if pattern.match(request.url.path)]
        if allowed:
            return _not_allowed(request, ", ".join(allowed[0]))
        return problem(
            404, "cette adresse de l'API n'existe pas", given=request.url.path[:200],
            expected="l'une de celles que /api/v1/openapi.json décrit", advice="voir /api/v1/docs",
        )  # fmt: skip

    return Route("/api/{path:path}", elsewhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])


def _not_allowed(request: Request, allowed: str) -> Response:
    """The problem of a method that an address does not have."""
    return problem(
        405, f"cette adresse n'admet pas la méthode {request.method[:20]}", expected=allowed, headers={"Allow": allowed}
    )


async def _of_the_house(_: Request, error: Exception) -> Response:
    """What the house refuses or does not find."""
    assert isinstance(error, CarreauError)
    return problem_of(error)


async def _misasked(_: Request, error: Exception) -> Response:
    """A question whose words are wrong."""
    assert isinstance(error, Misasked)
    return problem_of(error.error, 400)


async def _not_understood(_: Request, error: Exception) -> Response:
    """A parameter or a body that does not have the shape described."""
    assert isinstance(error, RequestValidationError)
    return problem(422, **in_french(error.errors()))


async def _of_http(request: Request, error: Exception) -> Response:
    """What Starlette refuses: a method, an address, a body that is no JSON."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _not_allowed(request, (error.headers or {}).get("Allow", "GET"))
    said = {404: "cette adresse n'existe pas", 400: "la demande n'a pas pu être lue"}
    detail = said.get(error.status_code, str(error.detail))
    return problem(error.status_code, detail, headers=dict(error.headers or {}))


async def _gone(_: Request, error: Exception) -> Response:
    """Whoever asked has left, or was cut: nobody reads this."""
    return problem(400, "la demande n'est pas arrivée en entier")


async def _unforeseen(request: Request, error: Exception) -> Response:
    """The last resort: written in full in the log, never shown."""
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return problem(
        500, "une erreur que personne n'avait prévue", advice="le journal du serveur dit laquelle ; la signaler",

    )  # fmt: skip
