"""The doors of OData v4: the list of tables, what they are, their rows, one row, how many there are; read only.

Each reads the token anew and asks what it opens: a grant that ends between two pages ends the reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from carreau.counters.connections.reader import access_of, here_of
from carreau.counters.odata.answers import (
    NotFound,
    answering,
    error_answer,
    json_answer,
    plain_answer,
    rows_answer,
    xml_answer,
)
from carreau.counters.odata.documents import metadata_document, service_document, told_columns
from carreau.counters.odata.filters import Reader
from carreau.counters.odata.options import PAGE, Question, detail_of, options_of, question_of, selected
from carreau.counters.odata.tokens import Place, Tokens, question_name
from carreau.errors import Missing, Refused, Unknown
from carreau.house.feeds import Feed
from carreau.house.feeds_access import Access, feed_secret, found
from carreau.house.feeds_bytes import Page, count, page
from carreau.terms import Compare, Slice

if TYPE_CHECKING:
    from carreau.house.home import Home
    from carreau.house.served import Served

DOOR: Final = "odata"
CERTIFICATE: Final = "Carreau-Certificat"
_PREFERRED: Final = re.compile(r"odata\.maxpagesize\s*=\s*(\d{1,9})", re.IGNORECASE)


def routes(home: Home, served: Served) -> list[BaseRoute]:
    """The routes, to be mounted at ``/odata``; whatever else is asked there gets an error in the shape of OData."""
    doors = Doors(home, served)
    return [
        Route("/", answering(doors.service)),
        Route("/$metadata", answering(doors.metadata)),
        Route("/{name}/$count", answering(doors.count)),
        Route("/{name}", answering(doors.rows)),
        Route("/{rest:path}", answering(_nothing), methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    ]


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors of what ``home`` serves."""

    home: Home
    served: Served

    def service(self, request: Request) -> Response:
        """The list of the tables that whoever asks may read."""
        access = self._access(request)
        options = options_of(request.query_params.multi_items(), ("$format",))
        detail_of(options.get("$format", ""))
        return json_answer(service_document(access.feeds("spreadsheet"), here_of(request)))

    def metadata(self, request: Request) -> Response:
        """What these tables are."""
        access = self._access(request)
        options = options_of(request.query_params.multi_items(), ("$format",))
        if options.get("$format", "xml").split(";")[0] not in {"xml", "application/xml"}:
            raise Unknown("$metadata n'est donné qu'en XML", given=options["$format"][:40], expected="$format=xml")
        return xml_answer(metadata_document(access.feeds("spreadsheet")))

    def count(self, request: Request) -> Response:
        """How many rows a table has, or of how many ``$filter`` holds."""
        access = self._access(request)
        feed = _feed(access, request.path_params["name"])
        options = options_of(request.query_params.multi_items(), ("$filter",))
        question = question_of(options, _names(feed), None)
        access.noted(DOOR, feed)
        return plain_answer(str(count(access, feed, question.where)))

    def rows(self, request: Request) -> Response:
        """The rows of a table that are asked for, a page at a time; or one row, by its key."""
        access = self._access(request)
        name, parenthesis, rest = request.path_params["name"].partition("(")
        feed = _feed(access, name)
        if parenthesis:
            access.noted(DOOR, feed)
            return _one(request, access, feed, rest)
        options = options_of(request.query_params.multi_items())
        bound = question_name(self.served.version, access.bearer, feed.entity_set, options)
        tokens = Tokens(feed_secret(self.home), bound)
        place = tokens.place(options["$skiptoken"]) if "$skiptoken" in options else None
        size = place.page if place else _preferred(request)
        question = question_of({"$format": _accepted(request), **options}, _names(feed), place, size)
        access.noted(DOOR, feed)
        given = _given(access, feed, question)
        following = ""
        if given.follows and question.goes_on:
            token = tokens.token(Place(question.given + question.limit, size))
            asked = {**options, "$skiptoken": token}
            following = f"{here_of(request)}/{feed.entity_set}?{urlencode(asked, safe='$')}"
        wrapped = _wrapped(here_of(request), feed, question, given.total)
        answer = rows_answer(given.rows, wrapped, following, question.detail)
        answer.headers[CERTIFICATE] = str(self.served.levels[feed.level].certificate["id"])
        if size != PAGE:
            answer.headers["Preference-Applied"] = f"odata.maxpagesize={size}"
        return answer

    def _access(self, request: Request) -> Access:
        """What whoever asks may read, when they speak OData 4."""
        if request.headers.get("odata-maxversion", "4.0").strip() < "4.0":
            raise Unknown(
                "seule la version 4.0 d'OData est parlée ici",
                given=f"OData-MaxVersion: {request.headers['odata-maxversion'][:10]}",
                expected="OData-MaxVersion: 4.0",
            )
        return access_of(request, self.served)


