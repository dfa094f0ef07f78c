"""The sheets of figures: values, margins, grades, differences, counts; the same rows in the same order on each.

A figure that is not shown says so in its cell (« masqué »); the reason stands in the same cell of « Notes ».
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, repeat
from textwrap import wrap
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.guard.content import Content
from carreau.guard.encode.workbook.look import (
    AMOUNTS,
    BLUE,
    GAPS,
    GRADES,
    MARGINS,
    PAPER,
    POINTS,
    QUIET,
    Look,
    gap_pattern,
    pattern_of,
)
from carreau.terms import Column

FEW: Final = 20_000
HEAD: Final = 3
COMMENTS: Final = 2_000
BATCH: Final = 2_000
_WORD: Final = 16
_LINE: Final = 12  # signs of a title on one line of a column of figures
_WIDEST: Final = 30
_A3: Final = 8
_POINTS: Final = 10  # a difference of so many points has the full colour, at least
# The value of a cell, its style, and what is said of its figure: why it is not shown, or what it really is.
Cell = tuple[Any, Any, str | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of figures: its name, what it shows of each indicator, and how.

    ``parts`` maps the suffix of the column shown to the words added to its title.
    """

    name: str
    parts: Mapping[str, str]
    scale: Mapping[str, Any] | None
    says: str


