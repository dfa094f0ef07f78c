"""A live server and the readers of others, unmodified, each in a process and an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from carreau.house import Home, open_home
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.market import Account
from carreau.market.accounts import Newcomer
from carreau.market.credentials import Wanted
from carreau.testing.town import town, written

collect_ignore_glob = ["read_*.py"]  # these run in the environment of the clients
HERE = Path(__file__).parent
CARREAU = Path(sys.executable).with_name("carreau")
PRODUCT = "electoral_profile"
PATIENCE = 120


def python_of_the_clients() -> Path | None:
    """The Python that has the readers: CARREAU_CLIENTS (it, or its environment), else .venv-clients of the project."""
    named = os.environ.get("CARREAU_CLIENTS")
    chosen = Path(named) if named else HERE.parents[1] / ".venv-clients"
    return next((path for path in (chosen / "bin" / "python", chosen) if path.is_file()), None)


@dataclass(frozen=True)
class Server:
    """A server at work: its address, the house behind it, its owner (none on a machine without accounts)."""

    address: str
    home: Home
    owner: Account | None

    @property
    def accounts(self) -> HouseAccounts:
        """The accounts of the house."""
        return accounts_of(self.home)

    def token(self, **scope: Any) -> tuple[str, str, str]:
        """A new token, its own identifier and that of its grant."""
        assert self.owner is not None
        secret, credential, grant = self.accounts.token_made(self.owner, Wanted("essai", PRODUCT, **scope))
        return secret, credential.id, grant.id

    def profile(self, folder: Path, token: str) -> Path:
        """The profile of Delta Sharing that holds ``token``."""
        said = httpx.get(f"{self.address}/api/v1/connections/carreau.share").json()
        path = folder / "carreau.share"
        path.write_text(json.dumps({**said, "bearerToken": token}))
        return path


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has released an invented town, at every level."""
    mirror = written(town(people=30_000), tmp_path_factory.mktemp("mirror"))
    home = open_home(tmp_path_factory.mktemp("home") / "home", mirror)
    for level in ("bureau", "iris", "commune", "circonscription", "departement"):
        home.release("france", level=level)
    return home.root


@pytest.fixture(scope="session")
def closed(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a house that has an owner."""
    copy = tmp_path_factory.mktemp("closed") / "home"
    shutil.copytree(released, copy)
    home = open_home(copy)
    owner = accounts_of(home).account_created(Newcomer("Dominique", "owner", "quatre mots bien choisis"), "")
    with serving(copy) as address:
        yield Server(address, home, owner)


@pytest.fixture(scope="session")
def open_server(released: Path) -> Iterator[Server]:
    """A server of a machine without accounts."""
    with serving(released) as address:
        yield Server(address, open_home(released), None)


class serving:  # noqa: N801 # it is read as a verb: with serving(home) as address
    """``carreau serve`` in a process of its own, until it is no longer needed."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(CARREAU), "serve", "france", "--home", str(home), "--port", str(port), "--quiet"]
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self) -> str:
        """The address, once it answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.address}/odata/", timeout=5)
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                return self.address
        self.process.kill()
        pytest.fail(f"carreau serve does not answer: {self.process.communicate()[0]}")

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=30)
        assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def clients() -> Path | None:
    """The Python of the clients, where it is installed."""
    return python_of_the_clients()


@pytest.fixture(scope="session")
def client(clients: Path | None) -> Callable[..., Any]:
    """What a script of this folder says, run by the Python of the clients: one JSON value."""
    if clients is None:
        pytest.skip("the clients are not installed: make .venv-clients/.ready, or CARREAU_CLIENTS")

    def run(script: str, *arguments: object) -> Any:
        return said_by([str(clients), "-W", "ignore", str(HERE / script), *map(str, arguments)])

    return run


def said_by(command: list[str]) -> Any:
    """The JSON value that a command prints last."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
