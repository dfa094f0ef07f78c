"""How one station voted: turnout and blocs, election after election, and who came first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from carreau.guard.encode.fiche.living import Station
from carreau.guard.encode.written import said
from carreau.terms import Column

_ELECTION: Final = re.compile(r"([a-z]+)_(\d{4})_(t[12])_participation")
ROWS: Final = ("participation", "bloc_gauche", "bloc_centre_droit", "bloc_extreme_droite", "bloc_autres")
MOST: Final = 7
_FIRST: Final = 5
_LINES: Final = 2


def voting(station: Station) -> dict[str, Any]:
    """The elections that the station has results of (the latest seven), one line a measure, and who came first."""
    known = elections(station.columns)
    held = [name for name in known if station.row[f"{name}_participation"] is not None][-MOST:]
    cells = {row: [_cell(station, f"{name}_{row}") for name in held] for row in ROWS}
    return {
        "elections": [heading(name, station.words) for name in held],
        "rows": [{"title": _title(station, row), "cells": found} for row, found in cells.items() if any(found)],
        "leading": [line for name in reversed(held) if (line := _leading(station, name))][:_LINES],
    }


def elections(columns: Mapping[str, Column]) -> list[str]:
    """The elections that columns are about, oldest first, as their names start: ``pres_2022_t1``."""
    found = [match for name in columns if (match := _ELECTION.fullmatch(name))]
    order = {match[0].removesuffix("_participation"): place for place, match in enumerate(found)}
    years = {match[0].removesuffix("_participation"): match[2] for match in found}
    return sorted(order, key=lambda name: (years[name], order[name]))


def heading(name: str, words: Any) -> list[str]:
    """The two lines above a column: the kind of election, then its year and round."""
    kind, year, turn = name.split("_")
    return [str(words.own.get(kind, kind.capitalize())), f"{year}, {words[turn]}"]


def _title(station: Station, row: str) -> str:
    """The title of a line."""
    return station.words["turnout" if row == "participation" else row]


def _cell(station: Station, name: str) -> dict[str, Any] | None:
    """One result, or None when there is none."""
    if station.row.get(name) is None:
        return None
    return station.figure(name)


def _leading(station: Station, name: str) -> dict[str, Any] | None:
    """The candidates who came first, with their shares; None when the release names none of them."""
    start = f"{name}_voix_"
    names = [
        column
        for column in station.columns
        if column.startswith(start) and f"{column}_statut" in station.columns and station.row[column] is not None
    ]
    if not names:
        return None
    best = sorted(names, key=lambda column: -station.row[column])[:_FIRST]
    people = [_person(station, column) for column in best]
    return {"election": " ".join(heading(name, station.words)), "people": people}


def _person(station: Station, name: str) -> str:
    """A candidate and a share, narrowly bound together."""
    column = station.columns[name]
    share = said(column, station.row[name], station.part(name, "_marge"), station.words.language)
    who = re.sub(r" \(.*", "", column.title)
    return f"{who} {share}".replace(" ", "\u00a0")
