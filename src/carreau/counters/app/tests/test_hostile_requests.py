"""Requests that mean harm, over real sockets: each gets a small problem in French, and the server goes on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from carreau.counters.app.tests.conftest import Live

HOST = b"Host: 127.0.0.1\r\n"
ROWS = "/api/v1/electoral_profile/rows"
JSON = {"Content-Type": "application/json"}


def said(live: Live, request: bytes) -> tuple[int, bytes]:
    """The status and the body of what the server answers to some bytes."""
    with socket.create_connection(("127.0.0.1", live.port), 10) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := wire.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400),
        (b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
        (b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", 421),
        (b"GET /\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00" + b"a" * 50 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 421),
        (b"BREW /api/v1 HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    ],
)
def test_what_is_no_honest_request_is_a_problem(live: Live, request_: bytes, status: int) -> None:
    found, body = said(live, request_)
    assert found == status
    assert json.loads(body)["status"] == status


def test_headers_without_end_are_cut(live: Live) -> None:
    with socket.create_connection(("127.0.0.1", live.port), 10) as wire:
        answer = b""
        try:
            for _ in range(64):
                wire.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 16384)
            answer = wire.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return
    assert answer.split()[1] == b"400"


def forever() -> Iterator[bytes]:
    """A body that does not say its length, and is long."""
    for _ in range(200):
        yield b"a" * 50_000


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"[" * 200_000, {400}),
        (b'{"in":' * 90_000 + b"1" + b"}" * 90_000, {400}),
        (b'{"limit":' + b"9" * 5000 + b"}", {400, 422}),
        (b'{"limit":NaN}', {422}),
        (b'{"limit":1e400}', {422}),
        (b'{"in":["\xff\xfe"]}', {400}),
        (b'{"in":["\\ud800"]}', {400, 422}),
        (b'{"codes":["\\u0000"]}', {400}),
        (b'{"columns":["<script>alert(1)</script>"]}', {400}),
        (b'{"order":["inscrits; drop table x"]}', {400}),
        (b'{"level":"../../etc"}', {400}),
        (b'{"in":["bv:96001_0001\' or 1=1"]}', {400}),
        (b"[]", {422}),
        (b"null", {422}),
        (b'{"unknown":1}', {422}),
        (b"", {422}),
        (b"a" * (2 << 20), {413}),
    ],
)  # fmt: skip
def test_a_hostile_body_is_a_small_problem(client: httpx.Client, body: bytes, statuses: set[int]) -> None:
    answer = client.post(ROWS, content=body, headers=JSON)
    assert answer.status_code in statuses
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 4000


def test_a_body_of_unknown_length_stops_at_the_limit(client: httpx.Client) -> None:
    try:
        answer = client.post(ROWS, content=forever(), headers=JSON)
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        return  # the server closed before the body ended
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/api/v1/search?limit=99999999999999999999", {422}),
        ("/api/v1/search?limit=-1", {422}),
        ("/api/v1/search?q=%ff%00", {200}),
        (f"/api/v1/search?q={'a' * 5000}", {422}),
        ("/api/v1/electoral_profile/places/..%2f..%2f.json", {404}),
        ("/api/v1/electoral_profile/places/bureau.json?in=com:%00", {400}),
        ("/api/v1/electoral_profile/values/bureau/bv_id.f32", {404}),
        ("/api/v1/electoral_profile/values/bureau/%3Cscript%3E.f32", {404}),
        ("/api/v1/electoral_profile/values/%00/part_cadres.f32", {404}),
        ("/api/v1/electoral_profile/bv:96001_9999", {404}),
        ("/api/v1/electoral_profile/bv:%3Cimg%20src=x%3E", {404}),
        ("/api/v1/electoral_profile/france", {404}),
        (f"/api/v1/electoral_profile/{'9' * 300}", {422}),
        (f"{ROWS}?columns=inscrits%27;--", {400}),
        (f"{ROWS}?order=-", {400}),
        (f"{ROWS}?limit=1000000000", {422}),
        (f"{ROWS}?in={'com:96001,' * 600}", {200}),
        (f"{ROWS}?in={','.join(f'com:{number:05}' for number in range(600))}", {400}),
        (f"{ROWS}?nothing=1", {422}),
        ("/api/v1/sources?in=com:00000", {400}),
        ("/tiles/..%2f..%2fetc.pmtiles", {404}),
        ("/api/v1/../../etc/passwd", {404}),
    ],
)
def test_a_hostile_address_is_a_small_problem(client: httpx.Client, path: str, statuses: set[int]) -> None:
    answer = client.get(path)
    assert answer.status_code in statuses
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 4000


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_refused_with_those_that_are_allowed(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/api/v1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert client.request(method, "/api/v1/unknown").status_code == 404


def test_a_problem_never_shows_how_the_server_is_made(client: httpx.Client) -> None:
    for path in ("/api/v1/electoral_profile/values/bureau/x.f32", f"{ROWS}?columns=x", "/x"):
        text = client.get(path).text
        assert not any(word in text for word in ("Traceback", "carreau.", ".py", "/home", "/tmp", "site-packages"))
