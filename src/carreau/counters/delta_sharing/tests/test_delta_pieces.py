"""A real server and a slow reader: what it has not read when its right ends never leaves."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carreau.counters.delta_sharing.pieces import MOST_RANGES, OutOfReach, Sent, spans_of
from carreau.errors import Refused

SIZE = 64 << 20


@contextmanager
def serving(app: Starlette) -> Iterator[int]:
    """The port where ``app`` answers."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


def asking(port: int, headers: str = "") -> socket.socket:
    """A reader that has asked for the file and has read nothing yet."""
    reader = socket.create_connection(("127.0.0.1", port), timeout=20)
    reader.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
    return reader


def test_a_slow_reader_is_cut_when_its_right_ends(tmp_path: Path) -> None:
    path, ended = tmp_path / "large.parquet", threading.Event()
    with path.open("wb") as file:
        file.truncate(SIZE)

    def check() -> None:
        if ended.is_set():
            raise Refused("cet accès est suspendu")

    def sent(request: Request) -> Response:
        return Sent(path, "large.parquet", "etag", check).answer(request)

    with serving(Starlette(routes=[Route("/", sent)])) as port, asking(port) as reader:
        received = len(reader.recv(1 << 16))
        time.sleep(0.3)  # the buffers of both ends are now full, and the server waits
        ended.set()
        while piece := reader.recv(1 << 20):
            received += len(piece)
    assert 0 < received < SIZE // 4


def test_a_reader_that_waits_holds_no_thread_and_others_are_served(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    with path.open("wb") as file:
        file.truncate(SIZE)

    def sent(request: Request) -> Response:
        return Sent(path, "large.parquet", "etag", lambda: None).answer(request)

    with serving(Starlette(routes=[Route("/", sent)])) as port, ExitStack() as waiting:
        for _ in range(60):
            waiting.enter_context(asking(port))
        with asking(port, "Range: bytes=0-9\r\nConnection: close\r\n") as quick:
            answer = b"".join(iter(lambda: quick.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 206") and answer.endswith(bytes(10))


@given(st.text(max_size=40), st.integers(0, 100))
def test_whatever_a_range_says_its_parts_lie_in_the_file(text: str, size: int) -> None:
    for asked in (text, f"bytes={text}"):
        try:
            spans = spans_of(asked, size)
        except OutOfReach:
            continue
        assert all(0 <= start < end <= size for start, end in spans)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 100))
def test_one_range_is_what_the_rfc_says(first: int, last: int, size: int) -> None:
    if last < first:
        assert spans_of(f"bytes={first}-{last}", size) == []
    elif first >= size:
        with pytest.raises(OutOfReach):
            spans_of(f"bytes={first}-{last}", size)
    else:
        assert spans_of(f"bytes={first}-{last}", size) == [(first, min(last + 1, size))]


def test_too_many_ranges_are_answered_by_the_whole() -> None:
    assert len(spans_of("bytes=" + ",".join(["0-0"] * MOST_RANGES), 1000)) == MOST_RANGES
    assert spans_of("bytes=" + ",".join(["0-0"] * (MOST_RANGES + 1)), 1000) == []
