"""How the server is to behave: where it listens, how much it accepts, how long it waits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
STATIC: Final = Path(__file__).parents[1] / "web" / "static"


@dataclass(frozen=True, slots=True)
class Options:
    """The address of the server and its limits.

    ``hosts`` are the names it answers to (none: any); ``most_bytes`` the largest body of a request, ``upload_bytes``
    that of a file given to one's own space; ``per_client`` and ``at_once`` how many requests are answered at the same
    time for one client and in all; ``patience`` how many seconds a reader or a writer may be still.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    hosts: tuple[str, ...] = ()
    static: Path = STATIC
    most_bytes: int = 1 << 20
    upload_bytes: int = 64 << 20
    per_client: int = 64
    at_once: int = 600
    patience: float = 30.0

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    def answers_to(self, host: str) -> bool:
        """Whether the server answers to the ``Host`` that a request names: a page of another site must not reach it."""
        name = host.rpartition(":")[0] if re.search(r":\d*$", host) and not host.endswith("]") else host
        return not self.names or name.lower() in self.names

    @property
    def names(self) -> frozenset[str]:
        """The names that the server answers to; none for any."""
        own = frozenset(name.lower() for name in self.hosts)
        return LOOPBACK | own if self.on_loopback else own
