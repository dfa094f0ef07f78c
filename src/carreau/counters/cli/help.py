"""The help of the command line, in French and in the voice of the house.

Typer's own help is in English; these two classes print the same facts (usage, what it does, arguments,
options) in French. The command's docstring is what a user reads, so the docstrings of commands are in French.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from carreau.errors import Unknown

COMMON_PANEL: Final = "Options communes"
_WIDTH: Final = 100
_BUILT_IN: Final = frozenset({"install_completion", "show_completion"})  # see `carreau completion`


def sentences(command: Any) -> str:
    """What a command does, as its docstring says it."""
    return inspect.cleandoc(command.help or "")


def first_sentence(command: Any) -> str:
    """The first line of what a command does."""
    return sentences(command).partition("\n")[0]


def parameter_name(parameter: Any) -> str:
    """How a parameter is written: « -o, --output FICHIER », « TERRITOIRE », « [NOM]... »."""
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        name = name if parameter.required else f"[{name}]"
        return f"{name}..." if parameter.nargs == -1 else name
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag else f"{names} {parameter.metavar or 'VALEUR'}"


def parameter_help(parameter: Any) -> str:
    """What a parameter is for, its environment variable and its default when it has one."""
    text = "Affiche cette aide." if parameter.name == "help" else parameter.help or ""
    if parameter.envvar:
        text += f" [variable {parameter.envvar}]"
    default = parameter.default
    if parameter.param_type_name == "option" and not parameter.is_flag and default not in (None, "", [], ()):
        text += f" [par défaut : {default}]"
    return text


def usage(command: Any, path: str) -> str:
    """The line that shows how the command is called."""
    pieces = [parameter_name(p) for p in command.params if p.param_type_name == "argument"]
    if isinstance(command, TyperGroup):
        pieces.append("COMMANDE ...")
    return " ".join([path, "[OPTIONS]", *pieces])


class FrenchCommand(TyperCommand):
    """A command whose help is printed in French."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help of the command: usage, what it does, arguments, options, common options."""
        formatter.write(
            f"Usage : {usage(self, ctx.command_path)}\n\n{textwrap.indent(sentences(self), '  ')}\n"
        )
        own: list[Any] = list(self.get_params(ctx))
        for title, kept in (
            ("Arguments", [p for p in own if p.param_type_name == "argument"]),
            (
                "Options",
                [p for p in own if p.param_type_name == "option" and p.rich_help_panel != COMMON_PANEL],
            ),
            (
                COMMON_PANEL,
                [p for p in own if p.param_type_name == "option" and p.rich_help_panel == COMMON_PANEL],
            ),
        ):
            formatter.write(
                "\n".join(_section(title, ((parameter_name(p), parameter_help(p)) for p in kept)))
            )


class FrenchGroup(TyperGroup):
    """The root: its help lists the commands by family; an unknown command gets near names."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help of the root: usage, what Carreau is, the commands by family, the options."""
        formatter.write(
            f"Usage : {usage(self, ctx.command_path)}\n\n{textwrap.indent(sentences(self), '  ')}\n"
        )
        families: dict[str, list[tuple[str, str]]] = {}
        commands: dict[str, Any] = dict(self.commands)
        for name, command in commands.items():
            families.setdefault(str(command.rich_help_panel), []).append((name, first_sentence(command)))
        for family, rows in families.items():
            formatter.write("\n".join(_section(family, rows)))
        shown = (p for p in self.get_params(ctx) if p.name not in _BUILT_IN)
        options = ((parameter_name(p), parameter_help(p)) for p in shown)
        formatter.write("\n".join(_section("Options", options)))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command called ``args[0]``; ``Unknown`` with near names when there is none."""
        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            near = Unknown.named(args[0], "nom", self.commands, "voir la liste : carreau --help")
            raise Unknown(
                f"la commande « {args[0]} » n'existe pas",
                given=args[0],
                expected=near.expected,
                advice=near.advice,
            )
        return super().resolve_command(ctx, args)


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The lines of one section of the help: a title, then each name with its explanation beside it."""
    listed = list(rows)
    if not listed:
        return
    column = max(len(name) for name, _ in listed) + 2
    yield ""
    yield f"{title} :"
    for name, text in listed:
        lines = textwrap.wrap(text, _WIDTH - column - 2) or [""]
        yield f"  {name:<{column}}{lines[0]}".rstrip()
        yield from (f"  {'':<{column}}{line}" for line in lines[1:])
    yield ""
