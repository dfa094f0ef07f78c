"""What is seen while the house works: bars on a terminal, one line per step elsewhere, nothing when asked.

All of it goes to the error stream, so that the output stream holds results only. A watcher may be called from
several threads; steps may be nested.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TextIO

from carreau.typography import number

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from carreau.house.watch import Watcher

VERBS: Final[Mapping[str, str]] = {
    "fetch": "Recueillir",
    "refine": "Affiner",
    "build": "Construire",
    "release": "Contrôler",
    "deliver": "Livrer",
    "serve": "Servir",
    "town": "Bâtir",
}


def step_name(verb: str, what: str) -> str:
    """A step as a user reads it: « Affiner     IRIS », the verbs in one column."""
    return f"{VERBS.get(verb, verb.capitalize()):<11} {what}".strip()


@dataclass(slots=True)
class Lines:
    """One line per finished step, with how long it took: for logs and terminals without cursor.

    ``clock`` gives seconds; it is passed in so that tests can tell the time.
    """

    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    _open: list[tuple[str, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """Remembers the step; nothing is written before it ends."""
        with self._lock:
            self._open.append((step_name(verb, what), self.clock()))

    def advanced(self, done: int = 1) -> None:
        """Writes nothing: a log has no use for a moving count."""

    def ended(self, summary: str = "") -> None:
        """Writes the line of the step that was begun last."""
        with self._lock:
            if not self._open:
                return
            name, began = self._open.pop()
            tail = f" : {summary}" if summary else ""
            print(f"{name}{tail} ({number(self.clock() - began, 1)} s)", file=self.stream, flush=True)


@dataclass(slots=True)
class Bars:
    """A moving bar per step, replaced by its one line once the step is finished."""

    progress: Progress
    _open: list[TaskID] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """Draws a bar; one without length when ``total`` is not known."""
        with self._lock:
            self._open.append(self.progress.add_task(step_name(verb, what), total=total))

    def advanced(self, done: int = 1) -> None:
        """Lengthens the bar of the step that was begun last."""
        with self._lock:
            if self._open:
                self.progress.advance(self._open[-1], done)

    def ended(self, summary: str = "") -> None:
        """Replaces the bar by the line of its step."""
        with self._lock:
            if not self._open:
                return
            task_id = self._open.pop()
            task = next(task for task in self.progress.tasks if task.id == task_id)
            tail = f" : {summary}" if summary else ""
            spent = number(task.elapsed or 0.0, 1)
            self.progress.remove_task(task_id)
            self.progress.refresh()
            self.progress.console.print(
                f"{task.description}{tail} ({spent} s)", markup=False, highlight=False
            )


@contextmanager
def watching(*, quiet: bool, stream: TextIO | None = None) -> Iterator[Watcher]:
    """The watcher that suits the error stream: bars on a terminal, lines elsewhere, none when ``quiet``."""
    where = stream or sys.stderr
    if quiet:
        from carreau.house.watch import SILENT

        yield SILENT
        return
    if not where.isatty():
        yield Lines(where)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=where), transient=True) as progress:
        yield Bars(progress)
