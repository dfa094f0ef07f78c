"""One station on one screen: a bar per indicator, its margin drawn, beside commune, department and France.

A pure function: the facts of ``Home.show`` in, lines of coloured text out. Facts are ``station`` (its code,
commune, vintage…), ``type`` (the type, its family, how sure), ``themes`` (each with a ``title`` and
``indicators``: name, title, unit, value, margin, grade, status, commune, departement, france) and ``sources``
(title, vintage, status). A value that is not shown says why in its place.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.text import Text

from carreau.counters.cli.sections import sections, shares_of_room
from carreau.counters.cli.typography import decimals_for, quantity, shortened, with_margin
from carreau.typography import NARROW_SPACE, number

Facts = Mapping[str, Any]

_FIGURE: Final = 18  # one of them is the space before it
_COMPARED: Final = (("commune", "comm."), ("departement", "dépt"), ("france", "France"))
_COMPARED_WIDTH: Final = 7
_GRADE_STYLES: Final = {"A": "green", "B": "green", "C": "yellow", "D": "magenta", "E": "magenta"}
_UNOFFICIAL: Final[Mapping[str, str]] = {
    "synthetic": "Données synthétiques, inventées pour les essais : aucun chiffre ne décrit un lieu réel",
    "facsimile": "Fac-similés (mise en page officielle, valeurs reconstituées)",
    "compiled": "Chiffres officiels rassemblés par un tiers",
    "unknown": "Origine non établie",
}
_WARNING_STYLES: Final = {"synthetic": "bold yellow", "facsimile": "bold yellow", "unknown": "yellow"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The widths of the parts of a line, for a terminal of a given width."""

    title: int
    bar: int
    compared: int

    @classmethod
    def fitting(cls, width: int) -> Layout:
        """The layout for ``width`` columns: comparisons go first when room is short, then the bar."""
        compared = 3 if width >= 78 else 0
        bar = 0 if width < 60 else 8 if width < 100 else 24
        rest = width - bar - (bar > 0) - _FIGURE - 1 - 2 - compared * _COMPARED_WIDTH - 1
        return cls(min(rest, 44), bar, compared)


def screen(facts: Facts, width: int = 80, height: int | None = 45) -> list[Text]:
    """The lines of one station, none wider than ``width``; all indicators when ``height`` is ``None``.

    When there are more indicators than lines, each theme keeps its first ones, in their declared order, and
    the last line says how many more there are.
    """
    layout = Layout.fitting(width)
    head = [*title_lines(facts["station"], width), *warning_lines(facts.get("sources", ()), width)]
    lines = [*head, *type_lines(facts.get("type", {}), width)]
    listed = sections(facts["themes"], latest=height is not None)
    total = sum(len(theme["indicators"]) for theme in facts["themes"])
    kept = shares_of_room(listed, total if height is None else height - len(lines) - len(listed) - 3)
    shown = [(section, count) for section, count in zip(listed, kept, strict=True) if count]
    for rank, (section, count) in enumerate(shown):
        lines.append(theme_line(section.title, layout, heads=rank == 0))
        lines += [indicator_line(indicator, layout) for indicator in section.indicators[:count]]
    lines += foot_lines(total - sum(kept), width)
    for line in lines:
        line.rstrip()
    return lines


def type_lines(told: Facts, width: int) -> list[Text]:
    """The type of the station, its family and how sure it is; nothing for a station without a type."""
    if not told.get("type"):
        return []
    sure = told.get("type_certitude")
    said = f", certitude {number(sure, 2)} sur 1" if sure is not None else ""
    told_in_full = f"Type : {told['type']} ({told['groupe_de_types']}){said}"
    return [Text(line, style="dim") for line in textwrap.wrap(told_in_full, width)]


def title_lines(station: Facts, width: int) -> list[Text]:
    """Which station this is: its code, its commune, its registered voters."""
    code = str(station.get("bv_id") or station.get("code") or "")
    place = str(station.get("libelle_commune") or station.get("commune") or "")
    title = Text(shortened(f"Bureau de vote {code} · {place}".rstrip(" ·"), width), style="bold")
    told = ("bv_id", "code", "libelle_commune", "commune", "code_commune", "inscrits", "title")
    known = [
        f"{key.replace('_', ' ')} : {value}"
        for key, value in station.items()
        if key not in told and _plain(value)
    ]
    if isinstance(station.get("inscrits"), int | float):
        known.insert(0, quantity(station["inscrits"], "inscrits").replace("inscr.", "inscrits"))
    return [title, Text(shortened(" · ".join(known), width), style="dim")] if known else [title]


def _plain(value: Any) -> bool:
    """Whether a fact is a word or a figure that can stand in the title."""
    return isinstance(value, str | int | float) and value != ""


