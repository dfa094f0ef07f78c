"""The command that serves: a map, pages and an API in the browser, from what was released."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import typer

from carreau.counters.cli.desk import Desk, command

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from carreau.counters.app.options import Options
    from carreau.house.renewal import Renewal

HOSTS: Final = "CARREAU_HOSTS"
FAMILY: Final = "Servir"
PRODUCT: Final = "electoral_profile"


def added_to(app: typer.Typer) -> None:
    """Adds the commands of this family to ``app``."""
    command(app, FAMILY)(serve)


def serve(
    desk: Desk,
    territory: Annotated[
        str | None,
        typer.Argument(metavar="TERRITOIRE", help="Ce qui est montré ; par défaut le plus large déjà contrôlé."),
    ] = None,
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Le port.")] = 8080,
    host: Annotated[
        str, typer.Option("--host", metavar="ADRESSE", help="L'adresse où écouter ; 127.0.0.1 : cette machine seule.")
    ] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--open", help="Ouvre le navigateur.")] = False,
) -> None:
    """Sert la carte, les pages et l'API dans le navigateur. Ctrl-C l'arrête.

    Derrière un serveur TLS de cette machine, CARREAU_HOSTS donne les noms sous lesquels il est joint.

    carreau serve com:69123 --open
    """
    from carreau.counters.app.options import Options
    from carreau.counters.app.run import listened

    names = tuple(name.strip() for name in os.environ.get(HOSTS, "").split(",") if name.strip())
    options = Options(host, port, names)
    with contextlib.closing(listened(options)) as listening:
        _answered(desk, territory, replace(options, port=listening.getsockname()[1]), (listening, open_browser))
    desk.hint("serveur arrêté")


def _answered(desk: Desk, territory: str | None, options: Options, way: tuple[socket.socket, bool]) -> None:
    """Answers on a socket until it is told to stop; the browser is opened when that was asked."""
    from carreau.counters.app import serve as answer
    from carreau.house.accounts import accounts_of
    from carreau.house.reading_finding import warmed
    from carreau.house.renewal import Renewal, unread_removed
    from carreau.house.served import served

    home, (listening, open_browser) = desk.opened(), way
    unread_removed(home)
    with desk.watcher() as watcher:
        shown = served(home, territory, PRODUCT, watcher)
        warmed(shown, watcher)

    def ready() -> None:
        facts = {"address": options.address, "territory": shown.territory, "version": shown.version}
        desk.answer(facts, lambda: [f"{options.address}   ({shown.territory})"])
        sys.stdout.flush()
        if not options.on_loopback and accounts_of(home).open_to_all():
            desk.hint("personne ne peut encore y entrer : carreau account-add NOM")
        desk.hint("Ctrl-C arrête le serveur")
        if open_browser:
            import webbrowser

            webbrowser.open(options.address)

    with _following(desk, Renewal(home, shown), options) as app:
        answer(app, listening, ready)


@contextlib.contextmanager
def _following(desk: Desk, renewal: Renewal, options: Options) -> Iterator[ASGIApp]:
    """The application of what is shown, which follows the releases that arrive until the block ends."""
    from carreau.counters.app import application
    from carreau.counters.app.following import Following, Shown, followed

    def shown() -> Shown:
        return Shown(renewal.shown.version, application(renewal.home, renewal.shown, options))

    def look() -> Shown | None:
        if renewal.found() is None:
            return None
        desk.hint(f"une publication plus récente est servie : version {renewal.shown.version}")
        return shown()

    app, stop = Following(shown()), threading.Event()
    follower = threading.Thread(target=followed, args=(app, look, stop), name="follow", daemon=True)
    follower.start()
    try:
        yield app
    finally:
        stop.set()
