"""The commands that products declare: who votes how, transfers, advice, a plan for the field…

A product made from the release of another says in its ``product.toml`` how it is asked (``[command]``, ``[choices]``):
its command, its options and their help come from there, and nothing here names a product.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.answer import answer_lines
from carreau.counters.cli.desk import Desk, Handler, command
from carreau.counters.cli.journey import TerritoryArgument, delivery_lines

FAMILY: Final = "Ce que dit le profil"
PRINTED: Final = ".pdf"
SHEETS: Final = "sheets"  # the screen of a level that is made to be printed
ByWord = inspect.Parameter.KEYWORD_ONLY


def added_to(app: typer.Typer) -> None:
    """Adds to ``app`` one command for each product that declares one."""
    for product, facts in declared_products():
        command(app, FAMILY, str(facts["command"]["name"]))(handler_of(product, facts))


def declared_products() -> Iterator[tuple[str, dict[str, Any]]]:
    """The products that declare a command, in alphabetical order; read without loading any of their code."""
    room = Path(str(files("carreau"))) / "products"
    for path in sorted(room.glob("*/product.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        if "command" in facts:
            yield path.parent.name, facts


def handler_of(product: str, facts: Mapping[str, Any]) -> Handler[Any]:
    """The function of one command: a territory, a level, the declared choices, a file to write if any."""
    choices: Mapping[str, Any] = facts.get("choices", {})

    def handler(desk: Desk, **given: Any) -> None:
        """Answers on the screen, or in a file."""
        level = given["level"] or printed_level(facts, given["output"])
        _answered(desk, product, {**given, "level": level}, {name: str(given[_word(name)]) for name in choices})

    parameters = [
        inspect.Parameter("desk", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Desk),
        inspect.Parameter("territory", ByWord, annotation=TerritoryArgument),
        *(_option(name, declared) for name, declared in choices.items()),
        inspect.Parameter("level", ByWord, annotation=_level(facts["levels"]), default=""),
        inspect.Parameter("output", ByWord, annotation=_output(facts), default=None),
    ]
    handler.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # read by inspect.signature
    handler.__name__ = str(facts["command"]["name"])
    handler.__doc__ = f"{facts['command']['help']}\n\n{facts['command']['example']}"
    return handler


def printed_level(facts: Mapping[str, Any], output: Path | None) -> str:
    """The level that is made to be printed, for a file that is: empty when there is none, or another kind of file."""
    if output is None or output.suffix.lower() != PRINTED:
        return ""
    screens: Mapping[str, Any] = facts.get("screen", {})
    return next((level for level in facts["levels"] if screens.get(level, {}).get("kind") == SHEETS), "")


def _output(facts: Mapping[str, Any]) -> Any:
    """The option of the file to write: the formats that its rows can take, and a printed page if they have one."""
    printed = f" {PRINTED} (à imprimer)" if printed_level(facts, Path(f"page{PRINTED}")) else ""
    said = f"Fichier à écrire : .xlsx .csv .parquet .json{printed}"
    return Annotated[Path | None, typer.Option("--output", "-o", metavar="FICHIER", help=said)]


def _word(name: str) -> str:
    """A choice as Python may name it (« from » is one of its own words)."""
    return f"choice_{name}"


def _option(name: str, declared: Mapping[str, Any]) -> inspect.Parameter:
    """One choice as an option of the command."""
    values = ", ".join(map(str, declared.get("values", ())))
    said = str(declared["help"]) + (f" ({values})" if values else "")
    option = typer.Option(f"--{name}", metavar=str(declared.get("metavar", "CHOIX")), help=said)
    default = str(declared.get("default", ""))
    return inspect.Parameter(_word(name), ByWord, annotation=Annotated[str, option], default=default)


def _level(levels: Mapping[str, Any]) -> Any:
    """The option of the levels that a product declares."""
    said = f"Une ligne par quoi : {', '.join(levels)} (le premier, à défaut)."
    return Annotated[str, typer.Option("--level", "-l", metavar="NIVEAU", help=said)]


def _answered(desk: Desk, product: str, given: Mapping[str, Any], choices: Mapping[str, str]) -> None:
    """Asks the house, then answers on the screen, or says which file was written."""
    home = desk.opened()
    from carreau.house.derived import Question  # the house is loaded late: it is what takes time

    asked = Question(product, given["territory"], given["level"], choices)
    with desk.watcher() as watcher:
        if given["output"] is not None:
            written = home.deliver_answer(asked, given["output"], watcher)
        else:
            facts = home.answered(asked, watcher)
    if given["output"] is not None:
        desk.answer(written, lambda: delivery_lines(written))
        desk.hint(f"carreau verify {written['path']}")
    else:
        desk.answer(facts, lambda: answer_lines(facts, desk.width))
        desk.hint("le même en entier, dans un classeur : ajouter -o FICHIER.xlsx")
