"""The facts that a server answers with, read in what is served; plain values and bytes, never a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from carreau.errors import Missing, Unknown
from carreau.house.likeness import likeness_of
from carreau.house.reading_catalogue import LEVEL_OF, catalogue_facts, indicators_of
from carreau.house.reading_cells import Cells, cells_of
from carreau.house.reading_place import place_facts, type_of
from carreau.house.reading_places import Places, bounds_of, places_of
from carreau.house.reading_sources import source_counts, sources_facts
from carreau.house.reading_types import (
    FAMILY,
    MADE_OF_STATIONS,
    REASON,
    SHARE,
    TYPE,
    Kinds,
    families_of,
    has_types,
    is_declared,
    mix_of,
    mixed_kinds,
    station_kinds,
    types_facts,
)
from carreau.house.reading_within import Index, Members, Where, grouped, inside, nowhere, rows_of, where_of
from carreau.house.served import Served
from carreau.terms import Slice

Made = TypeVar("Made")
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


def catalogue(served: Served) -> dict[str, Any]:
    """The answer of ``GET /api/v1``, without who is asking: see :func:`catalogue_facts`; with where to look first."""

    def made() -> dict[str, Any]:
        types = types_facts(served.types, served.facts, served.levels) if kinds(served, "bureau") else None
        return {**catalogue_facts(served), "types": types, "bounds": _first_view(places(served, "bureau"))}

    return remembered(served, "catalogue", made)


def places(served: Served, level: str) -> Places:
    """The places of a level; :class:`~carreau.errors.Unknown` for a level that is not served."""
    if level not in served.levels:
        raise Unknown.named(level, "niveau", list(served.levels), "reprendre l'un des niveaux de GET /api/v1")

    def made() -> Places:
        return places_of(level, served.levels[level], served.levels.kept[level].path, served.folder)

    return remembered(served, ("places", level), made)


def values(served: Served, level: str, column: str) -> bytes:
    """One column of a level as 32-bit floats, little-endian, in the order of its rows; NaN where empty.

    A column of types gives their numbers: see :mod:`carreau.house.reading_types`.
    """
    if level not in served.levels:
        raise Unknown.named(level, "niveau", list(served.levels), "reprendre l'un des niveaux de GET /api/v1")
    typed = kinds(served, level) if column in {TYPE, FAMILY} or column.startswith(SHARE) else None
    found = typed.vector(column, served.types) if typed else None
    return served.levels[level].vector(column) if found is None else found.astype("<f4").tobytes()


def kinds(served: Served, level: str) -> Kinds | None:
    """The types of the places of a level; None where none is told, or in words that the product does not declare."""

    def made() -> Kinds | None:
        stations, words = served.release, served.types
        if level == "bureau":
            if not has_types(stations.schema, words):
                return None
            table = stations.asked(Slice((TYPE, FAMILY, REASON))).arrow()
            return station_kinds(table, words) if is_declared(table, words) else None
        typed = kinds(served, "bureau") if level in MADE_OF_STATIONS else None
        if typed is None:
            return None
        inner, outer = places(served, "bureau"), places(served, level)
        codes = inner.communes if level == "commune" else inner.departments
        rows = np.array([outer.row.get(code, -1) for code in codes], dtype=np.int64)
        return mixed_kinds(typed, inner.registered, rows, families_of(words), len(outer.codes))

    return remembered(served, ("kinds", level), made)


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
        "inscrits": rounded(known.registered[rows], 0),
        "lon": rounded(known.points[rows, 0], 5),
        "lat": rounded(known.points[rows, 1], 5),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def rows_in(served: Served, level: str, territories: Sequence[str]) -> Index:
    """The rows of a level that lie in any of ``territories`` (by default all), in order.

    :class:`~carreau.errors.Unknown` for a territory that does not exist or holds no place of this level.
    """
    known = places(served, level)
    if not territories:
        return np.arange(len(known.codes))
    found = [territory_rows(served, known, where_of(text)) for text in territories]
    return np.unique(np.concatenate(found))


def territory_rows(served: Served, known: Places, territory: Where) -> Index:
    """The rows of a level that lie in one territory."""
    kind = territory.kind
    if LEVEL_OF.get(kind) == known.level:
        rows = np.array([known.row[territory.code]] if territory.code in known.row else [], dtype=np.int64)
    elif kind == "epci":
        members = intercommunalities_of(served).get(territory.code, {}).get("communes", ())
        communes = grouped_rows(served, known, "com")
        rows = np.array([row for code in members for row in communes.get(code, ())], dtype=np.int64)
    elif kind in {"circo", "iris"}:
        rows = _inside(served, known, territory)
    else:
        rows = rows_of(known, territory, lambda one: grouped_rows(served, known, one))
    if not len(rows):
        raise nowhere(territory, served.territory, known.level)
    return rows


def _inside(served: Served, known: Places, territory: Where) -> Index:
    """The rows of a level whose point lies in the contour of a larger place."""
    level = LEVEL_OF[territory.kind]
    number = places(served, level).row.get(territory.code) if level in served.levels else None
    if number is None:
        raise nowhere(territory, served.territory, known.level)
    path = served.levels.kept[level].path
    return remembered(served, ("inside", known.level, str(territory)), lambda: inside(known, path, number))


def intercommunalities_of(served: Served) -> Members:
    """The intercommunalities of what is served, read when they are first asked for."""
    return remembered(served, "epci", lambda: served.epci(grouped_rows(served, places(served, "bureau"), "com")))


def grouped_rows(served: Served, known: Places, kind: str) -> Mapping[str, list[int]]:
    """The rows of a level by commune or by department."""
    codes = known.communes if kind == "com" else known.departments
    return remembered(served, ("grouped", known.level, kind), lambda: grouped(codes))


def place(served: Served, territory: str) -> dict[str, Any]:
    """One place on one page: who it is, its figures, its sources, what to be careful about."""
    wanted = where_of(territory)
    level = LEVEL_OF.get(wanted.kind)
    if level is None or level not in served.levels:
        raise Missing(
            f"« {territory} » n'a pas de page ici",
            given=territory,
            expected=", ".join(f"{KIND_OF[one]}:…" for one in served.levels),
            advice="demander ses lieux avec GET /api/v1/electoral_profile/rows?in=…",
        )
    release, known, told = served.levels[level], places(served, level), catalogue(served)
    number = known.row.get(wanted.code)
    if number is None:
        raise _unknown(known, wanted.code)
    row = cells(served, level).row(number)
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
            "point": rounded(known.points[number], 5),
            "row": number,
        },
        **place_facts(row, indicators, told),
        "type": type_of(row, catalogue(served)["types"]),
        "types": mix_of(kinds(served, level), number, served.types),
        "sources": remembered(served, "sources", lambda: _lineage_facts(served)),
        "caveats": list(release.certificate["standing"]),
        "certificate": str(release.certificate["id"]),
    }


def name_of(served: Served, territory: str) -> str:
    """The name of a territory as people say it; its code when it has none here."""
    where = where_of(territory)
    if where.kind == "france":
        return "France"
    level = LEVEL_OF.get(where.kind, "")
    number = places(served, level).row.get(where.code) if level in served.levels else None
    if number is not None:
        return places(served, level).names[number]
    return str(intercommunalities_of(served).get(where.code, {}).get("name", where))


def like(served: Served, territory: str, scope: str, limit: int) -> list[dict[str, Any]]:
    """The stations most like one, in its commune or in all that is served: see :mod:`carreau.house.likeness`."""
    where, stations = where_of(territory), places(served, "bureau")
    likeness = remembered(served, "likeness", lambda: likeness_of(served.release))
    within = None
    if scope == "commune" and where.code in stations.row:
        commune = stations.communes[stations.row[where.code]]
        within = {stations.codes[row] for row in grouped_rows(served, stations, "com")[commune]}
    return likeness.nearest(where.code, within, limit)


def cells(served: Served, level: str) -> Cells:
    """The rows of a level, to be read one at a time."""
    kept, release = served.levels.kept[level].path, served.levels[level]
    return remembered(served, ("cells", level), lambda: cells_of(kept, release.schema, release.digest, served.folder))


def _unknown(known: Places, code: str) -> Unknown:
    """The error for the code of no place, with near ones among those that start as it does."""
    start = [one for one in known.codes if one.startswith(code[:3])]
    return Unknown.named(code, "lieu", start or known.codes[:5], "chercher un lieu : GET /api/v1/search?q=…")


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


def _first_view(stations: Places) -> list[float] | None:
    """The bounds to look at first: those of metropolitan France when it is there, else of all that is served."""
    near = [row for row, code in enumerate(stations.departments) if not code.startswith(AWAY)]
    return bounds_of(stations.bounds, near) or bounds_of(stations.bounds)


def rounded(numbers: npt.NDArray[np.float32], digits: int) -> list[float | None]:
    """Numbers as JSON writes them, None where there is none."""
    found = np.round(numbers.astype(np.float64), digits)
    return [None if np.isnan(value) else float(value) for value in found]
