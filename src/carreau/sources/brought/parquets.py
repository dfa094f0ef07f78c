"""The table of a Parquet file: its plain columns, read piece by piece and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.sources.brought.bounds import Bounds, figure, too_much
from carreau.sources.brought.headers import headers_of

_THRIFT: Final = 20_000_000  # bytes of a footer, and elements of one of its lists
_BATCH: Final = 1024


def parquet_table(path: Path, name: str, bounds: Bounds) -> tuple[pa.Table, tuple[str, ...]]:
    """The plain columns (text, numbers, dates, truths) of the Parquet at ``path``; the others are named and left.

    :class:`~carreau.errors.Refused` when its footer, or what comes out, is beyond ``bounds``;
    :class:`~carreau.errors.Broken` when it cannot be read to its end.
    """
    try:
        file = pq.ParquetFile(
            path, thrift_string_size_limit=_THRIFT, thrift_container_size_limit=_THRIFT, pre_buffer=False
        )
        _declared(file.metadata, bounds)
        schema = file.schema_arrow
        kept = [place for place, field in enumerate(schema) if _plain(field.type)]
        batches, size = [], 0
        columns = [schema[place].name for place in kept]
        for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
            batches.append(pa.record_batch([_cast(column) for column in batch.columns], batch.schema.names))
            size += batches[-1].nbytes
            if size > bounds.unfolded:
                raise too_much("une fois déplié", f"plus de {size >> 20} Mio", f"{bounds.unfolded >> 20} Mio au plus")
        table = pa.Table.from_batches(batches) if batches else pa.table({})
    except (pa.ArrowMemoryError, MemoryError) as error:
        most = f"{bounds.unfolded >> 20} Mio au plus"
        raise too_much("une fois déplié", "plus de mémoire qu'il n'en est donné", most) from error
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError) as error:
        raise Broken(
            f"« {name} » n'est pas un Parquet lisible", given=type(error).__name__,
            expected="un fichier Parquet entier, non chiffré, sans colonnes de même nom",
            advice="l'écrire de nouveau, ou l'enregistrer en CSV",
        ) from error  # fmt: skip
    left = headers_of(field.name for field in schema if not _plain(field.type))
    remarks = (f"colonnes laissées, de type composé : {', '.join(left[:8])}",) if left else ()
    return table.rename_columns(headers_of(table.column_names)), remarks


def _declared(footer: pq.FileMetaData, bounds: Bounds) -> None:
    """Refuse a footer that announces more than is read."""
    if footer.num_rows > bounds.rows:
        raise too_much("ses lignes", figure(footer.num_rows), f"{figure(bounds.rows)} lignes au plus")
    if footer.num_columns > bounds.columns:
        raise too_much("ses colonnes", figure(footer.num_columns), f"{figure(bounds.columns)} colonnes au plus")
    size = sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
    if size > bounds.unfolded:
        raise too_much("une fois déplié", f"{size >> 20} Mio", f"{bounds.unfolded >> 20} Mio au plus")


def _plain(kind: pa.DataType) -> bool:
    """Whether a type holds one plain value per cell."""
    if pa.types.is_dictionary(kind):
        return bool(_plain(kind.value_type))
    tests = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean,
        pa.types.is_date, pa.types.is_timestamp, pa.types.is_decimal, pa.types.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _cast(column: pa.Array) -> pa.Array:
    """A column as one of the few types that are worked on: text, whole or decimal numbers, truths, or dates as text."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_unsigned_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    return column.cast(pa.bool_() if pa.types.is_boolean(kind) else pa.string())
