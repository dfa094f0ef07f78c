"""JSON: one object with ``certificate``, ``document``, ``schema`` and ``rows``; one row a line."""

from __future__ import annotations

from typing import BinaryIO

from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.encode.lines import Page, encode_page, joined, json_heading, json_members

OPENING = b'{"certificate":'


def encode(content: Content, signer: Signer, sink: BinaryIO) -> bytes:
    """Write ``content`` as JSON in UTF-8; numbers read back the same, an empty cell is ``null``."""
    page = Page(
        ".json",
        OPENING,
        json_heading(content) + b'"rows":[\n',
        lambda start, length: joined(json_members(content, start, length)),
        b",\n",
        b"\n",
        b"]}\n",
    )
    return encode_page(content, signer, sink, page)
