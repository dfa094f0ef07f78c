"""A file sent piece by piece, the right to read it checked before each: whole, by one range, by several, or its size.

Ranges are those of RFC 9110, section 14. A reader whose right ends is cut there; nothing more leaves.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from carreau.errors import CarreauError
from carreau.market.streams import guarded

Span = tuple[int, int]
BLOCK: Final = 1 << 18  # bytes read at a time; the right is checked at each piece of 64 KiB
MOST_RANGES: Final = 64
MEDIA: Final = "application/vnd.apache.parquet"
HEAD: Final = "carreau.head"  # what the application sets for a HEAD that it hands on as a GET
_UNIT: Final = "bytes="
_RANGE: Final = re.compile(r"(\d{0,18})-(\d{0,18})")


class OutOfReach(Exception):
    """No range that is asked for holds a byte of the file."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file to be sent: where it is, what it is called, what names its content, what is asked before each piece."""

    path: Path
    name: str
    etag: str
    check: Callable[[], None]

    def answer(self, request: Request) -> Response:
        """The answer to ``request``: the file, parts of it, or its headers alone."""
        headless = request.method == "HEAD" or bool(request.scope.get(HEAD))
        size = self.path.stat().st_size
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": f'"{self.etag}"',
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{self.name}"',
        }
        if f'"{self.etag}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        asked = request.headers.get("range", "")
        if request.headers.get("if-range", f'"{self.etag}"') != f'"{self.etag}"':
            asked = ""
        try:
            spans = spans_of(asked, size)
        except OutOfReach:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        return _Pieces(self, size, spans, headers, headless)


def spans_of(asked: str, size: int) -> list[Span]:
    """The parts (start, end excluded) that a ``Range`` header asks of ``size`` bytes; none for the whole.

    A header that is not understood, or asks for too many parts, is passed over, as RFC 9110 has it. :class:`OutOfReach`
    when all the parts lie beyond the end.

    >>> spans_of("bytes=0-9,-5", 100), spans_of("bytes=90-200", 100), spans_of("items=1-2", 100)
    ([(0, 10), (95, 100)], [(90, 100)], [])
    """
    unit, written = asked[: len(_UNIT)].lower(), asked[len(_UNIT) :].split(",")
    found = [_RANGE.fullmatch(part.strip()) for part in written]
    if unit != _UNIT or len(found) > MOST_RANGES or not all(found):
        return []
    spans = [_span(part[1], part[2], size) for part in found if part]
    if None in spans:
        return []
    reached = [span for span in spans if span is not None and span[0] < span[1]]
    if not reached:
        raise OutOfReach
    total = sum(end - start for start, end in reached)
    return [] if len(reached) > 1 and total >= size else reached


def _span(first: str, last: str, size: int) -> Span | None:
    """One part; None when it is no range at all, an empty one when it lies beyond the end."""
    if not first and not last:
        return None
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


class _Pieces(Response):
    """The response itself: it stops short, and the connection with it, as soon as the right to read ends."""

    def __init__(self, sent: Sent, size: int, spans: Sequence[Span], headers: dict[str, str], headless: bool) -> None:
        super().__init__(None, 206 if spans else 200, None, MEDIA)
        self._sent, self._size, self._spans, self._headless = sent, size, list(spans), headless
        self._bounds = secrets.token_hex(12)
        told = dict(headers)
        told["Content-Length"] = str(sum(len(head) + end - start for head, (start, end) in self._parts()))
        if len(self._spans) == 1:
            told["Content-Range"] = _said(self._spans[0], size)
        if len(self._spans) > 1:
            told["Content-Type"] = f"multipart/byteranges; boundary={self._bounds}"
        for name, value in told.items():
            self.headers[name] = value

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces; on a refusal, leave the answer unfinished: its reader sees that it was cut."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            if not self._headless:
                async for piece in self._pieces():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except CarreauError:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _parts(self) -> list[tuple[bytes, Span]]:
        """What stands before each part, and the part; a last empty one closes several."""
        if len(self._spans) < 2:
            return [(b"", span) for span in self._spans or [(0, self._size)]]
        between = [
            f"\r\n--{self._bounds}\r\nContent-Type: {MEDIA}\r\nContent-Range: {_said(span, self._size)}\r\n\r\n"
            for span in self._spans
        ]
        parts = [(head.encode(), span) for head, span in zip(between, self._spans, strict=True)]
        return [*parts, (f"\r\n--{self._bounds}--\r\n".encode(), (0, 0))]

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The bytes, in pieces of 64 KiB at most, the right checked before each."""
        with await to_thread.run_sync(FileIO, self._sent.path) as file:
            async for block in _blocks(file, self._parts()):
                for piece in guarded([block], self._sent.check):
                    yield piece


async def _blocks(file: FileIO, parts: Sequence[tuple[bytes, Span]]) -> AsyncIterator[bytes]:
    """What stands before each part, then its bytes, read in another thread, 256 KiB at a time."""
    for head, (start, end) in parts:
        yield head
        await to_thread.run_sync(file.seek, start)
        while start < end and (block := await to_thread.run_sync(file.read, min(BLOCK, end - start))):
            start += len(block)
            yield block


def _said(span: Span, size: int) -> str:
    """A part, as ``Content-Range`` says it."""
    return f"bytes {span[0]}-{span[1] - 1}/{size}"
