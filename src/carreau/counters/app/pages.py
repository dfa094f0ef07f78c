"""The pages: the built application when it is there, else a plain page that says how to build it."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from carreau.counters.api.answers import ASK_AGAIN, PUBLIC, Answers, sent
from carreau.counters.api.problems import problem

CLIENT_ROUTES: Final = (
    "/", "/carte", "/bureau/{code}", "/lieu/{code}", "/analyses", "/lectures", "/sources", "/mes-donnees",
    "/connexions", "/connexion", "/verification",
)  # fmt: skip
HASHED: Final = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
KINDS: Final = {".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
                ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
                ".webmanifest": "application/manifest+json"}  # fmt: skip
NOT_BUILT: Final = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Carreau</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>Carreau</h1>
<p>Le serveur répond, mais les pages ne sont pas construites.</p>
<p>Pour les construire : <code>pip install .</code> dans le dossier de Carreau, ou <code>make web</code>.</p>
<ul>
<li><a href="/api/v1">L'API : ce qui est servi</a></li>
<li><a href="/api/v1/docs">Les adresses de l'API</a></li>
<li><a href="/api/v1/openapi.json">Leur description (OpenAPI)</a></li>
</ul></body></html>
"""


class Pages:
    """The files of the built application in a folder, remembered and packed; its first page for its own routes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.answers = Answers(64 << 20)

    def routes(self) -> list[BaseRoute]:
        """The routes of the pages; the last takes any other address."""
        first = [Route(path, self.first_page, methods=["GET"]) for path in CLIENT_ROUTES]
        return [*first, Route("/{path:path}", self.file, methods=["GET"])]

    async def first_page(self, request: Request) -> Response:
        """The one page of the application, which reads the address itself."""
        path = self.folder / "index.html"
        if not path.is_file():
            answer = await self.answers.get("not built", KINDS[".html"], NOT_BUILT.encode)
            return sent(request, answer, ASK_AGAIN)
        return await self._sent(request, path, ASK_AGAIN)

    async def file(self, request: Request) -> Response:
        """A file of the application; 404 for any other address."""
        path = self._found(request.path_params["path"])
        if path is None:
            return problem(
                404, "cette adresse n'existe pas", given=request.url.path[:200],
                expected=", ".join(route for route in CLIENT_ROUTES if "{" not in route),
                advice="revenir à la carte : /",
            )  # fmt: skip
        return await self._sent(request, path, PUBLIC if HASHED.search(path.name) else ASK_AGAIN)

    def _found(self, name: str) -> Path | None:
        """The file called so in the folder, and nowhere else."""
        if "\x00" in name or not name:
            return None
        try:
            path = (self.folder / name).resolve()
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            return path if path.is_file() and not hidden else None
        except (OSError, ValueError):
            return None

    async def _sent(self, request: Request, path: Path, caching: str) -> Response:
        """A file, read again when it has changed."""
        media = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        key = (str(path), path.stat().st_mtime_ns)
        return sent(request, await self.answers.get(key, media, path.read_bytes), caching)
