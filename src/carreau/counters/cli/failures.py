"""What a user reads when something goes wrong, and the exit code that goes with it.

    0    done
    1    something is missing, cannot be trusted, or failed for now
    2    the command was not understood, or names something that does not exist
    3    refused by a rule, which is named
    130  interrupted by the user

One message in French, never a traceback: what was not foreseen is written in full to a file, whose path is
given. With ``--json`` the message is one JSON object on the error stream (the fields of
``CarreauError.as_dict``); the output stream stays empty.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typer

from carreau.errors import Broken, CarreauError, Missing, Retry, Unknown

INTERRUPTED: Final = 130
_DISK_FULL: Final = frozenset({28, 122})  # ENOSPC, EDQUOT


class Misused(Unknown):
    """The command line was not understood: an option is unknown, an argument is missing or malformed."""

    kind = "Non compris"


def in_words(error: Exception, arguments: Sequence[str], at: datetime) -> CarreauError:
    """What happened, as a message: what was foreseen as it is, the rest put into words or into a report."""
    match error:
        case CarreauError():
            return error
        case typer.TyperException():
            return misused(error, arguments)
        case OSError():
            return system_failure(error)
        case _:
            return unforeseen(error, report_file(error, home_folder(arguments) / "incidents", at, arguments))


def home_folder(arguments: Sequence[str]) -> Path:
    """Where the house rests, found without opening it: what opens it may be what failed."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(_typed(["--home"], arguments) or os.environ.get("CARREAU_HOME") or Path(data) / "carreau")


def misused(error: typer.TyperException, arguments: Sequence[str]) -> Misused:
    """Typer's complaint about the command line ``arguments``, said in French with what was expected."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "carreau"
    advice = f"voir l'aide : {path} --help"
    parameter: Any = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    match type(error).__name__:
        case "NoSuchOption":
            near = ", ".join(getattr(error, "possibilities", None) or []) or "une option de l'aide"
            return Misused(
                f"l'option « {option} » n'existe pas", given=str(option), expected=near, advice=advice
            )
        case "MissingParameter" if parameter is not None:
            name = parameter.metavar or parameter.name.upper()
            return Misused(f"il manque {name}", expected=parameter.help or name, advice=advice)
        case "BadOptionUsage":
            return Misused(
                f"l'option « {option} » est mal employée",
                given=str(option),
                expected="une valeur après l'option, sauf pour les options sans valeur",
                advice=advice,
            )
        case "BadParameter" if parameter is not None:
            return Misused(
                f"la valeur donnée à « {_name(parameter)} » ne convient pas",
                given=_typed(parameter.opts, arguments) or _quoted(error),
                expected=parameter.help or "",
                advice=advice,
            )
        case _:
            return Misused("la commande n'a pas été comprise", given=_quoted(error), advice=advice)


def _name(parameter: Any) -> str:
    """How a parameter is called in the help."""
    return str(parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[-1])


def _typed(names: Sequence[str], arguments: Sequence[str]) -> str:
    """What was typed after one of the ``names`` of an option."""
    following = [value for name, value in itertools.pairwise(arguments) if name in names]
    return following[-1] if following else ""


def _quoted(error: typer.TyperException) -> str:
    """The part of Typer's message that quotes what was typed."""
    found = re.search(r"'([^']*)'|\(([^()]*)\)$", error.message)
    return (found[1] or found[2] or "") if found else error.message


def system_failure(error: OSError) -> CarreauError:
    """A failure of the disk or of the system, said with the file concerned and what to do."""
    name = str(error.filename or "")
    if error.errno in _DISK_FULL:
        return Retry(
            "le disque est plein",
            given=name,
            expected="de la place sur le disque",
            advice="libérer de la place, ou choisir un autre dossier avec --home",
        )
    if isinstance(error, PermissionError):
        return Broken(
            f"accès refusé à « {name} »",
            given=name,
            expected="un dossier où l'on peut écrire",
            advice="choisir un autre dossier ou un autre fichier",
        )
    if isinstance(error, FileNotFoundError):
        return Missing(
            f"« {name} » n'existe pas", given=name, expected="un chemin existant", advice="vérifier le chemin"
        )
    return Broken(
        f"le système n'a pas pu lire ou écrire « {name} »",
        given=str(error.strerror or error),
        advice="vérifier le chemin",
    )


def report_file(error: BaseException, folder: Path, at: datetime, arguments: Sequence[str]) -> Path:
    """The file where a failure was written in full; in the temporary folder when ``folder`` refuses it."""
    text = "\n".join(
        [
            f"carreau, {at.isoformat(timespec='seconds')}",
            f"python {platform.python_version()}, {platform.platform()}",
            f"commande : carreau {' '.join(arguments)}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    name = f"incident-{at:%Y%m%d-%H%M%S-%f}.txt"
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, "utf-8")
        except OSError:
            continue
        return place / name
    return Path(name)


def unforeseen(error: BaseException, report: Path) -> Broken:
    """The message for a failure that nobody foresaw: short, with the path of the full account."""
    return Broken(
        "un incident imprévu a arrêté la commande",
        given=f"{type(error).__name__} : {str(error).splitlines()[0] if str(error) else 'sans message'}",
        expected="que la commande se termine",
        advice=f"relancer ; si cela se répète, joindre {report} à un signalement",
    )


def said(error: CarreauError, *, as_json: bool) -> int:
    """Writes ``error`` on the error stream, as text or as one JSON object; its exit code comes out."""
    text = json.dumps(error.as_dict(), ensure_ascii=False) if as_json else str(error)
    print(text, file=sys.stderr, flush=True)
    return error.exit_code
