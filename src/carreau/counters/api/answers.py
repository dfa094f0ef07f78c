"""Answers ready to be sent: encoded once, packed once, remembered within a bound, told apart by their ETag."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

JSON: Final = "application/json"
FLOATS: Final = "application/octet-stream"
PACKED_FROM: Final = 1024  # bytes: a smaller answer gains nothing
LARGE: Final = 1 << 20  # bytes: from here on, packing costs more time than it saves on a network
FOREVER: Final = "private, max-age=31536000, immutable"  # private: what needs a sign-in stays out of shared caches
PUBLIC: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"
REMEMBERED: Final = 192 << 20  # bytes of answers kept in memory
PIECE: Final = 1 << 17  # bytes
WORKERS: Final = 2  # computations at once: more would only wait for one another, and for the interpreter's lock


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its media type, its ETag, and itself packed by gzip when that is worth it."""

    body: bytes
    media: str
    etag: str
    packed: bytes | None

    @property
    def size(self) -> int:
        """How many bytes of memory it takes."""
        return len(self.body) + len(self.packed or b"")


def answer_of(body: bytes, media: str) -> Answer:
    """The answer of ``body``: its weak ETag is that of its bytes, the same packed or not."""
    level = 9 if media.startswith("text/") else 1 if media == FLOATS or len(body) >= LARGE else 5  # pages: packed once
    packed = gzip.compress(body, level, mtime=0) if len(body) >= PACKED_FROM else body
    kept = packed if len(packed) < 0.9 * len(body) else None
    return Answer(body, media, f'W/"{hashlib.sha256(body).hexdigest()[:20]}"', kept)


class Answers:
    """The answers remembered, the least used forgotten first; what several ask at once is made once."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._held = 0
        self._known: OrderedDict[object, Answer] = OrderedDict()
        self._making: dict[object, asyncio.Task[Answer]] = {}
        self._workers = CapacityLimiter(WORKERS)

    async def get(self, key: object, media: str, make: Callable[[], bytes]) -> Answer:
        """The answer of ``key``: remembered, else now made from the bytes that ``make`` gives in another thread."""
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if key not in self._making:
            task = asyncio.create_task(self._made(key, media, make))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(self._making[key])

    async def _made(self, key: object, media: str, make: Callable[[], bytes]) -> Answer:
        """The answer, made in a thread and remembered."""
        answer: Answer = await self.worked(lambda: answer_of(make(), media))
        self._known[key] = answer
        self._held += answer.size
        while self._held > self._limit and self._known:
            _, forgotten = self._known.popitem(last=False)
            self._held -= forgotten.size
        return answer

    async def worked(self, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, in another thread; a few run at once, others wait for their turn."""
        return await to_thread.run_sync(make, limiter=self._workers)


def sent(request: Request, answer: Answer, caching: str, headers: Mapping[str, str] | None = None) -> Response:
    """The response to ``request``: packed when its reader can unpack it, 304 without body when it has it already."""
    said = {"ETag": answer.etag, "Cache-Control": caching, "Vary": "Accept-Encoding", **(headers or {})}
    if same(request, answer.etag):
        return Response(status_code=304, headers=said)
    body = answer.body
    if answer.packed is not None and unpacks(request):
        body, said = answer.packed, {**said, "Content-Encoding": "gzip"}
    return Piecewise(body, headers=said, media_type=answer.media)


class Piecewise(Response):
    """A response sent piece by piece: a slow reader holds one piece in memory, and not the whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then each piece once the one before has left."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        whole = memoryview(self.body)
        for start in range(0, len(whole), PIECE) or (0,):
            piece = bytes(whole[start : start + PIECE])
            await send({"type": "http.response.body", "body": piece, "more_body": start + PIECE < len(whole)})


def same(request: Request, etag: str) -> bool:
    """Whether the reader already has what bears this ETag (compared weakly, as If-None-Match is)."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in known or etag.removeprefix("W/") in known


def unpacks(request: Request) -> bool:
    """Whether the reader says that it can unpack gzip."""
    for coding in request.headers.get("accept-encoding", "").split(","):
        name, _, quality = coding.partition(";")
        if name.strip().lower() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def later(function: Callable[..., Any], *arguments: object) -> Callable[[], Any]:
    """A call to make later, in another thread."""
    return partial(function, *arguments)
