"""Problems in the reader's language: what a refusal says in French is said in English to whoever asks for English."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carreau.counters.api.problems import MEDIA

SAID: Final = ("title", "detail", "expected", "advice")  # what was given is the reader's own
ENGLISH: Final = "en"


class Speaking:
    """Says problems in English to a reader who asks for it before French; every other response goes as it is."""

    def __init__(self, app: ASGIApp, english: Callable[[str], str | None]) -> None:
        self.app = app
        self.english = english

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, a problem said in the language of its reader."""
        if scope["type"] != "http" or not in_english(Headers(scope=scope).get("accept-language", "")):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def translated(message: Message) -> None:
            """Send a message; the head of a problem waits for its body, whose length the English changes."""
            if message["type"] == "http.response.start" and _is_problem(message):
                held.append(message)
                return
            if held and message["body"]:  # an answer to HEAD has none
                message = {**message, "body": self._said(message["body"])}
                headers = MutableHeaders(raw=held[0]["headers"])
                headers["Content-Length"], headers["Content-Language"] = str(len(message["body"])), ENGLISH
            if held:
                await send(held.pop())
            await send(message)

        await self.app(scope, receive, translated)

    def _said(self, body: bytes) -> bytes:
        """A problem with its sentences in English, but for those that nobody has translated."""
        told: dict[str, Any] = json.loads(body)
        said = {name: self.english(told[name]) or told[name] for name in SAID if told.get(name)}
        return json.dumps({**told, **said}, ensure_ascii=False).encode()


def _is_problem(head: Message) -> bool:
    """Whether the head of a response announces a problem."""
    return Headers(raw=head["headers"]).get("content-type") == MEDIA


def in_english(accepted: str) -> bool:
    """Whether an Accept-Language names English, and before French; its weights are taken to be in its order.

    >>> in_english("en-GB,en;q=0.9,fr;q=0.8"), in_english("fr-FR,fr;q=0.9,en;q=0.8"), in_english("")
    (True, False, False)
    """
    tongues = [part.split(";")[0].strip().lower()[:2] for part in accepted.split(",")]
    return ENGLISH in tongues and tongues.index(ENGLISH) < (tongues.index("fr") if "fr" in tongues else len(tongues))
