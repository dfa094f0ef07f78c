"""XLSX: a workbook that a busy reader opens and understands, its certificate in a sheet and in its properties.

Rows are written one after the other and never held (a workbook of any size fits in memory); texts are written as
texts, never as formulas. Numbers keep the 16 significant digits of the format.
"""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from carreau.guard._seal import Signer, canonical
from carreau.guard.content import Content
from carreau.guard.encode.attest import sha256_with, signed_copy, unsigned_copy
from carreau.guard.encode.workbook.binding import binding_of, properties, rebuilt
from carreau.guard.encode.workbook.book import written_book
from carreau.guard.encode.workbook.grids import grids_of, write_grid
from carreau.guard.encode.workbook.look import Look
from carreau.guard.encode.workbook.pages import column_places, write_certificate, write_columns, write_readme
from carreau.guard.presentation import Presentation


def encode(content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
    """Write ``content`` as a workbook; ``sink`` must be readable too: its bytes are hashed once they are there."""
    grids = grids_of(content)
    names = ["Lisez-moi", *(grid.name for grid in grids), "Indicateurs", "Certificat"]
    unsigned = unsigned_copy(content, signer, ".xlsx", len(names))
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "classeur").open("w+b") as draft:
        with written_book(draft, folder) as book:
            _fill(book, content, names, unsigned)
        parts = rebuilt(draft, sink)
    binding = binding_of(sink)
    if binding is None:  # pragma: no cover # it has just been written so
        raise AssertionError(names)
    signed = json.loads(signed_copy(unsigned, signer, sha256_with(sink), parts))
    for place, text in binding.replaced(binding.filled([signed["copy"]["sha256"], signed["signature"], *parts])):
        sink.seek(place)
        sink.write(text)
    return b""


def _fill(book: Any, content: Content, names: list[str], unsigned: dict[str, Any]) -> None:
    """Write the sheets, in order."""
    grids = grids_of(content)
    for name in names:
        book.add_worksheet(name)
    _describe(book, content, names)
    look = Look(book)
    places = column_places((*content.leading(), *content.indicators()))
    write_readme(look, content, grids)
    for grid in grids:
        write_grid(look, content, grid, places)
    write_columns(look, content, grids, places)
    write_certificate(look, content, json.loads(canonical(unsigned)))


def _describe(book: Any, content: Content, names: list[str]) -> None:
    """The properties of the document: title, subject, date, and the blanks that its certificate fills."""
    made = datetime.fromisoformat(content.certificate["made_at"]).replace(tzinfo=None)
    book.set_properties(
        {
            "title": content.document["title"],
            "subject": content.certificate["territory"],
            "author": "Carreau",
            "comments": " ".join(content.certificate["standing"]),
            "created": made,
        }
    )
    book.set_custom_property("Carreau certificat", content.certificate["id"], "text")
    for name, value in properties(names).items():
        book.set_custom_property(name, value, "text")
