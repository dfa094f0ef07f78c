"""The certificate of a workbook: its text in the last sheet, its digests and signature in the properties."""

from __future__ import annotations

import hashlib
import html
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from carreau.guard._seal import canonical
from carreau.guard.encode.attest import sha256_with
from carreau.guard.encode.workbook.binding import LARGEST_MEMBER, MEMBER, Binding, binding_of
from carreau.guard.find.found import LARGEST_CERTIFICATE, NOTHING, TRUNCATED, Found

LARGEST_SHEET: Final = 1 << 32
_TEXT: Final = re.compile(rb"carreau-copie:([^<]*)<")
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, KeyError, ValueError, NotImplementedError, EOFError,
    OSError, RuntimeError,
)  # fmt: skip
_SAVED_AGAIN: Final = Found(
    damage="le classeur n'a plus la forme signée : un tableur l'a enregistré de nouveau, ou il est abîmé"
)


def find(file: BinaryIO) -> Found:
    """The certificate of a workbook of this house; the zip is read within limits, its contents never trusted."""
    binding = binding_of(file)
    if binding is None or len(binding.values) < 2:
        return _other(file)
    text = _signed_text(file, binding)
    if not text:
        return Found(damage="la feuille Certificat")
    found = sha256_with(file, binding.replaced(binding.blanked))
    return Found(text, found, lambda copy: _where(file, binding, copy))


def _signed_text(file: BinaryIO, binding: Binding) -> bytes:
    """The copy certificate: the text of the last sheet, with the digests and signature of the properties."""
    sha256, signature, *parts = binding.values
    try:
        with zipfile.ZipFile(file) as book, book.open(f"xl/worksheets/sheet{len(parts)}.xml") as sheet:
            chunks = _TEXT.findall(sheet.read(LARGEST_CERTIFICATE))
        text = html.unescape(b"".join(chunks).decode()).replace("_x005F_", "_")
        document = json.loads(text)
        copy = {**document["copy"], "sha256": sha256, "parts": parts}
        return canonical({**document, "copy": copy, "signature": signature})
    except (*_UNREADABLE, TypeError, RecursionError):
        return b""


def _other(file: BinaryIO) -> Found:
    """What a zip that is not as this house writes them is: broken, saved again by a spreadsheet, or another's."""
    try:
        with zipfile.ZipFile(file) as book, book.open(MEMBER) as member:
            return _SAVED_AGAIN if b"Carreau empreinte" in member.read(LARGEST_MEMBER) else NOTHING
    except KeyError:
        return NOTHING
    except _UNREADABLE:
        return TRUNCATED


def _where(file: BinaryIO, binding: Binding, copy: Mapping[str, Any]) -> str:
    """The first sheet that is no longer as it was signed, or what else."""
    for number, (name, expected) in enumerate(zip(binding.sheets, copy["parts"], strict=False), 1):
        if _sheet_digest(file, number) != expected:
            return f"la feuille « {name} »"
    return "le classeur, hors des feuilles : mise en forme, propriétés ou conteneur"


def _sheet_digest(file: BinaryIO, number: int) -> str:
    """The sha256 of a sheet; empty when it cannot be read or is larger than a sheet may be."""
    total, left = hashlib.sha256(), LARGEST_SHEET
    try:
        with zipfile.ZipFile(file) as book, book.open(f"xl/worksheets/sheet{number}.xml") as sheet:
            while left and (chunk := sheet.read(min(left, 1 << 20))):
                total.update(chunk)
                left -= len(chunk)
    except _UNREADABLE:
        return ""
    return total.hexdigest() if left else ""
