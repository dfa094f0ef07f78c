"""A server that follows its home: once a later release is ready, it is what answers.

A page that was open keeps the release it was opened on: what it asks names its version, and the release before the
present one still answers to that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

LOG: Final = logging.getLogger("carreau.serve")
EVERY: Final = 2.0  # seconds between two looks at the home: each lists one folder


@dataclass(frozen=True, slots=True)
class Shown:
    """An application and the version of what it shows."""

    version: str
    app: ASGIApp


class Following:
    """Answers with the last application given; with the one before, to what names its version."""

    def __init__(self, first: Shown) -> None:
        self._now, self._before = first, first

    def follow(self, later: Shown) -> None:
        """From now on, answer with ``later``."""
        self._now, self._before = later, self._now  # one assignment: requests under way keep the one they started with

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        before = self._before
        chosen = before if before.version != self._now.version and _names(scope, before.version) else self._now
        await chosen.app(scope, receive, send)


def _names(scope: Scope, version: str) -> bool:
    """Whether a request names a version, in its path or as what it expects."""
    if version in str(scope.get("path", "")):
        return True
    said: dict[str, Any] = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return version in said.get("v", ())


def followed(following: Following, look: Callable[[], Shown | None], stop: Event, every: float = EVERY) -> None:
    """Looks for a later application every so many seconds until it is told to stop; what fails is written in the log.

    What could not be opened is not tried again before another release arrives.
    """
    while not stop.wait(every):
        try:
            later = look()
        except Exception:
            LOG.exception("a release that arrived could not be shown; the one before is still served")
            continue
        if later is not None:
            following.follow(later)
