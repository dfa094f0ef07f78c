"""A file downloaded into a part that can be resumed: never trusted before it is whole, never of two versions.

Beside the part lies the validator that the server gave for it (ETag or date, RFC 9110): a resumption asks for
the rest of that very version, and starts again when the server has another one or can give no validator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from carreau.errors import Broken, Missing
from carreau.sources.network import AttemptError, Network
from carreau.store.writing import disk_errors
from carreau.typography import bytes_shown

try:
    import fcntl
except ImportError:  # pragma: no cover # Windows has no such lock: there, one process fetches at a time
    fcntl = None  # type: ignore[assignment] # idem

_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Download:
    """What to download: URL, published name, part to write, servers trusted, where progress is told."""

    url: str
    name: str
    part: Path
    trusted: frozenset[str]
    advance: Callable[[int], None]

    @property
    def tag(self) -> Path:
        """The file that holds the validator of the part."""
        return self.part.with_name(f"{self.part.name}.tag")

    @property
    def have(self) -> int:
        """How many bytes of the part are there."""
        return self.part.stat().st_size if self.part.exists() else 0

    def discard(self) -> None:
        """Forget what was downloaded so far."""
        self.part.unlink(missing_ok=True)
        self.tag.unlink(missing_ok=True)


@contextmanager
def alone(part: Path) -> Iterator[None]:
    """A block that one process at a time runs for a given part; the others wait for their turn."""
    with part.with_name(f"{part.name}.lock").open("w") as lock:
        if fcntl is not None:  # pragma: no branch # idem
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def downloaded(wanted: Download, network: Network) -> str:
    """The validator of the file, now whole in ``wanted.part`` (empty when the server gives none).

    :class:`~carreau.errors.Missing` when the server no longer has it, :class:`~carreau.errors.Broken` when
    it is larger than the limits, :class:`~carreau.errors.Retry` when the network or the disk failed: what
    was received is kept for the next time.
    """
    shown = _Shown(wanted)
    return network.patiently(lambda: _attempt(wanted, network, shown), lambda: wanted.have, wanted.name)


@dataclass(slots=True)
class _Shown:
    """The progress already told, so that bytes received twice are told once."""

    wanted: Download
    told: int = 0

    def reach(self, size: int) -> None:
        """Tell the bytes beyond those already told."""
        if size > self.told:
            self.wanted.advance(size - self.told)
            self.told = size


def _attempt(wanted: Download, network: Network, shown: _Shown) -> str:
    """One request for the file or for the rest of it."""
    tag = wanted.tag.read_text("utf-8") if wanted.tag.exists() else ""
    if not tag:
        wanted.discard()
    headers = {"Range": f"bytes={wanted.have}-", "If-Range": tag} if wanted.have else {}
    with network.response("GET", wanted.url, headers, wanted.trusted) as answer:
        _judge(wanted, answer)
        start = wanted.have if answer.status_code == 206 else 0
        total = _total(answer)
        if total is not None and total > network.limits.size:
            raise _too_large(wanted, total, network.limits.size)
        with disk_errors(wanted.part.parent, (total or 0) - start):
            wanted.tag.write_text(_validator(answer), "utf-8")
            size = _written(wanted, answer, start, (network, shown))
        if total is not None and size != total:
            raise AttemptError(f"{size} octets reçus sur {total}")
        return _validator(answer)


def _judge(wanted: Download, answer: httpx.Response) -> None:
    """Go on with an answer that bears the file; say otherwise what it means."""
    match answer.status_code:
        case 200:
            return
        case 206:
            found = _RANGE.match(answer.headers.get("content-range", ""))
            if found and int(found[1]) == wanted.have:
                return
            wanted.discard()
            raise AttemptError("le serveur a donné une autre partie du fichier que celle demandée")
        case 416:
            wanted.discard()
            raise AttemptError("le serveur n'a plus la même version du fichier")
    raise Missing(
        f"{wanted.name} n'est pas à l'adresse prévue",
        given=f"le serveur répond {answer.status_code} pour {wanted.url}",
        expected=f"le fichier {wanted.name}",
        advice="télécharger le fichier à la main dans un dossier, et donner ce dossier par --mirror",
    )


def _total(answer: httpx.Response) -> int | None:
    """The size of the whole file as the server announces it; None when it does not, or sends it encoded."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        return None
    part = _RANGE.match(answer.headers.get("content-range", ""))
    total = part[2] if part else answer.headers.get("content-length", "")
    return int(total) if total.isdecimal() else None


def _validator(answer: httpx.Response) -> str:
    """What tells this version of the file from another: a strong ETag, else a date, else nothing."""
    etag = str(answer.headers.get("etag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(answer.headers.get("last-modified", ""))


def _written(wanted: Download, answer: httpx.Response, start: int, ways: tuple[Network, _Shown]) -> int:
    """The size of the part once the bytes of the answer are added to it."""
    network, shown = ways
    encoded = answer.headers.get("content-encoding", "identity") != "identity"
    end = network.seconds() + network.limits.duration
    size = start
    with wanted.part.open("ab" if start else "wb") as file:
        shown.reach(start)
        for chunk in answer.iter_bytes() if encoded else answer.iter_raw():
            size += len(chunk)
            if size > network.limits.size:
                raise _too_large(wanted, size, network.limits.size)
            file.write(chunk)
            shown.reach(size)
            if network.seconds() > end:
                raise AttemptError("le serveur répond trop lentement")
    return size


def _too_large(wanted: Download, size: int, limit: int) -> Broken:
    """The error for a file beyond the limit, of which nothing is kept."""
    wanted.discard()
    return Broken(
        f"{wanted.name} est plus gros que prévu",
        given=f"au moins {bytes_shown(size)}",
        expected=f"au plus {bytes_shown(limit)}",
        advice="vérifier l'adresse ; si le fichier est le bon, le donner par --mirror",
    )
