"""The command that serves: a map, pages and an API in the browser, from what was released."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from carreau.counters.cli.desk import Desk, command

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

    carreau serve com:69123 --open
    """
    from carreau.counters.app import Options, application
    from carreau.counters.app import serve as answer
    from carreau.counters.app.run import listened
    from carreau.house.reading_finding import warmed
    from carreau.house.served import served

    options = Options(host, port)
    listening = listened(options)
    options = Options(host, listening.getsockname()[1])
    home = desk.opened()
    with desk.watcher() as watcher:
        shown = served(home, territory, PRODUCT, watcher)
        warmed(shown, watcher)

    def ready() -> None:
        facts = {"address": options.address, "territory": shown.territory, "version": shown.version}
        desk.answer(facts, lambda: [f"{options.address}   ({shown.territory})"])
        sys.stdout.flush()
        desk.hint("Ctrl-C arrête le serveur")
        if open_browser:
            import webbrowser

            webbrowser.open(options.address)

    answer(application(home, shown, options), listening, ready)
    desk.hint("serveur arrêté")
