"""A large file sent by ranges: 206 for a part, 416 beyond its end, 304 when its reader has it, never packed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from carreau.counters.api.answers import Piecewise, same
from carreau.counters.api.problems import problem

HEAD: Final = "carreau.head"  # set in the scope of a request whose body will be left out
CHUNK: Final = 1 << 18
SMALL: Final = 1 << 20  # bytes: read in one go, the file being in the memory of the system
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


@dataclass(frozen=True, slots=True)
class Ranged:
    """A file that can be sent by ranges: where, its size, media type and strong ETag."""

    path: Path
    size: int
    media: str
    etag: str

    @classmethod
    def of(cls, path: Path, media: str, etag: str) -> Ranged:
        """The file at ``path``, whose content ``etag`` names."""
        return cls(path, path.stat().st_size, media, f'"{etag}"')

    def sent(self, request: Request, caching: str) -> Response:
        """The response to ``request``: the whole, a part, its headers alone for HEAD, or why not."""
        headers = {"ETag": self.etag, "Accept-Ranges": "bytes", "Cache-Control": caching}
        if same(request, self.etag):
            return Response(status_code=304, headers=headers)
        asked = request.headers.get("range", "")
        if request.headers.get("if-range", self.etag) != self.etag:
            asked = ""
        try:
            part = part_of(asked, self.size)
        except ValueError:
            return problem(
                416, "cette partie du fichier n'existe pas", given=asked[:100],
                expected=f"de 0 à {self.size - 1}", headers={"Content-Range": f"bytes */{self.size}"},
            )  # fmt: skip
        start, end = part or (0, self.size)
        headers["Content-Length"] = str(end - start)
        if part:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{self.size}"
        status = 206 if part else 200
        if request.scope.get(HEAD):
            return Response(status_code=status, headers=headers, media_type=self.media)
        if end - start <= SMALL:
            return Piecewise(self._read(start, end), status, headers, self.media)
        return StreamingResponse(self._chunks(start, end), status, headers, self.media)

    def _read(self, start: int, end: int) -> bytes:
        """Some bytes of the file."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(start)
            return file.read(end - start)

    async def _chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to ``end``, read in another thread."""
        file: BinaryIO = await to_thread.run_sync(self.path.open, "rb")
        try:
            file.seek(start)
            left = end - start
            while left > 0 and (chunk := await to_thread.run_sync(file.read, min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
        finally:
            file.close()


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes that a Range header asks for (start, end excluded); None for the whole.

    Several ranges at once, or another unit, are answered by the whole, as RFC 9110 lets a server do. ``ValueError``
    when the range holds no byte of the file.

    >>> part_of("bytes=0-99", 1000), part_of("bytes=-100", 1000), part_of("bytes=990-5000", 1000), part_of("", 1000)
    ((0, 100), (900, 1000), (990, 1000), None)
    """
    found = _RANGE.match(asked.replace(" ", ""))
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < int(found[1]):
            return None
    if start >= end:
        raise ValueError(asked)
    return start, end
