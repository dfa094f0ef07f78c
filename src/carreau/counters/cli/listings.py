"""The commands that list what the house holds: sources, products, territoires, ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.counters.cli.tables import Heading, table_lines
from carreau.counters.cli.typography import counted

FAMILY: Final = "Ce que la maison contient"
Facts = Mapping[str, Any]


def added_to(app: typer.Typer) -> None:
    """Adds the listings to ``app``."""
    for handler in (sources, products, territoires, ledger):
        command(app, FAMILY)(handler)


def sources(desk: Desk) -> None:
    """Liste les sources : éditeur, licence, fichiers, et ce qui est déjà recueilli.

    carreau sources --json
    """
    listed = desk.opened().sources()
    desk.answer(listed, lambda: source_lines(listed, desk.width))
    desk.hint("carreau fetch --mirror DOSSIER")


def products(
    desk: Desk,
    indicators: Annotated[
        bool, typer.Option("--indicators", "-i", help="Liste aussi chaque indicateur.")
    ] = False,
) -> None:
    """Liste les produits de données et leurs indicateurs.

    carreau products --indicators
    """
    listed = desk.opened().products()
    desk.answer(listed, lambda: product_lines(listed, desk.width, indicators=indicators))
    desk.hint("carreau profile com:69123 -o lyon.xlsx")


def territoires(
    desk: Desk,
    text: Annotated[str, typer.Argument(metavar="NOM", help="Nom ou code, entier ou en partie.")],
) -> None:
    """Cherche un territoire par son nom ou son code.

    carreau territoires villeurbanne
    """
    found = desk.opened().territories(text)
    desk.answer(found, lambda: territory_lines(found, desk.width))
    if found:
        desk.hint(f"carreau profile {found[0].get('territory', found[0].get('code'))} -o profil.xlsx")


def ledger(desk: Desk) -> None:
    """Montre le registre : tout ce qui est entré dans la maison et tout ce qui en est sorti.

    carreau ledger --json
    """
    entries = desk.opened().ledger()
    desk.answer(entries, lambda: ledger_lines(entries, desk.width))


def source_lines(listed: Sequence[Facts], width: int) -> list[str]:
    """The sources, one line each: title, publisher, files at hand out of files declared."""
    headings = [Heading("source"), Heading("titre"), Heading("éditeur"), Heading("fichiers", right=True)]
    rows = [[str(s["id"]), str(s["title"]), str(s["publisher"]), files_at_hand(s["files"])] for s in listed]
    return [*table_lines(headings, rows, width), "", counted(len(listed), "source")]


def files_at_hand(files: Sequence[Facts]) -> str:
    """How many of the declared files are fetched: « 3/5 »."""
    return f"{sum(bool(f.get('fetched')) for f in files)}/{len(files)}"


def product_lines(listed: Sequence[Facts], width: int, *, indicators: bool) -> list[str]:
    """The products, one line each; with ``indicators``, their indicators by theme under each of them."""
    headings = [Heading("produit"), Heading("titre"), Heading("indicateurs", right=True)]
    rows = [[str(p["id"]), str(p["title"]), str(len(p["indicators"]))] for p in listed]
    lines = table_lines(headings, rows, width)
    if indicators:
        for product in listed:
            lines += ["", f"{product['title']} :", "", *_indicator_lines(product["indicators"], width)]
    return lines


def _indicator_lines(indicators: Sequence[Facts], width: int) -> list[str]:
    """The indicators of a product, one line each."""
    headings = [Heading("colonne"), Heading("titre"), Heading("thème"), Heading("unité"), Heading("source")]
    keys = ("name", "title", "theme", "unit", "source")
    return table_lines(headings, [[str(i.get(key, "")) for key in keys] for i in indicators], width)


def territory_lines(found: Sequence[Facts], width: int) -> list[str]:
    """The territories found, one line each, or a sentence when there is none."""
    if not found:
        return ["Aucun territoire de ce nom. Essayer avec une partie du nom, ou avec le code de l'INSEE."]
    keys = [key for key in found[0] if isinstance(found[0][key], str | int)]
    return table_lines(
        [Heading(key) for key in keys], [[str(f.get(key, "")) for key in keys] for f in found], width
    )


def ledger_lines(entries: Sequence[Facts], width: int) -> list[str]:
    """The entries of the ledger, oldest first, one line each."""
    if not entries:
        return ["Le registre est vide."]
    headings = [Heading("n°", right=True), Heading("date"), Heading("verbe"), Heading("quoi")]
    rows = [
        [
            str(e.get("sequence", "")),
            str(e.get("at", ""))[:19],
            str(e.get("verb", "")),
            _facts_line(e.get("facts", {})),
        ]
        for e in entries
    ]
    return [*table_lines(headings, rows, width), "", counted(len(entries), "écriture")]


def _facts_line(facts: Facts) -> str:
    """The facts of an entry on one line: « territory com:69123, rows 305 »."""
    return ", ".join(f"{key} {value}" for key, value in facts.items())
