"""The API asked, from its own description, whatever a machine can think of: no server error, and what it documents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from carreau.counters.app.tests.conftest import Live, started, stopped

SECONDS = 45
# Territories and columns have a form that OpenAPI can say: what has that form may still not exist here.
LEFT_OUT = "ignored_auth,use_after_free,positive_data_acceptance"
# Accounts are fuzzed apart: one that is created closes the house to whoever has none.
NOT_HERE = "accounts|session|oidc"


@pytest.fixture
def own(mirror: Path, tmp_path: Path) -> Iterator[Live]:
    """A server of its own: what is invented stays there."""
    server = started(tmp_path, "com:96001", mirror=mirror)
    yield server
    assert "Traceback" not in stopped(server)


@pytest.mark.slow
def test_nothing_that_a_machine_can_think_of_breaks_the_api(own: Live, tmp_path: Path) -> None:
    with httpx.Client(base_url=own.address) as client:
        token = client.get("/api/v1/session").json()["csrf"]
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    words = ["run", f"{own.address}api/v1/openapi.json", "--phases", "examples,coverage,fuzzing", "--no-color"]
    words += ["--max-time", str(SECONDS), "-n", "15", "--checks", "all", "--exclude-checks", LEFT_OUT]
    words += ["--exclude-path-regex", NOT_HERE, "-H", f"X-CSRF-Token: {token}", "-H", f"Cookie: {cookie}"]
    command = [Path(sys.executable).with_name("schemathesis"), *words, "--continue-on-failure", "--warnings", "off"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS * 6, env={**os.environ, "CI": "1"}
    )
    assert done.returncode == 0, done.stdout[-12000:]
    assert httpx.get(f"{own.address}api/v1").status_code == 200
