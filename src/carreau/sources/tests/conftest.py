"""A real web server on this machine, that serves files well or badly as a test wants."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from carreau.sources.declare import Fetched, Published, Source
from carreau.sources.network import Network, TransferLimits
from carreau.sources.transfer import Transfer, fetched
from carreau.store import Records, Shelf

Step = Callable[["_Handler"], None]


@dataclass
class Page:
    """What is served at one path: a content, its headers, and what to do instead the first times."""

    content: bytes
    headers: dict[str, str]
    steps: list[Step] = field(default_factory=list)


class Site(ThreadingHTTPServer):
    """A server of pages; it notes the requests it gets, and honours ranges as RFC 9110 says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.refused_methods: set[str] = set()

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that hung up: many tests want it to."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, content: bytes, *steps: Step, **headers: str) -> str:
        """Serve a content at a path, after these steps if any; its URL."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(content, named or {"ETag": f'"{hash(content)}"'}, list(steps))
        return self.url + path

    @staticmethod
    def status(code: int, **headers: str) -> Step:
        """A step that answers with a status and no content."""
        return lambda handler: handler.send(code, **headers)

    @staticmethod
    def redirection(url: str) -> Step:
        """A step that sends elsewhere."""
        return Site.status(302, Location=url)

    @staticmethod
    def cut(content: bytes, size: int, start: int = 0, **headers: str) -> Step:
        """A step that announces the content from ``start`` on, sends ``size`` bytes of it, then hangs up."""

        def step(handler: _Handler) -> None:
            part = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
            handler.begin(206 if start else 200, Content_Length=str(len(content) - start), **part, **headers)
            handler.wfile.write(content[start : start + size])
            handler.close_connection = True

        return step

    @staticmethod
    def unannounced(content: bytes) -> Step:
        """A step that sends the content without announcing its size."""

        def step(handler: _Handler) -> None:
            handler.begin(200)
            handler.wfile.write(content)
            handler.close_connection = True

        return step

    def asked(self, header: str) -> list[str]:
        """The values of a header in the requests received, in order."""
        return [headers[header] for _, _, headers in self.requests if header in headers]


class _Handler(BaseHTTPRequestHandler):
    """The answers of a :class:`Site`."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *args: object) -> None:
        """Say nothing on the terminal."""

    def _answer(self) -> None:
        """Serve the page, or what its next step does instead."""
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        page = self.server.pages.get(self.path)
        if self.command in self.server.refused_methods:
            self.send(405)
        elif page is None:
            self.send(404)
        elif page.steps and self.command == "GET":
            page.steps.pop(0)(self)
        else:
            self._serve(page)

    def _serve(self, page: Page) -> None:
        """The page, or the part of it that is asked for when it is still the same version."""
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in page.headers.values()
        start = int(asked[1]) if asked and same else 0
        if start > 0 and start >= len(page.content):
            self.send(416, Content_Range=f"bytes */{len(page.content)}")
        elif start:
            last = len(page.content) - 1
            part = f"bytes {start}-{last}/{len(page.content)}"
            self.send(206, page.content[start:], **page.headers, Content_Range=part)
        else:
            self.send(200, page.content, **page.headers)

    def send(self, status: int, content: bytes = b"", **headers: str) -> None:
        """A whole answer."""
        self.begin(status, Content_Length=str(len(content)), **headers)
        if self.command == "GET":
            self.wfile.write(content)

    def begin(self, status: int, **headers: str) -> None:
        """The status and the headers of an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def _running() -> Iterator[Site]:
    """A server that runs until it is let go."""
    with Site() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def site() -> Iterator[Site]:
    """A running server."""
    yield from _running()


@pytest.fixture
def other_site() -> Iterator[Site]:
    """Another running server."""
    yield from _running()


@pytest.fixture
def swift() -> Callable[..., Network]:
    """How to make a network that does not wait and goes through no proxy, with these limits."""

    def network(**limits: float) -> Network:
        bounds = TransferLimits(**{"silence": 2.0, "attempts": 3, **limits})  # type: ignore[arg-type] # all numbers
        return Network(limits=bounds, sleep=lambda seconds: None, chance=lambda: 0.0, proxies={})

    return network


@pytest.fixture
def transfer(tmp_path: Path, swift: Callable[..., Network]) -> Transfer:
    """What a fetch depends on, in an empty home, on 24 November 2026 at noon."""
    home = tmp_path / "home"
    shelf = Shelf(home, Records(home / "records.sqlite"))
    return Transfer(shelf, lambda: datetime(2026, 11, 24, 12, tzinfo=UTC), network=swift())


@pytest.fixture
def sourced() -> Callable[..., Source]:
    """How to make a source that declares these files."""

    def source(*files: Published) -> Source:
        texts = ("Recensement", "Insee", "https://insee.example/page", "LO", "Un fichier.")
        return Source("recensement", *texts, False, "", files, {}, Path())

    return source


@pytest.fixture
def bring(sourced: Callable[..., Source]) -> Callable[[Published, Transfer], Fetched]:
    """How to fetch the only file of a declaration."""

    def fetch(published: Published, transfer: Transfer) -> Fetched:
        (file,) = fetched(sourced(published), published, transfer)
        return file

    return fetch
