"""XLSX: a workbook that a busy reader opens and understands, its certificate in a sheet and in its properties.

Rows are written one after the other and never held (a workbook of any size fits in memory); texts are written as
texts, never as formulas. Numbers keep the 16 significant digits of the format.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from carreau.guard._seal import Signer, canonical
from carreau.guard.content import Content
from carreau.guard.encode.attest import sha256_with, signed_copy, unsigned_copy
from carreau.guard.encode.selection import reading as selection
from carreau.guard.encode.selection.charts import write_charts
from carreau.guard.encode.selection.chosen import Chosen
from carreau.guard.encode.selection.data import write_data
from carreau.guard.encode.selection.reading import map_of
from carreau.guard.encode.workbook.binding import binding_of, properties, rebuilt
from carreau.guard.encode.workbook.book import written_book
from carreau.guard.encode.workbook.crossed import SAYS, SHEET, crossed_of, write_crossed
from carreau.guard.encode.workbook.grids import grids_of, write_grid
from carreau.guard.encode.workbook.look import Look
from carreau.guard.encode.workbook.pages import column_places, write_certificate, write_columns, write_readme
from carreau.guard.presentation import Presentation

Book = tuple[list[str], Callable[[Look], None]]


def encode(content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
    """Write ``content`` as a workbook; ``sink`` must be readable too: its bytes are hashed once they are there.

    When ``shown`` says what was selected of an analysis, it is the workbook of that selection.
    """
    names, fill = _selected(content, shown) if shown.selects else _whole(content)
    unsigned = unsigned_copy(content, signer, ".xlsx", len(names))
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "classeur").open("w+b") as draft:
        with written_book(draft, folder) as book:
            for name in names:
                book.add_worksheet(name)
            _describe(book, content, shown, names)
            look = Look(book)
            fill(look)
            write_certificate(look, content, json.loads(canonical(unsigned)))
        parts = rebuilt(draft, sink)
    binding = binding_of(sink)
    if binding is None:  # pragma: no cover # it has just been written so
        raise AssertionError(names)
    signed = json.loads(signed_copy(unsigned, signer, sha256_with(sink), parts))
    for place, text in binding.replaced(binding.filled([signed["copy"]["sha256"], signed["signature"], *parts])):
        sink.seek(place)
        sink.write(text)
    return b""


def _whole(content: Content) -> Book:
    """The sheets of a whole release, and how they are filled."""
    grids, crossed = grids_of(content), crossed_of(content)
    first = {SHEET: SAYS} if crossed else {}
    sheets = {**first, **{grid.name: grid.says for grid in grids}}

    def fill(look: Look) -> None:
        places = column_places((*content.leading(), *content.indicators()))
        write_readme(look, content, sheets)
        if crossed:
            write_crossed(look, content, crossed)
        for grid in grids:
            write_grid(look, content, grid, places)
        write_columns(look, content, grids, places)

    return ["Lisez-moi", *sheets, "Indicateurs", "Certificat"], fill


def _selected(content: Content, shown: Presentation) -> Book:
    """The sheets of a selection, and how they are filled."""
    chosen = Chosen.of(content, shown)
    drawn = map_of(chosen)
    keys = ["readme", "data", "charts", *(["map"] if drawn else []), "sources"]
    names = [*(str(chosen.own[key]) for key in keys), "Certificat"]

    def fill(look: Look) -> None:
        selection.write_readme(look, chosen, names)
        write_data(look, chosen, names[1])
        write_charts(look, chosen, names[2])
        if drawn:
            selection.write_map(look, chosen, names[3], drawn)
        selection.write_sources(look, chosen, names[-2])

    return names, fill


def _describe(book: Any, content: Content, shown: Presentation, names: list[str]) -> None:
    """The properties of the document: title, subject, date, and the blanks that its certificate fills."""
    made = datetime.fromisoformat(content.certificate["made_at"]).replace(tzinfo=None)
    book.set_properties(
        {
            "title": shown.title or content.document["title"],
            "subject": content.certificate["territory"],
            "author": "Carreau",
            "comments": " ".join(content.certificate["standing"]),
            "created": made,
        }
    )
    book.set_custom_property("Carreau certificat", content.certificate["id"], "text")
    for name, value in properties(names).items():
        book.set_custom_property(name, value, "text")
