"""The doors of the connections: the files that a tool opens, and the signed link of a Parquet file.

The files hold addresses and no secret: whoever reaches this server may have them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from carreau.counters.connections.files import pbids, profile, python
from carreau.counters.connections.reader import access_of, root_of
from carreau.counters.sign_in.visitors import is_open
from carreau.house.feeds_access import LOCAL, found

if TYPE_CHECKING:
    from carreau.house.served import Served

SHARE: Final = "carreau"
MINUTES: Final = 15
_KEPT: Final = {"Cache-Control": "no-store", "Vary": "Authorization, Cookie"}


def routes(home: Any, served: Served) -> list[BaseRoute]:
    """The routes, to be mounted at ``/api/v1/connections``; the application says what they raise."""
    doors = Doors(served)
    return [
        Route("/carreau.pbids", doors.pbids),
        Route("/carreau.share", doors.profile),
        Route("/carreau.py", doors.python),
        Route("/{table}.parquet", doors.link),
    ]


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors to what is served."""

    served: Served

    def pbids(self, request: Request) -> Response:
        """The file that Power BI opens."""
        return _file(pbids(root_of(request)), "carreau.pbids", "application/json; charset=utf-8")

    def profile(self, request: Request) -> Response:
        """The profile of Delta Sharing; on a machine without accounts it opens as it is, elsewhere a token goes in."""
        said = json.dumps(profile(root_of(request), _token(request)), indent=2)
        return _file(said.encode(), "carreau.share", "application/json; charset=utf-8")

    def python(self, request: Request) -> Response:
        """Lines of Python that read the stations."""
        table = f"{SHARE}.{self.served.product}.{next(iter(self.served.levels))}"
        said = python(root_of(request), _token(request), table)
        return _file(said.encode(), "carreau.py", "text/x-python; charset=utf-8")

    def link(self, request: Request) -> Response:
        """The way to the signed link of a whole table as Parquet, for fifteen minutes, for the bearer of a token."""
        access = access_of(request, self.served)
        name = request.path_params["table"]
        feed = found(access.feeds("notebook"), lambda feed: feed.table == name, name)
        path = f"/delta-sharing/files/{feed.table}.parquet"
        return RedirectResponse(f"{root_of(request)}{path}?{access.signed(path, MINUTES)}", 303, _KEPT)


def _token(request: Request) -> str:
    """What stands for a token on a machine without accounts; nothing elsewhere."""
    return LOCAL if is_open(request) else ""


def _file(content: bytes, name: str, media: str) -> Response:
    """A file to keep."""
    return Response(content, 200, {**_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}, media)
