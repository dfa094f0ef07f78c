"""The page of the commands, from the command line itself."""

from __future__ import annotations

from typing import Any

import typer

from carreau.counters.cli import app
from carreau.counters.cli.help import COMMON_PANEL, parameter_help, parameter_name, sentences, usage
from carreau.counters.reference.markdown import block, code, page, table

_EXIT_CODES = (
    ("0", "fait"),
    ("1", "il manque quelque chose, un fichier est inutilisable, ou il faut réessayer"),
    ("2", "la commande n'est pas comprise, ou nomme quelque chose qui n'existe pas"),
    ("3", "refusé par une règle, qui est nommée"),
    ("130", "interrompu"),
)


def commands_page() -> str:
    """Every command: what it does, how it is called, its arguments and options; then what all share."""
    root: Any = typer.main.get_command(app)
    families: dict[str, list[str]] = {}
    for name, command in root.commands.items():
        families.setdefault(str(command.rich_help_panel), []).append(_command(name, command))
    blocks = [text for family, texts in families.items() for text in (f"## {family}", *texts)]
    common = [p for p in root.params if p.rich_help_panel == COMMON_PANEL]
    return page(
        "Les commandes",
        *blocks,
        "## Options communes",
        "Elles s'écrivent avant ou après le nom de la commande.",
        _parameters(common),
        "## Codes de sortie",
        table(["code", "sens"], _EXIT_CODES),
        "Les résultats vont sur la sortie standard ; l'avancement, les conseils et les erreurs sur la sortie "
        "d'erreur. Avec `--json`, le résultat est un document JSON ; une erreur est un objet JSON sur la "
        "sortie d'erreur, et la sortie standard reste vide.",
    )


def _command(name: str, command: Any) -> str:
    """One command: its sentences, its call, an example, its arguments and options."""
    told: list[str] = []
    examples: list[str] = []
    for line in sentences(command).splitlines():
        (examples if line.startswith("carreau ") else told).append(line)
    own = [p for p in command.params if p.rich_help_panel != COMMON_PANEL]
    parts = [
        f"### carreau {name}",
        "\n".join(told).strip(),
        block(usage(command, f"carreau {name}")),
        _parameters(own),
    ]
    parts += ["Exemple :", block("\n".join(examples))] if examples else []
    return "\n\n".join(part for part in parts if part)


def _parameters(parameters: list[Any]) -> str:
    """A table of arguments and options; nothing when there are none."""
    rows = [[code(parameter_name(parameter)), parameter_help(parameter)] for parameter in parameters]
    return table(["", "sens"], rows) if rows else ""
