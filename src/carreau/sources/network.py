"""One HTTP request that cannot be led astray: each hop is resolved, judged, then reached where it was judged.

The danger is a server that answers with a redirection to the inside of the reader's own network (server-side
request forgery, CWE-918), or a name that resolves differently the second time (DNS rebinding): so the address
that was judged is the one connected to. A host that was named by the declaration or by the reader is trusted
wherever it is; a host that a redirection names must be public.
"""

from __future__ import annotations

import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from carreau.errors import Refused, Retry

Result = TypeVar("Result")
_NAT64: Final = IPv6Network("64:ff9b::/96")  # IPv4 inside IPv6, RFC 6052
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 509})
_NAMES: Final = {"User-Agent": "carreau", "Accept-Encoding": "identity"}
_CEILING: Final = 60.0  # seconds: the longest pause between two attempts


class AttemptError(Exception):
    """An attempt failed in a way that another may mend, after ``pause`` seconds when the server says so."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """How far a transfer goes: ``size`` in bytes, ``attempts`` without progress, ``redirects``, seconds.

    ``connecting`` bounds the opening of a connection, ``silence`` the wait for the next byte, ``duration``
    the whole; ``pause`` is the first wait between two attempts, doubled each time.
    """

    size: int = 8 << 30
    attempts: int = 5
    redirects: int = 8
    connecting: float = 10.0
    silence: float = 30.0
    duration: float = 3600.0
    pause: float = 0.5


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a host name resolves to, IPv4 and IPv6."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is on the public internet: not private, loopback, link-local, multicast or reserved.

    >>> is_public("212.27.48.10"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    inner = _inner(ip_address(address))
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one carries (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


@cache
def _trust() -> ssl.SSLContext:
    """The certificate authorities trusted here."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Network:
    """The way to servers, with what it depends on passed in: limits, time, chance, names, proxies."""

    limits: TransferLimits = field(default_factory=TransferLimits)
    sleep: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    resolve: Callable[[str, int], Sequence[str]] = addresses_of
    proxies: Mapping[str, str] = field(default_factory=getproxies)

    @contextmanager
    def response(
        self, method: str, url: str, headers: Mapping[str, str], trusted: frozenset[str]
    ) -> Iterator[httpx.Response]:
        """The streamed answer of a server after its redirections, each of them judged.

        ``trusted`` are the hosts (``name:port``) that may be private. :class:`~carreau.errors.Refused` for a
        redirection to a private address or another scheme; :class:`AttemptError` when another try may help.
        """
        target = httpx.URL(url)
        for _ in range(self.limits.redirects + 1):
            with self._hop(method, target, headers, trusted) as answer:
                if answer.status_code in _LATER:
                    said = f"le serveur {target.host} répond {answer.status_code}"
                    raise AttemptError(said, _pause_asked(answer))
                if not answer.has_redirect_location:
                    yield answer
                    return
                target = _next(target, answer.headers["location"])
        raise Refused(
            "le serveur renvoie sans fin d'une adresse à une autre",
            given=url,
            expected=f"au plus {self.limits.redirects} renvois",
            advice="vérifier l'adresse, ou donner le fichier par --mirror",
        )

    @contextmanager
    def _hop(
        self, method: str, target: httpx.URL, headers: Mapping[str, str], trusted: frozenset[str]
    ) -> Iterator[httpx.Response]:
        """One request to one server, at an address that was judged."""
        proxy = self._proxy(target)
        address = self._judged(target, trusted, proxied=proxy is not None)
        reached = target.copy_with(host=address) if address else target
        names = {"Host": target.netloc.decode("ascii"), **_NAMES}
        times = httpx.Timeout(self.limits.silence, connect=self.limits.connecting)
        verify = _trust() if target.scheme == "https" else False
        try:
            with (
                httpx.Client(verify=verify, timeout=times, proxy=proxy, trust_env=False) as client,
                client.stream(
                    method, reached, headers={**names, **headers}, extensions={"sni_hostname": target.host}
                ) as answer,
            ):
                yield answer
        except httpx.TransportError as error:
            raise AttemptError(f"{target.host} : {error or type(error).__name__}") from error

    def _proxy(self, target: httpx.URL) -> str | None:
        """The proxy that this machine is told to use for a URL, if any."""
        proxy = self.proxies.get(target.scheme) or self.proxies.get("all")
        return proxy if proxy and not proxy_bypass(target.host) else None

    def _judged(self, target: httpx.URL, trusted: frozenset[str], *, proxied: bool) -> str:
        """The address to connect to; nothing when a proxy resolves names itself."""
        try:
            addresses = list(self.resolve(target.host, port_of(target)))
        except OSError as error:
            if proxied:
                return ""
            raise AttemptError(f"le nom {target.host} n'a pas d'adresse") from error
        if place_of(target) not in trusted and not all(map(is_public, addresses)):
            raise Refused(
                "une adresse interne n'est pas suivie",
                given=f"un renvoi vers {target.host}",
                expected="une adresse publique, ou celle du miroir donné par --mirror",
                advice="vérifier l'adresse déclarée ; si ce serveur est le vôtre, le donner par --mirror",
            )
        return "" if proxied else addresses[0]

    def patiently(self, attempt: Callable[[], Result], progress: Callable[[], int], what: str) -> Result:
        """What ``attempt`` returns, tried again after growing pauses while it raises :class:`AttemptError`.

        Attempts are counted anew whenever ``progress`` has grown. :class:`~carreau.errors.Retry` at the end.
        """
        end = self.seconds() + self.limits.duration
        tries, reached = 0, progress()
        while True:
            try:
                return attempt()
            except AttemptError as later:
                tries, reached = (1 if progress() > reached else tries + 1), max(reached, progress())
                pause = max(later.pause, self.limits.pause * 2 ** (tries - 1) * (1 + self.chance()))
                pause = min(pause, _CEILING)
                if tries >= self.limits.attempts or self.seconds() + pause > end:
                    raise Retry(
                        f"{what} n'a pas pu être téléchargé",
                        given=str(later),
                        expected="une réponse complète du serveur",
                        advice="recommencer plus tard, ou donner le fichier par --mirror",
                    ) from later
            self.sleep(pause)


def port_of(target: httpx.URL) -> int:
    """The port of a URL, that of its scheme when it names none."""
    return target.port or {"https": 443}.get(target.scheme, 80)


def place_of(target: httpx.URL) -> str:
    """The server of a URL, as ``name:port``."""
    return f"{target.host}:{port_of(target)}"


def _next(target: httpx.URL, location: str) -> httpx.URL:
    """Where a redirection leads; :class:`~carreau.errors.Refused` for another scheme or a loss of secrecy."""
    following = target.join(location)
    if following.scheme == target.scheme or (target.scheme, following.scheme) == ("http", "https"):
        return following
    raise Refused(
        "le serveur renvoie vers une adresse qui n'est pas sûre",
        given=f"de {target.scheme}://{target.host} vers {following.scheme}://{following.host}",
        expected="une adresse https",
        advice="vérifier l'adresse déclarée, ou donner le fichier par --mirror",
    )


def _pause_asked(answer: httpx.Response) -> float:
    """The pause in seconds that a server asks for (RFC 9110, Retry-After); nothing when it asks for none."""
    asked = answer.headers.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return 0.0
