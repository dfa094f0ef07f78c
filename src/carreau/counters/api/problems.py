"""What went wrong, as RFC 9457 writes it: one shape for every door, its sentences in French."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from carreau.errors import Broken, CarreauError, Missing, Refused, Retry, Unknown

MEDIA: Final = "application/problem+json"
STATUSES: Final[Mapping[type[CarreauError], int]] = {
    Unknown: 404,
    Missing: 404,
    Refused: 403,
    Broken: 500,
    Retry: 503,
    CarreauError: 500,
}
TITLES: Final[Mapping[int, str]] = {
    400: "Demande non comprise",
    401: "Connexion demandée",
    403: "Refusé",
    404: "Introuvable",
    405: "Méthode non admise",
    406: "Format non disponible",
    408: "Demande trop lente",
    413: "Demande trop grande",
    415: "Format non accepté",
    416: "Partie inexistante",
    421: "Nom de serveur inattendu",
    422: "Valeur non comprise",
    429: "Trop de demandes à la fois",
    431: "En-têtes trop grands",
    500: "Erreur du serveur",
    503: "Momentanément indisponible",
}


class Problem(BaseModel):
    """Un problème : ce qui s'est passé, ce qui a été reçu, ce qui était attendu, que faire (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"example": {
        "type": "about:blank", "title": "Introuvable", "status": 404,
        "detail": "le niveau « ville » n'existe pas", "given": "ville",
        "expected": "noms proches : bureau, commune", "advice": "reprendre l'un des niveaux", "retry": False,
    }})  # fmt: skip
    type: str = Field(description="Adresse du type de problème")
    title: str = Field(description="Ce qui s'est passé, en deux mots")
    status: int = Field(description="Le code HTTP", ge=400, le=599)
    detail: str = Field(description="Ce qui s'est passé, en une phrase")
    given: str = Field("", description="Ce qui a été reçu")
    expected: str = Field("", description="Ce qui était attendu")
    advice: str = Field("", description="Que faire")
    retry: bool = Field(False, description="Vrai quand réessayer peut suffire")


def problem(status: int, detail: str, **said: Any) -> Response:
    """The response of a problem; ``said`` are given, expected, advice, retry, and ``headers``."""
    headers: dict[str, str] = {"Cache-Control": "no-store", **said.pop("headers", {})}
    return Response(json.dumps(body_of(status, detail, **said), ensure_ascii=False).encode(), status, headers, MEDIA)


def body_of(status: int, detail: str, **said: Any) -> dict[str, Any]:
    """The members of a problem."""
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "Erreur"),
        "status": status,
        "detail": readable(detail),
        "given": "",
        "expected": "",
        "advice": "",
        "retry": False,
        **{name: readable(value) if isinstance(value, str) else value for name, value in said.items()},
    }


def readable(text: str) -> str:
    """A text that any encoder can write: half of a surrogate pair, which a client may send, becomes a question mark.

    >>> readable("a\\ud800b")
    'a?b'
    """
    return text.encode("utf-8", "replace").decode()


def problem_of(error: CarreauError, status: int | None = None) -> Response:
    """The response of an error of the house; its type says the code, unless ``status`` does."""
    own: int | None = getattr(error, "http_status", None)  # errors of the market say theirs
    code = own or status or next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    headers = {"Retry-After": str(getattr(error, "wait", 5))} if code in {429, 503} else {}
    if code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="carreau"'
    said = {"given": error.given[:300], "expected": error.expected, "advice": error.advice}
    return problem(code, error.what, **said, retry=error.retry_helps, headers=headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route can answer, as OpenAPI lists them."""
    return {
        status: {
            "description": TITLES[status],
            "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
