"""A live server on an invented town: the installed command, in a process of its own, asked over real sockets."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from carreau.counters.app import Options
from carreau.counters.app.run import listened, server_of
from carreau.counters.app.wire import Wire
from carreau.testing.town import town, written

CARREAU = Path(sys.executable).with_name("carreau")
START = 120  # seconds: a busy machine makes the releases of a town slowly


@dataclass(frozen=True)
class Live:
    """A server at work: its process, its address, the home that it serves, and what it said when it started."""

    process: subprocess.Popen[str]
    address: str
    home: Path
    said: dict[str, str]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(httpx.URL(self.address).port or 0)


def started(home: Path, *words: str, mirror: Path | None = None) -> Live:
    """A server on ``home``, once it answers."""
    where = ["--mirror", str(mirror)] if mirror else []
    process = subprocess.Popen(
        [CARREAU, "serve", *words, "--port", "0", "--home", home, "--json", *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error::ResourceWarning"},
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("}"):
            break
    if not lines:
        raise AssertionError(process.communicate(timeout=START)[1])
    said = json.loads("".join(lines))
    return Live(process, said["address"], home, said)


def stopped(live: Live) -> str:
    """The server stopped as Ctrl-C does; what it wrote on its error stream."""
    live.process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return live.process.communicate(timeout=30)[1]
    live.process.kill()
    return live.process.communicate()[1]


@contextlib.contextmanager
def running(app: Any, wire: type[Wire] = Wire) -> Iterator[str]:
    """The address of an application served by our own server, in a thread, until the block ends."""
    ready = threading.Event()
    listening = listened(Options(port=0))
    server = server_of(app, ready.set)
    server.config.http = wire
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    listening.close()


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an invented town."""
    folder = tmp_path_factory.mktemp("town")
    written(town(12_000, 7), folder)
    return folder


@pytest.fixture(scope="session")
def live(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on the town, shared by the tests that only read."""
    server = started(tmp_path_factory.mktemp("home"), "com:96001", mirror=mirror)
    yield server
    errors = stopped(server)
    assert server.process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.fixture
def client(live: Live) -> Iterator[httpx.Client]:
    """A client of the live server."""
    with httpx.Client(base_url=live.address, timeout=30) as asking:
        yield asking
