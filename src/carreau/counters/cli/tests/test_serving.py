"""``carreau serve`` at the command line: what it says when it cannot listen, how it starts and stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from carreau.counters.app import Options
from carreau.counters.app.run import free_port
from carreau.counters.cli import run
from carreau.testing.town import town, written

CARREAU = Path(sys.executable).with_name("carreau")


def test_a_port_in_use_is_said_with_a_free_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port), "--home", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"le port {port} est déjà pris" in said
    assert "carreau serve --port " in said


def test_an_address_of_another_machine_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", "192.0.2.1", "--port", "0", "--home", str(tmp_path)]) == 1
    assert "l'adresse « 192.0.2.1 » n'est pas celle de cette machine" in capsys.readouterr().err


def test_a_name_that_is_no_address_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", "nowhere.invalid", "--port", "0", "--home", str(tmp_path)]) == 1
    assert "nowhere.invalid" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "abc"])
def test_a_port_that_is_none_is_not_understood(port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--port", port, "--home", str(tmp_path)]) == 2
    assert "--port" in capsys.readouterr().err


def test_an_empty_house_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mirror").mkdir()
    folders = ["--home", str(tmp_path / "home"), "--mirror", str(tmp_path / "mirror")]
    assert run(["serve", "com:96001", "--port", "0", *folders, "--quiet"]) == 1
    said = capsys.readouterr().err
    assert "il manque un fichier" in said
    assert "--mirror" in said


def test_a_territory_that_is_none_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "nulle part", "--port", "0", "--home", str(tmp_path), "--quiet"]) == 2
    assert "nulle part" in capsys.readouterr().err


def test_the_free_port_is_after_the_one_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = free_port(Options(port=port))
    assert found is None or port < found <= port + 20
    assert free_port(Options(port=65535)) is None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_what_was_released_and_stops_when_it_is_told_to(tmp_path: Path, how: signal.Signals) -> None:
    written(town(8_000, 3), tmp_path / "town")
    home = ["--home", str(tmp_path / "home")]
    profiled = subprocess.run(
        [CARREAU, "profile", "com:96001", "--mirror", tmp_path / "town", *home], capture_output=True, text=True
    )
    assert profiled.returncode == 0, profiled.stderr
    process = subprocess.Popen(
        [CARREAU, "serve", "--port", "0", *home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "(com:96001)" in line
    address = line.split()[0]
    assert httpx.get(f"{address}api/v1", timeout=60).json()["territory"] == "com:96001"
    start = time.monotonic()
    process.send_signal(how)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "serveur arrêté" in errors
    assert "Traceback" not in errors
    assert time.monotonic() - start < 20
