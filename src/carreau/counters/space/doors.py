"""The endpoints of one's own space."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile

from carreau.counters.api.problems import problem_of
from carreau.counters.sign_in import required
from carreau.counters.sign_in.problems import problems
from carreau.counters.space.shapes import SpaceFile, SpaceReport, SpaceRows
from carreau.errors import Broken
from carreau.market import Account

Reader = Annotated[Account, Depends(required("reader"))]
Editor = Annotated[Account, Depends(required("editor"))]
Level = Annotated[str, Query(max_length=40, description="Niveau de lieux ; par défaut, celui du fichier")]
_FLOATS: Final = "application/octet-stream"
_PRIVATE: Final = {"Cache-Control": "private, no-store"}


class Doors:
    """What the endpoints answer, over one house and what it serves."""

    def __init__(self, home: Any, served: Any) -> None:
        self._home, self._served = home, served
        self._space: Any = None

    def added_to(self, router: APIRouter) -> None:
        """Add the endpoints to ``router``; the shortest addresses first."""
        few, most = problems(401, 403), problems(401, 403, 404)
        created: Any = {"status_code": 201, "response_model": SpaceReport, "responses": problems(401, 403, 422)}
        floats: Any = {200: {"description": "Float32 little-endian, un par lieu du niveau", "content": {_FLOATS: {}}}}
        router.get("/space", response_model=list[SpaceFile], responses=few)(self.listed)
        router.post("/space", **created)(self.added)
        router.get("/space/{identifier}", response_model=SpaceReport, responses=most)(self.report)
        router.delete("/space/{identifier}", status_code=204, responses=most)(self.deleted)
        router.get("/space/{identifier}/rows", response_model=SpaceRows, responses=most)(self.rows)
        path = "/space/{identifier}/{column:path}.f32"
        router.get(path, response_class=Response, responses={**floats, **most})(self.vector)

    def listed(self, account: Reader, response: Response) -> list[dict[str, Any]]:
        """Ses fichiers, le dernier d'abord."""
        response.headers.update(_PRIVATE)
        return list(self.space.list(account.id))

    def added(self, account: Editor, file: Annotated[UploadFile, File(description="CSV, XLSX ou Parquet")]) -> Any:
        """Apporter un fichier : il est lu, rapproché des lieux servis, gardé pour soi seul."""
        try:
            return self.space.add(account.id, file.filename or "", file.file)
        except Broken as error:  # the file is not what it should be, and this server is well
            return problem_of(error, 422)

    def report(self, account: Reader, identifier: str, response: Response) -> dict[str, Any]:
        """Comment un de ses fichiers a été lu."""
        response.headers.update(_PRIVATE)
        return dict(self.space.report(account.id, identifier))

    def rows(
        self, account: Reader, identifier: str, level: Level = "",
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=0, le=1000)] = 100,
    ) -> dict[str, Any]:  # fmt: skip
        """Les chiffres d'un de ses fichiers, lieu par lieu."""
        return dict(self.space.rows(account.id, identifier, level, (offset, limit)))

    def vector(self, account: Reader, identifier: str, column: str, level: Level = "") -> Response:
        """Une colonne d'un de ses fichiers, un chiffre par lieu du niveau."""
        body = self.space.vector(account.id, identifier, column, level)
        return Response(body, media_type=_FLOATS, headers=_PRIVATE)

    def deleted(self, account: Editor, identifier: str) -> Response:
        """Effacer un de ses fichiers : ses chiffres, son rapport et sa ligne."""
        self.space.delete(account.id, identifier)
        return Response(status_code=204)

    @property
    def space(self) -> Any:
        """The spaces of the house, opened at the first question: what reads files takes a second to load."""
        if self._space is None:
            from carreau.house.space import space_of

            self._space = space_of(self._home, self._served)
        return self._space
