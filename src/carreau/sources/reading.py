"""A Parquet file as a table, and what a table must hold to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.sources.declare import Fetched

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
            f"{file.name} n'est pas un fichier Parquet lisible",
            given=f"un fichier de {file.path.stat().st_size} octets, tronqué ou altéré",
            expected="un fichier Parquet complet", advice=_ADVICE,
        ) from error


def expect_columns(file: Fetched, table: pa.Table, wanted: Sequence[str]) -> None:
    """Refuse a table without rows or without a ``wanted`` column: :class:`~carreau.errors.Broken`."""
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
