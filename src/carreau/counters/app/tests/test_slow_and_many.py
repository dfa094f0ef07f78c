"""Clients that are slow, silent or too many: they are cut or told to wait, and the others are answered."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carreau.counters.api.answers import Piecewise
from carreau.counters.app import Options
from carreau.counters.app.guarding import LOOPBACK_ROOM, Limited
from carreau.counters.app.tests.conftest import running
from carreau.counters.app.wire import Wire

OPTIONS = Options(patience=1.0, per_client=1, at_once=12, most_bytes=1000)
LARGE = b"a" * (32 << 20)


class Hurried(Wire):
    """A connection that is looked at often: tests do not wait for ten seconds."""

    tick = 1.0


async def large(_: Request) -> Response:
    """A large answer."""
    return Piecewise(LARGE)


async def slow(_: Request) -> Response:
    """An answer that takes its time."""
    await asyncio.sleep(0.5)
    return JSONResponse("done")


async def echoed(request: Request) -> Response:
    """How long the body was."""
    return JSONResponse(len(await request.body()))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server without patience."""
    routes = [Route("/large", large), Route("/slow", slow), Route("/echo", echoed, methods=["POST"])]
    with running(Limited(Starlette(routes=routes), OPTIONS), Hurried) as where:
        yield where


def opened(address: str) -> socket.socket:
    """A connection to the server."""
    url = httpx.URL(address)
    return socket.create_connection((str(url.host), int(url.port or 0)), 20)


def cut_after(wire: socket.socket) -> float:
    """How many seconds pass until the server ends the connection."""
    start = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while wire.recv(65536):
            pass
    return time.monotonic() - start


def test_a_connection_that_asks_for_nothing_is_cut(address: str) -> None:
    with opened(address) as wire:
        assert cut_after(wire) < 10


def test_a_head_that_comes_byte_by_byte_is_cut(address: str) -> None:
    with opened(address) as wire, contextlib.suppress(ConnectionError):
        start = time.monotonic()
        for byte in b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 400:
            wire.sendall(bytes([byte]))
            time.sleep(0.1)
        assert time.monotonic() - start < 10


def test_a_body_that_stops_coming_is_a_problem(address: str) -> None:
    with opened(address) as wire:
        wire.sendall(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc")
        assert wire.recv(65536).startswith(b"HTTP/1.1 408")


def test_a_reader_that_stops_reading_is_cut(address: str) -> None:
    with opened(address) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(5)
        received = 0
        with contextlib.suppress(ConnectionError):
            while piece := wire.recv(1 << 20):
                received += len(piece)
    assert 0 < received < len(LARGE)


def test_a_slow_but_steady_reader_gets_everything(address: str) -> None:
    with httpx.stream("GET", f"{address}/large", timeout=60) as answer:
        received = 0
        for piece in answer.iter_raw(4 << 20):
            received += len(piece)
            time.sleep(0.1)
    assert received == len(LARGE)


def test_a_body_as_large_as_the_limit_passes_and_one_byte_more_does_not(address: str) -> None:
    assert httpx.post(f"{address}/echo", content=b"a" * 1000).json() == 1000
    assert httpx.post(f"{address}/echo", content=b"a" * 1001).status_code == 413
    assert httpx.post(f"{address}/echo", content=iter([b"a" * 600, b"a" * 401])).status_code == 413


def test_too_many_at_once_are_told_to_wait_and_the_server_goes_on(address: str) -> None:
    async def crowd() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            return list(await asyncio.gather(*(client.get("/slow") for _ in range(20))))

    answers = asyncio.run(crowd())
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == LOOPBACK_ROOM * OPTIONS.per_client
    assert set(statuses) == {200, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["retry"] is True
    assert httpx.get(f"{address}/slow").status_code == 200


def test_the_whole_server_has_its_limit_too() -> None:
    app = Limited(Starlette(routes=[Route("/slow", slow)]), Options(per_client=100, at_once=3))

    async def crowd(address: str) -> list[int]:
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            return [answer.status_code for answer in await asyncio.gather(*(client.get("/slow") for _ in range(8)))]

    with running(app) as where:
        assert sorted(asyncio.run(crowd(where))) == [200] * 3 + [503] * 5


@pytest.mark.parametrize(
    ("host", "hosts", "name", "answered"),
    [
        ("127.0.0.1", (), "127.0.0.1:8080", True),
        ("127.0.0.1", (), "LOCALHOST", True),
        ("127.0.0.1", (), "[::1]:8080", True),
        ("127.0.0.1", (), "evil.example", False),
        ("127.0.0.1", (), "127.0.0.1.evil.example:8080", False),
        ("127.0.0.1", (), "", False),
        ("127.0.0.1", ("carreau.example",), "carreau.example", True),
        ("0.0.0.0", (), "anything", True),
        ("0.0.0.0", ("carreau.example",), "evil.example", False),
        ("0.0.0.0", ("Carreau.example",), "carreau.example:443", True),
    ],
)  # fmt: skip
def test_a_server_answers_to_its_own_names(host: str, hosts: tuple[str, ...], name: str, answered: bool) -> None:
    assert Options(host, hosts=hosts).answers_to(name) is answered
