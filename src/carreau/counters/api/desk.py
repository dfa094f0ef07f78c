"""The desk of the API: the house, what it serves, the answers remembered, and the words that its routes share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Query

from carreau.counters.api.answers import Answers
from carreau.errors import Unknown
from carreau.house import Home
from carreau.house.served import Served

MOST_TERRITORIES: Final = 500
Version = Annotated[
    str | None, Query(alias="v", max_length=40, description="La version attendue : la réponse est alors gardée un an")
]
Within = Annotated[
    str,
    Query(
        alias="in",
        max_length=8000,
        description="Territoires séparés par « , » ou « | » ; tout ce qui est servi quand il n'y en a pas",
        examples=["com:69123", "com:69123|com:69266", "dep:69"],
    ),
]


class Misasked(Exception):
    """A question whose words are wrong (a column, a territory of a list): 400, and not the 404 of an address."""

    def __init__(self, error: Unknown) -> None:
        super().__init__(error.what)
        self.error = error


@dataclass(frozen=True, slots=True)
class Desk:
    """What every route of the API works with."""

    home: Home
    served: Served
    answers: Answers = field(default_factory=Answers)

    @property
    def certificate(self) -> dict[str, str]:
        """The header that names the certificate of what is served."""
        return {"Carreau-Certificat": str(self.served.release.certificate["id"])}


@contextmanager
def question() -> Iterator[None]:
    """What is unknown in here was named by a query or a body: it answers 400."""
    try:
        yield
    except Unknown as error:
        raise Misasked(error) from error


def listed(text: str) -> tuple[str, ...]:
    """The words of a list written with commas or bars, each once, in order.

    >>> listed("com:69123, com:69266|com:69123")
    ('com:69123', 'com:69266')
    """
    words = (word.strip() for word in text.replace("|", ",").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def territories(text: str) -> tuple[str, ...]:
    """The territories of a list, five hundred at most."""
    found = listed(text)
    if len(found) > MOST_TERRITORIES:
        raise Misasked(too_many(found))
    return found


def too_many(found: Sequence[str]) -> Unknown:
    """The error for a list of territories that is too long."""
    return Unknown(
        f"{len(found)} territoires demandés à la fois",
        given=", ".join(found[:3]) + "…",
        expected=f"{MOST_TERRITORIES} au plus",
        advice="demander un territoire plus grand (dep:69), ou en plusieurs fois",
    )


def encoded(facts: Any) -> bytes:
    """Plain facts as JSON in UTF-8."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
