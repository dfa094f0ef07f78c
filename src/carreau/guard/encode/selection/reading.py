"""The sheets to read of a selection's workbook: what it is, the map, the sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from carreau.errors import CarreauError
from carreau.guard.certificate import texts as certificate_texts
from carreau.guard.encode.picture.choropleth import indicator_of
from carreau.guard.encode.png import picture
from carreau.guard.encode.selection.chosen import Chosen
from carreau.guard.encode.workbook.look import BLUE, PAPER, QUIET, RULE, WARNING, Look
from carreau.guard.encode.workbook.pages import plain_lines, tall
from carreau.guard.encode.written import number

DENSITY: Final = 120.0
_SHOWN: Final = 0.75  # so that the picture is sharp when it is printed
_A4: Final = 9
_WIDTHS: Final = (34, 24, 16, 38, 20, 34, 66)
_TEXT: Final = 105


def map_of(chosen: Chosen) -> bytes:
    """The picture of the map of a selection; empty when it has no contour, or too many to be read."""
    try:
        return picture(chosen.content, chosen.shown, DENSITY)
    except CarreauError:
        return b""


def write_readme(look: Look, chosen: Chosen, names: list[str]) -> None:
    """Write the first sheet: what was selected, how far to trust it, how to read it."""
    sheet = look.book.get_worksheet_by_name(names[0])
    sheet.hide_gridlines(2)
    for place, width in enumerate((3, 30, _TEXT)):
        sheet.set_column(place, place, width)
    sheet.set_row(1, 30)
    sheet.write_blank(1, 0, None, look.style(bg_color=BLUE))
    sheet.write_string(1, 1, f"  {chosen.title}", look.style(font_size=20, font_name="Georgia"))
    row = 3
    for sentence in chosen.content.certificate["standing"][:1]:
        sheet.merge_range(row, 1, row, 2, sentence, look.style(bg_color=WARNING, text_wrap=True, indent=1))
        sheet.set_row(row, 22)
        row += 2
    for title, lines in _sections(chosen, names):
        under = {"bottom": 1, "bottom_color": RULE}
        sheet.set_row(row, 22)
        sheet.write_string(row, 1, title, look.style(bold=True, font_size=12, font_color=BLUE, **under))
        sheet.write_blank(row, 2, None, look.style(**under))
        for place, (label, text) in enumerate(lines, row + 1):
            tall(sheet, place, (text, _TEXT * 5 // 4), (label, 30))
            sheet.write_string(place, 1, label, look.style(font_color=QUIET, valign="top", text_wrap=True))
            sheet.write_string(place, 2, text[:32_000], look.style(text_wrap=True, valign="top"))
        row += len(lines) + 2
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def write_map(look: Look, chosen: Chosen, name: str, text: bytes) -> None:
    """Write the sheet of the map."""
    sheet = look.book.get_worksheet_by_name(name)
    sheet.hide_gridlines(2)
    said = chosen.words["alt_map"].format(
        title=chosen.words.title(indicator_of(chosen.content, chosen.shown)), count=chosen.content.table.num_rows
    )
    options = {"image_data": BytesIO(text), "x_scale": _SHOWN, "y_scale": _SHOWN, "description": said}
    sheet.insert_image(1, 1, "carte.png", options)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 1)


def write_sources(look: Look, chosen: Chosen, name: str) -> None:
    """Write the sheet of sources: each input file with its publisher, vintage, licence, standing and digest."""
    sheet = look.book.get_worksheet_by_name(name)
    sheet.hide_gridlines(2)
    sheet.set_row(0, 22)
    for place, (head, width) in enumerate(zip(chosen.own["heads"], _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, look.style(bold=True, bg_color=PAPER, bottom=1, bottom_color=QUIET))
    for row, item in enumerate(chosen.content.certificate["lineage"], 1):
        standing = certificate_texts()["status_words"].get(item["status"], item["status"])
        facts = (item.get("title", item["source"]), item.get("publisher", ""), item["vintage"], item["name"])
        cells = (*facts, item.get("licence", ""), standing, item["digest"])
        tall(sheet, row, *zip(cells[:6], _WIDTHS[:6], strict=True))
        for place, fact in enumerate(cells):
            sheet.write_string(row, place, fact, look.cell(text_wrap=place < len(_WIDTHS) - 1, valign="top"))
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _sections(chosen: Chosen, names: list[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sections of the first sheet: titles, and their lines."""
    own, content, shown = chosen.own, chosen.content, chosen.shown
    release, column = content.certificate, indicator_of(content, shown)
    made_at = datetime.fromisoformat(release["made_at"])
    facts = [
        (own["what"], str(content.document["description"])),
        (own["chosen"], shown.selection),
        (own["places"], number(content.table.num_rows, 0, shown.language)),
        (own["shown"], chosen.words.title(column)),
        (own["address"], shown.address),
        (own["made"], f"{made_at:%d/%m/%Y}" if shown.language == "fr" else f"{made_at:%Y-%m-%d}"),
        (own["uses"], ", ".join(release["policy"]["purposes"])),
        (own["certificate"], release["id"]),
    ]
    yield own["selection"], [(label, text) for label, text in facts if text]
    keys = {own[key]: own[f"{key}_says"] for key in ("data", "charts", "map", "sources")}
    sheets = [(f"{own['sheet']} {name}", keys.get(name, own["certificate_says"])) for name in names[1:]]
    yield own["sheets"], sheets
    labels = ("value", "grade", "hidden", "colour", "total")
    yield own["reading"], [(own[f"{label}_label"], own[f"{label}_text"]) for label in labels]
    yield own["figures"], [(chosen.words.title(one), _described(chosen, one)) for one in chosen.indicators()]
    yield own["remarks"], [("", text) for text in (_sureness(chosen), *cautions(str(content.document["card"])))]


def cautions(card: str) -> list[str]:
    """The lines of a product's card that tell its reader to be careful.

    >>> cautions("# Profil\\n## Précautions\\n- Regarder la **marge**.\\n## Suite\\n- Autre")
    ['Regarder la marge.']
    """
    _, _, after = card.partition("## Précautions\n")
    return [line.lstrip("- ") for line in plain_lines(after.partition("\n## ")[0])]


def _sureness(chosen: Chosen) -> str:
    """How many of the figures are weak, how many are not shown."""
    values = [value for column in chosen.indicators() for value in chosen.values(column.name)]
    grades = [grade for column in chosen.indicators() for grade in chosen.values(f"{column.name}_note")]
    weak, empty = sum(grade in {"D", "E"} for grade in grades), sum(value is None for value in values)
    return str(chosen.own["sureness"]).format(total=len(values), weak=weak, empty=empty)


def _described(chosen: Chosen, column: Any) -> str:
    """An indicator in a line: what it is, its unit, its source and vintage."""
    unit = f"{chosen.own['unit']} : {column.unit}" if column.unit else ""
    origin = " ".join(word for word in (column.provenance.source, column.provenance.vintage) if word)
    return " · ".join(text for text in (column.description, unit, f"{chosen.own['source']} : {origin}") if text)
