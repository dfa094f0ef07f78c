"""The command that finds stations like one: like, in the same commune and beyond, and by which figures."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.counters.cli.journey import remark_lines
from carreau.counters.cli.looking import FAMILY
from carreau.counters.cli.typography import counted, with_margin
from carreau.typography import NARROW_SPACE, number

Facts = Mapping[str, Any]
NAMED_AT_MOST: Final = 4


def added_to(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    command(app, FAMILY)(like)


def like(
    desk: Desk,
    station: Annotated[str, typer.Argument(metavar="BUREAU", help="Un bureau de vote : bv:69123_0101.")],
    within: Annotated[
        str,
        typer.Option(
            "--within", "-w", metavar="PÉRIMÈTRE",
            help="Où chercher : commune, departement ou france (sinon la commune, puis le plus large).",
        ),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="NOMBRE", help="Combien de bureaux au plus.")] = 5,
) -> None:  # fmt: skip
    """Trouve les bureaux de vote qui ressemblent le plus à un autre, et dit par quels chiffres.

    carreau like bv:69123_0101
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        facts = home.alike(station, within, limit, watcher)
    desk.answer(facts, lambda: alike_lines(facts, desk.width))
    desk.hint(f"carreau show {facts['station']['territory']}")


def alike_lines(facts: Facts, width: int) -> list[str]:
    """The stations like one, area by area, then what was compared and what is missing; none wider than ``width``."""
    compared = facts["compared"]
    over = f"{counted(compared['indicators'], 'indicateur')}, {counted(compared['stations'], 'bureau', 'bureaux')}"
    lines = [f"Bureaux qui ressemblent à {facts['station']['name']} ({over})"]
    for group in facts["groups"]:
        lines += ["", group["title"], *_group_lines(group["stations"])]
    lines += remark_lines([*facts["remarks"], *_missing(facts["missing"]), *facts["standing"]])
    return [part for line in lines for part in _folded(line, width)]


def _group_lines(stations: Sequence[Facts]) -> list[str]:
    """The stations of one area, or why there is none."""
    if not stations:
        return ["  aucun autre bureau que l'on puisse comparer"]
    return [line for rank, one in enumerate(stations, 1) for line in _station_lines(rank, one)]


def _station_lines(rank: int, one: Facts) -> list[str]:
    """One station: its name and distance, the figures that bring it near, the one that sets it apart."""
    lines = [f"  {rank}. {one['name']} (bv:{one['code']}), écart {number(one['distance'], 2)}"]
    lines += [f"       = {_figure(figure)}" for figure in one["why"]]
    return [*lines, f"       ≠ {_figure(one['apart'])}"] if one["apart"] else lines


def _figure(figure: Facts) -> str:
    """One figure here and there, each with its margin."""
    here = with_margin(figure["value"], figure["margin"], figure["unit"])
    there = with_margin(figure["theirs"], figure["their_margin"], figure["unit"])
    said = f"{here} ici, {there} là-bas".replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")
    return f"{figure['title']}{NARROW_SPACE}: {said}"


def _missing(titles: Sequence[str]) -> list[str]:
    """What is not known of the station, and so was not compared."""
    if not titles:
        return []
    more = f" et {number(len(titles) - NAMED_AT_MOST)} autres" if len(titles) > NAMED_AT_MOST else ""
    return [f"Inconnu de ce bureau, donc non comparé{NARROW_SPACE}: {', '.join(titles[:NAMED_AT_MOST])}{more}"]


def _folded(line: str, width: int) -> list[str]:
    """A line cut at its spaces so that it fits, what follows set under what precedes."""
    under = " " * (len(line) - len(line.lstrip(" ·=≠"))) if line.strip() else ""
    return textwrap.wrap(line, width, subsequent_indent=under, break_on_hyphens=False) or [""]
