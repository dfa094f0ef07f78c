"""The facts that a server answers with, read in what is served; plain values and bytes, never a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from carreau.errors import Missing, Unknown
from carreau.guard import Release
from carreau.house.reading_catalogue import LEVEL_OF, catalogue_facts, indicators_of
from carreau.house.reading_place import place_facts
from carreau.house.reading_places import Places, bounds_of, places_of
from carreau.house.reading_search import Entry, SearchIndex, Stations, voters
from carreau.house.reading_sources import source_counts, sources_facts
from carreau.house.served import Served
from carreau.house.watch import Watcher
from carreau.terms import Compare, Role, Slice, Territory

Made = TypeVar("Made")
Index = npt.NDArray[np.int64]
KIND_OF: Final[Mapping[str, str]] = {level: kind for kind, level in LEVEL_OF.items()}
AWAY: Final = ("97", "98", "ZZ")


def remembered(served: Served, key: object, make: Callable[[], Made]) -> Made:
    """What ``make`` gives, made once for what is served, even when several ask at the same time."""
    with served.lock:
        lock = served.locks.setdefault(key, type(served.lock)())
    with lock:
        if key not in served.memory:
            served.memory[key] = make()
        found: Made = served.memory[key]
        return found


def warmed(served: Served, watcher: Watcher) -> None:
    """Reads once what every visitor asks for: a server that answers, answers fast."""
    watcher.started("serve", f"ouverture, {served.territory}", len(served.levels) + 1)
    for level in served.levels:
        places(served, level)
        watcher.advanced()
    catalogue(served)
    search(served, "a", 1)
    watcher.advanced()
    watcher.ended(f"{sum(len(places(served, level).codes) for level in served.levels)} lieux")


def catalogue(served: Served) -> dict[str, Any]:
    """The answer of ``GET /api/v1``, without who is asking: see :func:`catalogue_facts`; with where to look first."""

    def made() -> dict[str, Any]:
        return {**catalogue_facts(served), "bounds": _first_view(places(served, "bureau"))}

    return remembered(served, "catalogue", made)


def places(served: Served, level: str) -> Places:
    """The places of a level; :class:`~carreau.errors.Unknown` for a level that is not served."""
    if level not in served.levels:
        raise Unknown.named(level, "niveau", list(served.levels), "reprendre l'un des niveaux de GET /api/v1")

    def made() -> Places:
        return places_of(level, served.levels[level], served.levels.kept[level].path, served.folder)

    return remembered(served, ("places", level), made)


def values(served: Served, level: str, column: str) -> bytes:
    """One column of a level as 32-bit floats, little-endian, in the order of its rows; NaN where empty."""
    if level not in served.levels:
        raise Unknown.named(level, "niveau", list(served.levels), "reprendre l'un des niveaux de GET /api/v1")
    return served.levels[level].vector(column)


def places_json(served: Served, level: str, territories: Sequence[str]) -> bytes:
    """The places of a level, or those in ``territories``, column by column, as JSON."""
    known = places(served, level)
    rows = rows_in(served, level, territories)
    told = {
        "row": rows.tolist(),
        "code": [known.codes[row] for row in rows],
        "name": [known.names[row] for row in rows],
        "commune": [known.communes[row] for row in rows],
        "departement": [known.departments[row] for row in rows],
        "inscrits": _rounded(known.registered[rows], 0),
        "lon": _rounded(known.points[rows, 0], 5),
        "lat": _rounded(known.points[rows, 1], 5),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def rows_in(served: Served, level: str, territories: Sequence[str]) -> Index:
    """The rows of a level that lie in any of ``territories`` (by default all), in order.

    :class:`~carreau.errors.Unknown` for a territory that does not exist or holds no place of this level.
    """
    known = places(served, level)
    if not territories:
        return np.arange(len(known.codes))
    found = [_rows_of(served, known, Territory.parse(text)) for text in territories]
    return np.unique(np.concatenate(found))


def _rows_of(served: Served, known: Places, territory: Territory) -> Index:
    """The rows of a level that lie in one territory."""
    if territory.kind == "france":
        return np.arange(len(known.codes))
    if LEVEL_OF.get(territory.kind) == known.level:
        row = known.row.get(territory.code)
        rows = [] if row is None else [row]
    elif territory.kind in {"com", "dep"}:
        rows = list(_grouped(served, known, territory.kind).get(territory.code, ()))
    elif territory.kind == "epci":
        communes = _grouped(served, known, "com")
        members = served.epci.get(territory.code, {}).get("communes", ())
        rows = [row for code in members for row in communes.get(code, ())]
    else:
        rows = []
    if not rows:
        raise Unknown(
            f"« {territory} » ne contient aucun lieu de ce niveau ici",
            given=str(territory),
            expected=f"un territoire dans {served.territory}, au niveau {known.level}",
            advice="chercher un lieu : GET /api/v1/search?q=…",
        )
    return np.array(rows, dtype=np.int64)


def _grouped(served: Served, known: Places, kind: str) -> Mapping[str, list[int]]:
    """The rows of a level by commune or by department."""

    def made() -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for row, code in enumerate(known.communes if kind == "com" else known.departments):
            groups.setdefault(code, []).append(row)
        return groups

    return remembered(served, ("grouped", known.level, kind), made)


def place(served: Served, territory: str) -> dict[str, Any]:
    """One place on one page: who it is, its figures, its sources, what to be careful about."""
    wanted = Territory.parse(territory)
    level = LEVEL_OF.get(wanted.kind)
    if level is None or level not in served.levels:
        raise Missing(
            f"« {territory} » n'a pas de page ici",
            given=territory,
            expected=", ".join(f"{KIND_OF[one]}:…" for one in served.levels),
            advice="demander ses lieux avec GET /api/v1/electoral_profile/rows?in=…",
        )
    release, known, told = served.levels[level], places(served, level), catalogue(served)
    row = _row(release, wanted.code)
    number = known.row[wanted.code]
    indicators = remembered(served, ("indicators", level), lambda: indicators_of(release.schema, served.facts))
    return {
        "place": {
            "territory": str(wanted),
            "code": wanted.code,
            "name": known.names[number],
            "level": level,
            "commune": known.communes[number],
            "departement": known.departments[number],
            "inscrits": row.get("inscrits"),
            "rattachement": row.get("rattachement"),
            "bounds": bounds_of(known.bounds, [number]),
            "point": _rounded(known.points[number], 5),
            "row": number,
        },
        **place_facts(row, indicators, told),
        "type": None,
        "sources": remembered(served, "sources", lambda: _lineage_facts(served)),
        "caveats": list(release.certificate["standing"]),
        "certificate": str(release.certificate["id"]),
    }


def _row(release: Release, code: str) -> dict[str, Any]:
    """The row of a place by its code, the first column, whether or not that column is declared as the key."""
    key = release.schema.columns[0]
    if key.role is Role.KEY:
        return release.row(code)
    rows = release.asked(Slice(where=Compare(key.name, "eq", code))).rows()
    if not rows:
        known = release.asked(Slice((key.name,))).arrow()[key.name].to_pylist()
        raise Unknown.named(code, "lieu", known, "vérifier le code")
    return rows[0]


def _lineage_facts(served: Served) -> list[dict[str, Any]]:
    """The sources of what is served, without counts."""
    told = sources_facts(served.release.certificate["lineage"], served.sources, {})
    return [
        {name: source[name] for name in ("id", "title", "publisher", "licence", "url", "vintages", "status")}
        for source in told
    ]


def sources(served: Served, territories: Sequence[str]) -> list[dict[str, Any]]:
    """Every source of what is served, and of its figures how many are shown, hidden, borrowed in ``territories``."""

    def made() -> list[dict[str, Any]]:
        release = served.release
        table = release.arrow()
        if territories:
            table = table.take(rows_in(served, "bureau", territories))
        return sources_facts(release.certificate["lineage"], served.sources, source_counts(release.schema, table))

    return remembered(served, ("sources", tuple(sorted(territories))), made) if len(territories) <= 1 else made()


def search(served: Served, text: str, limit: int) -> list[dict[str, Any]]:
    """At most ``limit`` places whose name or code answers to ``text``, the best first, with where they are."""
    index = remembered(served, "search", lambda: _index(served))
    return [_found(served, entry) for entry in index.found(text, limit)]


def _index(served: Served) -> SearchIndex:
    """All that can be found: the places of each level, the communes of the stations, the intercommunalities."""
    known = places(served, "bureau")
    weights = np.nan_to_num(known.registered).tolist()
    stations = Stations(known.codes, _grouped(served, known, "com"), known.names, weights)
    entries = [entry for level in served.levels if level != "bureau" for entry in _level_entries(served, level)]
    if "commune" not in served.levels:
        entries += _commune_entries(served)
    entries += [
        Entry("epci", code, str(facts["name"]), f"{len(facts['communes'])} communes", 0.0, -1)
        for code, facts in served.epci.items()
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
    number = len(_grouped(served, places(served, "bureau"), kind).get(known.codes[row], ()))
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
    for code, rows in _grouped(served, stations, "com").items():
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
    rows = [entry.row] if entry.kind in served.levels else _rows_of(served, known, Territory.parse(territory)).tolist()
    bounds = bounds_of(known.bounds, rows)
    centre = _rounded(known.points[rows[0]], 5) if len(rows) == 1 else _middle(bounds)
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


def _first_view(stations: Places) -> list[float] | None:
    """The bounds to look at first: those of metropolitan France when it is there, else of all that is served."""
    near = [row for row, code in enumerate(stations.departments) if not code.startswith(AWAY)]
    return bounds_of(stations.bounds, near) or bounds_of(stations.bounds)


def _rounded(numbers: npt.NDArray[np.float32], digits: int) -> list[float | None]:
    """Numbers as JSON writes them, None where there is none."""
    found = np.round(numbers.astype(np.float64), digits)
    return [None if np.isnan(value) else float(value) for value in found]
