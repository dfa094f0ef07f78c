"""The command line put together, and the one place where a failure becomes a message and an exit code."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NoReturn

import typer

from carreau.counters.cli import accounts, alike, journey, listings, looking, making, readings, serving
from carreau.counters.cli.desk import HomeOption, JsonOption, MirrorOption, Options, QuietOption
from carreau.counters.cli.failures import INTERRUPTED, in_words, said
from carreau.counters.cli.help import FrenchGroup
from carreau.counters.cli.interruption import listening
from carreau.counters.cli.typography import plain_form

app = typer.Typer(
    name="carreau",
    cls=FrenchGroup,
    rich_markup_mode=None,
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def carreau(
    context: typer.Context,
    home: HomeOption = None,
    mirror: MirrorOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Carreau : le profil de chaque bureau de vote, des fichiers officiels à un fichier de confiance.

    carreau profile com:69123 -o lyon.xlsx      le profil des bureaux de Lyon, dans un classeur
    carreau show bv:69123_0101                  un bureau de vote, sur un écran
    """
    context.obj = Options(home, mirror, json, quiet)
    if context.invoked_subcommand is None:
        print(context.get_help())


for family in (journey, readings, serving, accounts, listings, looking, alike, making):
    family.added_to(app)


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command line ``arguments``; whatever happens is said in French."""
    as_json = "--json" in arguments
    try:
        with listening():
            code = int(app(list(arguments), prog_name="carreau", standalone_mode=False) or 0)
        sys.stdout.flush()
        return _interrupted() if code == INTERRUPTED else code  # Typer turns an interruption into a code
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:  # the last resort too: a failure nobody foresaw must not show a traceback
        return said(in_words(error, arguments, datetime.now(UTC)), as_json=as_json)


def _interrupted() -> int:
    """The exit code of an interruption, once it is said."""
    print("Interrompu. Ce qui était terminé est gardé.", file=sys.stderr)
    return INTERRUPTED


def _reader_gone() -> int:
    """Whoever read the output has left (``| head``): nothing more to write or to say; 1, as Typer gives."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def main() -> NoReturn:
    """The ``carreau`` command."""
    codecs.register_error("carreau", plain_form)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="carreau")  # type: ignore[union-attr] # the process's own streams are text wrappers
    sys.exit(run(sys.argv[1:]))
