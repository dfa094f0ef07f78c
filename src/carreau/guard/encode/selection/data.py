"""The sheet of figures of a selection: a row a place, for each indicator its value, margin and grade, and the total."""

from __future__ import annotations

from itertools import takewhile
from typing import Any, Final

from carreau.guard.encode.selection.chosen import Chosen
from carreau.guard.encode.workbook.grids import Cell, put, word_of
from carreau.guard.encode.workbook.look import BLUE, GRADES, PAPER, QUIET, Look, pattern_of
from carreau.terms import Column, Role

HEAD: Final = 3
SCALE: Final = {"type": "3_color_scale", "min_color": "#FFFFFF", "mid_color": "#BBD5EC", "max_color": "#5C99CC"}
_WIDTHS: Final = {"": 13.0, "_marge": 10.0, "_note": 7.0}
_WIDEST: Final = 34.0
_MOST_COMMENTS: Final = 2_000
_A4: Final = 9


def write_data(look: Look, chosen: Chosen, name: str) -> None:
    """Write the sheet ``name``: titles, units, a row a place, the total of what adds up."""
    sheet = look.book.get_worksheet_by_name(name)
    leading, indicators = chosen.leading(), chosen.indicators()
    _heads(look, sheet, chosen)
    cells = [_texts(look, chosen, column) for column in leading]
    cells += [cell for column in indicators for cell in _figures(look, chosen, column)]
    comments = 0
    for row, line in enumerate(zip(*cells, strict=True), HEAD):
        for place, (value, style, reason) in enumerate(line):
            put(sheet, row, place, value, style)
            if reason and comments < _MOST_COMMENTS:
                sheet.write_comment(row, place, reason[:500], {"x_scale": 1.6, "y_scale": 0.6})
                comments += 1
    _total(look, sheet, chosen)
    _shape(look, sheet, chosen)


def place_of(chosen: Chosen, column: Column) -> int:
    """The place, on the sheet of figures, of the column of an indicator."""
    before = takewhile(lambda one: one.name != column.name, chosen.indicators())
    return len(chosen.leading()) + sum(len(chosen.with_beside(one)) for one in before)


def _heads(look: Look, sheet: Any, chosen: Chosen) -> None:
    """The title of the sheet, the titles of the columns, their units."""
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, chosen.title, look.style(font_size=14, font_name="Georgia"))
    sheet.set_row(1, 44)
    below = {"bg_color": PAPER, "font_color": QUIET, "italic": True, "bottom": 1, "bottom_color": QUIET}
    place = 0
    columns = [(column, [column]) for column in chosen.leading()]
    columns += [(column, chosen.with_beside(column)) for column in chosen.indicators()]
    for column, group in columns:
        side = {"align": "left"} if column.type == "text" else {"align": "center"}
        title, style = chosen.words.title(column), look.header(**side)
        if len(group) > 1:
            sheet.merge_range(1, place, 1, place + len(group) - 1, title, style)
        else:
            sheet.write_string(1, place, title, style)
        sheet.write_comment(1, place, column.description[:500], {"x_scale": 2, "y_scale": 0.8})
        place += len(group)
    place = 0
    for column, group in columns:
        for one in group:
            sheet.write_string(2, place, _under(chosen, column, one), look.style(align="center", **below))
            place += 1


def _under(chosen: Chosen, column: Column, one: Column) -> str:
    """What stands under a title: the unit of a value, or the word for what is beside it."""
    if one is column:
        return column.unit
    return str(chosen.own["margin" if one.role is Role.MARGIN and one.type != "text" else "grade"])


def _texts(look: Look, chosen: Chosen, column: Column) -> list[Cell]:
    """The cells of a column that names places."""
    style = look.cell(indent=1) if column.type == "text" else look.cell(pattern_of(column))
    return [(value, style, None) for value in chosen.values(column.name)]


def _figures(look: Look, chosen: Chosen, column: Column) -> list[list[Cell]]:
    """The cells of an indicator, then of its margin and grade; a figure that is not shown says so."""
    values, reasons = chosen.values(column.name), chosen.values(f"{column.name}_statut")
    style, hidden = look.cell(pattern_of(column)), look.hidden("right")
    cells: list[list[Cell]] = [
        [
            (word_of(reason), hidden, reason) if value is None and reason else (value, style, reason)
            for value, reason in zip(values, reasons, strict=True)
        ]
    ]
    for one in chosen.with_beside(column)[1:]:
        beside = look.cell(align="center") if one.type == "text" else look.cell(pattern_of(one, "± "), font_color=QUIET)
        cells.append([(value, beside, None) for value in chosen.values(one.name)])
    return cells


def _total(look: Look, sheet: Any, chosen: Chosen) -> None:
    """The last row: what adds up, over all the places of the selection."""
    row = HEAD + chosen.content.table.num_rows
    line = {"bold": True, "top": 1, "top_color": BLUE}
    last = len(chosen.leading()) + sum(len(chosen.with_beside(column)) for column in chosen.indicators())
    totals = {place_of(chosen, column): column for column in chosen.indicators()}
    totals |= {place: column for place, column in enumerate(chosen.leading()) if column.type != "text"}
    for place in range(last):
        column = totals.get(place)
        total = chosen.total(column) if column else None
        if place == 0:
            sheet.write_string(row, 0, chosen.own["total"], look.style(indent=1, **line))
        elif column is None or total is None:
            sheet.write_blank(row, place, None, look.style(**line))
        else:
            sheet.write_number(row, place, total, look.style(num_format=pattern_of(column), **line))


def _shape(look: Look, sheet: Any, chosen: Chosen) -> None:
    """Widths, colours, filters, and how it prints."""
    last = HEAD + max(1, chosen.content.table.num_rows) - 1
    leading = chosen.leading()
    for place, column in enumerate(leading):
        longest = max((len(str(value)) for value in chosen.values(column.name) if value is not None), default=0)
        sheet.set_column(place, place, min(_WIDEST, max(12.0, longest + 3.0)))
    place = len(leading)
    for column in chosen.indicators():
        sheet.conditional_format(HEAD, place, last, place, SCALE)
        for one in chosen.with_beside(column):
            sheet.set_column(place, place, _WIDTHS[one.name.removeprefix(column.name)])
            if one.type == "text":
                _grades(look, sheet, (HEAD, place, last, place))
            place += 1
    sheet.autofilter(HEAD - 1, 0, last, place - 1)
    sheet.freeze_panes(HEAD, min(2, len(leading)))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1, HEAD - 1)
    sheet.set_footer(f"&L{chosen.own['data']}&C{chosen.content.certificate['id']}&R&P / &N")


def _grades(look: Look, sheet: Any, where: tuple[int, int, int, int]) -> None:
    """The colours of the grades."""
    for grade, colour in GRADES.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{grade}"', "format": look.style(bg_color=colour)}
        sheet.conditional_format(*where, rule)
