"""One row of an Arrow file of a single batch, read cell by cell from the disk.

A row crosses every column: read through the memory map, each cell would bring 64 kB of neighbours into the memory of
the server, and twenty rows the whole file. Read by its place, a row costs the bytes of its cells.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

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

    read: Read
    columns: tuple[_Cells, ...]

    @classmethod
    def of(cls, path: Path, table: pa.Table, base: int) -> RowFile:
        """The rows of the file at ``path``, of which ``table`` is the memory map, that starts at address ``base``."""
        read = pa.OSFile(str(path)).read_at  # unlike a file of Python, it closes itself when it is forgotten
        return cls(read, tuple(_cells(read, name, table[name].chunk(0), base) for name in table.column_names))

    def row(self, place: int) -> dict[str, Any]:
        """The row at ``place``, an empty cell being None."""
        found: dict[str, Any] = {}
        for column in self.columns:
            full = column.full is None or column.full[place >> 3] >> (place & 7) & 1
            found[column.name] = column.cell(self.read, place, column) if full else None
        return found


def _cells(read: Read, name: str, array: pa.Array, base: int) -> _Cells:
    """Where the cells of one column are; a buffer that is not there is that of a column that is empty throughout."""
    bits, *rest = array.buffers()
    full = None if bits is None else read(bits.size, bits.address - base)
    values, texts = (0 if buffer is None else buffer.address - base for buffer in (*rest, None)[:2])
    return _Cells(name, full, values, texts, _KINDS[array.type])


def _number(read: Read, place: int, column: _Cells) -> float:
    """A number of 64 bits."""
    return float(struct.unpack("<d", read(8, column.values + 8 * place))[0])


def _integer(read: Read, place: int, column: _Cells) -> int:
    """A whole number of 64 bits."""
    return int.from_bytes(read(8, column.values + 8 * place), "little", signed=True)


def _boolean(read: Read, place: int, column: _Cells) -> bool:
    """True or false, in one bit."""
    return bool(read(1, column.values + (place >> 3))[0] >> (place & 7) & 1)


def _day(read: Read, place: int, column: _Cells) -> date:
    """A day, counted from 1970."""
    return _EPOCH + timedelta(days=int.from_bytes(read(4, column.values + 4 * place), "little", signed=True))


def _text(read: Read, place: int, column: _Cells) -> str:
    """A text in UTF-8."""
    start, end = _PAIR.unpack(read(8, column.values + 4 * place))
    return read(end - start, column.texts + start).decode()


_KINDS: Final[Mapping[pa.DataType, Callable[[Read, int, _Cells], Any]]] = {
    pa.float64(): _number, pa.int64(): _integer, pa.bool_(): _boolean, pa.date32(): _day, pa.string(): _text,
}  # fmt: skip
