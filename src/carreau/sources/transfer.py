"""A publisher's file brought to the shelf once, whatever the way: the shelf, a mirror, then the publisher.

What rests on the shelf is used as it is, without any network. A mirror given again is looked at: when its
file changed, the new one is taken and the old one stays under its own digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx

from carreau.errors import Broken, Missing, Retry
from carreau.sources.declare import Fetched, Published, Source
from carreau.sources.download import Download, alone, downloaded
from carreau.sources.mirror import Held, Mirror
from carreau.sources.network import Network, place_of
from carreau.store import Resting, Shelf, digest_of

_BLOCK: Final = 1 << 20
_PAGES: Final = (b"<!doctype html", b"<html")


def _silent(_received: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a fetch depends on: the shelf, the clock, the mirror if any, the network, where progress is told.

    ``advance`` gets the number of bytes received since the last call. With ``online`` false, publishers are
    never asked: only the shelf and the mirror are looked at.
    """

    shelf: Shelf
    clock: Callable[[], datetime]
    mirror: Mirror | None = None
    network: Network = field(default_factory=Network)
    advance: Callable[[int], None] = _silent
    online: bool = True


def fetched(source: Source, published: Published, transfer: Transfer) -> tuple[Fetched, ...]:
    """The files of one declaration, at rest in the workspace: one, or several when the name holds ``*``.

    :class:`~carreau.errors.Missing` when nothing has it: the message says where it was looked for.
    :class:`~carreau.errors.Broken` for an empty file or a web page in its stead,
    :class:`~carreau.errors.Retry` when the network or the disk failed, :class:`~carreau.errors.Refused` for
    an address that must not be followed.
    """
    resting = transfer.shelf.resting(source.id, published.key)
    held = _held(source, published, transfer, known=bool(resting))
    if held:
        resting = _mirrored((source, published), transfer, held, resting)
    elif not resting:
        resting = _from_publisher(source, published, transfer)
    path = transfer.shelf.path
    return tuple(
        Fetched(source, published, file.name, path(file), file.digest, file.status, file.fetched_at)
        for file in resting
    )


def _held(source: Source, published: Published, transfer: Transfer, *, known: bool) -> tuple[Held, ...]:
    """What the mirror holds of a declaration; one out of reach does not matter when the file is ``known``."""
    if transfer.mirror is None:
        return ()
    try:
        return transfer.mirror.held(published, source.files)
    except Retry:
        if not known:
            raise
        return ()


def _mirrored(
    wanted: tuple[Source, Published], transfer: Transfer, held: tuple[Held, ...], before: tuple[Resting, ...]
) -> tuple[Resting, ...]:
    """The files of the mirror, at rest: those unchanged as they were ``before``, the others taken anew."""
    same = {(file.name, file.status, file.mark): file for file in before if file.mark}
    files = tuple(same.get((file.name, file.status, file.mark)) or _taken(transfer, file) for file in held)
    if files == before:
        return before
    return transfer.shelf.recorded(wanted[0].id, wanted[1].key, files)


def _taken(transfer: Transfer, held: Held) -> Resting:
    """A file of the mirror, now on the shelf."""
    if isinstance(held.place, Path):
        digest = transfer.shelf.placed(held.name, _bytes_of(held, held.place, transfer.advance), held.size)
        return Resting(held.name, digest, held.status, transfer.clock(), held.place.as_uri(), held.mark)
    part = transfer.shelf.parts / digest_of(held.place, held.mark)
    with alone(part):
        wanted = Download(held.place, held.name, part, _trusted(held.place, transfer), transfer.advance)
        digest = _received(wanted, transfer)
    return Resting(held.name, digest, held.status, transfer.clock(), held.place, held.mark)


def _bytes_of(held: Held, path: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    """The bytes of a file of the mirror, judged at their beginning."""
    with path.open("rb") as file:
        chunk = file.read(_BLOCK)
        _judge(held.name, str(held.place), chunk)
        while chunk:
            yield chunk
            advance(len(chunk))
            chunk = file.read(_BLOCK)


def _from_publisher(source: Source, published: Published, transfer: Transfer) -> tuple[Resting, ...]:
    """The file as its publisher serves it, now on the shelf and recorded."""
    if not published.url or not transfer.online:
        raise _nowhere(source, published, transfer)
    part = transfer.shelf.parts / digest_of(published.url)
    name = published.name if "*" not in published.name else _name_in(published.url)
    with alone(part):
        already = transfer.shelf.resting(source.id, published.key)
        if already:  # another process received it while this one waited
            return already
        wanted = Download(published.url, name, part, _trusted(published.url, transfer), transfer.advance)
        digest = _received(wanted, transfer)
        file = Resting(name, digest, "original", transfer.clock(), _shown(published.url))
        return transfer.shelf.recorded(source.id, published.key, (file,))


def _received(wanted: Download, transfer: Transfer) -> str:
    """The digest of a file downloaded whole, judged, and moved to the shelf."""
    downloaded(wanted, transfer.network)
    try:
        with wanted.part.open("rb") as file:
            _judge(wanted.name, _shown(wanted.url), file.read(_BLOCK))
        return transfer.shelf.adopted(wanted.name, wanted.part)
    finally:
        wanted.discard()


def _judge(name: str, place: str, beginning: bytes) -> None:
    """Go on with a file that may be the right one; :class:`~carreau.errors.Broken` for none or a web page."""
    start = beginning[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_page = _is_page(start) and not name.lower().endswith((".html", ".htm", ".xhtml"))
    if beginning and not is_page:
        return
    raise Broken(
        f"{name} est une page web et non le fichier" if is_page else f"{name} est vide",
        given=place,
        expected=f"le fichier {name} de son producteur",
        advice="télécharger le fichier à la main dans un dossier, et donner ce dossier par --mirror",
    )


def _is_page(start: bytes) -> bool:
    """Whether a file that starts so, in small letters, is a web page; a declaration or a comment may come first."""
    return start.startswith(_PAGES) or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start)


def _nowhere(source: Source, published: Published, transfer: Transfer) -> Missing:
    """The error for a file that nothing has: where it was looked for, and what to do."""
    places = ["le dossier de travail"]
    if transfer.mirror is not None:
        places.append(f"le miroir {transfer.mirror.given}")
    return Missing(
        f"le fichier « {published.name} » n'a pas été trouvé",
        given=f"cherché dans {' et '.join(places)}",
        expected=f"{published.name} ({source.publisher}, {published.vintage})",
        advice=f"le télécharger depuis {published.url or source.url}, puis donner son dossier par --mirror",
    )


def _trusted(url: str, transfer: Transfer) -> frozenset[str]:
    """The servers that may be private: the one that is declared, and the mirror that the reader named."""
    declared = frozenset({place_of(httpx.URL(url))})
    return declared | (transfer.mirror.trusted if transfer.mirror else frozenset())


def _name_in(url: str) -> str:
    """The file name at the end of a URL."""
    return PurePosixPath(unquote(urlsplit(url).path)).name or "fichier"


def _shown(url: str) -> str:
    """A URL without the name and password that it may hold."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
