"""Passwords, kept as Argon2id hashes only (RFC 9106). How they are hashed is declared in ``market.toml``.

A hash costs 64 MiB and about a seventh of a second on purpose; two are computed at once at most, so that many
callers cannot take all the memory. A name that does not exist costs the same time as one that does.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from carreau.errors import Refused
from carreau.market.settings import table

_SET: Final = table("password")
_TURN: Final = threading.BoundedSemaphore(_SET["at_once"])
_FEWEST_DIFFERENT: Final = 5
_LONG_ENOUGH: Final = 4  # signs of a name that may not be in its password: a shorter one is in many words


def declared_hasher() -> PasswordHasher:
    """The hasher that ``market.toml`` declares."""
    return PasswordHasher(
        time_cost=_SET["passes"],
        memory_cost=_SET["memory_kib"],
        parallelism=_SET["lanes"],
        salt_len=_SET["salt_bytes"],
        hash_len=_SET["hash_bytes"],
    )


@dataclass(slots=True)
class Passwords:
    """The hashing and checking of passwords with one set of parameters."""

    hasher: PasswordHasher = field(default_factory=declared_hasher)
    _decoy: str = ""

    def hashed(self, password: str) -> str:
        """The hash to keep of ``password``, its parameters and salt within."""
        with _TURN:
            return self.hasher.hash(_normal(password))

    def matches(self, kept: str, password: str) -> bool:
        """Whether ``password`` is the one kept as ``kept``; with nothing kept, no, and in the same time."""
        with _TURN:
            if not self._decoy:
                self._decoy = self.hasher.hash("nobody's password")
            try:
                self.hasher.verify(kept or self._decoy, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(kept)

    def outdated(self, kept: str) -> bool:
        """Whether ``kept`` was made with other parameters: it is hashed again at the next sign-in."""
        return self.hasher.check_needs_rehash(kept)


def checked_password(password: str, name: str) -> str:
    """``password`` when it may be chosen by the account called ``name``; else :class:`~carreau.errors.Refused`."""
    plain = _normal(password)
    reason = ""
    if len(plain) < _SET["shortest"]:
        reason = f"il est trop court : {len(plain)} signes"
    elif len(plain) > _SET["longest"]:
        reason = f"il est trop long : {len(plain)} signes"
    elif len(set(plain)) < _FEWEST_DIFFERENT:
        reason = "il répète les mêmes signes"
    elif len(name) >= _LONG_ENOUGH and _normal(name).casefold() in plain.casefold():
        reason = "il contient le nom du compte"
    if reason:
        raise Refused(
            "ce mot de passe ne peut pas être choisi",
            given=reason,
            expected=f"{_SET['shortest']} à {_SET['longest']} signes, sans le nom du compte",
            advice="prendre par exemple quatre mots sans rapport entre eux",
        )
    return password


def _normal(password: str) -> str:
    """A password as it is hashed, whatever keyboard wrote its accents (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)[: _SET["longest"] + 1]
