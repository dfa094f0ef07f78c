"""One row of an Arrow file of a single batch, read cell by cell from the disk.

A row crosses every column: read through the memory map, each cell would bring 64 kB of neighbours into the memory of
the server, and twenty rows the whole file. Read by its place, a row costs the bytes of its cells.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa

Read = Callable[[int, int], bytes]
_EPOCH: Final = date(1970, 1, 1)
_PAIR: Final = struct.Struct("<2i")


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one column: which are full (None: all), a bit each; where in the file are its values and texts."""

    name: str
    full: bytes | None
    values: int
    texts: int
    cell: Callable[[Read, int, _Cells], Any]


@dataclass(frozen=True, slots=True)
class RowFile:
    """The rows of an Arrow file, one at a time; the file stays open as long as this is kept."""

    file: BinaryIO
    columns: tuple[_Cells, ...]

    @classmethod
    def of(cls, path: Path, table: pa.Table, base: int) -> RowFile:
        """The rows of the file at ``path``, of which ``table`` is the memory map, that starts at address ``base``."""
        file = path.open("rb")
        return cls(file, tuple(_cells(file, name, table[name].chunk(0), base) for name in table.column_names))

    def row(self, place: int) -> dict[str, Any]:
        """The row at ``place``, an empty cell being None."""
        descriptor = self.file.fileno()

        def read(start: int, length: int) -> bytes:
            return os.pread(descriptor, length, start)

        found: dict[str, Any] = {}
        for column in self.columns:
            full = column.full is None or column.full[place >> 3] >> (place & 7) & 1
            found[column.name] = column.cell(read, place, column) if full else None
        return found


def _cells(file: BinaryIO, name: str, array: pa.Array, base: int) -> _Cells:
    """Where the cells of one column are; a buffer that is not there is that of a column that is empty throughout."""
    bits, *rest = array.buffers()
    full = None if bits is None else os.pread(file.fileno(), bits.size, bits.address - base)
    values, texts = (0 if buffer is None else buffer.address - base for buffer in (*rest, None)[:2])
    return _Cells(name, full, values, texts, _KINDS[array.type])


def _number(read: Read, place: int, column: _Cells) -> float:
    """A number of 64 bits."""
    return float(struct.unpack("<d", read(column.values + 8 * place, 8))[0])


def _integer(read: Read, place: int, column: _Cells) -> int:
    """A whole number of 64 bits."""
    return int.from_bytes(read(column.values + 8 * place, 8), "little", signed=True)


def _boolean(read: Read, place: int, column: _Cells) -> bool:
    """True or false, in one bit."""
    return bool(read(column.values + (place >> 3), 1)[0] >> (place & 7) & 1)


def _day(read: Read, place: int, column: _Cells) -> date:
    """A day, counted from 1970."""
    return _EPOCH + timedelta(days=int.from_bytes(read(column.values + 4 * place, 4), "little", signed=True))


def _text(read: Read, place: int, column: _Cells) -> str:
    """A text in UTF-8."""
    start, end = _PAIR.unpack(read(column.values + 4 * place, 8))
    return read(column.texts + start, end - start).decode()


_KINDS: Final[Mapping[pa.DataType, Callable[[Read, int, _Cells], Any]]] = {
    pa.float64(): _number, pa.int64(): _integer, pa.bool_(): _boolean, pa.date32(): _day, pa.string(): _text,
}  # fmt: skip
