"""The desk: what a command has at hand, and the options that every command understands.

``--home``, ``--mirror``, ``--json`` and ``--quiet`` are written before the command's name or after it, as one
likes. They are declared once, here, and added to the signature of each command by :func:`command`.
"""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, Final, ParamSpec

import typer

from carreau.counters.cli.help import COMMON_PANEL, FrenchCommand
from carreau.counters.cli.interruption import Heeding
from carreau.counters.cli.progress import watching

if TYPE_CHECKING:
    from rich.text import Text

    from carreau.house import Home
    from carreau.house.watch import Watcher

Own = ParamSpec("Own")

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DOSSIER",
        envvar="CARREAU_HOME",
        rich_help_panel=COMMON_PANEL,
        help="Dossier de travail : ce qui a été recueilli et calculé y reste.",
    ),
]
MirrorOption = Annotated[
    str | None,
    typer.Option(
        "--mirror",
        metavar="DOSSIER|URL",
        envvar="CARREAU_MIRROR",
        rich_help_panel=COMMON_PANEL,
        help="Miroir des fichiers des éditeurs, cherchés par leur nom de publication.",
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", rich_help_panel=COMMON_PANEL, help="Écrit le résultat en JSON, sans autre message."
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", rich_help_panel=COMMON_PANEL, help="Ne montre pas l'avancement.")
]


@dataclass(frozen=True, slots=True)
class Options:
    """The options common to all commands."""

    home: Path | None = None
    mirror: str | None = None
    json: bool = False
    quiet: bool = False

    def over(self, other: Options) -> Options:
        """These options, completed by ``other`` where they say nothing."""
        return Options(*(getattr(self, f.name) or getattr(other, f.name) for f in fields(Options)))


_COMMON: Final[Mapping[str, tuple[Any, Any]]] = {
    "home": (HomeOption, None),
    "mirror": (MirrorOption, None),
    "json": (JsonOption, False),
    "quiet": (QuietOption, False),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with: its options, the house it opens, the streams it answers on."""

    options: Options

    def opened(self) -> Home:
        """The house in the folder asked for; opening it is what takes time, so commands open it late."""
        import carreau

        return carreau.open(self.options.home, self.options.mirror)

    @contextmanager
    def watcher(self) -> Iterator[Watcher]:
        """Whom the house tells what it does: silent with ``--quiet`` and with ``--json``."""
        with watching(quiet=self.options.quiet or self.options.json) as shown:
            yield Heeding(shown)

    def answer(self, facts: Any, lines: Callable[[], list[str]]) -> None:
        """Writes the result on the output stream: ``facts`` as JSON when asked, else the ``lines``."""
        if self.options.json:
            print(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
        else:
            print("\n".join(lines()))

    def drawing(self, lines: list[Text]) -> None:
        """Writes coloured lines on the output stream; plain where colour is not wanted or not possible."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        for line in lines:
            console.print(line)

    def hint(self, text: str) -> None:
        """The next useful command, on the error stream; not said with ``--json`` or ``--quiet``."""
        if not (self.options.json or self.options.quiet):
            print(f"→ {text}", file=sys.stderr)

    @property
    def width(self) -> int:
        """The width to write in: that of the terminal, 80 when there is none, never under 40."""
        return max(40, shutil.get_terminal_size((80, 45)).columns)


Handler = Callable[Concatenate[Desk, Own], None]


def command(app: typer.Typer, family: str, name: str | None = None) -> Callable[[Handler[Own]], Handler[Own]]:
    """Registers a function of a :class:`Desk` as a command of ``app``, under ``family`` in the help.

    The command takes the function's own parameters and the common options; its docstring is its help.
    """

    def registered(handler: Handler[Own]) -> Handler[Own]:
        app.command(name or handler.__name__, cls=FrenchCommand, rich_help_panel=family)(
            _with_common_options(handler)
        )
        return handler

    return registered


def _with_common_options(handler: Handler[Own]) -> Callable[..., None]:
    """A function for Typer: ``handler`` without its desk, with a context and the common options."""
    given = inspect.signature(handler, eval_str=True)
    own = list(given.parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY

    def called(context: typer.Context, **values: Any) -> None:
        common = Options(**{name: values.pop(name) for name in _COMMON})
        handler(Desk(common.over(context.obj)), **values)  # type: ignore[call-arg] # Typer fills them by name

    parameters = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
        *(
            inspect.Parameter(n, keyword, annotation=kind, default=default)
            for n, (kind, default) in _COMMON.items()
        ),
    ]
    called.__signature__ = given.replace(parameters=parameters)  # type: ignore[attr-defined] # read by inspect.signature
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    called.__doc__ = handler.__doc__
    return called
