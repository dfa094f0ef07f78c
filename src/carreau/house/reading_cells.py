"""The rows of a level put end to end in a file, so that the page of a place is one read and not a thousand.

A release is kept by columns, which suits maps and tables. A page wants one row: a thousand small reads, each of which
lets another thread in, and under load a page then waits a thousand times for its turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from carreau.store.writing import settled, temporary
from carreau.terms import Schema

Read = Callable[[int, int], bytes]  # so many bytes, from such a place
BLOCK: Final = 4096
MOST_WORDS: Final = 255  # a reason, a grade, a type have fewer values than this
NONE: Final = 255


@dataclass(frozen=True, slots=True)
class Cells:
    """The figures of each row as 64-bit floats, NaN where empty, and its words as numbers of one byte.

    ``numbers`` are the names of the figures, ``words`` those of the texts with the values of each; a text with too many
    values has no name: it is a name itself, and is read elsewhere.
    """

    figures: Read
    letters: Read
    numbers: tuple[str, ...]
    words: tuple[tuple[str, tuple[str, ...]], ...]

    def row(self, place: int) -> dict[str, Any]:
        """The figures and the words of the row at ``place``; None where a cell is empty."""
        width = 8 * len(self.numbers)
        read = np.frombuffer(self.figures(width, place * width), "<f8").tolist()
        found: dict[str, Any] = {
            name: None if value != value else value for name, value in zip(self.numbers, read, strict=True)
        }
        letters = self.letters(len(self.words), place * len(self.words))
        for (name, words), letter in zip(self.words, letters, strict=True):
            if name:
                found[name] = None if letter == NONE else words[letter]
        return found


def cells_of(kept: Path, schema: Schema, digest: str, folder: Path) -> Cells:
    """The cells, row by row, of the release that rests at ``kept``: found in ``folder``, else written there now."""
    stem = folder / f"rows-{digest[:24]}"
    index = stem.with_suffix(".json")
    if not index.is_file():
        _write(kept, schema, stem)
    said = json.loads(index.read_text("utf-8"))
    words = tuple((name, tuple(values)) for name, values in said["words"])
    # Unlike a file of Python, one of Arrow closes itself when it is forgotten.
    figures, letters = (pa.OSFile(str(stem.with_suffix(end))).read_at for end in (".f64", ".u8"))
    return Cells(figures, letters, tuple(said["numbers"]), words)


def _write(kept: Path, schema: Schema, stem: Path) -> None:
    """Write the rows of a release: figures, words, then the index that says that both are whole.

    The Parquet is read by parts: its columns are never all in memory.
    """
    numbers = [column.name for column in schema.columns if column.type in {"number", "integer"}]
    known: dict[str, dict[str, int]] = {column.name: {} for column in schema.columns if column.type == "text"}
    file = pq.ParquetFile(kept)
    needed = 8 * len(numbers) * file.metadata.num_rows
    with temporary(stem.parent, needed) as figures, temporary(stem.parent) as letters:
        with figures.open("wb") as one, letters.open("wb") as other:
            for batch in file.iter_batches(BLOCK, columns=[*numbers, *known], use_threads=False):
                one.write(_figures(batch, numbers))
                other.write(_letters(batch, known))
        settled(figures, stem.with_suffix(".f64"))
        settled(letters, stem.with_suffix(".u8"))
    words = [(name, list(values)) if len(values) < MOST_WORDS else ("", []) for name, values in known.items()]
    with temporary(stem.parent) as written:
        written.write_text(json.dumps({"numbers": numbers, "words": words}, ensure_ascii=False), "utf-8")
        settled(written, stem.with_suffix(".json"))


def _figures(rows: pa.RecordBatch, numbers: Sequence[str]) -> bytes:
    """The figures of some rows, row by row."""
    block = np.empty((rows.num_rows, len(numbers)), "<f8")
    for place, name in enumerate(numbers):
        values = rows.column(name).cast(pa.float64())
        block[:, place] = pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False)
    return block.tobytes()


def _letters(rows: pa.RecordBatch, known: dict[str, dict[str, int]]) -> bytes:
    """The words of some rows as numbers of one byte, row by row; ``known`` learns the words that are new."""
    block = np.full((rows.num_rows, len(known)), NONE, np.uint8)
    for place, (name, learnt) in enumerate(known.items()):
        coded = rows.column(name).dictionary_encode()
        for word in coded.dictionary.to_pylist():
            if len(learnt) < MOST_WORDS:
                learnt.setdefault(word, len(learnt))
        table = np.array([learnt.get(word, NONE) for word in coded.dictionary.to_pylist()], np.uint8)
        places = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        shown = places >= 0
        block[shown, place] = table[places[shown]]
    return block.tobytes()
