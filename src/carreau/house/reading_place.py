"""One place on one page: who it is, its indicators by theme beside larger places, its elections, its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

DESCRIBED: Final = ("name", "title", "title_en", "theme", "unit", "kind", "family", "source", "vintage", "method")
COMPARED: Final = ("commune", "departement", "france")
MEASURES: Final = ("participation", "blancs", "nuls", "inscrits")


def place_facts(
    row: Mapping[str, Any], indicators: Iterable[Mapping[str, Any]], catalogue: Mapping[str, Any]
) -> dict[str, Any]:
    """The figures of one row: themes with their indicators, elections with turnout, blocs and candidates.

    ``indicators`` and ``catalogue`` are those of the catalogue of what is served; an election that was not held in
    this place is left out.
    """
    figures = {str(known["name"]): figure_of(row, known) for known in indicators if known["name"] in row}
    by_theme: dict[str, list[dict[str, Any]]] = {}
    for figure in figures.values():
        if not figure["family"]:
            by_theme.setdefault(figure["theme"], []).append(figure)
    return {
        "themes": [
            {**{name: theme[name] for name in ("id", "title", "title_en")}, "indicators": by_theme[theme["id"]]}
            for theme in catalogue["themes"]
            if theme["id"] in by_theme
        ],
        "elections": [
            told for election in catalogue["elections"] if (told := _election(election, figures)) is not None
        ],
    }


def type_of(row: Mapping[str, Any], words: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The type of a station: titles, family, how sure it is, why it is missing, portrait, share, votes; else None.

    ``words`` are the types as the catalogue tells them; None where they are not declared.
    """
    if "type" not in row:
        return None
    said = words or {"types": [], "groups": []}
    told: Mapping[str, Any] = next((one for one in said["types"] if one["title"] == row["type"]), {})
    group: Mapping[str, Any] = next((one for one in said["groups"] if one["id"] == told.get("group")), {})
    return {
        "id": told.get("id"),
        "title": row["type"],
        "title_en": told.get("title_en", row["type"]),
        "group_id": told.get("group"),
        "group": row.get("groupe_de_types"),
        "group_en": group.get("title_en", row.get("groupe_de_types")),
        "description": told.get("portrait", ""),
        "description_en": told.get("portrait_en", ""),
        "share": told.get("share"),
        "votes": told.get("votes", []),
        "certainty": row.get("type_certitude"),
        "status": row.get("type_statut"),
    }


def figure_of(row: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """One indicator of one place: value, margin, grade, reason when it is hidden, counts, larger places, provenance.

    ``status`` is the French reason why the figure is hidden or borrowed, ``standing`` the status of its files.
    """
    name = known["name"]
    return {
        **{key: known[key] for key in DESCRIBED},
        "value": row[name],
        "margin": row.get(f"{name}_marge"),
        "grade": row.get(f"{name}_note"),
        "status": row.get(f"{name}_statut"),
        "number": row.get(f"{name}_nombre"),
        "base": row.get(f"{name}_base"),
        **{level: _beside(row, name, level) for level in COMPARED},
        "standing": known["status"],
    }


def _beside(row: Mapping[str, Any], name: str, level: str) -> float | None:
    """The figure of a larger place: that of this place less its gap with it; none where either is missing."""
    value, gap = row[name], row.get(f"{name}_ecart_{level}")
    return None if value is None or gap is None else float(value) - float(gap)


def _election(election: Mapping[str, Any], figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """One election in one place; None when it was not held there."""
    prefix = f"{election['id']}_"
    held = {name.removeprefix(prefix): figures[name] for name in election["indicators"] if name in figures}
    if all(figure["value"] is None for figure in held.values()):
        return None
    return {
        **{name: election[name] for name in ("id", "title", "title_en", "date")},
        "participation": held.get("participation"),
        "measures": [held[name] for name in MEASURES if name in held],
        "blocs": [figure for name, figure in held.items() if name.startswith("bloc_")],
        "candidates": [
            figure
            for name, figure in sorted(held.items(), key=_largest_first)
            if name not in MEASURES and not name.startswith("bloc_") and figure["value"] is not None
        ],
    }


def _largest_first(entry: tuple[str, Mapping[str, Any]]) -> float:
    """What sorts candidates: the largest share first, the empty ones last."""
    value = entry[1]["value"]
    return 1.0 if value is None else -float(value)
