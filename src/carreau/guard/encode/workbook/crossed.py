"""« Tableau »: a crossing in one look, when a release is one: what goes down, what goes across, one figure, one place.

Who votes how, or what became of each vote, are long tables of one row per pair; a reader wants rows and columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from carreau.guard.content import Content
from carreau.guard.encode.workbook.grids import put, word_of
from carreau.guard.encode.workbook.look import AMOUNTS, BLUE, MARGINS, QUIET, Look, pattern_of
from carreau.terms import Column, Role

SHEET: Final = "Tableau"
SAYS: Final = "Le tableau croisé : une ligne et une colonne par choix, les chiffres puis leurs marges."
TITLED: Final = "_titre"
_SIDES: Final = 2
_MOST: Final = 60
_A4: Final = 9
Pair = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Crossed:
    """A crossing: its figure, the columns whose titles go down and across, and the row of the release at each pair."""

    figure: Column
    down: Column
    across: Column
    rows: dict[Pair, Row]

    @property
    def lines(self) -> tuple[str, ...]:
        """The titles that go down, in order."""
        return tuple(dict.fromkeys(line for line, _ in self.rows))

    @property
    def heads(self) -> tuple[str, ...]:
        """The titles that go across, in order."""
        return tuple(dict.fromkeys(head for _, head in self.rows))


def crossed_of(content: Content) -> Crossed | None:
    """The crossing that a release is; None when it is not one of a single place, or is too wide to be looked at."""
    figures = content.indicators()
    names = {column.name for column in content.leading()}
    sides = [column for column in content.leading() if column.name + TITLED in names]
    if len(figures) != 1 or figures[0].role is not Role.SHARE or len(sides) != _SIDES:
        return None
    rows = content.table.num_rows
    if not 0 < rows <= _MOST * _MOST or any(len(content.table[side.name].unique()) > _MOST for side in sides):
        return None
    down, across = sides
    table = content.table.to_pylist()
    pairs = {(row[down.name + TITLED], row[across.name + TITLED]): row for row in table}
    return Crossed(figures[0], down, across, pairs) if len(pairs) == rows else None


def write_crossed(look: Look, content: Content, crossed: Crossed) -> None:
    """Write the sheet: the figures with a colour scale, then their margins."""
    sheet = look.book.get_worksheet_by_name(SHEET)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, min(_MOST, max(16, *(len(line) + 3 for line in crossed.lines))))
    sheet.set_column(1, len(crossed.heads), 14)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, content.document["title"], look.style(font_size=16, font_name="Georgia"))
    sheet.write_url(1, 0, "internal:'Lisez-moi'!A1", look.style(font_color=BLUE, underline=1, font_size=9), "Lisez-moi")
    said = f"{crossed.figure.description}. Un chiffre qui n'est pas montré dit pourquoi en commentaire."
    sheet.write_string(2, 0, said, look.style(font_color=QUIET, italic=True))
    row = _block(look, sheet, crossed, 4, "")
    _block(look, sheet, crossed, row + 1, "_marge")
    sheet.set_footer(f"&L{SHEET}&C{content.certificate['id']}&R&P / &N")


def _block(look: Look, sheet: Any, crossed: Crossed, top: int, suffix: str) -> int:
    """One table of the sheet, from its titles at ``top``; the row under it."""
    margins = suffix == "_marge"
    sheet.set_row(top, 44)
    corner = "Marges, à 90\u202f%" if margins else f"{crossed.down.title} → {crossed.across.title}"
    sheet.write_string(top, 0, corner, look.header(indent=1, bottom=1, bottom_color=QUIET))
    for place, head in enumerate(crossed.heads, 1):
        sheet.write_string(top, place, head, look.header(align="center", bottom=1, bottom_color=QUIET))
    style = look.cell(pattern_of(crossed.figure, "± " if margins else ""))
    for place, line in enumerate(crossed.lines, top + 1):
        sheet.write_string(place, 0, line, look.cell(indent=1))
        for column, (value, reason) in enumerate(_line(crossed, line, suffix), 1):
            hidden = value is None and reason
            put(sheet, place, column, word_of(reason) if hidden else value, look.hidden("right") if hidden else style)
            if hidden and not margins:
                sheet.write_comment(place, column, reason[:500], {"x_scale": 1.6, "y_scale": 0.6})
    last = top + len(crossed.lines)
    scale = MARGINS if margins else AMOUNTS
    sheet.conditional_format(top + 1, 1, last, len(crossed.heads), dict(scale))
    return last + 1


def _line(crossed: Crossed, line: str, suffix: str) -> Iterator[tuple[Any, str]]:
    """The value of each cell of a line, and why it is not shown."""
    name = crossed.figure.name
    for head in crossed.heads:
        row = crossed.rows.get((line, head), {})
        yield row.get(f"{name}{suffix}"), str(row.get(f"{name}_statut") or "")
