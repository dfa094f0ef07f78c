"""All that the page of one station says, as plain JSON values for its template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from carreau.guard.content import Content
from carreau.guard.encode.fiche.living import Station, doubts, highlights, living
from carreau.guard.encode.fiche.voting import voting
from carreau.guard.encode.picture.around import key_of, place_map
from carreau.guard.encode.words import Words
from carreau.guard.encode.written import number, said
from carreau.guard.presentation import Presentation
from carreau.terms import Role

_LEAST_OFFICIAL = ("synthetic", "facsimile", "unknown", "compiled", "extract", "original")


def pages(content: Content, shown: Presentation) -> dict[str, Any]:
    """The document: one page a row, then what all share (sources, certificate, words)."""
    words = Words.of(content, shown)
    columns = {column.name: column for column in content.schema.columns}
    rows = content.table.to_pylist()
    stations = [Station(columns, row, words) for row in rows]
    release = content.certificate
    made_at = datetime.fromisoformat(release["made_at"])
    title = shown.title or f"{words['product']}{words['colon']} {_heading(content, stations[0])[0]}"
    return {
        "title": title,
        "language": shown.language,
        "words": {name: text for name, text in words.own.items() if isinstance(text, str)},
        "pages": [_page(content, station, place) for place, station in enumerate(stations)],
        "sources": _sources(release["lineage"]),
        "standing": _standing(release, words),
        "certificate": release["id"],
        "made": f"{made_at:%d/%m/%Y}" if shown.language == "fr" else f"{made_at:%-d %B %Y}",
    }


def _page(content: Content, station: Station, place: int) -> dict[str, Any]:
    """What the page of one station says."""
    themes = living(station)
    missing = {figure["reason"] for theme in themes for figure in theme["figures"] if figure["value"] is None}
    silent = all(figure["value"] is None for theme in themes for figure in theme["figures"])
    heading, below = _heading(content, station)
    drawn = place_map(content, place)
    return {
        "heading": heading,
        "below": below,
        "kind": _kind(station),
        "highlights": [] if silent else highlights(station, themes),
        "map": drawn and {**drawn, "alt": _alt(station, content, drawn["around"]), "rule": _rule(station, drawn)},
        "themes": [] if silent else themes,
        "silence": " ; ".join(sorted(missing)) if silent else "",
        "voting": voting(station),
        "doubts": ([] if silent else doubts(station, themes)) + _method(station),
    }


def _heading(content: Content, station: Station) -> tuple[str, str]:
    """The name of the station, then what it is: commune, voters, inhabitants."""
    words, row, language = station.words, station.row, station.words.language
    key = str(row.get(key_of(content)) or "")
    town, code = str(row.get("libelle_commune") or row.get("libelle") or ""), key.partition("_")[2]
    name = f"{town}, {words['station']} {code}" if town and code else town or key
    facts = [f"{words['town']} {row['code_commune']}"] if row.get("code_commune") else []
    if row.get("inscrits") is not None:
        facts.append(f"{number(row['inscrits'], 0, language)} {words['registered']}")
    if row.get("population") is not None:
        margin = station.part("population", "_marge")
        people = said(station.columns["population"], row["population"], margin, language)
        spread = f" ± {said(station.columns['population'], margin, margin, language)}" if margin else ""
        facts.append(f"{people}{spread} {words['people']}")
    return name, " · ".join(facts)


def _kind(station: Station) -> str:
    """The type of the station, when the release has one."""
    column = station.columns.get("type_libelle") or station.columns.get("type")
    value = station.row.get(column.name) if column else None
    return f"{station.words['kind']}{station.words['colon']} {value}" if value else ""


def _alt(station: Station, content: Content, count: int) -> str:
    """What the map shows, for who does not see it."""
    name = str(station.row.get("libelle_commune") or station.row.get("libelle") or "")
    said = station.words["alt" if count else "alt_alone"]
    return said.format(code=station.row.get(key_of(content)), name=name, count=count)


def _rule(station: Station, drawn: Mapping[str, Any]) -> str:
    """The length of the scale in words."""
    kilometres = drawn["kilometres"]
    if kilometres < 1:
        return f"{number(kilometres * 1000, 0, station.words.language)} m"
    return f"{number(kilometres, 0, station.words.language)} km"


def _method(station: Station) -> list[str]:
    """How the figures came to the station: its own place, then the methods of the whole release."""
    words = station.words
    lines = [words["estimate"]]
    place = station.row.get("rattachement")
    lines += [words["place"].format(words=words.place(place))] if place else []
    methods = [c.provenance.method for c in station.columns.values() if c.role is Role.SHARE and c.theme != "elections"]
    lines += [words["carried"].format(method=_bare(methods[0]))] if methods and methods[0] else []
    return lines


def _standing(release: Mapping[str, Any], words: Words) -> list[str]:
    """What the least official input means for a reader."""
    statuses = [item["status"] for item in release["lineage"]]
    if words.language == "fr" or not statuses:
        return list(release["standing"][:1])
    return [words.own["standing"][min(statuses, key=_LEAST_OFFICIAL.index)]]


def _bare(method: str) -> str:
    """A method without its opening words, that the sentence already says."""
    return re.sub(r"^IRIS (vers [\w ]+ )?par ", "", method)


def _sources(lineage: list[Mapping[str, str]]) -> list[dict[str, str]]:
    """The sources, each once: its vintages, publisher, licence, and the least official standing of its files."""
    found: dict[str, dict[str, Any]] = {}
    for item in lineage:
        title = item.get("title", item["source"])
        facts = [item.get("publisher", ""), item.get("licence", "")]
        entry = found.setdefault(title, {"title": title, "facts": facts, "vintages": [], "status": item["status"]})
        entry["vintages"] += [item["vintage"]] if item["vintage"] not in entry["vintages"] else []
        entry["status"] = min(entry["status"], item["status"], key=_LEAST_OFFICIAL.index)
    return [
        {"title": entry["title"], "said": " · ".join([", ".join(entry["vintages"]), *(f for f in entry["facts"] if f)])}
        for entry in found.values()
    ]
