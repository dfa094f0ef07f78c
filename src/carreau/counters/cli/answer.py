"""The answer of a product on the screen: a list of rows, cards or a cross table, each figure with its margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from carreau.counters.cli.journey import remark_lines
from carreau.counters.cli.tables import Heading, table_lines
from carreau.counters.cli.typography import counted, with_margin

Facts = Mapping[str, Any]
MOST_LINES: Final = 40
PLACES: Final = frozenset({"key", "place"})


def answer_lines(facts: Facts, width: int) -> list[str]:
    """The title, the table that the product declares for its screen, the remarks; none wider than ``width``."""
    asked = "\u202f; ".join(f"{choice['title']}\u202f: {choice['value']}" for choice in facts["asked"])
    head = [f"{facts['title']}, {facts['territory']}", *wrap(asked, width), ""]
    table = _VIEWS.get(str(facts["screen"].get("kind", "")), list_lines)(facts, width)
    return [*head, *table, *remark_lines([*facts["remarks"], *facts["standing"]])]


def list_lines(facts: Facts, width: int) -> list[str]:
    """One line per row: what names it, then its figures; those that the product declares, else the first ones.

    A product may declare ``only``, a figure: the rows of which it is 0 are counted and not shown.
    """
    columns = [_under_its_head(column) for column in _listed(facts)]
    headings = [Heading(_title(column), right=column["type"] != "text") for column in columns]
    worth = [row for row in facts["rows"] if row.get(facts["screen"].get("only")) != 0]
    rows = [[cell(row, column) for column in columns] for row in worth[:MOST_LINES]]
    return [*table_lines(headings, rows, width), *_left(len(facts["rows"]) - len(rows), "ligne")]


def cross_lines(facts: Facts, width: int) -> list[str]:
    """One line per group and one column per choice, for the first place of the answer."""
    screen, rows = facts["screen"], facts["rows"]
    first, others = _first_place(facts)
    down, across = str(screen["rows"]), str(screen["columns"])
    figure = next(column for column in facts["columns"] if column["name"] == screen["figure"])
    found = {(row[down], row[across]): row for row in rows if first.items() <= row.items()}
    reasons = list(dict.fromkeys(filter(None, (_warning(row, figure["name"]) for row in found.values()))))
    names = list(dict.fromkeys(row[across] for row in found.values()))
    groups = list(dict.fromkeys(row[down] for row in found.values()))
    headings = [Heading(""), *(Heading(str(name), right=True) for name in names)]
    body = [[str(g), *(_marked(found.get((g, n)), figure, reasons) for n in names)] for g in groups]
    lines = [line for part in _parts(headings, body, width) for line in (*part, "")]
    said = [f"{counted(others, 'autre lieu', 'autres lieux')} : dans un classeur, avec -o"] if others else []
    return [*lines[:-1], *said, *_notes(reasons, width)]


def card_lines(facts: Facts, width: int) -> list[str]:
    """Each row as a heading of its declared columns, then one line for each text that it declares and has.

    Texts of several columns under one title go without it.
    """
    columns = {column["name"]: column for column in facts["columns"]}
    titles = [_title(columns[name]) for name in facts["screen"]["lines"] if name in columns]
    lines: list[str] = []
    for row in facts["rows"][:MOST_LINES]:
        said = [cell(row, columns[name]) for name in facts["screen"]["columns"] if name in columns]
        texts = [(_title(columns[name]), row[name]) for name in facts["screen"]["lines"] if row.get(name)]
        lines += wrap("  ".join(said), width)
        for title, text in texts:
            said_of = f"{title} : {text}" if titles.count(title) == 1 else str(text)
            lines += wrap(said_of, width, initial_indent="   ", subsequent_indent="     ")
        lines.append("")
    return [*lines[:-1], *_left(len(facts["rows"]) - MOST_LINES, "ligne")]


def cell(row: Facts, column: Facts) -> str:
    """One cell: a figure with its margin and unit, a word, or why there is nothing."""
    name, value = column["name"], row[column["name"]]
    if value is None:
        status = str(row.get(f"{name}_statut") or "")
        return ("masqué" if status.startswith("masqué") else "non dit") if status else "–"
    if isinstance(value, str | bool):
        return str(value)
    return with_margin(value, row.get(f"{name}_marge"), column["unit"])


def _listed(facts: Facts) -> list[Facts]:
    """The columns to show: those declared, else what names a row and the figures that have a reason beside them."""
    named = {column["name"]: column for column in facts["columns"]}
    declared = [named[name] for name in facts["screen"].get("columns", ()) if name in named]
    own = [c for c in facts["columns"] if c["role"] in PLACES or f"{c['name']}_statut" in named]
    return declared or own[:7]


def _under_its_head(column: Facts) -> Facts:
    """The column without the unit that its heading names: under « Portes prévues », 33 and not « 33 portes »."""
    named = str(column["unit"]).lower() in _title(column).lower().split()
    return {**column, "unit": ""} if named else column


def _title(column: Facts) -> str:
    """The heading of a column."""
    return str(column["title"] or column["name"])


def _left(count: int, noun: str) -> list[str]:
    """What is said of the rows that are not shown."""
    return [f"… et {counted(count, noun)} de plus : dans un classeur, avec -o"] if count > 0 else []


def _first_place(facts: Facts) -> tuple[dict[str, Any], int]:
    """What names the first place of the answer, and how many other places there are."""
    key = next(column["name"] for column in facts["columns"] if column["role"] == "key")
    if key in {facts["screen"]["rows"], facts["screen"]["columns"]} or not facts["rows"]:
        return {}, 0
    places = dict.fromkeys(row[key] for row in facts["rows"])
    return {key: facts["rows"][0][key]}, len(places) - 1


def _parts(headings: Sequence[Heading], body: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The cross table, cut into as many tables as the width asks for, the names of groups repeated in each."""
    widths = [max([len(h.title), *(len(row[i]) for row in body)]) for i, h in enumerate(headings)]
    taken, parts, room = [0], [], width - min(widths[0], 30)
    for index in range(1, len(headings)):
        need = min(widths[index], 22) + 2
        if room < need and len(taken) > 1:
            parts.append(taken)
            taken, room = [0], width - min(widths[0], 30)
        taken.append(index)
        room -= need
    return [
        table_lines([headings[i] for i in part], [[row[i] for i in part] for row in body], width)
        for part in (*parts, taken)
    ]


def _marked(row: Facts | None, figure: Facts, reasons: Sequence[str]) -> str:
    """One cell of a cross table, followed by the number of its warning among ``reasons``, which are told below."""
    if row is None:
        return "–"
    warning = _warning(row, figure["name"])
    return f"{cell(row, figure)} ({reasons.index(warning) + 1})" if warning else cell(row, figure)


def _notes(reasons: Sequence[str], width: int) -> list[str]:
    """The warnings that figures bear the numbers of."""
    notes = enumerate(reasons, 1)
    return [line for n, text in notes for line in wrap(f"  ({n}) {text}", width, subsequent_indent="      ")]


def _warning(row: Facts, figure: str) -> str:
    """The plain warning of a row: why its figure is hidden, or what makes it unsure; empty for none."""
    return str(row.get(f"{figure}_avertissement") or row.get(f"{figure}_statut") or "")


_VIEWS: Final = {"cross": cross_lines, "cards": card_lines}
