"""PDF: the fiche of a station, one page A4 a row; or, of routes, the sheet of a team. Tagged for screen readers
(PDF/UA-1); its certificate stands beside.

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
from carreau.guard.encode.sheets.page import is_routes, sheets, teams_of
from carreau.guard.encode.typeset import pdf_of
from carreau.guard.presentation import Presentation

MOST: Final = 50
_HERE: Final = Path(__file__).parent


def encode(content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
    """Write the fiche of each row, or the sheet of each team, and return the certificate, to be put beside.

    None, or more than fifty, is :class:`~carreau.errors.Unknown`.
    """
    made_at = datetime.fromisoformat(content.certificate["made_at"])
    if is_routes(content):
        _few_enough(len(teams_of(content)), _TEAMS)
        text = pdf_of(_HERE / "sheets" / "sheets.typ", sheets(content, shown), made_at)
    else:
        _few_enough(content.table.num_rows, _STATIONS)
        text = pdf_of(_HERE / "fiche" / "fiche.typ", pages(content, shown), made_at)
    sink.write(text)
    unsigned = unsigned_copy(content, signer, ".pdf", 0)
    return signed_copy(unsigned, signer, hashlib.sha256(text).hexdigest(), []) + b"\n"


_STATIONS: Final = (
    "une fiche est la page d'un bureau : il faut dire lesquels",
    "lieux",
    "par exemple bv:69123_0101 ; pour tous, demander un .xlsx",
)
_TEAMS: Final = (
    "une feuille de route est celle d'une équipe",
    "équipes",
    "demander moins d'équipes, ou une seule : --team 2 (team=2 dans une adresse) ; pour toutes, demander un .xlsx",
)


def _few_enough(count: int, about: tuple[str, str, str]) -> None:
    """Refuse a document of no page, or of more than fifty."""
    said, noun, advice = about
    if not 1 <= count <= MOST:
        raise Unknown(
            said, given=f"{count} {noun}", expected=f"de 1 à {MOST} {noun}, une page chacun", advice=advice
        )