def warning_lines(sources: Sequence[Facts], width: int) -> list[Text]:
    """In words, at the top: which inputs are not official as published; nothing when all are."""
    lines = []
    for status, sentence in _UNOFFICIAL.items():
        named = sorted({str(source["source"]) for source in sources if source.get("status") == status})
        if named:
            told = f"{sentence}." if status == "synthetic" else f"{sentence} : {', '.join(named)}."
            style = _WARNING_STYLES.get(status, "")
            lines += [Text(line, style=style) for line in textwrap.wrap(told, width)]
    return lines


def theme_line(title: str, layout: Layout, *, heads: bool) -> Text:
    """The head of a theme, above its indicators; with ``heads``, the heads of the columns beside it."""
    if not heads:
        return Text(shortened(title, layout.title + _FIGURE), style="bold blue")
    line = Text(shortened(title, layout.title).ljust(layout.title), style="bold blue")
    columns = " " * (layout.bar + (layout.bar > 0)) + "valeur".rjust(_FIGURE) + "   "
    columns += "".join(label.rjust(_COMPARED_WIDTH) for _, label in _COMPARED[: layout.compared])
    return line.append(columns, style="dim not bold")


def indicator_line(indicator: Facts, layout: Layout) -> Text:
    """One indicator: title, bar, value with margin, grade, comparisons; or the reason why it is not shown."""
    line = Text(shortened(str(indicator["title"]), layout.title).ljust(layout.title))
    value = indicator.get("value")
    room = layout.bar + (layout.bar > 0) + _FIGURE + 3 + layout.compared * _COMPARED_WIDTH
    if value is None:
        reason = indicator.get("status") or "non disponible"
        return line.append(f" {shortened(str(reason), room - 1)}", style="dim italic")
    if isinstance(value, str):
        return line.append(f" {shortened(value, room - 1)}")
    if layout.bar:
        line.append(" ").append_text(bar(indicator, layout.bar))
    unit = str(indicator.get("unit") or "")
    line.append(figure(value, indicator.get("margin"), unit).rjust(_FIGURE))
    grade = str(indicator.get("grade") or " ")
    line.append(f" {grade} ", style=_GRADE_STYLES.get(grade, ""))
    if all(indicator.get(key) is None for key, _ in _COMPARED):
        return line
    for key, _ in _COMPARED[: layout.compared]:
        other = compared(indicator.get(key), value, indicator.get("margin"), unit)
        line.append(other.rjust(_COMPARED_WIDTH), style="dim")
    return line


def compared(other: Any, value: float, margin: float | None, unit: str) -> str:
    """The same figure elsewhere, as fine as the ``value`` it stands beside; a dash where there is none."""
    if not isinstance(other, int | float):
        return "–"
    writings = (
        number(other, decimals_for(value, margin, unit)),
        number(other),
        f"{number(other / 1e3)}{NARROW_SPACE}k",
        f"{number(other / 1e6)}{NARROW_SPACE}M",
    )
    return next((text for text in writings if len(text) < _COMPARED_WIDTH), "…")


def figure(value: float, margin: float | None, unit: str) -> str:
    """The value with its margin in the room it has; the unit is left out when all cannot stand."""
    whole = with_margin(value, margin, unit)
    return whole if len(whole) < _FIGURE else shortened(with_margin(value, margin), _FIGURE - 1)


def bar(indicator: Facts, width: int) -> Text:
    """The value as a bar: full up to the low end of its interval, hatched to its high end.

    A share is drawn on 0 to 100; any other figure against the greatest of the figures compared; a count
    without comparison has no bar.
    """
    value, margin = float(indicator["value"]), float(indicator.get("margin") or 0)
    scale = _scale(indicator, value + margin)
    if scale <= 0:
        return Text(" " * width)
    low = _cells(max(value - margin, 0), scale, width)
    high = max(_cells(value + margin, scale, width), low)
    drawn = Text("█" * low, style="blue").append("▒" * (high - low), style="blue")
    return drawn.append("·" * (width - high), style="dim")


def _scale(indicator: Facts, high: float) -> float:
    """What the full width of the bar stands for; 0 when there is nothing to measure against."""
    if indicator.get("unit") == "%":
        return 100.0
    others = [float(indicator[key]) for key, _ in _COMPARED if isinstance(indicator.get(key), int | float)]
    return max([high, *others]) if others else 0.0


def _cells(value: float, scale: float, width: int) -> int:
    """How many cells of a bar ``width`` wide stand for ``value``."""
    return min(width, max(0, round(width * value / scale)))


def foot_lines(hidden: int, width: int) -> list[Text]:
    """How to read the screen, and how many indicators are not on it."""
    legend = "± : intervalle à 90 %. Note : de A (sûr) à E (à prendre avec prudence)."
    lines = [Text(""), Text(shortened(legend, width), style="dim")]
    if hidden:
        lines.append(
            Text(
                shortened(f"{hidden} autres indicateurs : ajouter --all, ou --theme NOM.", width), style="dim"
            )
        )
    return lines
