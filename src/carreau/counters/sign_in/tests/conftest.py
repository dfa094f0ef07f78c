"""A house served for real on loopback, with a clock that the tests turn."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError

from carreau.counters.api.problems import problem, problem_of
from carreau.counters.sign_in import bearing, router
from carreau.errors import CarreauError
from carreau.house import Home, open_home
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.market import Account
from carreau.market.accounts import Newcomer

GOOD = "quatre mots sans lien"


class Clock:
    """A clock that stands still until it is turned; it starts at the real time, which other machines share."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


class Browser(httpx.Client):
    """A browser on one of our pages: it keeps cookies and shows the token of the session."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, timeout=30)
        self.csrf = ""

    def visit(self) -> dict[str, Any]:
        """Ask who one is, as each page does first."""
        facts: dict[str, Any] = self.get("/api/v1/session").json()
        self.csrf = facts["csrf"]
        return facts

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A change asked for by our own page."""
        own = {"X-CSRF-Token": self.csrf, "Sec-Fetch-Site": "same-origin", "Origin": str(self.base_url).rstrip("/")}
        return self.request(method, f"/api/v1{path}", json=body, headers={**own, **headers})

    def sign_in(self, name: str, password: str = GOOD) -> httpx.Response:
        """Sign in by name and password."""
        if not self.csrf:
            self.visit()
        answer = self.ask("POST", "/session", {"name": name, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


@dataclass(repr=False)
class Served:
    """A served house."""

    address: str
    home: Home
    clock: Clock
    app: FastAPI
    people: dict[str, Account] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def accounts(self) -> HouseAccounts:
        return accounts_of(self.home)

    def person(self, name: str, role: Any = "owner") -> Account:
        """An account, created as by the command line."""
        self.people[name] = self.accounts.account_created(Newcomer(name, role, GOOD), "test")
        return self.people[name]

    def browser(self, name: str = "") -> Browser:
        """A browser, signed in when a name is given."""
        browser = Browser(self.address)
        self.clients.append(browser)
        browser.visit()
        if name:
            assert browser.sign_in(name).status_code == 200
        return browser


    def program(self, **options: Any) -> httpx.Client:
        """A program that speaks HTTP."""
        self.clients.append(httpx.Client(base_url=self.address, **options))
        return self.clients[-1]


def application(home: Home) -> FastAPI:
    """The endpoints of sign-in, with the problems of the application, and a door for programs."""
    app = FastAPI(title="essai", redirect_slashes=False)
    app.state.home, app.state.open = home, True

    @app.exception_handler(CarreauError)
    async def of_the_house(request: Request, error: CarreauError) -> Any:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, error: RequestValidationError) -> Any:
        return problem(422, "la demande n'a pas la forme attendue")

    @app.get("/feed")
    def feed(request: Request) -> dict[str, str]:
        credential, grant = bearing(request)
        return {"credential": credential.id, "grant": grant.id}

    columns = SimpleNamespace(names=("bv_id", "inscrits", "part_cadres", "part_ouvriers"))
    served = SimpleNamespace(release=SimpleNamespace(schema=columns))
    app.include_router(router(home, served), prefix="/api/v1")
    return app


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    servers: list[tuple[uvicorn.Server, threading.Thread, Served]] = []

    def started() -> Served:
        clock = Clock()
        home = open_home(tmp_path / "home", None, clock)
        accounts_of(home).accounts.passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        app = application(home)
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        served = Served(f"http://127.0.0.1:{listening.getsockname()[1]}", home, clock, app)
        servers.append((server, thread, served))
        return served

    yield started
    for server, thread, served in servers:
        for client in served.clients:
            client.close()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()
