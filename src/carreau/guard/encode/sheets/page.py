"""All that the sheets of a plan say, as plain JSON values for their template."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from carreau.guard.content import Content
from carreau.guard.encode.picture.around import shapes_shown
from carreau.guard.encode.sheets.sketch import Stop, colour_of, panels
from carreau.guard.encode.words import texts
from carreau.guard.encode.written import number
from carreau.guard.presentation import Presentation

ROUTE: Final = ("sortie", "equipe", "ordre")  # the columns of a release whose rows are the stops of routes
Row = Mapping[str, Any]


def is_routes(content: Content) -> bool:
    """Whether the rows of a release are the stops of routes."""
    return set(ROUTE) <= set(content.schema.names)


def teams_of(content: Content) -> list[int]:
    """The teams that have a stop, in order."""
    return sorted({int(team) for team in content.table["equipe"].to_pylist()})


def sheets(content: Content, shown: Presentation) -> dict[str, Any]:
    """The document: one sheet a team, then what all share (words, remarks, certificate)."""
    release, words = content.certificate, {**texts()[shown.language], **_texts()[shown.language]}
    told = zip(content.table.to_pylist(), shapes_shown(content), strict=True)
    rows = [{**row, "shape": shape} for row, shape in told]
    made_at = datetime.fromisoformat(release["made_at"])
    place = _place(content, rows)
    said = _Said(words, shown.language, _title(content))
    return {
        "title": shown.title or f"{words['title']}{words['colon']} {place}",
        "language": shown.language,
        "words": {name: text for name, text in words.items() if isinstance(text, str)},
        "place": place,
        "standing": list(release["standing"][:1]),
        "remarks": list(content.document.get("remarks", ())),
        "sheets": [said.sheet(team, [row for row in rows if row["equipe"] == team]) for team in teams_of(content)],
        "certificate": release["id"],
        "made": f"{made_at:%d/%m/%Y}" if shown.language == "fr" else f"{made_at:%-d %B %Y}",
    }


class _Said:
    """How a sheet is said in one language; ``expected`` is the title of what may be expected."""

    def __init__(self, words: Mapping[str, Any], language: str, expected: str) -> None:
        self.words, self.language, self.expected = words, language, expected

    def sheet(self, team: int, rows: Sequence[Row]) -> dict[str, Any]:
        """The sheet of one team."""
        rows = sorted(rows, key=lambda row: (row["sortie"], row["ordre"]))
        outings = list(dict.fromkeys(row["sortie"] for row in rows))
        stops = [Stop(row["sortie"], *_spot(row), row["shape"]) for row in rows]
        many = self.words["one_outing"] if len(outings) == 1 else self._filled("outings", len(outings))
        return {
            "team": str(team),
            "sum": [many, self._filled("doors", sum(row["portes_prevues"] for row in rows)), *self._expected(rows)],
            "alt": self.words["sketch"].format(team=team),
            "panels": [{**panel, "rule": self._length(panel)} for panel in panels(stops)],
            "outings": [
                self._outing(colour_of(rank), [row for row in rows if row["sortie"] == outing])
                for rank, outing in enumerate(outings)
            ],
        }

    def _outing(self, colour: str, rows: Sequence[Row]) -> dict[str, Any]:
        """One outing: what it is in all, then its stops."""
        last = rows[-1]
        walk = sum(row["marche"] for row in rows)
        doors = self._filled("doors", sum(row["portes_prevues"] for row in rows))
        return {
            "colour": colour,
            "number": str(rows[0]["sortie"]),
            "sum": [doors, watch(last["debut"] + last["duree"]), *([self._filled("walk", walk)] if walk else [])],
            "stops": [self._stop(row) for row in rows],
        }

    def _stop(self, row: Row) -> dict[str, str]:
        """One stop: its street, its station, when, how many doors, how long."""
        station = str(row.get("bv_id") or "").partition("_")[2]
        town = str(row.get("libelle_commune") or "")
        told = [town, self.words["station"].format(code=station)] if station else [town]
        return {
            "order": str(row["ordre"]),
            "street": str(row.get("voie") or self.words["sector"].format(code=row.get("secteur", ""))),
            "part": str(row.get("troncon") or ""),
            "where": ", ".join(part for part in told if part),
            "start": watch(row["debut"]),
            "doors": number(row["portes_prevues"], 0, self.language),
            "time": watch(row["duree"]),
            "walk": f"{number(row['marche'], 0, self.language)} m",
        }

    def _expected(self, rows: Sequence[Row]) -> list[str]:
        """What may be expected of a team, from the lowest published effect to the highest."""
        if not self.expected:
            return []
        totals = [sum(row.get(name) or 0.0 for row in rows) for name in ("attendu", "attendu_bas", "attendu_haut")]
        central, low, high = (number(total, int(total < 100), self.language) for total in totals)
        return [self.words["expected"].format(title=self.expected, central=central, low=low, high=high)]

    def _length(self, drawn: Mapping[str, Any]) -> str:
        """The length of the scale in words."""
        kilometres = drawn["kilometres"]
        if kilometres < 1:
            return f"{number(kilometres * 1000, 0, self.language)} m"
        return f"{number(kilometres, 0, self.language)} km"

    def _filled(self, name: str, count: float) -> str:
        """A sentence with its number."""
        return str(self.words[name]).format(count=number(count, 0, self.language))


def watch(minutes: float) -> str:
    """Minutes as a watch says them.

    >>> watch(9.6), watch(125)
    ('10\u202fmin', '2\u202fh\u202f05')
    """
    whole = round(minutes)
    return f"{whole}\u202fmin" if whole < 60 else f"{whole // 60}\u202fh\u202f{whole % 60:02d}"


def _spot(row: Row) -> tuple[float, float]:
    """Where a stop is; not a number where nobody knows."""
    longitude, latitude = row.get("longitude"), row.get("latitude")
    return (float("nan"), float("nan")) if longitude is None or latitude is None else (longitude, latitude)


def _place(content: Content, rows: Sequence[Row]) -> str:
    """The place of the plan: the name of its commune when it has one, its territory."""
    towns = {str(row.get("libelle_commune") or "") for row in rows} - {""}
    territory = str(content.certificate.get("territory", ""))
    return " · ".join(part for part in (towns.pop() if len(towns) == 1 else "", territory) if part)


def _title(content: Content) -> str:
    """The title of what may be expected, when the release tells it."""
    return next((column.title for column in content.schema.columns if column.name == "attendu"), "")


@cache
def _texts() -> Mapping[str, Any]:
    """The sentences of ``words.toml``."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
