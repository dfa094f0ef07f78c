"""The server at work: its socket, its start, its clean stop."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from carreau.counters.app.options import Options
from carreau.counters.app.wire import Wire
from carreau.errors import Broken, Missing, Retry

BACKLOG: Final = 2048
HEADERS: Final = 32 << 10  # bytes of headers at most, before 431
SWITCH: Final = 0.001  # seconds a computation keeps the interpreter's lock while answers wait for it
GRACE: Final = 5  # seconds left to the answers under way when the server is stopped


def serve(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Answer on ``listening`` until the process is told to stop, by Ctrl-C or SIGTERM; ``ready`` is called first.

    The answers under way are given some seconds to end.
    """
    sys.setswitchinterval(SWITCH)
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # a form that cannot be read is said to its sender
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be told to stop is no failure
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server_of(app, ready).run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)
        listening.close()


def server_of(app: Any, ready: Callable[[], None]) -> uvicorn.Server:
    """The server of ``app``, with its limits; it calls ``ready`` once it answers."""
    config = uvicorn.Config(
        app,
        http=Wire,
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=HEADERS,
        backlog=BACKLOG,
        proxy_headers=False,
    )
    return _Announced(config, ready)


class _Announced(uvicorn.Server):
    """A server that says when it answers, and stops without a traceback."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def listened(options: Options) -> socket.socket:
    """A socket that listens at the address of ``options``; a port in use is :class:`~carreau.errors.Retry`.

    It says that it speaks TCP: only then does asyncio send each answer at once (otherwise 40 ms are lost).
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((options.host, options.port))
    except OSError as error:
        listening.close()
        raise _not_there(error, options) from error
    listening.set_inheritable(True)
    return listening


def _not_there(error: OSError, options: Options) -> Exception:
    """Why the server cannot listen there."""
    place = f"{options.host}:{options.port}"
    if error.errno == errno.EADDRINUSE:
        free = free_port(options)
        return Retry(
            f"le port {options.port} est déjà pris", given=place, expected="un port libre",
            advice=f"carreau serve --port {free}" if free else "choisir un autre port avec --port",
        )  # fmt: skip
    if error.errno == errno.EACCES:
        return Broken(
            f"le port {options.port} est réservé au système", given=place, expected="un port au-dessus de 1024",
            advice="carreau serve --port 8080",
        )  # fmt: skip
    return Missing(
        f"l'adresse « {options.host} » n'est pas celle de cette machine", given=place,
        expected="127.0.0.1, ou une adresse de cette machine", advice="carreau serve --host 127.0.0.1",
    )  # fmt: skip


def free_port(options: Options) -> int | None:
    """A free port after the one that is taken, among the twenty next; None when there is none."""
    for port in range(options.port + 1, min(options.port + 21, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET) as tried:
            try:
                tried.bind((options.host, port))
            except OSError:
                continue
            return port
    return None
