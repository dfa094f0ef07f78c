"""The encoders: each writes a released content to a file, with its certificate bound to every byte of it.

``FORMATS`` maps a file's suffix to its format; :func:`format_of` reads a suffix, a name or a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType
from typing import BinaryIO, Final, Protocol, cast

from carreau.errors import Unknown
from carreau.guard._seal import Signer
from carreau.guard.content import Content
from carreau.guard.presentation import Presentation

__all__ = ["FORMATS", "Drawer", "Encoder", "Format", "encoded_to", "format_of"]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its suffix, media type, and what it is for, in a few French words.

    ``beside`` says that it cannot hold its certificate, which stands in a file beside it; ``drawn`` that it is a
    document, shown as a presentation asks.
    """

    suffix: str
    media_type: str
    title: str
    beside: bool = False
    drawn: bool = False


class Encoder(Protocol):
    """A module of this package: one function that writes a content to a seekable sink."""

    def encode(self, content: Content, signer: Signer, sink: BinaryIO) -> bytes:
        """Write ``content``, its certificate in place; return the certificate apart when the file cannot hold it."""
        ...


class Drawer(Protocol):
    """A module of this package that writes a document, shown as it is asked to be."""

    def encode(self, content: Content, signer: Signer, sink: BinaryIO, shown: Presentation) -> bytes:
        """Write ``content`` as ``shown`` says; return the certificate apart when the file cannot hold it."""
        ...


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        entry.suffix: entry
        for entry in (
            Format(".parquet", "application/vnd.apache.parquet", "table pour l'analyse, avec contours (GeoParquet)"),
            Format(".csv", "text/csv", "table que les tableurs ouvrent", beside=True),
            Format(
                ".xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "classeur lisible, avec mode d'emploi, marges et notes",
                drawn=True,
            ),
            Format(".geojson", "application/geo+json", "carte (RFC 7946)"),
            Format(".json", "application/json", "table pour un programme"),
            Format(
                ".pdf",
                "application/pdf",
                "page à imprimer : fiche d'un bureau, feuille d'une équipe",
                beside=True,
                drawn=True,
            ),
            Format(".png", "image/png", "image de la carte d'un indicateur", beside=True, drawn=True),
        )
    }
)


def format_of(name: str | PurePath) -> Format:
    """The format named by a suffix, a bare format name or a path; :class:`~carreau.errors.Unknown` with near names."""
    text = str(name)
    suffix = (PurePath(text).suffix or (text if text.startswith(".") else f".{text}")).lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    raise Unknown.named(suffix, "format", FORMATS, f"nommer le fichier avec l'une des fins {', '.join(FORMATS)}")


def encoded_to(sink: BinaryIO, kind: Format, content: Content, signer: Signer, shown: Presentation) -> bytes:
    """Write ``content`` to ``sink``; the certificate when it stands apart.

    The encoder is imported when it is needed: a workbook's library is not loaded to write a Parquet.
    """
    module = import_module(f"carreau.guard.encode.{kind.suffix[1:]}")
    if kind.drawn:
        return cast(Drawer, module).encode(content, signer, sink, shown)
    return cast(Encoder, module).encode(content, signer, sink)
