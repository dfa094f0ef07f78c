"""The search of what is served: what can be found, what is said of it, where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from carreau.house.reading import (
    KIND_OF,
    catalogue,
    cells,
    grouped_rows,
    intercommunalities_of,
    places,
    remembered,
    rounded,
    territory_rows,
)
from carreau.house.reading_places import Places, bounds_of
from carreau.house.reading_search import Entry, SearchIndex, Stations, voters
from carreau.house.reading_within import where_of
from carreau.house.served import Served
from carreau.house.watch import Watcher


def warmed(served: Served, watcher: Watcher) -> None:
    """Reads once what every visitor asks for: a server that answers, answers fast."""
    watcher.started("serve", f"ouverture, {served.territory}", len(served.levels) + 1)
    for level in served.levels:
        places(served, level)
        cells(served, level)
        watcher.advanced()
    catalogue(served)
    search(served, "a", 1)
    watcher.advanced()
    watcher.ended(f"{sum(len(places(served, level).codes) for level in served.levels)} lieux")


def search(served: Served, text: str, limit: int) -> list[dict[str, Any]]:
    """At most ``limit`` places whose name or code answers to ``text``, the best first, with where they are."""
    index = remembered(served, "search", lambda: _index(served))
    return [_found(served, entry) for entry in index.found(text, limit)]


def _index(served: Served) -> SearchIndex:
    """All that can be found: the places of each level, the communes of the stations, the intercommunalities."""
    known = places(served, "bureau")
    weights = np.nan_to_num(known.registered).tolist()
    stations = Stations(known.codes, grouped_rows(served, known, "com"), known.names, weights)
    entries = [entry for level in served.levels if level != "bureau" for entry in _level_entries(served, level)]
    if "commune" not in served.levels:
        entries += _commune_entries(served)
    entries += [
        Entry("epci", code, str(facts["name"]), f"{len(facts['communes'])} communes", 0.0, -1)
        for code, facts in intercommunalities_of(served).items()
    ]
    return SearchIndex(entries, stations)


def _level_entries(served: Served, level: str) -> Iterable[Entry]:
    """What can be found of a level whose places have names."""
    known = places(served, level)
    for row, code in enumerate(known.codes):
        weight = float(np.nan_to_num(known.registered[row]))
        detail = " · ".join(part for part in (_department(served, known, row), _counted(served, known, row)) if part)
        commune = _commune_name(served, known, row) if level == "iris" else ""
        name = f"{known.names[row]} ({commune})" if commune and commune not in known.names[row] else known.names[row]
        yield Entry(level, code, name, detail, weight, row)


def _counted(served: Served, known: Places, row: int) -> str:
    """How many stations a commune or a department has, else how many voters a place has."""
    if known.level not in {"commune", "departement"}:
        return voters(float(np.nan_to_num(known.registered[row])))
    kind = "com" if known.level == "commune" else "dep"
    number = len(grouped_rows(served, places(served, "bureau"), kind).get(known.codes[row], ()))
    return f"{number} bureaux" if number > 1 else f"{number} bureau"


def _commune_name(served: Served, known: Places, row: int) -> str:
    """The name of the commune of a place, when communes are served."""
    if "commune" not in served.levels:
        return ""
    names = places(served, "commune")
    number = names.row.get(known.communes[row])
    return "" if number is None else names.names[number]


def _commune_entries(served: Served) -> Iterable[Entry]:
    """The communes of the stations, when communes are not a level that is served."""
    stations = places(served, "bureau")
    for code, rows in grouped_rows(served, stations, "com").items():
        name, weight = stations.names[rows[0]], float(np.nansum(stations.registered[rows]))
        count = f"{len(rows)} bureaux" if len(rows) > 1 else "1 bureau"
        yield Entry("commune", code, name, f"{_department(served, stations, rows[0])} · {count}", weight, rows[0])


def _department(served: Served, known: Places, row: int) -> str:
    """The name of the department of a place, its code when names are not served."""
    code = known.departments[row]
    if "departement" not in served.levels or known.level == "departement":
        return "" if known.level == "departement" else code
    names = places(served, "departement")
    number = names.row.get(code)
    return code if number is None else names.names[number]


def _found(served: Served, entry: Entry) -> dict[str, Any]:
    """One place found, with its centre and bounds."""
    territory = f"{KIND_OF.get(entry.kind, entry.kind)}:{entry.code}"
    known = places(served, entry.kind if entry.kind in served.levels else "bureau")
    shown = entry.kind in served.levels
    rows = [entry.row] if shown else territory_rows(served, known, where_of(territory)).tolist()
    bounds = bounds_of(known.bounds, rows)
    centre = rounded(known.points[rows[0]], 5) if len(rows) == 1 else _middle(bounds)
    return {
        "territory": territory,
        "kind": entry.kind,
        "code": entry.code,
        "name": entry.name,
        "detail": entry.detail,
        "center": centre if centre and None not in centre else None,
        "bounds": bounds,
    }


def _middle(bounds: Sequence[float] | None) -> list[float | None] | None:
    """The middle of some bounds."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    return [round((west + east) / 2, 5), round((south + north) / 2, 5)]