GRIDS: Final = (
    Grid("Valeurs", {"": ""}, AMOUNTS, "Les chiffres eux-mêmes."),
    Grid("Marges", {"_marge": ""}, MARGINS, "La marge de chaque chiffre, à 90 %, dans la même unité que lui."),
    Grid("Notes", {"_note": ""}, None, "La note de chaque chiffre, de A à E ; ou la raison de son absence."),
    Grid(
        "Écarts",
        {"_ecart_commune": " / commune", "_ecart_departement": " / département", "_ecart_france": " / France"},
        GAPS,
        "La différence avec la commune, le département et la France.",
    ),
    Grid("Effectifs", {"_nombre": " : nombre", "_base": " : sur"}, None, "Le numérateur et le dénominateur des parts."),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a sheet: the indicator it is about, what is shown of it, and its title there."""

    indicator: Column | None
    column: Column
    title: str

    @property
    def explained(self) -> Column:
        """The column that « Indicateurs » explains: the indicator itself, or the place."""
        return self.indicator or self.column

    @property
    def side(self) -> dict[str, Any]:
        """On which side its title stands: left above texts, centred above figures."""
        text = self.column.type == "text" and self.indicator is None
        return {"align": "left", "indent": 1} if text else {"align": "center"}


def grids_of(content: Content) -> tuple[Grid, ...]:
    """The sheets of figures that this content fills; the first three alone above 20,000 rows, to stay readable."""
    asked = GRIDS if content.table.num_rows <= FEW else GRIDS[:3]
    return tuple(grid for grid in asked if grid is GRIDS[0] or any(one.indicator for one in shown_in(content, grid)))


def shown_in(content: Content, grid: Grid) -> list[Shown]:
    """The columns of a sheet: the places first, then what it shows of each indicator."""
    columns = {column.name: column for column in content.schema.columns}
    leading = [Shown(None, column, column.title or column.name) for column in content.leading()]
    return leading + [
        Shown(indicator, columns[f"{indicator.name}{suffix}"], (indicator.title or indicator.name) + words)
        for indicator in content.indicators()
        for suffix, words in grid.parts.items()
        if f"{indicator.name}{suffix}" in columns
    ]


def write_grid(look: Look, content: Content, grid: Grid, places: Mapping[str, int]) -> None:
    """Write one sheet of figures; ``places`` gives the row of each column on « Indicateurs »."""
    sheet = look.book.get_worksheet_by_name(grid.name)
    shown = shown_in(content, grid)
    lead = len(content.leading())
    # A row is written for good once the next one starts: from the top, line by line.
    _links(look, sheet, grids_of(content), lead)
    _themes(look, sheet, shown, content.document.get("themes", {}))
    _titles(look, sheet, shown, places)
    comments = COMMENTS if grid is GRIDS[0] and content.table.num_rows <= FEW else 0
    for row, cells in _rows(content, grid, shown, look):
        for place, (value, style, reason) in enumerate(cells):
            put(sheet, row, place, value, style)
            if reason and comments > 0:
                sheet.write_comment(row, place, reason[:500], {"x_scale": 1.6, "y_scale": 0.6})
                comments -= 1
    last = HEAD + max(1, content.table.num_rows) - 1
    sheet.autofilter(HEAD - 1, 0, last, len(shown) - 1)
    sheet.freeze_panes(HEAD, lead)
    for place, one in enumerate(shown):
        sheet.set_column(place, place, _width(content, one))
    _colour(look, sheet, content, grid)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.set_print_scale(70)
    sheet.repeat_rows(0, HEAD - 1)
    sheet.repeat_columns(0)
    sheet.set_footer(f"&L{grid.name}&C{content.certificate['id']}&R&P / &N")


def _themes(look: Look, sheet: Any, shown: list[Shown], names: Mapping[str, str]) -> None:
    """The band of themes above the indicators."""
    band = look.style(bold=True, font_color="#FFFFFF", bg_color=BLUE, indent=1)
    place = 0
    for theme, group in groupby(shown, key=lambda one: one.column.theme if one.indicator else ""):
        width = len(list(group))
        words = names.get(theme, theme.capitalize())
        if theme and width > 1:
            sheet.merge_range(0, place, 0, place + width - 1, words, band)
        elif theme:
            sheet.write_string(0, place, words, band)
        place += width


def _titles(look: Look, sheet: Any, shown: list[Shown], places: Mapping[str, int]) -> None:
    """The titles, each with its explanation as a comment, and the units, each a link to « Indicateurs »."""
    sheet.set_row(1, 14 * min(8, max(3, *(len(wrap(one.title, _LINE)) for one in shown))) + 4)
    for place, one in enumerate(shown):
        sheet.write_string(1, place, one.title, look.header(**one.side))
        origin = one.explained.provenance
        said = f"{one.explained.description}\nSource : {origin.source} {origin.vintage}".strip()
        sheet.write_comment(1, place, said[:500], {"x_scale": 2, "y_scale": 0.8})
    below = {"bg_color": PAPER, "font_color": BLUE, "italic": True, "bottom": 1, "bottom_color": QUIET}
    for place, one in enumerate(shown):
        link = f"internal:'Indicateurs'!B{places[one.explained.name] + 1}"
        unit = (one.column.unit or "définition")[:60]
        sheet.write_url(2, place, link, look.style(**one.side, **below), unit, "Ce que c'est, et d'où cela vient")


def _links(look: Look, sheet: Any, grids: tuple[Grid, ...], lead: int) -> None:
    """The links to the other sheets, above the places: the first sheet, then those of figures."""
    sheet.set_row(0, 18)
    names = ["Lisez-moi", *(grid.name for grid in grids)]
    style = look.style(font_color=BLUE, underline=1, font_size=9)
    for place, name in enumerate(names[:lead]):
        sheet.write_url(0, place, f"internal:'{name}'!A1", style, name)


def _rows(content: Content, grid: Grid, shown: list[Shown], look: Look) -> Iterator[tuple[int, Iterator[Cell]]]:
    """Each row of the sheet: its place, then its cells."""
    styles = [_style(look, grid, one) for one in shown]
    hidden = look.hidden("left" if grid.name == "Notes" else "right")
    for start in range(0, content.table.num_rows, BATCH):
        part = content.table.slice(start, BATCH)
        columns = [_cells(part, grid, one, style, hidden) for one, style in zip(shown, styles, strict=True)]
        yield from enumerate(map(iter, zip(*columns, strict=True)), HEAD + start)


def _cells(part: Any, grid: Grid, one: Shown, style: Any, hidden: Any) -> list[Cell]:
    """The cells of one column: the value, or the word that says that it is not shown (on « Notes », the reason)."""
    values = part[one.column.name].to_pylist()
    reasons = part[f"{one.indicator.name}_statut"].to_pylist() if one.indicator else repeat(None)
    whole = grid.name == "Notes"
    return [
        (value, style, reason)
        if reason is None or value is not None
        else ((reason if whole else word_of(reason)), hidden, reason)
        for value, reason in zip(values, reasons, strict=False)
    ]


def word_of(reason: str) -> str:
    """The short word for a reason: what stands before its colon, or a dash when that is long.

    >>> word_of("masqué : moins de 11 personnes au dénominateur")
    'masqué'
    """
    word = reason.partition(" : ")[0].strip()
    return word if len(word) <= _WORD else "—"


def _style(look: Look, grid: Grid, one: Shown) -> Any:
    """The style of the cells of a column."""
    column = one.column
    if column.type == "text":
        return look.cell(align="center") if one.indicator else look.cell(indent=1)
    if grid.name == "Écarts" and one.indicator:
        return look.cell(gap_pattern(column))
    return look.cell(pattern_of(column, "± " if grid.name == "Marges" and one.indicator else ""))


def put(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    """Write one cell; a text is always a text, never a formula."""
    if value is None:
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, place, value[:32_000], style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value, style)
    else:
        sheet.write_string(row, place, str(value), style)


def _width(content: Content, one: Shown) -> float:
    """How wide a column is: alike for figures, as its longest text for places."""
    if one.indicator:
        return 12.5
    longest = pc.max(pc.utf8_length(content.table[one.column.name].cast(pa.string()))).as_py() or 0
    return float(min(_WIDEST, max(_LINE + 2, longest + 3)))


def _colour(look: Look, sheet: Any, content: Content, grid: Grid) -> None:
    """The colour scale of each column, or the colours of the grades."""
    shown = shown_in(content, grid)
    lead, last = len(content.leading()), HEAD + max(1, content.table.num_rows) - 1
    if grid.name == "Notes" and len(shown) > lead:
        for grade, colour in GRADES.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{grade}"', "format": look.style(bg_color=colour)}
            sheet.conditional_format(HEAD, lead, last, len(shown) - 1, rule)
    for place in range(lead, len(shown)) if grid.scale else ():
        ends = _ends(content.table[shown[place].column.name], shown[place].column) if grid.scale is GAPS else {}
        sheet.conditional_format(HEAD, place, last, place, {**(grid.scale or {}), **ends})


def _ends(gaps: pa.ChunkedArray, column: Column) -> dict[str, Any]:
    """The ends of the scale of a difference: as far on both sides of zero, so that a small one stays pale."""
    furthest = pc.max(pc.abs(gaps)).as_py() or 0.0
    end = max(furthest, _POINTS if column.unit in POINTS else 0.0) or 1.0
    return {"min_type": "num", "min_value": -end, "max_type": "num", "max_value": end}
