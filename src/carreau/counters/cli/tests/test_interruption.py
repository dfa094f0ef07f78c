"""A Ctrl-C that a library swallows is not lost."""

from __future__ import annotations

import signal
import threading

import pytest

from carreau.counters.cli.interruption import Heeding, heed, listening
from carreau.house import SILENT


def swallowed_press() -> None:
    """A press that some library catches, as one that is being loaded may do."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("step", ["started", "advanced", "ended"])
def test_a_press_that_was_swallowed_stops_the_work_at_its_next_step(step: str) -> None:
    watcher = Heeding(SILENT)
    with listening():
        swallowed_press()
        with pytest.raises(KeyboardInterrupt):
            watcher.started("build", "une ville") if step == "started" else getattr(watcher, step)()


def test_without_a_press_nothing_stops() -> None:
    watcher = Heeding(SILENT)
    with listening():
        watcher.started("build", "une ville", 2)
        watcher.advanced()
        watcher.ended("fait")


def test_a_press_is_forgotten_once_the_command_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with listening():
        swallowed_press()
    heed()
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_neither_listens_nor_stops() -> None:
    def work() -> None:
        with listening():
            heed()
        done.append(True)

    done: list[bool] = []
    thread = threading.Thread(target=work)
    with listening():
        swallowed_press()
        thread.start()
        thread.join()
    assert done == [True]
