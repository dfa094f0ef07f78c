from __future__ import annotations

import io

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from carreau.counters.cli.progress import Bars, Lines, step_name, watching
from carreau.house.watch import SILENT


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_step_is_named_in_french() -> None:
    assert step_name("refine", "les IRIS") == "Affiner     les IRIS"
    assert step_name("census", "") == "Census"


def test_a_log_gets_one_line_per_step_with_its_time() -> None:
    stream, clock = io.StringIO(), iter([10.0, 12.0, 12.25, 13.5])
    lines = Lines(stream, lambda: next(clock))
    lines.started("build", "Lyon", 3)
    lines.started("refine", "les IRIS")
    lines.advanced()
    lines.ended("304 passages")
    lines.ended()
    lines.ended("rien n'était commencé")
    assert stream.getvalue() == "Affiner     les IRIS : 304 passages (0,2 s)\nConstruire  Lyon (3,5 s)\n"


def test_a_terminal_gets_a_bar_then_its_line() -> None:
    stream = Terminal()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as progress:
        bars = Bars(progress)
        bars.started("fetch", "[insee]", 10)
        bars.advanced(4)
        assert progress.tasks[0].completed == 4
        bars.ended("5 fichiers")
        bars.ended()
        bars.advanced()
        assert progress.tasks == []
    assert "Recueillir  [insee] : 5 fichiers (" in stream.getvalue()


def test_a_quiet_watcher_shows_nothing() -> None:
    stream = Terminal()
    with watching(quiet=True, stream=stream) as watcher:
        watcher.started("fetch", "x", 1)
        watcher.advanced()
        watcher.ended("fini")
    assert watcher is SILENT
    assert stream.getvalue() == ""


def test_bars_are_for_terminals_and_lines_for_the_rest() -> None:
    with watching(quiet=False, stream=io.StringIO()) as watcher:
        assert isinstance(watcher, Lines)
    with watching(quiet=False, stream=Terminal()) as watcher:
        assert isinstance(watcher, Bars)
