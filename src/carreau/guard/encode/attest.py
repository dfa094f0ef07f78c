"""The copy certificate: what binds a file, byte for byte, to the release that it shows.

Its length is known before the file is written: digests and signature have fixed lengths, so a blank of that length
is written in the file, the file is hashed with the blank in it, and the signed text takes the blank's place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, Final

from carreau.guard._seal import NO_DIGEST, NO_SIGNATURE, Signer, canonical
from carreau.guard.content import Content

COPY_FORMAT: Final = "carreau/copie-1"
CHUNK: Final = 1 << 20


def unsigned_copy(content: Content, signer: Signer, suffix: str, parts: int, block: int = 0) -> dict[str, Any]:
    """The copy certificate of ``content`` in a file of ``suffix``, its digests and signature still zeros.

    ``parts`` is how many pieces of the file have a digest of their own, so that a change can be located; ``block`` is
    how many rows a piece holds, in the formats that are written line by line.
    """
    copy = {
        "format": suffix,
        "cut": content.cut,
        "content": content.digest,
        "rows": content.table.num_rows,
        "columns": len(content.columns),
        "block": block,
        "parts": [NO_DIGEST] * parts,
        "sha256": NO_DIGEST,
    }
    return {
        "format": COPY_FORMAT,
        "release": dict(content.certificate),
        "copy": copy,
        "public_key": signer.public_key,
        "signature": NO_SIGNATURE,
    }


def signed_copy(unsigned: Mapping[str, Any], signer: Signer, sha256: str, parts: Sequence[str]) -> bytes:
    """The copy certificate with the digest of the file and of its parts, signed, in canonical form."""
    copy = {**unsigned["copy"], "sha256": sha256, "parts": list(parts)}
    return canonical(signer.signed({**unsigned, "copy": copy}))


def read_copy(text: bytes) -> dict[str, Any] | None:
    """The copy certificate written as ``text``, or None when it is not one in canonical form."""
    try:
        document = json.loads(text)
        copy = document["copy"]
        known = (
            document["format"] == COPY_FORMAT
            and isinstance(document["release"], dict)
            and isinstance(copy["sha256"], str)
            and all(isinstance(part, str) for part in copy["parts"])
            and isinstance(copy["block"], int)
            and canonical(document) == text
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return document if known else None


def blank(length: int) -> bytes:
    """What stands for a certificate of ``length`` bytes while the file is hashed."""
    return b"<" + b" " * (length - 1)


def sha256_with(file: BinaryIO, replaced: Iterable[tuple[int, bytes]] = (), upto: int | None = None) -> str:
    """The sha256 of ``file`` (its first ``upto`` bytes), read as if ``replaced`` (offset, bytes) were written in it."""
    total = hashlib.sha256()
    file.seek(0)
    for offset, stand_in in sorted(replaced):
        _feed(total, file, offset - file.tell())
        total.update(stand_in)
        file.seek(len(stand_in), 1)
    _feed(total, file, None if upto is None else upto - file.tell())
    return total.hexdigest()


def _feed(total: Any, file: BinaryIO, length: int | None) -> None:
    """Hash the next ``length`` bytes of ``file``, or all that is left."""
    left = length
    while chunk := file.read(CHUNK if left is None else min(CHUNK, max(0, left))):
        total.update(chunk)
        left = None if left is None else left - len(chunk)
