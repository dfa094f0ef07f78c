"""What the counters draw of a territory or a station, out of a Release or a Draft, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from carreau.guard import Release
from carreau.products import Draft
from carreau.sources.manifest import STATUSES

LEVELS: Final = ("commune", "departement", "france")
STATION: Final = ("bv_id", "code_commune", "libelle_commune", "inscrits", "rattachement")
TYPE: Final = ("type", "groupe_de_types", "type_certitude")


def station_facts(release: Release, themes: Mapping[str, str]) -> dict[str, Any]:
    """One station: who it is, its indicators by theme with what they are compared with, and its sources."""
    (row,) = release.rows()
    indicators: dict[str, list[dict[str, Any]]] = {}
    for column in release.schema.columns:
        if f"{column.name}_marge" in row and column.theme:
            indicators.setdefault(column.theme, []).append(
                {
                    "name": column.name,
                    "title": column.title,
                    "unit": column.unit,
                    "value": row[column.name],
                    "margin": row[f"{column.name}_marge"],
                    "grade": row[f"{column.name}_note"],
                    "status": row[f"{column.name}_statut"],
                    **{level: _level(row, column.name, level) for level in LEVELS},
                }
            )
    return {
        "station": {name: row[name] for name in STATION},
        "type": {name: row.get(name) for name in TYPE},
        "themes": [{"title": title, "indicators": indicators.get(theme, [])} for theme, title in themes.items()],
        "sources": _sources(release.certificate["lineage"]),
    }


def _sources(lineage: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Each source that served, with its title, vintages, files, and the least official status among them."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for entry in lineage:
        found.setdefault(entry["source"], []).append(entry)
    return [
        {
            "source": source,
            "title": entries[0].get("title", source),
            "vintage": ", ".join(dict.fromkeys(entry["vintage"] for entry in entries)),
            "status": max((entry["status"] for entry in entries), key=STATUSES.index),
            "files": [entry["name"] for entry in entries],
        }
        for source, entries in found.items()
    ]


def _level(row: Mapping[str, Any], name: str, level: str) -> float | None:
    """The figure of a level: the station's less its gap; none where either is missing."""
    value, gap = row[name], row.get(f"{name}_ecart_{level}")
    return None if value is None or gap is None else float(value) - float(gap)


def refined_facts(draft: Draft) -> dict[str, Any]:
    """How the zones of the sources were brought onto the stations, by method, in people."""
    coverage: Mapping[str, Any] = draft.coverage
    by_method: Mapping[str, float] = coverage.get("population_par_methode", {})
    return {
        "territory": str(draft.territory),
        "crosswalks": [
            {
                "name": "IRIS → bureaux",
                "method": method,
                "zones": None,
                "carried": 0.0 if method == "perdu" else people,
                "lost": people if method == "perdu" else 0.0,
            }
            for method, people in by_method.items()
        ],
        "coverage": dict(coverage),
        "remarks": list(draft.remarks),
    }
