"""The answers of OData: rows, documents, and errors in the one shape that its readers know."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from carreau.errors import Broken, CarreauError, Missing, Refused, Retry, Unknown

VERSION: Final = {"OData-Version": "4.0", "Cache-Control": "no-store", "Vary": "Authorization, Accept"}
_CHALLENGE: Final = 'Basic realm="Carreau", charset="UTF-8"'
Answer = Callable[..., Response]


class NotFound(Missing):
    """A table or a row that is not there, or not open to who asks (HTTP 404)."""


def json_answer(body: bytes, detail: str = "minimal", status: int = 200) -> Response:
    """A JSON body, with the level of metadata that it holds in its type."""
    kind = f"application/json;odata.metadata={detail};odata.streaming=true;charset=utf-8"
    return Response(body, status, VERSION, kind)


def rows_answer(rows: bytes, wrapped: dict[str, object], next_link: str, detail: str) -> Response:
    """A page of rows: what wraps them, the rows as they are, and where the next page is."""
    head = json.dumps(wrapped, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    tail = json.dumps(next_link, ensure_ascii=False).encode()
    after = b"]}" if not next_link else b'],"@odata.nextLink":' + tail + b"}"
    comma = b"," if wrapped else b""
    return json_answer(b"".join([head, comma, b'"value":[', rows, after]), detail)


def plain_answer(text: str) -> Response:
    """A bare figure, as ``/$count`` gives it."""
    return Response(text, 200, VERSION, "text/plain;charset=utf-8")


def xml_answer(body: bytes) -> Response:
    """The description of the tables."""
    return Response(body, 200, VERSION, "application/xml;charset=utf-8")


def status_of(error: CarreauError) -> int:
    """The HTTP status that says what kind of error it is.

    >>> status_of(Unknown("une colonne")), status_of(Refused("un accès")), status_of(NotFound("une table"))
    (400, 403, 404)
    """
    declared = getattr(error, "http_status", None)
    if declared is not None:
        return int(declared)
    kinds: list[tuple[type[CarreauError], int]] = [
        (NotFound, 404), (Unknown, 400), (Missing, 404), (Refused, 403), (Retry, 503), (Broken, 500),
    ]  # fmt: skip
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def error_answer(error: CarreauError, status: int = 0) -> Response:
    """The error as OData 4.0 has it (JSON Format, 19): a code, one sentence that says it all, the rest in details."""
    chosen = status or status_of(error)
    details = [
        {"code": code, "message": text}
        for code, text in (("given", error.given), ("expected", error.expected), ("advice", error.advice))
        if text
    ]
    message = "".join(f"{part}. " for part in _sentences(error)).strip()
    said = {"error": {"code": type(error).__name__, "message": message, "details": details}}
    answer = Response(json.dumps(said, ensure_ascii=False), chosen, VERSION, "application/json;charset=utf-8")
    if chosen == 401:
        answer.headers["WWW-Authenticate"] = _CHALLENGE
    return answer


def answering(answer: Answer) -> Callable[[Request], Response]:
    """An endpoint that answers in the shape of OData whatever goes wrong."""

    @wraps(answer)
    def endpoint(request: Request) -> Response:
        try:
            return answer(request)
        except CarreauError as error:
            return error_answer(error)

    return endpoint


def _sentences(error: CarreauError) -> list[str]:
    """What happened, what was expected and what to do, each as a sentence."""
    said = [error.what, f"Attendu : {error.expected}" if error.expected else "", error.advice]
    return [text[:1].upper() + text[1:].rstrip(". ") for text in said if text]
