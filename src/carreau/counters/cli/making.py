"""The commands around the journey: town, version, completion."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.counters.cli.typography import counted

FAMILY: Final = "Autour"
SEED: Final = 20261124


class Shell(StrEnum):
    """The shells that completion is written for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def added_to(app: typer.Typer) -> None:
    """Adds the commands of this family to ``app``."""
    for handler in (town, version, completion):
        command(app, FAMILY)(handler)


def town(
    desk: Desk,
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Où écrire la ville ; créé s'il n'existe pas.")
    ],
    people: Annotated[
        int, typer.Option("--people", metavar="NOMBRE", min=1000, help="Nombre d'habitants, au moins 1 000.")
    ] = 30_000,
    seed: Annotated[int, typer.Option("--seed", metavar="GRAINE", help="Même graine, même ville.")] = SEED,
) -> None:
    """Écrit une ville inventée dans les formats officiels : un miroir, pour essayer sans rien télécharger.

    carreau town ma-ville && carreau profile com:96001 --mirror ma-ville -o ville.xlsx
    """
    written = desk.opened().town(people, folder, seed)
    desk.answer(written, lambda: [town_line(written)])
    desk.hint(f"carreau profile com:96001 --mirror {folder} -o ville.xlsx")


def town_line(written: Mapping[str, Any]) -> str:
    """What was written: where, how many inhabitants, stations and files, from which seed."""
    stations = counted(written["stations"], "bureau de vote", "bureaux de vote")
    counts = f"{counted(written['people'], 'habitant')}, {stations}, {counted(written['files'], 'fichier')}"
    return f"{written['folder']} : {counts} (graine {written['seed']})"


def version(desk: Desk) -> None:
    """Dit quelle version de Carreau répond, et avec quel Python."""
    from importlib.metadata import version as installed

    facts = {"carreau": installed("carreau"), "python": ".".join(map(str, sys.version_info[:3]))}
    desk.answer(facts, lambda: [f"carreau {facts['carreau']} (Python {facts['python']})"])


def completion(
    desk: Desk,
    shell: Annotated[
        Shell, typer.Argument(metavar="TERMINAL", help="bash, zsh, fish ou powershell.")
    ] = Shell.BASH,
) -> None:
    """Écrit le script de complétion d'un terminal.

    carreau completion bash >> ~/.bashrc
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined] # Typer's only way to it

    script = get_completion_script(prog_name="carreau", complete_var="_CARREAU_COMPLETE", shell=shell.value)
    desk.answer({"shell": shell.value, "script": script}, lambda: [script])
