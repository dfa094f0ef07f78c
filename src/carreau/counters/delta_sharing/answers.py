"""The answers of Delta Sharing: one line of JSON, lines of it, and errors that its readers print as they are.

A refusal by a rule is 403 and a bad token 401, never 5xx nor 429: its readers would try again for a minute and more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from carreau.counters.delta_sharing.lines import CAPABILITIES, TABLE_VERSION, Form, lines_of
from carreau.errors import CarreauError, Missing, Refused, Retry, Unknown

_SAFE: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
_JSON: Final = "application/json; charset=utf-8"
_LINES: Final = "application/x-ndjson; charset=utf-8"
_CODES: Final = {
    400: "INVALID_PARAMETER_VALUE",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "METHOD_NOT_ALLOWED",
    503: "TEMPORARILY_UNAVAILABLE",
}


def line_answer(said: Mapping[str, Any]) -> Response:
    """One JSON object, on one line."""
    return Response(json.dumps(said, ensure_ascii=False, separators=(",", ":")), 200, _SAFE, _JSON)


def lines_answer(objects: list[dict[str, Any]], form: Form, version: int) -> Response:
    """Objects, one a line, in the form that was settled on, for a version of a table."""
    headers = {**_SAFE, CAPABILITIES: f"responseformat={form}", TABLE_VERSION: str(version)}
    return Response(lines_of(objects), 200, headers, _LINES)


def error_answer(error: CarreauError, status: int = 0) -> Response:
    """The error: a code, and a message that says what happened, what was expected, what to do."""
    chosen = status or _status(error)
    said = {"errorCode": _CODES.get(chosen, "INTERNAL_ERROR"), "message": _message(error)}
    answer = Response(json.dumps(said, ensure_ascii=False), chosen, _SAFE, _JSON)
    if chosen == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Carreau"'
    return answer


def answering(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint that answers in the shape of Delta Sharing whatever goes wrong."""

    @wraps(answer)
    def endpoint(request: Request) -> Response:
        try:
            return answer(request)
        except CarreauError as error:
            return error_answer(error)

    return endpoint


def _status(error: CarreauError) -> int:
    """The HTTP status that says what kind of error it is."""
    declared = getattr(error, "http_status", None)
    if declared is not None:
        return int(declared)
    kinds: list[tuple[type[CarreauError], int]] = [(Unknown, 400), (Missing, 404), (Refused, 403), (Retry, 503)]
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def _message(error: CarreauError) -> str:
    """The whole of an error, in sentences."""
    given = f"({error.given})" if error.given else ""
    expected = f"Attendu : {error.expected}." if error.expected else ""
    first = f"{error.what[:1].upper()}{error.what[1:]}"
    advice = f"{error.advice[:1].upper()}{error.advice[1:]}." if error.advice else ""
    return " ".join(part for part in (first, f"{given}.".lstrip(), expected, advice) if part).replace(" .", ".")
