"""Tables and encoded files kept by key: made once, named by their content, never trusted when damaged.

A file is called ``KEY.SHA256.SUFFIX``: its name is its proof. One rename settles it, so that no index can
disagree with it; a file whose bytes no longer have the digest of its name is removed and made again.
Files are never written over, so that they are read through the memory of the system (three times less
time, measured).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Missing, Unknown
from carreau.store.writing import digest_of, file_digest, settled, swept, temporary

_PLAIN_KEY: Final = re.compile(r"[a-z0-9_-]{1,120}")
_PARQUET: Final = ".parquet"
_ROWS: Final = 8192  # rows of a group: few enough that a filter reads one department and not the country


class _Kept:
    """The files of one folder, each named by a key and by the digest of its bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trusted: dict[Path, tuple[int, int]] = {}
        swept(folder)

    def found(self, key: str, suffix: str) -> Path | None:
        """The whole file kept for ``key``, its bytes verified once per process; damaged ones are removed."""
        for path in sorted(self.folder.glob(f"{escape(_stem(key))}.{'?' * 64}{escape(suffix)}")):
            if self._verified(path, path.name[-64 - len(suffix) : -len(suffix)]):
                return path
            path.unlink(missing_ok=True)
        return None

    def settle(self, written: Path, key: str, digest: str, suffix: str) -> Path:
        """The final place of what was written in ``written``, whose bytes have this digest."""
        path = settled(written, self.folder / f"{_stem(key)}.{digest}{suffix}")
        self._trusted[path] = _print_of(path)
        return path

    def _verified(self, path: Path, digest: str) -> bool:
        """Whether the bytes still have the digest of the name."""
        try:
            seen = _print_of(path)
            if self._trusted.get(path) != seen:
                if file_digest(path) != digest:
                    return False
                self._trusted[path] = seen
        except OSError:  # another process removed it, or the disk cannot read it
            return False
        return True


def _stem(key: str) -> str:
    """The key as a file name: itself when it is plain, else its digest."""
    return key if _PLAIN_KEY.fullmatch(key) else digest_of(key)


def _print_of(path: Path) -> tuple[int, int]:
    """The size and the date of a file: what changes when it is written again."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns


class _Hashing:
    """A file being written, and the digest of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.closed = False

    def write(self, data: bytes) -> int:
        """Write and digest."""
        self._hash.update(data)
        return self._file.write(data)

    def close(self) -> None:
        """Leave the file open: who opened it closes it."""

    @property
    def digest(self) -> str:
        """The sha256 of all that was written."""
        return self._hash.hexdigest()


class Tables:
    """Tables kept in one folder as Parquet, by key. A key is made of all that decides the content.

    >>> import pyarrow as pa, tempfile
    >>> tables = Tables(Path(tempfile.mkdtemp()))
    >>> tables.kept("numbers", lambda: pa.table({"n": [1, 2]})).num_rows
    2
    >>> tables.read("numbers", columns=["n"])["n"].to_pylist()
    [1, 2]
    """

    def __init__(self, folder: Path) -> None:
        self._kept = _Kept(folder)

    def kept(self, key: str, make: Callable[[], pa.Table]) -> pa.Table:
        """The table of ``key``: read when it is kept whole, else made by ``make`` and kept.

        :class:`~carreau.errors.Retry` with the size needed when the disk is full.
        """
        path = self._kept.found(key, _PARQUET)
        if path is not None:
            return pq.read_table(path, memory_map=True)
        table = make()
        self.keep(key, table)
        return table

    def keep(self, key: str, table: pa.Table) -> Path:
        """The file where ``table`` is now kept under ``key``; an older one of that key is replaced."""
        older = self._kept.found(key, _PARQUET)
        with temporary(self._kept.folder, table.nbytes) as written:
            with written.open("wb") as file:
                sink = _Hashing(file)
                pq.write_table(table, sink, row_group_size=_ROWS, **parquet_settings(table.schema))
            path = self._kept.settle(written, key, sink.digest, _PARQUET)
        if older is not None and older != path:
            older.unlink(missing_ok=True)
        return path

    def holds(self, key: str) -> bool:
        """Whether the table of ``key`` is kept, whole."""
        return self._kept.found(key, _PARQUET) is not None

    def path(self, key: str) -> Path:
        """The Parquet file of ``key``; :class:`~carreau.errors.Missing` when it is not kept."""
        path = self._kept.found(key, _PARQUET)
        if path is None:
            raise Missing(f"la table « {key} » n'est pas encore faite", advice="lancer l'étape qui la fait")
        return path

    def read(
        self,
        key: str,
        columns: Sequence[str] | None = None,
        filters: Sequence[tuple[str, str, Any]] | None = None,
    ) -> pa.Table:
        """The table of ``key``, or some of its ``columns``, or the rows that pass all ``filters``.

        A filter is ``(column, operator, value)`` with ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in``,
        ``not in``. :class:`~carreau.errors.Missing` when it is not kept, :class:`~carreau.errors.Unknown`
        for a column that it does not have.
        """
        path = self.path(key)
        names = pq.read_schema(path).names
        for name in [*(columns or ()), *(column for column, _, _ in filters or ())]:
            if name not in names:
                raise Unknown.named(name, "colonne", names, "reprendre l'un des noms de la table")
        chosen = list(filters) if filters else None
        return pq.read_table(path, columns=columns, filters=chosen, memory_map=True)


def parquet_settings(schema: pa.Schema) -> dict[str, Any]:
    """How a table is written: light compression, and no dictionary for decimal numbers: few repeat."""
    texts = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return {"compression": "zstd", "compression_level": 1, "use_dictionary": texts}


class Blobs:
    """Encoded files (a workbook, a map, a matrix) kept in one folder, by key and suffix."""

    def __init__(self, folder: Path) -> None:
        self._kept = _Kept(folder)

    def kept(self, key: str, suffix: str, make: Callable[[Path], None]) -> Path:
        """The file of ``key`` that ends in ``suffix``: kept whole, or now written by ``make``.

        ``make`` gets a path with that suffix to write at; what it wrote is settled only when it returns.
        """
        found = self._kept.found(key, suffix)
        if found is not None:
            return found
        with temporary(self._kept.folder) as place:
            written = place.with_name(f"{place.name}{suffix}")
            try:
                make(written)
                return self._kept.settle(written, key, file_digest(written), suffix)
            finally:
                written.unlink(missing_ok=True)

    def holds(self, key: str, suffix: str) -> bool:
        """Whether the file of ``key`` that ends in ``suffix`` is kept, whole."""
        return self._kept.found(key, suffix) is not None
