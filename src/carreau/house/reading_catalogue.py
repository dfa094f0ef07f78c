"""What is served, described: themes, indicators, elections, levels, the standing of the files; static for a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from carreau.guard.tiles import zooms_of
from carreau.house.ready import ELECTION, analyses_of, election_title, english_title
from carreau.house.served import Served
from carreau.sources.interieur_results.elections import elections
from carreau.terms import Column, Role, Schema

LEVEL_OF: Final[Mapping[str, str]] = {
    "bv": "bureau",
    "iris": "iris",
    "com": "commune",
    "circo": "circonscription",
    "dep": "departement",
}


def catalogue_facts(served: Served) -> dict[str, Any]:
    """What the pages need to know before any figure: the answer of ``GET /api/v1``, without who is asking."""
    release, english = served.release, served.facts.get("english", {})
    told = indicators_of(release.schema, served.facts)
    return {
        "product": served.product,
        "title": release.title,
        "territory": served.territory,
        "version": served.version,
        "certificate": str(release.certificate["id"]),
        "made_at": release.made_at.isoformat(),
        "language": "fr",
        "levels": [_level(level, served.levels.kept[level].certificate, served.facts) for level in served.levels],
        "tiles": {
            "url": f"/tiles/{served.version}.pmtiles" if served.tiles else None,
            "layers": list(served.levels) if served.tiles else [],
        },
        "themes": [
            {"id": theme, "title": title, "title_en": str(english.get("themes", {}).get(theme, title))}
            for theme, title in served.facts["themes"].items()
        ],
        "indicators": told,
        "analyses": analyses_of(served.facts, [one["name"] for one in told]),
        "elections": elections_of(told, served.facts),
        "standing": list(release.certificate["standing"]),
        "purposes": list(release.certificate["policy"]["purposes"]),
        "hidden_share": release.certificate["hidden_share"],
    }


def indicators_of(schema: Schema, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every indicator of a schema: name, titles, theme, unit, kind, description, provenance, the election it is of."""
    return [_indicator(column, facts) for column in indicator_columns(schema)]


def indicator_columns(schema: Schema) -> list[Column]:
    """The columns of a schema that are indicators: those that have a margin beside them."""
    judged = {column.of for column in schema.columns if column.role is Role.MARGIN}
    return [column for column in schema.columns if column.name in judged]


def family_of(name: str) -> str:
    """The election that a column is about, or nothing.

    >>> family_of("pres_2022_t1_bloc_gauche"), family_of("part_cadres")
    ('pres_2022_t1', '')
    """
    found = ELECTION.match(name)
    return found[0].rstrip("_") if found else ""


def elections_of(indicators: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elections that indicators are about, the oldest first: id, titles, day of the vote, names of the columns."""
    families: dict[str, list[str]] = {}
    for indicator in indicators:
        if indicator["family"]:
            families.setdefault(str(indicator["family"]), []).append(str(indicator["name"]))
    told = [_election(family, names, facts) for family, names in families.items()]
    return sorted(told, key=lambda election: (election["date"], election["id"]))


def _election(family: str, names: list[str], facts: Mapping[str, Any]) -> dict[str, Any]:
    """One election: its title is that of its round; its day is declared by the source of results."""
    kind, year, turn = (*family.split("_"), "")[:3]
    title, translated = election_title(facts, family), election_title(facts, family, "english")
    held = elections().get("_".join(part for part in (year, kind, turn) if part)) or elections().get(f"{year}_{kind}")
    return {
        "id": family,
        "title": title[:1].upper() + title[1:],
        "title_en": translated[:1].upper() + translated[1:],
        "date": held.day.isoformat() if held else year,
        "indicators": names,
    }


def _indicator(column: Column, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One indicator, as the declaration and the release describe it."""
    declared = facts["indicators"].get(column.name, {})
    kind = {Role.SHARE: "share", Role.COUNT: "count"}.get(column.role, "ratio")
    return {
        "name": column.name,
        "title": column.title,
        "title_en": english_title(facts, column.name, column.title),
        "theme": column.theme,
        "unit": column.unit,
        "kind": declared.get("kind", kind),
        "description": column.description,
        "source": column.provenance.source,
        "vintage": column.provenance.vintage,
        "method": column.provenance.method,
        "status": column.provenance.status,
        "family": family_of(column.name),
    }


def _level(level: str, certificate: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """One level of places: titles as the product declares them, how many places, the zooms where the map draws it."""
    declared = facts.get("levels", {}).get(level, {})
    low, high = zooms_of(level)
    return {
        "id": level,
        "title": declared.get("title", level),
        "title_en": declared.get("title_en", level),
        "count": int(certificate["content"]["rows"]),
        "minzoom": low,
        "maxzoom": high,
    }