def _feed(access: Access, name: str) -> Feed:
    """The table called ``name`` among those that may be read; :class:`NotFound` for any other."""
    try:
        return found(access.feeds("spreadsheet"), lambda feed: feed.entity_set == name, name)
    except Missing as error:
        raise NotFound(error.what, given=error.given, expected=error.expected, advice=error.advice) from error


def _names(feed: Feed) -> tuple[str, ...]:
    """The columns of a table that may be named."""
    return tuple(column.name for column in told_columns(feed))


def _preferred(request: Request) -> int:
    """How many rows a page has: as many as the reader prefers, within bounds."""
    wished = _PREFERRED.search(request.headers.get("prefer", ""))
    return PAGE if wished is None else max(1, min(PAGE, int(wished[1])))


def _accepted(request: Request) -> str:
    """The form of JSON that the reader says it takes first, when it names one."""
    first = request.headers.get("accept", "").split(",")[0].partition(";q=")[0].strip().lower()
    return first if first.startswith("application/json;") else "json"


def _given(access: Access, feed: Feed, question: Question) -> Page:
    """The page of rows; what may not be asked of figures (a sum of shares) is a bad question, not a closed door."""
    columns = question.columns or (None if question.grouping else _names(feed))
    asked = Slice(columns, question.where, question.order, question.offset, question.limit)
    try:
        return page(access, feed, asked, grouping=question.grouping, counted=question.counted)
    except Refused as error:
        raise Unknown(error.what, given=error.given, expected=error.expected, advice=error.advice) from error


def _wrapped(root: str, feed: Feed, question: Question, total: int | None) -> dict[str, object]:
    """What stands before the rows: where they are described, and their number when it was asked for."""
    shown = question.columns
    if question.grouping is not None and shown is None:
        shown = (*question.grouping.by, *(one.name for one in question.grouping.aggregates))
    columns = f"({','.join(shown)})" if shown else ""
    context = {"@odata.context": f"{root}/$metadata#{feed.entity_set}{columns}"}
    counted = {} if total is None else {"@odata.count": total}
    return {**({} if question.detail == "none" else context), **counted}


def _one(request: Request, access: Access, feed: Feed, rest: str) -> Response:
    """One row by its key: ``Bureaux('69123_0101')`` or ``Bureaux(bv_id='69123_0101')``."""
    options = options_of(request.query_params.multi_items(), ("$select", "$format"))
    key = _key(feed, rest)
    names = _names(feed)
    shown = selected(options["$select"], names) if "$select" in options else None
    detail = detail_of(options.get("$format", ""))
    rows = page(access, feed, Slice(shown or names, Compare(feed.key, "eq", key))).rows
    if not rows:
        raise NotFound(
            f"aucune ligne n'a la clé « {key[:40]} »",
            given=key[:40],
            expected=f"une clé de {feed.entity_set} ({feed.key})",
            advice="chercher la ligne avec $filter",
        )
    columns = f"({','.join(shown)})" if shown else ""
    context = f'{{"@odata.context":"{here_of(request)}/$metadata#{feed.entity_set}{columns}/$entity",'.encode()
    return json_answer(rows if detail == "none" else context + rows[1:], detail)


def _key(feed: Feed, rest: str) -> str:
    """The key between the parentheses, after the first of them."""
    reader = Reader(rest, (feed.key,), "la clé")
    if reader.word.kind == "name":
        reader.column()
        reader.need("=")
    key = reader.value()
    reader.need(")")
    if reader.word.kind != "end" or not isinstance(key, str):
        raise reader.misread("un texte entre apostrophes, puis la parenthèse fermée")
    return key


def _nothing(request: Request) -> Response:
    """The answer where there is no door."""
    error = NotFound(
        "cette adresse n'existe pas" if request.method in {"GET", "HEAD"} else "ces tables se lisent, rien de plus",
        given=f"{request.method} {request.path_params['rest'][:80]}",
        expected="la liste des tables, $metadata, une table, une ligne par sa clé, ou TABLE/$count",
        advice="reprendre l'adresse du service",
    )
    return error_answer(error, 404 if request.method in {"GET", "HEAD"} else 405)
