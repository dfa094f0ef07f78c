"""Where a request comes from, as the last trusted machine saw it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from carreau.counters.sign_in import router, routes
from carreau.counters.sign_in.addresses import client_of, is_from_here, is_secure, root_of
from carreau.house import open_home


def request(client: str | None, scheme: str = "http", **headers: str) -> Request:
    """A request of a client."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http", "method": "GET", "scheme": scheme, "path": "/", "query_string": b"",
            "server": ("127.0.0.1", 8080), "client": (client, 5000) if client is not None else None,
            "headers": [(b"host", b"carreau.exemple.fr"), *pairs],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("client", "forwarded", "counted"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7, not an address", "127.0.0.1"),
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::1", "", "2001:0db8:0001:0002"),
        ("a socket", "", "a socket"),
        (None, "192.0.2.7", ""),
    ],
)
def test_a_client_is_counted_by_its_address(client: str | None, forwarded: str, counted: str) -> None:
    assert client_of(request(client, x_forwarded_for=forwarded)) == counted


@pytest.mark.parametrize(
    ("client", "scheme", "forwarded", "secure"),
    [
        ("192.0.2.1", "https", "", True), ("127.0.0.1", "http", "https", True), ("192.0.2.1", "http", "https", False),
        ("127.0.0.1", "http", "https, http", False), ("127.0.0.1", "http", "", False), (None, "http", "https", False),
    ],
)  # fmt: skip
def test_tls_is_believed_of_this_machine_alone(client: str | None, scheme: str, forwarded: str, secure: bool) -> None:
    asked = request(client, scheme, x_forwarded_proto=forwarded)
    assert is_secure(asked) is secure
    assert root_of(asked) == f"{'https' if secure else 'http'}://carreau.exemple.fr"


@pytest.mark.parametrize(
    ("client", "here"), [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("192.0.2.1", False), ("x", False)]
)
def test_this_machine_is_known_by_its_own_addresses(client: str, here: bool) -> None:
    assert is_from_here(request(client)) is here


def test_the_endpoints_are_had_as_routes_too(tmp_path: Any) -> None:
    home = open_home(tmp_path)
    assert len(routes(home, None)) == len(router(home, None).routes) > 0
