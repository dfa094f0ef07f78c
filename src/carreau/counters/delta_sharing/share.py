"""The doors of Delta Sharing: what is shared, what each table is, its files; and the files themselves.

One share, one schema (the product), and the tables that the token opens. A table is a few Parquet files that never
change; another release is another version of it. The addresses of the files are signed, live ten minutes, and are
checked anew at each hit and each piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from carreau.counters.connections.reader import access_of, access_of_link, here_of, is_link
from carreau.counters.delta_sharing.answers import answering, error_answer, line_answer, lines_answer
from carreau.counters.delta_sharing.asked import body_of, changes_asked, limit_of, name_of, paged, version_asked
from carreau.counters.delta_sharing.lines import (
    CAPABILITIES,
    File,
    Told,
    change_line,
    file_line,
    form_of,
    metadata,
    protocol,
)
from carreau.counters.delta_sharing.pieces import Sent
from carreau.errors import Missing
from carreau.house.feeds import Feed
from carreau.house.feeds_access import Access, found
from carreau.house.feeds_bytes import Part, parquet, parts, version_of, whole

if TYPE_CHECKING:
    from carreau.house.home import Home
    from carreau.house.served import Served

SHARE: Final = "carreau"
DOOR: Final = "delta-sharing"
MINUTES: Final = 10
TABLE: Final = "/shares/{share}/schemas/{schema}/tables/{table}"


def routes(home: Home, served: Served) -> list[BaseRoute]:
    """The routes, to be mounted at ``/delta-sharing``; elsewhere the answer is an error of Delta Sharing."""
    doors = Doors(home, served)
    return [
        Route("/shares", answering(doors.shares)),
        Route("/shares/{share}", answering(doors.share)),
        Route("/shares/{share}/schemas", answering(doors.schemas)),
        Route("/shares/{share}/all-tables", answering(doors.tables)),
        Route("/shares/{share}/schemas/{schema}/tables", answering(doors.tables)),
        Route(f"{TABLE}/version", answering(doors.version)),
        Route(TABLE, answering(doors.version), methods=["HEAD"]),
        Route(f"{TABLE}/metadata", answering(doors.metadata)),
        Route(f"{TABLE}/query", doors.query, methods=["POST"]),
        Route(f"{TABLE}/changes", answering(doors.changes)),
        Route("/files/{version}/{table}/{scope}/{number:int}.parquet", answering(doors.file)),
        Route("/files/{table}.parquet", answering(doors.whole)),
        Route("/{rest:path}", answering(_nothing), methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    ]


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors of what ``home`` serves."""

    home: Home
    served: Served

    def shares(self, request: Request) -> Response:
        """The shares that the token opens: one."""
        access_of(request, self.served)
        return _listed(request, [{"name": SHARE, "id": SHARE}])

    def share(self, request: Request) -> Response:
        """One share."""
        self._access(request)
        return line_answer({"share": {"name": SHARE, "id": SHARE}})

    def schemas(self, request: Request) -> Response:
        """The schemas of a share: the product that is served."""
        self._access(request)
        return _listed(request, [{"name": self.served.product, "share": SHARE}])

    def tables(self, request: Request) -> Response:
        """The tables that the token opens, in a share or in one of its schemas."""
        access = self._access(request)
        place = {"schema": self.served.product, "share": SHARE, "shareId": SHARE}
        offered = access.feeds("notebook")
        return _listed(request, [{"name": feed.table, **place, "id": self._told(access, feed).id} for feed in offered])

    def version(self, request: Request) -> Response:
        """The version of a table."""
        _, told = self._table(request)
        version_asked(told, None, request.query_params.get("startingTimestamp"))
        answer = lines_answer([], "parquet", told.version)
        del answer.headers[CAPABILITIES]
        return answer

    def metadata(self, request: Request) -> Response:
        """What a table is."""
        _, told = self._table(request)
        form = form_of(request.headers.get(CAPABILITIES, ""))
        version_asked(told, request.query_params.get("version"), request.query_params.get("timestamp"))
        return lines_answer([protocol(form), metadata(told, form)], form, told.version)

    async def query(self, request: Request) -> Response:
        """The files of a table: as many as the rows that are asked for need."""
        body = await request.body()
        return await run_in_threadpool(answering(lambda asked: self._queried(asked, body)), request)

    def _queried(self, request: Request, body: bytes) -> Response:
        """The answer to a query."""
        access, told = self._table(request)
        asked = body_of(body)
        form = form_of(request.headers.get(CAPABILITIES, ""))
        version_asked(told, asked.get("version"), asked.get("timestamp"))
        access.noted(DOOR, told.feed)
        wanted = _enough(parts(access, told.feed), limit_of(asked))
        files = [self._file(request, access, told.feed, part) for part in wanted]
        lines = [protocol(form), metadata(told, form), *(file_line(file, told, form) for file in files)]
        return lines_answer(lines, form, told.version)

    def changes(self, request: Request) -> Response:
        """How a table came to be what it is: the rows of its first version, all of them new."""
        access, told = self._table(request)
        changes_asked(told, request.query_params)
        access.noted(DOOR, told.feed)
        form = form_of(request.headers.get(CAPABILITIES, ""))
        files = [self._file(request, access, told.feed, part) for part in parts(access, told.feed)]
        lines = [protocol(form, changes=True), metadata(told, form)]
        return lines_answer([*lines, *(change_line(file, told, form) for file in files)], form, told.version)

    def file(self, request: Request) -> Response:
        """One file of a table, at its signed address."""
        access, given = access_of_link(request, self.served), request.path_params
        feed = _feed(access, given["table"])
        chosen = [part for part in parts(access, feed) if part.number == given["number"]]
        if given["version"] != self.served.version or given["scope"] != access.scope(feed) or not chosen:
            raise Missing("ce fichier a été remplacé par un plus récent", advice="recharger la table")
        return self._sent(request, access, feed, chosen[0])

    def whole(self, request: Request) -> Response:
        """A whole table as one Parquet file, to the bearer of a token or at a signed address."""
        access = (access_of_link if is_link(request) else access_of)(request, self.served)
        feed = _feed(access, request.path_params["table"])
        return self._sent(request, access, feed, whole(access, feed))

    def _access(self, request: Request) -> Access:
        """What whoever asks may read, when the share and the schema that they name are there."""
        access = access_of(request, self.served)
        name_of(request.path_params.get("share", SHARE), SHARE, "le partage")
        name_of(request.path_params.get("schema", self.served.product), self.served.product, "le schéma")
        return access

    def _table(self, request: Request) -> tuple[Access, Told]:
        """The table that the address names, and who reads it."""
        access = self._access(request)
        return access, self._told(access, _feed(access, request.path_params["table"]))

    def _told(self, access: Access, feed: Feed) -> Told:
        """A table as its readers are told of it."""
        release = self.served.levels[feed.level]
        identity = f"{self.served.product} {self.served.territory} {feed.table} {access.scope(feed)}"
        return Told(feed, identity, version_of(self.home, self.served, feed.level), release.made_at)

    def _file(self, request: Request, access: Access, feed: Feed, part: Part) -> File:
        """One file as a reader is told of it; made now when it never was."""
        path = parquet(access, feed, part)
        place = f"/files/{self.served.version}/{feed.table}/{access.scope(feed)}/{part.number}.parquet"
        signed = access.signed(f"{request.scope.get('root_path', '')}{place}", MINUTES)
        until = access.accounts.clock() + timedelta(minutes=MINUTES)
        url = f"{here_of(request)}{place}?{signed}"
        return File(url, path.name[:32], path.stat().st_size, part.rows, int(until.timestamp() * 1000))

    def _sent(self, request: Request, access: Access, feed: Feed, part: Part) -> Response:
        """The bytes of a file, guarded."""
        access.noted(DOOR, feed)
        path = parquet(access, feed, part)
        sent = Sent(path, f"{feed.table}.parquet", path.stem[-32:], access.checking(feed))
        return sent.answer(request)


def _feed(access: Access, name: str) -> Feed:
    """The table of that name, whatever its capitals, among those that may be read."""
    return found(access.feeds("notebook"), lambda feed: feed.table == name.casefold(), name)


def _enough(offered: Sequence[Part], limit: int | None) -> list[Part]:
    """The first files, as many as hold ``limit`` rows; all of them without a limit, one at least."""
    if limit is None:
        return list(offered)
    chosen: list[Part] = []
    for part in offered:
        if chosen and sum(one.rows for one in chosen) >= limit:
            break
        chosen.append(part)
    return chosen


def _listed(request: Request, items: list[dict[str, Any]]) -> Response:
    """A list, or the part of it that is asked for."""
    shown, token = paged(request, items)
    return line_answer({"items": list(shown), **({"nextPageToken": token} if token else {})})


def _nothing(request: Request) -> Response:
    """The answer where there is no door."""
    reading = request.method in {"GET", "HEAD", "POST"}
    error = Missing(
        "cette adresse n'existe pas" if reading else "ces tables se lisent, rien de plus",
        given=f"{request.method} {request.path_params['rest'][:80]}",
        advice="reprendre l'adresse du profil",
    )
    return error_answer(error, 404 if reading else 405)
