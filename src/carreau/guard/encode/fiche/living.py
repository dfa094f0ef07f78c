"""Who lives in one station: its figures beside those of the commune, the department and the country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carreau.guard.encode.words import Words, texts
from carreau.guard.encode.written import said
from carreau.terms import Column, Role

REFERENCES: Final = ("commune", "departement", "france")
LOW: Final = ("D", "E")
_FEW: Final = 18
_NAMED: Final = 6
_NAMED_HERE: Final = 4
_POINTS: Final = 3.0
_WHOLE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Station:
    """One row of a release with the declared columns, by name."""

    columns: Mapping[str, Column]
    row: Mapping[str, Any]
    words: Words

    def part(self, name: str, suffix: str) -> Any:
        """What stands beside a figure (``_marge``, ``_note``…), or None."""
        return self.row.get(f"{name}{suffix}")

    def figure(self, name: str) -> dict[str, Any]:
        """A figure as the page shows it: texts, and the numbers that its bar is drawn from."""
        column, value, margin = self.columns[name], self.row[name], self.part(name, "_marge")
        found: dict[str, Any] = {"title": self.words.title(column), "value": None, "grade": self.part(name, "_note")}
        found["references"] = {zone: self._reference(name, zone) for zone in REFERENCES}
        if value is None:
            return {**found, "reason": self.words.reason(self.part(name, "_statut") or self.words["none"])}
        language = self.words.language
        text = said(column, value, margin, language)
        spread = said(column, margin, margin, language) if margin else ""
        return {**found, "value": value, "margin": margin or 0, "said": text, "spread": spread}

    def _reference(self, name: str, zone: str) -> dict[str, Any] | None:
        """The same figure in the commune, the department or the country, found from the difference with it."""
        value, gap = self.row[name], self.part(name, f"_ecart_{zone}")
        if value is None or gap is None:
            return None
        text = said(self.columns[name], value - gap, self.part(name, "_marge"), self.words.language)
        return {"value": value - gap, "said": text}


def living(station: Station) -> list[dict[str, Any]]:
    """The themes of the page, each with its figures and the end of their scale; a theme of no figure is left out."""
    themes = []
    for entry in shown_themes(station.columns):
        figures = [{**station.figure(name), "end": _end(station, name)} for name in entry["columns"]]
        themes.append({"title": station.words.theme(entry["theme"]), "figures": figures})
    return themes


def shown_themes(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """The themes and columns of the page that this release has; its first shares when it has none of them."""
    known = [
        {"theme": entry["theme"], "columns": [name for name in entry["columns"] if name in columns]}
        for entry in texts()["shown"]
    ]
    found = [entry for entry in known if entry["columns"]]
    if found:
        return found
    shares = [c for c in columns.values() if c.role is Role.SHARE and c.theme != "elections"][:_FEW]
    themes: dict[str, list[str]] = defaultdict(list)
    for column in shares:
        themes[column.theme].append(column.name)
    return [{"theme": theme, "columns": names} for theme, names in themes.items()]


def highlights(station: Station, themes: Sequence[Mapping[str, Any]]) -> list[str]:
    """In what a station differs from the country by more than its margin, and three points at least."""
    words, apart = station.words, []
    for figure in (figure for theme in themes for figure in theme["figures"]):
        france = figure["references"]["france"]
        if france is None or figure["end"] != _WHOLE:
            continue
        gap = figure["value"] - france["value"]
        if abs(gap) > max(figure["margin"], _POINTS):
            title = figure["title"][:1].lower() + figure["title"][1:]
            apart.append((gap, words["against"].format(title=title, value=figure["said"], other=france["said"])))
    more = [said for gap, said in sorted(apart, reverse=True) if gap > 0][:_NAMED_HERE]
    less = [said for gap, said in sorted(apart) if gap < 0][:_NAMED_HERE]
    lines = [words["more_than"].format(titles=", ".join(more))] if more else []
    lines += [words["less_than"].format(titles=", ".join(less))] if less else []
    return lines or [words["alike"]]


def doubts(station: Station, themes: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the page says of its own figures: how sure they are, which are weak, which are not shown and why."""
    words = station.words
    figures = [figure for theme in themes for figure in theme["figures"]]
    grades = [figure["grade"] for figure in figures if figure["value"] is not None and figure["grade"]]
    counts = [(grade, grades.count(grade)) for grade in sorted(set(grades))]
    said_counts = [words["grade_words"].format(count=count, grade=grade) for grade, count in counts]
    lines = [words["grades"].format(total=len(grades), words=", ".join(said_counts))] if grades else []
    low = [figure["title"] for figure in figures if figure["value"] is not None and figure["grade"] in LOW]
    lines += [words["low"].format(titles=listed(low, words))] if low else []
    hidden: dict[str, list[str]] = defaultdict(list)
    for figure in figures:
        if figure["value"] is None:
            hidden[figure["reason"]].append(figure["title"])
    lines += [
        words["hiding"].format(titles=listed(titles, words), reason=reason) for reason, titles in hidden.items()
    ]
    return lines


def listed(titles: Sequence[str], words: Words) -> str:
    """Titles with commas between them; the first six alone when they are many."""
    if len(titles) <= _NAMED + 1:
        return ", ".join(titles)
    return f"{', '.join(titles[:_NAMED])} {words['more'].format(count=len(titles) - _NAMED)}"


def _end(station: Station, name: str) -> float:
    """Where the scale of a figure ends: 100 for a share, else a fifth beyond the largest of its numbers."""
    if station.columns[name].unit == "%":
        return _WHOLE
    value, margin = station.row[name] or 0.0, station.part(name, "_marge") or 0.0
    gaps = [station.part(name, f"_ecart_{zone}") or 0.0 for zone in REFERENCES]
    return 1.2 * max(value + margin, *(value - gap for gap in gaps)) or 1.0
