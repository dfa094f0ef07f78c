"""What a finder brings back from a file: the text of its certificate, and how to check the rest against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

LARGEST_CERTIFICATE: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Found:
    """The text of the copy certificate, the digest of every other byte, and where a change is once one is known.

    ``text`` is empty when there is no certificate; ``damage`` then says, when the file is of a known form but cannot
    be read as such, what is broken. ``where`` takes the certificate's ``copy`` part and answers in words.
    """

    text: bytes = b""
    sha256: str = ""
    where: Callable[[Mapping[str, Any]], str] = lambda _: ""
    damage: str = ""


TRUNCATED: Final = Found(damage="le fichier est tronqué ou abîmé : son certificat ne peut pas être lu")
NOTHING: Final = Found()
