"""The description of the API: OpenAPI 3.1, and a plain page that lists its addresses, without script nor network."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, compile_path

from carreau.counters.api.answers import ASK_AGAIN, JSON, Answer, answer_of, sent
from carreau.counters.api.problems import Problem, documented

Endpoint = Callable[[Request], Awaitable[Response]]
ABOUT: Final = (
    "Les chiffres des bureaux de vote et des lieux plus grands, avec leur marge, leur note et leur source. "
    "Les erreurs ont toutes la forme « application/problem+json » (RFC 9457)."
)


def openapi(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of ``routes``."""
    document = get_openapi(
        title="Carreau", version=version("carreau"), summary="L'API de Carreau", description=ABOUT, routes=routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for said in (operation for methods in document["paths"].values() for operation in methods.values()):
        common = documented(400, 429, 503, *([413] if "requestBody" in said else []))
        said["responses"] = {**{str(status): told for status, told in common.items()}, **said["responses"]}
        if "422" in said["responses"]:  # FastAPI describes its own, which is never sent
            said["responses"]["422"] = documented(422)[422]
    return document


def methods_by_path(routes: Sequence[BaseRoute]) -> dict[re.Pattern[str], tuple[str, ...]]:
    """The methods of each address described, by the pattern of its path."""
    paths = openapi(routes)["paths"]
    return {compile_path(path)[0]: tuple(sorted(name.upper() for name in methods)) for path, methods in paths.items()}


def described(routes: Sequence[BaseRoute]) -> Endpoint:
    """The endpoint of the OpenAPI document, written once."""
    written: list[Answer] = []

    async def endpoint(request: Request) -> Response:
        """The whole description."""
        if not written:
            written.append(answer_of(json.dumps(openapi(routes), ensure_ascii=False).encode(), JSON))
        return sent(request, written[0], ASK_AGAIN)

    return endpoint


def listing(routes: Sequence[BaseRoute]) -> Endpoint:
    """The endpoint of the plain page that lists the addresses of the API."""
    written: list[Answer] = []

    async def endpoint(request: Request) -> Response:
        """The list of the endpoints, as a page."""
        if not written:
            written.append(answer_of(_page(openapi(routes)).encode(), "text/html; charset=utf-8"))
        return sent(request, written[0], ASK_AGAIN)

    return endpoint


def _page(document: dict[str, Any]) -> str:
    """The page: each address with what it answers and its parameters."""
    rows = [
        f"<dt><code>{method.upper()} {html.escape(path)}</code></dt><dd>{html.escape(said.get('summary', ''))}"
        f"{_parameters(said.get('parameters', []))}</dd>"
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if method != "head"
    ]
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>L\'API de Carreau</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>L\'API de Carreau</h1>'
        f"<p>{html.escape(ABOUT)}</p>"
        '<p><a href="/api/v1/openapi.json">Description complète (OpenAPI 3.1)</a> · <a href="/">Les pages</a></p>'
        f"<dl>{''.join(rows)}</dl></body></html>"
    )


def _parameters(parameters: Sequence[dict[str, Any]]) -> str:
    """The parameters of an address, as a list."""
    items = [
        f"<li><code>{html.escape(one['name'])}</code> : {html.escape(one.get('description', ''))}</li>"
        for one in parameters
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""
