"""What stands around every route: the host's name, limits of size, number and time, and the headers of safety.

Plain ASGI: each of these costs microseconds, whatever the number of readers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carreau.counters.api.problems import problem
from carreau.counters.api.ranges import HEAD
from carreau.counters.app.options import LOOPBACK, Options
from carreau.counters.sign_in.addresses import is_secure

POLICY: Final = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
        "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'", "object-src 'none'",
    )
)  # fmt: skip
SAFETY: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"),
)
CLOSE: Final = {"Connection": "close"}
LOOPBACK_ROOM: Final = 8  # on loopback all readers share one address: they get this many times the room of one client


class Safe:
    """Adds the headers of safety to every response; those that a route has set itself stay."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in SAFETY:
                    headers.setdefault(name, value)
                if is_secure(Request(scope)):
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, with_headers)


class Headed:
    """Answers HEAD as GET without its body, so that no route has to know of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the body of HEAD is left out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", HEAD: True}, receive, without_body)


class Limited:
    """Answers what is within the limits of ``options``; what is not gets a problem that says how to be within."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self.app = app
        self.options = options
        self.busy: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refused(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        client = str((scope.get("client") or ("",))[0])
        self.busy[client] += 1
        try:
            await _Patient(self.app, self.options, self._most(scope)).answered(scope, receive, send)
        finally:
            self.busy[client] -= 1
            if not self.busy[client]:
                del self.busy[client]

    def _most(self, scope: MutableMapping[str, Any]) -> int:
        """The largest body that this address accepts."""
        return self.options.upload_bytes if scope["path"] == "/api/v1/space" else self.options.most_bytes

    def _refused(self, scope: Scope) -> ASGIApp | None:
        """The problem of a request that cannot be answered; None when it can."""
        headers, client = Headers(scope=scope), str((scope.get("client") or ("",))[0])
        if not self.options.answers_to(headers.get("host", "")):
            return problem(
                421, "ce serveur ne répond pas à ce nom", given=headers.get("host", "")[:100],
                expected="l'adresse que « carreau serve » a affichée", advice="ouvrir cette adresse dans le navigateur",
            )  # fmt: skip
        if "content-length" in headers and "transfer-encoding" in headers:
            return problem(
                400, "la demande dit sa longueur de deux façons", given="Content-Length et Transfer-Encoding",
                expected="l'une ou l'autre", headers=CLOSE,
            )  # fmt: skip
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._most(scope):
            return _too_large(self._most(scope))
        room = self.options.per_client * (LOOPBACK_ROOM if client in LOOPBACK else 1)
        if self.busy[client] >= room or self.busy.total() >= self.options.at_once:
            status = 429 if self.busy[client] >= room else 503
            return problem(
                status, "trop de demandes à la fois", expected=f"{room} à la fois au plus", retry=True,
                advice="attendre une seconde puis réessayer", headers={"Retry-After": "1"},
            )  # fmt: skip
        return None


class _Patient:
    """One request answered with patience, but not without end: a body that stops coming, a reader that stops."""

    def __init__(self, app: ASGIApp, options: Options, most: int) -> None:
        self.app = app
        self.options = options
        self.most = most
        self.received = 0
        self.complete = False
        self.started = False
        self.refusal: ASGIApp | None = None

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer within the limits."""

        async def limited_receive() -> Message:
            """The next piece of the request, while it is not too large nor too slow."""
            if self.complete or self.refusal:
                return await receive()
            try:
                async with asyncio.timeout(self.options.patience):
                    message = await receive()
            except TimeoutError:
                self.refusal = problem(408, "la demande s'est arrêtée en route", retry=True, headers=CLOSE)
                return {"type": "http.disconnect"}
            self.received += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
            if self.received > self.most:
                self.refusal = _too_large(self.most)
                return {"type": "http.disconnect"}
            return message

        async def limited_send(message: Message) -> None:
            """Send one message, unless the request was refused meanwhile."""
            if self.refusal:  # whatever the route makes of a cut body, the reader is told why it was cut
                return
            self.started = True
            async with asyncio.timeout(self.options.patience):
                await send(message)

        with contextlib.suppress(TimeoutError, ClientDisconnect):
            await self.app(scope, limited_receive, limited_send)
        if self.refusal and not self.started:
            await self.refusal(scope, receive, send)


def _too_large(most: int) -> ASGIApp:
    """The problem of a body that is too large."""
    return problem(
        413, "la demande est trop grande", expected=f"{most >> 10} Kio au plus", advice="envoyer moins à la fois",
        headers=CLOSE,
    )  # fmt: skip
