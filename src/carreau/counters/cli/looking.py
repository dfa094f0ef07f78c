"""The commands that look closely: show, a station on one screen; verify, a file against its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.errors import Unknown
from carreau.typography import number

FAMILY: Final = "Regarder"
_EXIT_CODES: Final[Mapping[str, int]] = {"valide": 0, "altéré": 1, "inconnu": 1}
_SAID: Final[Mapping[str, str]] = {
    "valide": "Le fichier est tel qu'il a été livré.",
    "altéré": "Le fichier a changé depuis sa livraison.",
    "inconnu": "Rien ne permet de dire d'où vient ce fichier.",
}

_FACTS: Final[Mapping[str, str]] = {
    "product": "produit",
    "territory": "territoire",
    "rows": "lignes",
    "made_at": "contrôlé le",
    "id": "certificat",
    "fingerprint": "signature",
}


def added_to(app: typer.Typer) -> None:
    """Adds the commands of this family to ``app``."""
    for handler in (show, verify):
        command(app, FAMILY)(handler)


def show(
    desk: Desk,
    station: Annotated[str, typer.Argument(metavar="BUREAU", help="Un bureau de vote : bv:69123_0101.")],
    everything: Annotated[bool, typer.Option("--all", "-a", help="Montre tous les indicateurs.")] = False,
    theme: Annotated[
        str,
        typer.Option(
            "--theme", "-t", metavar="NOM", help="Montre un seul thème, en entier (son nom ou son début)."
        ),
    ] = "",
) -> None:
    """Montre un bureau de vote sur un écran, comparé à sa commune, à son département et à la France.

    carreau show bv:69123_0101
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        facts = home.show(station, watcher)
    facts = with_theme(facts, theme) if theme else facts
    if desk.options.json:
        desk.answer(facts, list)
        return
    from carreau.counters.cli.screen import screen

    desk.drawing(screen(facts, min(desk.width, 120), None if everything or theme else 45))
    desk.hint(f"carreau deliver {station} -o bureau.xlsx")


def with_theme(facts: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The same facts with the one theme whose title begins by ``name``; unknown names get near ones."""
    kept = [theme for theme in facts["themes"] if str(theme["title"]).casefold().startswith(name.casefold())]
    if not kept:
        titles = [str(theme["title"]) for theme in facts["themes"]]
        raise Unknown.named(name, "thème", titles, "reprendre l'un des thèmes de la liste")
    return {**facts, "themes": kept}


def verify(
    desk: Desk,
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un fichier livré par Carreau.")],
) -> None:
    """Dit si un fichier est tel qu'il a été livré, sans réseau : valide, altéré (et où) ou inconnu.

    Code de sortie : 0 quand il est valide, 1 sinon.

    carreau verify lyon.xlsx
    """
    verdict = desk.opened().verify(file)
    desk.answer(verdict, lambda: verdict_lines(file, verdict))
    raise typer.Exit(_EXIT_CODES.get(str(verdict["state"]), 1))


def verdict_lines(file: Path, verdict: Mapping[str, Any]) -> list[str]:
    """The verdict as a reader wants it: the state, where it was altered, and what the certificate says."""
    state = str(verdict["state"])
    lines = [f"{file.name} : {state}. {_SAID.get(state, '')}".rstrip()]
    if verdict.get("where"):
        lines.append(f"  où         : {verdict['where']}")
    facts = verdict.get("facts") or {}
    for key, label in _FACTS.items():
        if facts.get(key):
            said = number(facts[key]) if isinstance(facts[key], int) else str(facts[key])
            lines.append(f"  {label:<10} : {said}")
    return [*lines, *(f"  {sentence}" for sentence in facts.get("standing", ()))]
