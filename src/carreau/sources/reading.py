"""A fetched file as one raw table, whatever it is packed in: a Parquet file, or a delimited text of any
encoding.

What a source's ``read.py`` starts from when its file is one plain table. Errors name the file as it was
published.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.tidy import encoding_of, encoding_remark, table_of

_HEAD: Final = 1 << 18
_ADVICE: Final = "télécharger à nouveau le fichier chez son producteur"


def parquet_of(file: Fetched, wanted: Sequence[str] | None = None) -> pa.Table:
    """The table of a Parquet file, or those of its columns that are ``wanted`` and there.

    Raises :class:`~carreau.errors.Broken` when the bytes are not a whole Parquet file.
    """
    try:
        with pq.ParquetFile(file.path) as parquet:
            held = parquet.schema_arrow.names
            return parquet.read([name for name in wanted if name in held] if wanted else None)
    except (pa.ArrowException, OSError) as error:
        raise Broken(
            f"{file.name} n'est pas un fichier Parquet lisible", given=str(error)[:120],
            expected="un fichier Parquet complet", advice=_ADVICE,
        ) from error


def text_of(file: Fetched, pattern: str = "*", delimiter: str = ";") -> tuple[pa.Table, tuple[str, ...]]:
    """The text table of the one member that matches ``pattern``, and a remark on its encoding when it is not
    UTF-8.

    Every column is text; blank cells are null. :class:`~carreau.errors.Broken` says what is wrong with the
    file.
    """
    encoding = encoding_of(head_of(file, pattern))
    with opened(file.path, pattern) as stream:
        table = table_of(stream, delimiter=delimiter, encoding=encoding, name=file.name)
    return table, encoding_remark(encoding)


def head_of(file: Fetched, pattern: str = "*", length: int = _HEAD) -> bytes:
    """The first ``length`` bytes of the one member that matches ``pattern``."""
    with opened(file.path, pattern) as stream:
        return stream.read(length)


def expect_columns(file: Fetched, table: pa.Table, wanted: Sequence[str]) -> None:
    """Refuse a table without one of the ``wanted`` columns, or without rows:
    :class:`~carreau.errors.Broken`.
    """
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise Broken(
            f"{file.name} n'a pas la colonne « {missing[0]} »", given=", ".join(table.column_names[:12]),
            expected=", ".join(wanted), advice="vérifier que le fichier est bien celui du millésime déclaré",
        )
    if not table.num_rows:
        raise Broken(
            f"{file.name} ne contient aucune ligne", given="un en-tête seul", expected="des données",
            advice=_ADVICE,
        )
