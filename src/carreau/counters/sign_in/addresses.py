"""Where a request comes from and where it went, as the last trusted machine saw it.

A server of TLS on this same machine may stand before us: what it says of the client and of TLS (``X-Forwarded-For``,
``X-Forwarded-Proto``) is believed when the connection comes from this machine, and only then.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from starlette.requests import Request

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def is_from_here(request: Request) -> bool:
    """Whether the connection comes from this machine."""
    return request.client is not None and _is_loopback(request.client.host)


def is_forwarded(request: Request) -> bool:
    """Whether some server stands between the client and us."""
    return any(name in request.headers for name in FORWARDED)


def is_secure(request: Request) -> bool:
    """Whether the client's connection is over TLS, to us or to the server before us."""
    return request.url.scheme == "https" or (is_from_here(request) and _last(request, "x-forwarded-proto") == "https")


def client_of(request: Request) -> str:
    """The client, as failures are counted: its address; of version 6, its network of 64 bits.

    Behind a server of this machine, it is the client that this server names last.
    """
    host = request.client.host if request.client else ""
    named = _last(request, "x-forwarded-for") if is_from_here(request) else ""
    for given in (named, host):
        try:
            address = ip_address(given)
        except ValueError:
            continue
        return str(address) if address.version == 4 else address.exploded[:19]
    return host


def root_of(request: Request) -> str:
    """The address of this server as the client wrote it, without a final slash."""
    return f"{'https' if is_secure(request) else 'http'}://{request.url.netloc}"


def host_of(netloc: str) -> str:
    """The host of ``host:port``, in lower case.

    >>> host_of("LOCALHOST:8000"), host_of("[::1]:8000"), host_of("example.org")
    ('localhost', '[::1]', 'example.org')
    """
    host, colon, port = netloc.rpartition(":")
    return (host if colon and port.isdigit() else netloc).lower()


def _last(request: Request, name: str) -> str:
    """The last value of a header that servers lengthen on the way: that of the server nearest to us."""
    return ",".join(request.headers.getlist(name)).rpartition(",")[2].strip().lower()


def _is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
