"""The problems that an endpoint may answer with, for its OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

Responses = dict[int | str, dict[str, Any]]
_SAID: Final = {
    400: "La demande ne peut pas être lue.",
    401: "Personne de connu ne demande : ni session, ni jeton valable.",
    403: "Cela n'est pas permis ; la réponse dit pourquoi.",
    404: "Cela n'existe pas, ou n'est pas à qui le demande.",
    422: "La demande n'a pas la forme attendue.",
    429: "Trop d'essais ont échoué ; « Retry-After » dit quand recommencer.",
    502: "Le fournisseur d'identité ne répond pas comme il le devrait.",
}


def problems(*statuses: int) -> Responses:
    """The ``responses`` of an endpoint for these statuses: their sentence, and the shape of a problem (RFC 9457).

    The shape itself, ``Problem``, is the application's, one for all the doors.
    """
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAID[status], "content": shape} for status in statuses}
