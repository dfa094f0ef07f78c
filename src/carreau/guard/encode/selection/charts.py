"""The native charts of a selection: the ranking of its places with margins, their parts, the parts of the whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from carreau.guard.encode.picture.choropleth import indicator_of
from carreau.guard.encode.selection.chosen import Chosen, ranked
from carreau.guard.encode.workbook.grids import put
from carreau.guard.encode.workbook.look import BLUE, INK, QUIET, RULE, Look, pattern_of
from carreau.guard.encode.workbook.pages import letters
from carreau.terms import Column

MOST: Final = 60
PARTS: Final = ("#1F5C99", "#C17F2A", "#74A6D1", "#E6C08A", "#4F7A6B", "#A9C9B8", "#8A7FA8", "#B9B2A5", "#5B4A3A")
_TABLE: Final = 14  # the column where the tables of the charts start
_HEAD: Final = 2
_WIDE: Final = 820
_SMALL: Final = 4.0  # the part under which a label has no room
_LINE: Final = 17
_A4: Final = 9
_FONT: Final = {"name": "Calibri", "size": 9, "color": INK}


def write_charts(look: Look, chosen: Chosen, name: str) -> None:
    """Write the sheet ``name``: a table of the ranking on the right, the charts made of it on the left."""
    sheet = look.book.get_worksheet_by_name(name)
    sheet.hide_gridlines(2)
    column = indicator_of(chosen.content, chosen.shown)
    order = ranked(chosen.values(column.name), MOST)
    sheet.write_string(0, 0, chosen.title, look.style(font_size=14, font_name="Georgia"))
    if not order:
        sheet.write_string(2, 0, chosen.own["no_number"], look.style(font_color=QUIET))
        return
    parts = chosen.parts()
    _table(look, sheet, chosen, order, [column, *parts])
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    height = max(300, 120 + _LINE * len(order))
    _insert(sheet, _HEAD, _ranking(look, chosen, (name, column, len(order))), (chosen, "ranking"), height)
    sheet.print_area(0, 0, _rows(height, parts), _TABLE - 2)
    if not parts:
        return
    row = _HEAD + height // 20 + 2
    _insert(sheet, row, _stacked(look, chosen, (name, parts, len(order))), (chosen, "parts"), height)
    if all(chosen.total(part) is not None for part in parts):
        ring = _ring(look, chosen, (name, parts, len(order)))
        _insert(sheet, row + height // 20 + 2, ring, (chosen, "parts_total"), 380)


def _rows(height: int, parts: list[Column]) -> int:
    """How many rows the charts cover, at most."""
    return _HEAD + (2 * (height // 20 + 2) + 380 // 20 if parts else height // 20) + 3


def _table(look: Look, sheet: Any, chosen: Chosen, order: list[int], columns: list[Column]) -> None:
    """The rows of the ranking, that the charts are made of: name, value, margin, then the parts; the total last."""
    names, head = chosen.names(), look.header(bottom=1, bottom_color=QUIET)
    sheet.set_column(_TABLE, _TABLE, 26)
    sheet.set_column(_TABLE + 1, _TABLE + len(columns) + 1, 12)
    sheet.set_row(_HEAD - 1, 44)
    first, *parts = columns
    heads = [chosen.own["rank_table"], chosen.words.title(first), chosen.own["margin"]]
    for place, text in enumerate([*heads, *(chosen.words.title(part) for part in parts)], _TABLE):
        sheet.write_string(_HEAD - 1, place, text, head)
    values = [chosen.values(first.name), chosen.values(f"{first.name}_marge")]
    values += [chosen.values(part.name) for part in parts]
    patterns = [pattern_of(first), pattern_of(first, "± "), *(pattern_of(part) for part in parts)]
    for row, place in enumerate(order, _HEAD):
        sheet.write_string(row, _TABLE, names[place], look.cell())
        for step, (known, pattern) in enumerate(zip(values, patterns, strict=True), _TABLE + 1):
            put(sheet, row, step, known[place], look.cell(pattern))
    row = _HEAD + len(order)
    sheet.write_string(row, _TABLE, chosen.own["total"], look.cell(bold=True))
    for step, part in enumerate(parts, _TABLE + 3):
        put(sheet, row, step, chosen.total(part), look.cell(pattern_of(part), bold=True))


Drawn = tuple[str, Any, int]


def _ranking(look: Look, chosen: Chosen, drawn: Drawn) -> Any:
    """Bars, one a place, largest on top, each with its margin."""
    name, column, count = drawn
    last = _HEAD + count - 1
    chart = look.book.add_chart({"type": "bar"})
    spread = f"='{name}'!${letters(_TABLE + 2)}${_HEAD + 1}:${letters(_TABLE + 2)}${last + 1}"
    error = {"type": "custom", "plus_values": spread, "minus_values": spread, "line": {"color": INK, "width": 0.75}}
    chart.add_series(
        {
            "name": [name, _HEAD - 1, _TABLE + 1],
            "categories": [name, _HEAD, _TABLE, last, _TABLE],
            "values": [name, _HEAD, _TABLE + 1, last, _TABLE + 1],
            "fill": {"color": "#8FB8DE"},
            "border": {"none": True},
            "gap": 40,
            **({"x_error_bars": error} if f"{column.name}_marge" in chosen.columns else {}),
        }
    )
    total = chosen.content.table.num_rows
    said = "ranking" if count == total else "ranking_few"
    title = chosen.own[said].format(title=chosen.words.title(column), count=count, total=total)
    _dress(chart, title, column.unit, _ends(chosen, column))
    chart.set_legend({"none": True})
    return chart


def _ends(chosen: Chosen, column: Column) -> dict[str, float]:
    """The ends of the axis of the ranking: from zero, to beyond the largest margin; free when a value is negative."""
    values, margins = chosen.values(column.name), chosen.values(f"{column.name}_marge")
    known = [(value, margin or 0.0) for value, margin in zip(values, margins, strict=True) if value is not None]
    if min(value for value, _ in known) < 0:
        return {}
    top = max(value + margin for value, margin in known)
    step = 10 ** math.floor(math.log10(top)) / 2 if top > 0 else 1.0
    return {"min": 0, "max": step * math.ceil(top / step) or 1.0}


def _stacked(look: Look, chosen: Chosen, drawn: Drawn) -> Any:
    """Bars of parts, one a place, in the order of the ranking."""
    name, parts, count = drawn
    last = _HEAD + count - 1
    chart = look.book.add_chart({"type": "bar", "subtype": "stacked"})
    for step in range(len(parts)):
        chart.add_series(
            {
                "name": [name, _HEAD - 1, _TABLE + 3 + step],
                "categories": [name, _HEAD, _TABLE, last, _TABLE],
                "values": [name, _HEAD, _TABLE + 3 + step, last, _TABLE + 3 + step],
                "fill": {"color": PARTS[step % len(PARTS)]},
                "border": {"color": "#FFFFFF", "width": 0.5},
                "gap": 40,
            }
        )
    _dress(chart, chosen.own["parts"], "%", {"min": 0, "max": 100})
    chart.set_legend({"position": "top", "font": _FONT})
    return chart


def _ring(look: Look, chosen: Chosen, drawn: Drawn) -> Any:
    """The parts of the whole selection, as a ring."""
    name, parts, count = drawn
    row = _HEAD + count
    small = [{"delete": True} if (chosen.total(part) or 0.0) < _SMALL else {} for part in parts]
    chart = look.book.add_chart({"type": "doughnut"})
    chart.add_series(
        {
            "categories": [name, _HEAD - 1, _TABLE + 3, _HEAD - 1, _TABLE + 2 + len(parts)],
            "values": [name, row, _TABLE + 3, row, _TABLE + 2 + len(parts)],
            "points": [{"fill": {"color": PARTS[step % len(PARTS)]}} for step in range(len(parts))],
            "data_labels": {"value": True, "font": {**_FONT, "color": "#FFFFFF"}, "custom": small},
        }
    )
    chart.set_title({"name": chosen.own["parts_total"], "name_font": {**_FONT, "size": 12, "bold": False}})
    chart.set_legend({"position": "right", "font": _FONT})
    chart.set_hole_size(55)
    chart.set_chartarea({"border": {"none": True}})
    return chart


def _dress(chart: Any, title: str, unit: str, ends: Mapping[str, float]) -> None:
    """The look common to the bars: quiet rules, largest on top, the unit under the axis."""
    chart.set_title({"name": title, "name_font": {**_FONT, "size": 12, "bold": False}})
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "line": {"color": RULE}, "interval_unit": 1})
    grid = {"visible": True, "line": {"color": RULE, "width": 0.5}}
    axis = {"num_font": _FONT, "major_gridlines": grid, "line": {"none": True}, "name": unit, **ends}
    chart.set_x_axis({**axis, "name_font": {**_FONT, "bold": False, "color": BLUE}, "label_position": "low"})
    chart.set_chartarea({"border": {"none": True}})


def _insert(sheet: Any, row: int, chart: Any, said: tuple[Chosen, str], height: int) -> None:
    """Put a chart on the sheet, with what it is in words."""
    chosen, name = said
    chart.set_size({"width": _WIDE, "height": height})
    title = chosen.own["parts_total" if name == "parts_total" else "parts" if name == "parts" else "charts"]
    sheet.insert_chart(row, 0, chart, {"description": chosen.own["alt_chart"].format(title=title)})
