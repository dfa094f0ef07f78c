"""The connection itself: no client holds one for nothing, and what is no HTTP gets a problem in French."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from carreau.counters.api.problems import MEDIA, body_of

MOST_CONNECTIONS: Final = 2000


class Wire(H11Protocol):
    """HTTP/1.1 by uvicorn and h11, with an end to patience.

    A connection is cut when the head of a request does not come within two looks, or when its reader has taken
    nothing between two looks of what is waiting to be sent: closing it politely would wait for that reader.
    """

    tick: ClassVar[float] = 10.0  # seconds between two looks at a connection
    _look: asyncio.TimerHandle | None = None
    _waiting: int = 0
    _left: int = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn declares it
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._look = self.loop.call_later(self.tick, self._looked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _looked(self) -> None:
        """Cut a connection that has not moved since the last look."""
        left = self.transport.get_write_buffer_size()
        idle = self.cycle is None or self.cycle.response_complete
        self._waiting = self._waiting + 1 if idle and self.timeout_keep_alive_task is None else 0
        stalled = left > 0 and left >= self._left > 0
        self._left = left
        if stalled or self._waiting > 1:
            self.transport.abort()
            return
        self._look = self.loop.call_later(self.tick, self._looked)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP: a problem, then the end of the connection."""
        body = json.dumps(body_of(400, "ceci n'est pas une demande HTTP"), ensure_ascii=False).encode()
        headers: list[tuple[bytes, Any]] = [
            (b"content-type", MEDIA.encode()), (b"content-length", str(len(body)).encode()), (b"connection", b"close"),
        ]  # fmt: skip
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        reason = HTTPStatus.BAD_REQUEST.phrase.encode()
        for event in (h11.Response(status_code=400, headers=headers, reason=reason), h11.Data(data=body)):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()
