"""PNG: the picture of the map of one indicator on the places of a slice; its certificate stands beside."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO, Final

from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.encode.attest import signed_copy, unsigned_copy
from carreau.guard.encode.picture.choropleth import choropleth
from carreau.guard.encode.typeset import png_of
from carreau.guard.presentation import Presentation

DENSITY: Final = 180.0
_TEMPLATE: Final = Path(__file__).with_name("picture") / "carte.typ"


def encode(content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
    """Write the map of ``content``, and return the certificate, to be put beside."""
    text = picture(content, shown, DENSITY)
    sink.write(text)
    unsigned = unsigned_copy(content, signer, ".png", 0)
    return signed_copy(unsigned, signer, hashlib.sha256(text).hexdigest(), []) + b"\n"


def picture(content: Content, shown: Presentation, density: float) -> bytes:
    """The picture of the map of ``content``, at ``density`` points per inch."""
    return png_of(_TEMPLATE, choropleth(content, shown), density)
