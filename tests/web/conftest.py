"""A served town and a real browser: what every test of the pages starts from.

``town_server`` is the address of a ``carreau serve`` of the invented town, started in a process of its own;
``browser`` is Debian's Chromium; ``page`` is a fresh page of it, which fails the test when a script of the page throws
or when anything is asked of another host.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
TERRITORY = "com:96001"


def carreau(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    """The installed command, in a process of its own."""
    code = "from carreau.counters.cli import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *arguments], text=True, **more)


def done(*arguments: str) -> None:
    """Runs a command to its end."""
    process = carreau(*arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(base: str, process: subprocess.Popen[str], within: float = 120) -> None:
    """Waits until the server answers."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        assert process.poll() is None, f"carreau serve ended with {process.returncode}"
        try:
            urllib.request.urlopen(f"{base}/api/v1", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"{base} does not answer")


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the profile of the invented town."""
    folder = tmp_path_factory.mktemp("web")
    home = folder / "maison"
    done("town", str(folder / "ville"), "--quiet", "--home", str(home))
    done("profile", TERRITORY, "--mirror", str(folder / "ville"), "--home", str(home), "--quiet")
    return home


@pytest.fixture(scope="session")
def town_server(town_home: Path) -> Iterator[str]:
    """The base address of a server of the town, without a slash at its end."""
    asked = os.environ.get("CARREAU_TEST_SERVER")
    if asked:  # a server that is already there, while working on the pages
        yield asked.rstrip("/")
        return
    port = free_port()
    process = carreau(
        "serve", TERRITORY, "--port", str(port), "--home", str(town_home), "--quiet",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        answers(base, process)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a window; closed after each file, since its event loop bars those of other tests."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the dev extra has it)")
    with sync_api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def eventually() -> Callable[..., None]:
    """``eventually(page, question)``: waits until the page answers something true."""
    return until


@pytest.fixture
def page(browser: Any, town_server: str) -> Iterator[Any]:
    """A fresh page (1,440 by 900, French), which watches for errors of its scripts and for requests to other hosts."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="fr-FR", base_url=town_server, reduced_motion="reduce"
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    errors: list[str] = []
    outside: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if is_trouble(said) else None)
    opened.on("request", lambda asked: outside.append(asked.url) if is_outside(asked.url, town_server) else None)
    yield opened
    context.close()
    assert outside == []
    assert errors == []


def until(page: Any, question: str, within: float = 20) -> None:
    """Waits until a question asked in the page is answered by something true.

    ``page.wait_for_function`` would need ``unsafe-eval``, which the Content-Security-Policy of the pages refuses.
    """
    end = time.monotonic() + within
    while not page.evaluate(question):
        assert time.monotonic() < end, f"never true: {question}"
        page.wait_for_timeout(100)


def is_trouble(said: Any) -> bool:
    """Whether the console says that something of ours is wrong (an answer of 4xx is the test's own affair)."""
    return said.type == "error" and "Failed to load resource" not in said.text


def is_outside(url: str, base: str) -> bool:
    """Whether an address is of another host."""
    return not url.startswith((base, "data:", "blob:"))


def plain(text: str) -> str:
    """A text with ordinary spaces."""
    return re.sub(r"\s+", " ", text).strip()


def asked(base: str, path: str) -> Any:
    """An answer of the API."""
    with urllib.request.urlopen(f"{base}/api/v1/{path}".rstrip("/"), timeout=60) as answer:
        return json.load(answer)


def query(page: Any) -> dict[str, str]:
    """The query of the address of the page."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def violations(page: Any) -> list[str]:
    """What axe finds: one line per rule, with the first elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes'][:3]]}" for one in found]
