"""Files written whole or not at all, and the digests that name them.

A file is written under a temporary name beside its place, forced to the disk, then renamed: a reader sees all
of it or none of it, whenever the writer is killed (POSIX promises that a renaming is atomic).
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from carreau.errors import Broken, Retry

_SUFFIX: Final = ".part"
_STALE: Final = 3600.0  # seconds after which a temporary file belongs to a process that was killed
DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def digest_of(*parts: object) -> str:
    """The sha256 of values, the same on every machine and at every run, in 64 hexadecimal digits.

    Takes nothing, texts, numbers, bytes, and sequences or mappings of them (a mapping whatever its order).
    Values of different types differ: ``1``, ``1.0``, ``True`` and ``"1"`` have four digests, and
    ``("ab", "c")`` is not ``("a", "bc")``. Raises ``TypeError`` for anything else.

    >>> digest_of("census", 2022)[:12]
    '0dd9a95f6b27'
    """
    return hashlib.sha256(_canonical(parts)).hexdigest()


def _canonical(value: object) -> bytes:
    """``value`` as bytes that no other value has: a letter for its type, its length, its content."""
    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case int():
            return _tagged(b"i", str(value).encode())
        case float():
            return _tagged(b"d", value.hex().encode())
        case str():
            return _tagged(b"s", value.encode("utf-8", "surrogatepass"))
        case bytes() | bytearray() | memoryview():
            return _tagged(b"b", bytes(value))
        case tuple() | list():
            return _tagged(b"l", b"".join(map(_canonical, value)))
        case Mapping():
            return _tagged(b"m", b"".join(sorted(_canonical(pair) for pair in value.items())))
    raise TypeError(f"no digest for {type(value).__name__}")


def _tagged(tag: bytes, content: bytes) -> bytes:
    """The content after its type and its length."""
    return tag + str(len(content)).encode() + b":" + content


def file_digest(path: Path) -> str:
    """The sha256 of the bytes of a file, in 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def temporary(folder: Path, needed: int = 0) -> Iterator[Path]:
    """A new empty file of ``folder`` (made when absent) to write in; removed at the end unless settled.

    ``needed`` bytes are quoted when the disk is full: :class:`~carreau.errors.Retry`.
    """
    with disk_errors(folder, needed):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=_SUFFIX, dir=folder)
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def settled(written: Path, final: Path) -> Path:
    """``final``, now holding what was written in ``written``, whole and on the disk."""
    with disk_errors(final.parent):
        final.parent.mkdir(parents=True, exist_ok=True)
        with written.open("rb+") as file:
            os.fsync(file.fileno())
        written.chmod(0o644)
        written.replace(final)
        _synced(final.parent)
    return final


def _synced(folder: Path) -> None:
    """Force the names of a folder to the disk, where the system can (Windows cannot, and need not)."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def swept(folder: Path, pattern: str = f".*{_SUFFIX}", age: float = _STALE) -> int:
    """How many files of ``folder`` that match and were left alone for ``age`` seconds were removed.

    By default those are the temporary files of processes that were killed over an hour ago.
    """
    removed = 0
    for path in folder.glob(pattern):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > age:
                path.unlink()
                removed += 1
    return removed


@contextmanager
def disk_errors(folder: Path, needed: int = 0) -> Iterator[None]:
    """What the disk refuses in this block, said as one error of the house."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            size = f"environ {needed / 1e6:.0f} Mo libres" if needed else "de la place"
            raise Retry(
                "il n'y a plus de place sur le disque",
                given=str(folder),
                expected=size,
                advice="libérer de la place, ou choisir un autre dossier par --home ; rien n'est perdu",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise Broken(
                "on ne peut pas écrire dans le dossier de travail",
                given=str(folder),
                expected="un dossier où l'on a le droit d'écrire",
                advice="choisir un autre dossier par --home, ou en changer les droits",
            ) from error
        raise
