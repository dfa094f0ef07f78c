"""Signed links: an address that carries for some minutes the right of a grant to one path, and nothing else.

The signature is an HMAC-SHA256 over the method-free request: path, grant, expiry, nonce and key name. Keys turn every
day: each is derived from the secret of the house and the day's name (HKDF, RFC 5869), so that none needs to be kept.
The parameter is called ``X-Amz-Signature`` because readers of Delta tables accept no other name (measured).

A link is not a right: whoever checks it then asks ``may_read`` of the grant, at each hit.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from carreau.errors import Broken, Refused
from carreau.market.settings import shown, table

SIGNATURE: Final = "X-Amz-Signature"
KEY_FILE: Final = "links.key"
_SET: Final = table("link")
_NAMES: Final = {"grant", "expires", "nonce", "kid", SIGNATURE}
_BYTES: Final = 32
_DIGITS: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a house: signed with the day's key, checked with that of the day they were signed."""

    _secret: bytes = field(repr=False)
    nonce: Callable[[int], str] = secrets.token_hex

    @classmethod
    def of(cls, folder: Path) -> Links:
        """The links whose secret rests in ``folder``; made at first use, readable by its owner alone.

        :class:`~carreau.errors.Broken` when it can be neither read nor made.
        """
        path = folder / KEY_FILE
        try:
            if not path.exists():
                _create(path)
            secret = path.read_bytes()
        except OSError as error:
            raise _unusable(path) from error
        if len(secret) != _BYTES:
            raise _unusable(path)
        return cls(secret)

    def signed(self, path: str, grant: str, now: datetime, minutes: int = int(_SET["default_minutes"])) -> str:
        """The query (without ``?``) that opens ``path`` with ``grant`` for so many minutes (5 to 15)."""
        if not _SET["least_minutes"] <= minutes <= _SET["most_minutes"]:
            raise ValueError(f"a link lives {_SET['least_minutes']} to {_SET['most_minutes']} minutes, not {minutes}")
        expires = int((now + timedelta(minutes=minutes)).timestamp())
        facts = {"grant": grant, "expires": str(expires), "nonce": self.nonce(12), "kid": _day(now)}
        return urlencode({**facts, SIGNATURE: self._signature(path, facts)})

    def checked(self, path: str, query: str, now: datetime) -> str:
        """The identifier of the grant that the link carries; :class:`~carreau.errors.Refused` for any other link."""
        facts = _facts(query)
        signature = facts.pop(SIGNATURE).encode("utf-8", "surrogatepass")
        known = {_day(now), _day(now - timedelta(minutes=_SET["most_minutes"]))}
        right = hmac.compare_digest(signature, self._signature(path, facts).encode())
        expires = datetime.fromtimestamp(int(facts["expires"]), UTC)
        if right and now >= expires:
            raise Refused(f"ce lien a expiré le {shown(expires)}", advice="recharger la table : un lien neuf suit")
        if not right or facts["kid"] not in known:
            raise _invalid()
        return facts["grant"]

    def _signature(self, path: str, facts: dict[str, str]) -> str:
        """The signature of a path and of the facts of a link, in hexadecimal."""
        said = json.dumps([path, facts["grant"], facts["expires"], facts["nonce"], facts["kid"]])
        purpose = f"carreau links {facts['kid']}".encode("utf-8", "replace")
        key = HKDF(SHA256(), _BYTES, None, purpose).derive(self._secret)
        return hmac.new(key, said.encode(), sha256).hexdigest()


def _facts(query: str) -> dict[str, str]:
    """The five parameters of a link, each given once, and no other; else :class:`~carreau.errors.Refused`."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=len(_NAMES))
    except ValueError:
        raise _invalid() from None
    facts = dict(pairs)
    if facts.keys() != _NAMES or len(pairs) != len(_NAMES) or not _DIGITS.fullmatch(facts["expires"]):
        raise _invalid()
    return facts


def _day(moment: datetime) -> str:
    """The name of the key of a day."""
    return moment.astimezone(UTC).strftime("%Y%m%d")


def _invalid() -> Refused:
    """The same answer for every link that was not made by this house for this path."""
    return Refused("ce lien n'est pas valable", advice="recharger la table : un lien neuf suit")


def _unusable(path: Path) -> Broken:
    """The error for a secret that can be neither read nor made."""
    return Broken(
        "la clé des liens de la maison est inutilisable",
        given=str(path),
        expected="un fichier lisible de 32 octets, ou un dossier où le créer",
        advice="retirer ce fichier : une clé neuve sera faite, et les liens en cours cesseront",
    )


def _create(path: Path) -> None:
    """A new secret at ``path``, whole or not at all; when another process was first, its secret stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
