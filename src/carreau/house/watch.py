"""How the house tells what it is doing: one line per step, a count for what lasts. The counters draw it."""

from __future__ import annotations

from typing import Final, Protocol


class Watcher(Protocol):
    """Someone who watches the work: told when a step starts, advances and ends, in French sentences."""

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """A step starts: its verb, what it works on, and how many parts it has when that is known."""

    def advanced(self, done: int = 1) -> None:
        """``done`` more parts of the current step are finished."""

    def ended(self, summary: str = "") -> None:
        """The current step is finished; ``summary`` says what came out."""


class Silent:
    """A watcher that says nothing."""

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """Say nothing."""

    def advanced(self, done: int = 1) -> None:
        """Say nothing."""

    def ended(self, summary: str = "") -> None:
        """Say nothing."""


SILENT: Final[Watcher] = Silent()
