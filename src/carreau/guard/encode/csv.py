"""CSV as French spreadsheets open it by a double click: UTF-8 with its mark, semicolons, decimal commas, CRLF.

A mark (BOM) because Excel reads UTF-8 as Windows-1252 without one; semicolons and commas because a French Excel takes
the separator of lists from the system's settings. Programs read it too: ``pandas.read_csv(sep=";", decimal=",")``.
An empty cell is nothing between two semicolons. A text that a spreadsheet would take for a formula (it starts with
``=``, ``+``, ``-``, ``@``, one of these in full width, a tab or an end of line: OWASP, « CSV Injection ») gets an
apostrophe before it; so does one that starts by apostrophes and then such a sign, so that taking one apostrophe away
always gives the text back.
The certificate stands in a file beside it, ``NAME.csv.certificat.json``.
"""

from __future__ import annotations

from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.encode.lines import Page, encode_page, joined
from carreau.terms import Column

FORMULA: Final = "^'*[=+\\-@\t\r\n＝＋－＠]"
SIDECAR: Final = ".certificat.json"
_TO_QUOTE: Final = '[;"\r\n]|^$'


def encode(content: Content, signer: Signer, sink: BinaryIO) -> bytes:
    """Write ``content`` as CSV and return its certificate, the text of the file to be put beside it."""
    header = joined_cells([_text(pa.chunked_array([[name]])) for name in content.schema.names]).to_pylist()[0]
    page = Page(
        ".csv",
        b"",
        b"\xef\xbb\xbf" + header.encode() + b"\r\n",
        lambda start, length: _rows(content, start, length),
        b"\r\n",
        b"\r\n",
        b"",
        inside=False,
    )
    return encode_page(content, signer, sink, page)


def joined_cells(cells: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The cells of each row, with semicolons between them."""
    pieces: list[pa.Scalar | pa.ChunkedArray] = []
    for cell in cells:
        pieces += [pa.scalar(";"), cell] if pieces else [cell]
    return joined(pieces)


def _rows(content: Content, start: int, length: int) -> pa.ChunkedArray:
    """The lines of a slice of the table."""
    table = content.table.slice(start, length)
    return joined_cells([_cells(column, table[column.name]) for column in content.schema.columns])


def _cells(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells of one column."""
    if column.type == "text":
        return pc.fill_null(_text(values), "")
    text = values.cast(pa.string())
    return pc.fill_null(pc.replace_substring(text, ".", ",") if column.type == "number" else text, "")


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text cells, made harmless to a spreadsheet and quoted where the format asks for it."""
    risky = pc.match_substring_regex(values, FORMULA)
    if pc.any(risky).as_py():
        values = pc.if_else(risky, pc.binary_join_element_wise("'", values, ""), values)
    quoted = pc.match_substring_regex(values, _TO_QUOTE)
    if pc.any(quoted).as_py():
        doubled = pc.replace_substring(values, '"', '""')
        values = pc.if_else(quoted, pc.binary_join_element_wise('"', doubled, '"', ""), values)
    return values
