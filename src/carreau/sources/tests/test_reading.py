from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken
from carreau.sources.catalogue import catalogue
from carreau.sources.declare import Fetched
from carreau.sources.reading import expect_columns, parquet_of


def fetched(path: Path) -> Fetched:
    source = catalogue()["ign_iris"]
    return Fetched(source, source.files[0], path.name, path, "", "original", datetime(2026, 1, 1, tzinfo=UTC))


def test_only_the_wanted_columns_that_are_there_are_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "x.parquet")
    assert parquet_of(fetched(tmp_path / "x.parquet"), ["b", "c"]).column_names == ["b"]
    assert parquet_of(fetched(tmp_path / "x.parquet")).column_names == ["a", "b"]


@pytest.mark.parametrize("keep", [0, 10, 150])
def test_a_truncated_parquet_file_is_refused_by_name(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2]}), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Broken, match=r"x\.parquet n'est pas un fichier Parquet lisible"):
        parquet_of(fetched(path))


def test_a_missing_column_is_named_with_what_the_file_holds(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="« voix »") as refused:
        expect_columns(fetched(tmp_path / "x.parquet"), pa.table({"Voix": [1]}), ["voix"])
    assert refused.value.given == "Voix"


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="aucune ligne"):
        expect_columns(fetched(tmp_path / "x.parquet"), pa.table({"a": pa.array([], pa.int64())}), ["a"])
