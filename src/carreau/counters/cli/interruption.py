"""A Ctrl-C is heard once and for all, wherever it falls.

Python raises it at once; a library that is being loaded, or that calls back from C, may swallow what is raised. So the
press is remembered too, and raised again at the next step that the house tells of.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from carreau.house.watch import Watcher

_PRESSED: Final = threading.Event()


@contextmanager
def listening() -> Iterator[None]:
    """A press of Ctrl-C is remembered while in here; only the main thread may listen, others change nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _PRESSED.clear()
    before = signal.signal(signal.SIGINT, _pressed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _PRESSED.clear()


def heed() -> None:
    """Raises the interruption that was asked for and lost, if any; in the main thread, where it is waited for."""
    if _PRESSED.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def _pressed(number: int, frame: FrameType | None) -> None:
    """Remembers the press, then raises it as Python does."""
    _PRESSED.set()
    signal.default_int_handler(number, frame)


@dataclass(frozen=True, slots=True)
class Heeding:
    """A watcher that tells another one, and stops the work where an interruption was lost."""

    told: Watcher

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """Tells of a step that starts, unless one wants to stop."""
        heed()
        self.told.started(verb, what, total)

    def advanced(self, done: int = 1) -> None:
        """Tells of parts that are done, unless one wants to stop."""
        heed()
        self.told.advanced(done)

    def ended(self, summary: str = "") -> None:
        """Tells of a step that is finished, then stops if one wants to: what was finished is kept."""
        self.told.ended(summary)
        heed()
