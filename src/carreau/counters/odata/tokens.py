"""Where the next page starts, signed: a reader hands it back as it is, and can neither forge nor move it.

A token is bound to the table, to the question and to the version of the data: pages of two releases are never mixed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from carreau.errors import Unknown

LONGEST: Final = 400
_SIGNATURE: Final = 16  # bytes: 128 bits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page starts: how many rows were already given, and how many rows a page has at most."""

    given: int
    page: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a house, for one question: ``question`` is all that they are bound to."""

    secret: bytes
    question: str

    def token(self, place: Place) -> str:
        """The token that leads to ``place``."""
        said = json.dumps([place.given, place.page], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(said) + said).decode().rstrip("=")

    def place(self, token: str) -> Place:
        """The place that ``token`` leads to; :class:`~carreau.errors.Unknown` for one that this house did not make
        for this very question."""
        try:
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            whole = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _unknown() from None
        signature, said = whole[:_SIGNATURE], whole[_SIGNATURE:]
        if len(token) > LONGEST or not hmac.compare_digest(signature, self._signature(said)):
            raise _unknown()
        given, page = json.loads(said)
        return Place(int(given), int(page))

    def _signature(self, said: bytes) -> bytes:
        """What only this house can write under ``said``."""
        bound = hashlib.sha256(self.question.encode("utf-8", "surrogatepass")).digest()
        return hmac.new(self.secret, bound + said, hashlib.sha256).digest()[:_SIGNATURE]


def question_name(version: str, bearer: str, entity_set: str, options: Mapping[str, str]) -> str:
    """All that a token is bound to, in one text: the data, who reads, the table, the options but the token itself."""
    asked = sorted((name, value) for name, value in options.items() if name != "$skiptoken")
    return json.dumps([version, bearer, entity_set, asked])


def _unknown() -> Unknown:
    """The same answer for every token that was not made here for this question."""
    return Unknown(
        "la suite demandée n'est pas connue : la question ou les données ont changé",
        given="$skiptoken",
        expected="l'adresse de @odata.nextLink, telle quelle",
        advice="reprendre la lecture à la première page",
    )
