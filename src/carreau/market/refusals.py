"""Two failures at a door: nobody known is there, or they tried too often. Both say what to do next."""

from __future__ import annotations

from typing import ClassVar

from carreau.errors import Refused, Retry


class NotSignedIn(Refused):
    """Nobody known is asking: no session, or a token that is wrong, revoked or past its date (HTTP 401)."""

    http_status: ClassVar[int] = 401


class TooManyTries(Retry):
    """Too many failed tries from this place; ``wait`` says in how many seconds the next one is read (HTTP 429)."""

    http_status: ClassVar[int] = 429

    def __init__(self, wait: int) -> None:
        super().__init__(
            "trop d'essais ont échoué",
            expected=f"le prochain essai sera lu dans {_duration(wait)}",
            advice="attendre, ou demander un nouveau mot de passe à la personne qui gère les comptes",
        )
        self.wait = wait


def _duration(seconds: int) -> str:
    """A wait in words.

    >>> _duration(1), _duration(75)
    ('1 seconde', '2 minutes')
    """
    number, unit = (seconds, "seconde") if seconds < 60 else (-(-seconds // 60), "minute")
    return f"{number} {unit}{'s' if number > 1 else ''}"
