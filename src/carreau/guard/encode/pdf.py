"""PDF: the fiche of a station, one page A4 a row, tagged for screen readers (PDF/UA-1); its certificate stands beside.

A page cannot hold the proof of its own bytes: as for a CSV, the certificate is a file apart,
``NAME.pdf.certificat.json``, and its number is printed on the page.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from carreau.errors import Unknown
from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.encode.attest import signed_copy, unsigned_copy
from carreau.guard.encode.fiche.page import pages
from carreau.guard.encode.typeset import pdf_of
from carreau.guard.presentation import Presentation

MOST: Final = 50
_TEMPLATE: Final = Path(__file__).with_name("fiche") / "fiche.typ"


def encode(content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
    """Write the fiche of each row, and return the certificate, to be put beside.

    No row, or more than fifty, is :class:`~carreau.errors.Unknown`.
    """
    count = content.table.num_rows
    if not 1 <= count <= MOST:
        raise Unknown(
            "une fiche est la page d'un bureau : il faut dire lesquels",
            given=f"{count} lieux",
            expected=f"de 1 à {MOST} lieux, une page chacun",
            advice="par exemple bv:69123_0101 ; pour tous, demander un .xlsx",
        )
    made_at = datetime.fromisoformat(content.certificate["made_at"])
    text = pdf_of(_TEMPLATE, pages(content, shown), made_at)
    sink.write(text)
    unsigned = unsigned_copy(content, signer, ".pdf", 0)
    return signed_copy(unsigned, signer, hashlib.sha256(text).hexdigest(), []) + b"\n"
