"""What makes a Release: the key of the house, its signature, and the one door by which a Release is made.

Only ``carreau.guard`` imports this module (a contract of import-linter says so). A document is signed over its
canonical JSON: sorted keys, UTF-8, no spaces, no NaN; the signature itself left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from carreau.errors import Broken

KEY_FILE: Final = "signature.pem"
NO_DIGEST: Final = "0" * 64
NO_SIGNATURE: Final = "0" * 128
Made = TypeVar("Made")


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write ``document``: JSON with sorted keys, in UTF-8, without spaces.

    >>> canonical({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    text = json.dumps(
        document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    )
    return text.encode()


def digest_of(document: Mapping[str, Any]) -> str:
    """The sha256, in hexadecimal, of the canonical form of ``document``: what the next certificate is chained to."""
    return hashlib.sha256(canonical(document)).hexdigest()


def fingerprint_of(public_key: str) -> str:
    """A short name for a public key: the first 16 hexadecimal signs of its sha256, in groups of four."""
    short = hashlib.sha256(public_key.encode()).hexdigest()[:16]
    return " ".join(short[start : start + 4] for start in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class Signer:
    """The house that signs: an Ed25519 key at rest in a folder, never shown."""

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, folder: Path) -> Signer:
        """The signer whose key rests in ``folder``; made at first use, readable by its owner alone.

        Two processes that arrive together share one key. An unreadable key is :class:`~carreau.errors.Broken`.
        """
        path = folder / KEY_FILE
        if not path.exists():
            _create(path)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm, OSError) as error:
            raise _unusable(path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _unusable(path)
        return cls(key)

    @property
    def public_key(self) -> str:
        """The public key, 64 hexadecimal signs: what a reader must know to trust this house."""
        return self._key.public_key().public_bytes_raw().hex()

    def signed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """``document``, as JSON reads it back, with ``public_key`` and ``signature``, both in hexadecimal."""
        unsigned = {name: value for name, value in document.items() if name != "signature"}
        text = canonical({**unsigned, "public_key": self.public_key})
        return {**json.loads(text), "signature": self._key.sign(text).hex()}


def is_signed(document: Mapping[str, Any]) -> bool:
    """Whether the signature that ``document`` carries was made over it by the key that it names."""
    body = {name: value for name, value in document.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes_of(document.get("public_key")))
        key.verify(_bytes_of(document.get("signature")), canonical(body))
    except (InvalidSignature, ValueError):
        return False
    return True


def _bytes_of(text: object) -> bytes:
    """The bytes written in hexadecimal, in the one way that this house writes them: no capitals, no spaces."""
    read = bytes.fromhex(str(text))
    if read.hex() != text:
        raise ValueError(text)
    return read


def unlocked(kind: type[Made], fields: Mapping[str, object]) -> Made:
    """An instance of ``kind``, whose own constructor always refuses, with ``fields`` set."""
    made = object.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def _plain(value: Any) -> Any:
    """A read-only mapping or a numpy scalar as JSON can write it."""
    return dict(value) if isinstance(value, Mapping) else value.item()


def _create(path: Path) -> None:
    """A new key at ``path``, whole or not at all; when another process was first, its key stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise _unusable(path) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _unusable(path: Path) -> Broken:
    """The error for a key that cannot be read or made."""
    return Broken(
        "la clé de signature de la maison est inutilisable",
        given=str(path),
        expected="une clé Ed25519 lisible, ou un dossier où la créer",
        advice="rétablir une sauvegarde de la clé ; sinon retirer ce fichier : une nouvelle clé sera faite, "
        "et les fichiers déjà signés seront dits « inconnus »",
    )
