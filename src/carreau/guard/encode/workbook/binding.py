"""The binding of a workbook to its certificate, in the custom properties of the document.

An .xlsx is a zip. The member ``docProps/custom.xml`` is moved to the end, uncompressed, so that its bytes have a known
place; it holds the sha256 of the file, the signature and the sha256 of each sheet, as properties of fixed length. The
file is hashed with these at zero, and with the checksums that the zip keeps of that member as they are then.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from carreau.guard._seal import NO_DIGEST, NO_SIGNATURE

MEMBER: Final = "docProps/custom.xml"
LARGEST_MEMBER: Final = 1 << 16
LARGEST_DIRECTORY: Final = 1 << 20
SHEET: Final = "Carreau feuille "
_HEX: Final = re.compile(rb"(?<=<vt:lpwstr>)[0-9a-f]{64}(?:[0-9a-f]{64})?(?=</vt:lpwstr>)")
_SHEET: Final = re.compile(rb'name="' + SHEET.encode() + rb'([^"]*)"')
_END: Final = struct.Struct("<4s4H2LH")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the custom properties are in a workbook, and what they hold."""

    data: bytes
    offset: int
    checksums: tuple[int, int]

    @property
    def blanked(self) -> bytes:
        """The member with all its digests and its signature at zero."""
        return _HEX.sub(lambda found: b"0" * len(found[0]), self.data)

    @property
    def values(self) -> list[str]:
        """The sha256 of the file, the signature, then the sha256 of each sheet."""
        return [found.decode() for found in _HEX.findall(self.data)]

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets that have a digest."""
        return [name.decode() for name in _SHEET.findall(self.data)]

    def replaced(self, data: bytes) -> list[tuple[int, bytes]]:
        """What must be written, and where, for the member to hold ``data``: its bytes and both its checksums."""
        checksum = struct.pack("<L", zlib.crc32(data))
        return [(self.offset, data), *((place, checksum) for place in self.checksums)]

    def filled(self, values: list[str]) -> bytes:
        """The member with ``values`` in place of its zeros."""
        left = iter(values)
        return _HEX.sub(lambda _: next(left).encode(), self.data)


def properties(sheets: list[str]) -> dict[str, str]:
    """The custom properties to be filled once the workbook is written, by name."""
    return {
        "Carreau empreinte": NO_DIGEST,
        "Carreau signature": NO_SIGNATURE,
        **{f"{SHEET}{sheet}": NO_DIGEST for sheet in sheets},
    }


def rebuilt(draft: BinaryIO, sink: BinaryIO) -> list[str]:
    """Copy the zip ``draft`` to ``sink`` with the custom properties last and plain; the sha256 of each sheet."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(draft) as read, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as write:
        for name in [*(name for name in read.namelist() if name != MEMBER), MEMBER]:
            digests[name] = _copied(read, write, name)
    return [digest for _, digest in sorted_sheets(digests)]


def _copied(read: zipfile.ZipFile, write: zipfile.ZipFile, name: str) -> str:
    """The sha256 of a member, now copied from a zip to another, at the date that all members have."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_STORED if name == MEMBER else zipfile.ZIP_DEFLATED
    total = hashlib.sha256()
    with read.open(name) as part, write.open(entry, "w") as copy:
        while chunk := part.read(1 << 20):
            copy.write(chunk)
            total.update(chunk)
    return total.hexdigest()


def sorted_sheets(members: dict[str, str]) -> list[tuple[str, str]]:
    """The members that are sheets, in the order of their numbers."""
    numbered = {name: re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name) for name in members}
    sheets = [(int(found[1]), name) for name, found in numbered.items() if found]
    return [(name, members[name]) for _, name in sorted(sheets)]


def binding_of(file: BinaryIO) -> Binding | None:
    """The custom properties of a workbook written here, found from its end; None when it is not one as written."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _END.size))
    tail = file.read()
    if len(tail) < _END.size:
        return None
    magic, *_, size, start, comment = _END.unpack(tail)
    if magic != b"PK\x05\x06" or comment or size > LARGEST_DIRECTORY or start + size != end - _END.size:
        return None
    file.seek(start)
    directory = file.read(size)
    last = directory.rfind(b"PK\x01\x02")
    if last < 0 or len(directory) < last + _ENTRY.size:
        return None
    entry = _ENTRY.unpack_from(directory, last)
    stored, length, place = entry[4] == 0, entry[9], entry[16]
    if directory[last + _ENTRY.size :] != MEMBER.encode() or not stored or length > LARGEST_MEMBER:
        return None
    return _plain_member(file, place, length, start + last + 16)


def _plain_member(file: BinaryIO, place: int, length: int, checksum: int) -> Binding | None:
    """The member at ``place``, when its own header agrees and its checksums are right."""
    file.seek(place)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        return None
    magic, *_, names, extra = _LOCAL.unpack(header)
    offset = place + _LOCAL.size + names + extra
    file.seek(offset)
    found = Binding(file.read(length), offset, (place + 14, checksum))
    true = struct.pack("<L", zlib.crc32(found.data))
    file.seek(checksum)
    whole = magic == b"PK\x03\x04" and len(found.data) == length and header[14:18] == true == file.read(4)
    return found if whole else None
