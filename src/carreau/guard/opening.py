"""The opening of a kept release to be served: its figures stay on the disk, and only what is read comes into memory.

Beside the kept Parquet an Arrow file is made once, plain and whole, to be mapped in memory: a column costs a
millisecond, a row a few. A signed record says of which Parquet it was made and what bytes it must have: at each
opening both files are checked to the byte, and an Arrow file that is not what the record says is made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.guard._seal import Signer, canonical, is_signed
from carreau.guard.content import GEOMETRY, Content
from carreau.guard.releases import Origin, Release, made
from carreau.guard.restore import Kept, kept_release
from carreau.guard.rows import RowFile
from carreau.guard.writing import written_whole

RECORD: Final = "carreau/ouvert-1"
PART: Final = 1 << 26
_HASHERS: Final = 2
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Pair:
    """The Arrow file of a kept release, and its record."""

    arrow: Path
    record: Path


def opened(kept: Path, signer: Signer, folder: Path) -> Release:
    """The Release kept at ``kept``, as :func:`~carreau.guard.restore.restored`, read from an Arrow file in ``folder``.

    The Arrow file is made at the first opening (seconds for the whole of France) and checked at each of the others.
    A Parquet that is not valid under the key of ``signer`` is :class:`~carreau.errors.Broken`.
    """
    facts = kept_release(kept, signer)
    pair = _Pair(folder / f"{facts.sha256}.arrow", folder / f"{facts.sha256}.arrow.json")
    if not _whole(pair, facts, signer):
        _make(kept, pair, facts, signer)
    content = _content(pair.arrow, facts)
    return made(facts.schema, facts.certificate, Origin(lambda: content, signer, kept, (facts.content, facts.cut)))


def _content(path: Path, facts: Kept) -> Content:
    """The content whose figures are in an Arrow file, and whose pages are read when they are needed."""
    mapped = pa.memory_map(str(path))
    whole = pa.ipc.open_file(mapped).read_all()
    table = whole.select(list(facts.schema.names))
    return Content(
        schema=facts.schema,
        table=table,
        geometry=whole[GEOMETRY.name] if GEOMETRY.name in whole.column_names else None,
        certificate=facts.certificate,
        document=facts.document,
        digested=lambda: facts.digests,
        said=lambda: facts.cut,
        box=facts.box,
        row=RowFile.of(path, table, _address(mapped)).row if table.num_rows else None,
    )


def _address(mapped: pa.MemoryMappedFile) -> int:
    """Where in memory a mapped file starts."""
    mapped.seek(0)
    return int(mapped.read_buffer(1).address)


def _make(kept: Path, pair: _Pair, facts: Kept, signer: Signer) -> None:
    """Make the Arrow file of a Parquet that has been checked, then the record that vouches for it."""
    pair.arrow.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(pair.arrow) as sink:
        _write(kept, sink)
        sink.flush()
        sums = _sums(Path(sink.name))
    pa.default_memory_pool().release_unused()
    said = {"format": RECORD, "parquet": facts.sha256, "parts": sums}
    with written_whole(pair.record) as sink:
        sink.write(canonical(signer.signed(said)))


def _write(kept: Path, sink: BinaryIO) -> None:
    """Write the table of a Parquet as an Arrow file of one batch."""
    table = _read(kept)
    with pa.ipc.new_file(pa.PythonFile(sink, "w"), table.schema) as writer:
        writer.write_batch(table.to_batches()[0] if table.num_rows else _empty(table))


def _read(kept: Path) -> pa.Table:
    """The table of a Parquet, each column in one piece, read one column at a time."""
    with pq.ParquetFile(kept) as file:
        names = file.schema_arrow.names
        arrays = [file.read([name], use_threads=False).column(0).combine_chunks() for name in names]
    return pa.table([pa.chunked_array([array]) for array in arrays], names=names)


def _empty(table: pa.Table) -> pa.RecordBatch:
    """A batch without rows."""
    return pa.RecordBatch.from_pylist([], schema=table.schema)


def _whole(pair: _Pair, facts: Kept, signer: Signer) -> bool:
    """Whether the Arrow file is there, and is to the byte what the record of this house says of this Parquet."""
    try:
        said: Mapping[str, Any] = json.loads(pair.record.read_bytes())
        known = said["format"] == RECORD and said["parquet"] == facts.sha256
        ours = said["public_key"] == signer.public_key and is_signed(said)
        return known and ours and _sums(pair.arrow) == said["parts"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sums(path: Path) -> list[str]:
    """The sha256 of each part of 64 MB of a file, read without being mapped, two at a time."""
    starts = range(0, path.stat().st_size, PART)
    with ThreadPoolExecutor(_HASHERS) as pool:
        return list(pool.map(lambda start: _sum(path, start), starts))


def _sum(path: Path, start: int) -> str:
    """The sha256 of one part."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(start)
        left = PART
        while left and (chunk := file.read(min(left, _CHUNK))):
            total.update(chunk)
            left -= len(chunk)
    return total.hexdigest()
