"""A server follows its home: later releases answer, pages that were open keep theirs, failures are only written."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from carreau.counters.app.following import Following, Shown, followed
from carreau.counters.app.tests.conftest import CARREAU, started, stopped
from carreau.testing.town import town, written

OLD, NEW = "aaaaaaaaaaaa", "bbbbbbbbbbbb"


def _shown(version: str) -> Shown:
    return Shown(version, PlainTextResponse(version))


def _asked(app: Following, address: str) -> str:
    async def asked() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return (await client.get(address)).text

    return asyncio.run(asked())


def test_the_last_one_answers_and_the_one_before_answers_to_its_version() -> None:
    app = Following(_shown(OLD))
    assert _asked(app, "/api/v1") == OLD
    app.follow(_shown(NEW))
    assert _asked(app, "/api/v1") == NEW
    assert _asked(app, f"/api/v1/places?v={NEW}") == NEW
    assert _asked(app, f"/api/v1/places?v={OLD}") == OLD
    assert _asked(app, f"/tiles/{OLD}.pmtiles") == OLD
    assert _asked(app, "/api/v1/places?v=cccccccccccc") == NEW


def test_what_fails_is_written_and_the_one_before_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    app, stop = Following(_shown(OLD)), threading.Event()
    given = iter([None, OSError("disk"), _shown(NEW)])

    def look() -> Shown | None:
        found = next(given, stop)
        if found is stop:
            stop.set()
            return None
        if isinstance(found, OSError):
            raise found
        assert found is None or isinstance(found, Shown)
        return found

    with caplog.at_level(logging.ERROR, "carreau.serve"):
        followed(app, look, stop, 0.001)
    assert "could not be shown" in caplog.text
    assert _asked(app, "/") == NEW


def test_a_release_made_while_the_server_runs_is_served_without_a_restart(tmp_path: Path) -> None:
    first, second = written(town(8_000, 3), tmp_path / "first"), written(town(8_000, 4), tmp_path / "second")
    home = tmp_path / "home"
    profiled = [CARREAU, "profile", "com:96001", "--quiet", "--home", home, "--mirror"]
    subprocess.run([*profiled, first], check=True)
    live = started(home)
    try:
        before = live.said["version"]
        places = f"{live.address}api/v1/electoral_profile/places/bureau.json"
        opened = httpx.get(places, params={"v": before}, timeout=60).content
        subprocess.run([*profiled, second], check=True)
        deadline = time.monotonic() + 120
        while (now := httpx.get(f"{live.address}api/v1", timeout=60).json()["version"]) == before:
            assert time.monotonic() < deadline, "the later release is still not served"
            time.sleep(0.2)
        assert now != before
        assert httpx.get(places, params={"v": before}, timeout=60).content == opened
    finally:
        errors = stopped(live)
    assert "Traceback" not in errors
