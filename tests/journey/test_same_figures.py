"""Files that say the same otherwise give the same table; the same command gives the same bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

CENSUS = "base-ic-evol-struct-pop-2022_csv.zip"
RESULTS = "interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv"
HISTORY = "resultats-par-niveau-burvot-t1-france-entiere.txt.zip"
INCOME = "BASE_TD_FILO_IRIS_2021_DISP_CSV.zip"
BENEFITS = "data_CAF_2020_IRIS.zip"
CONTOURS = "contours-france-entiere.parquet"
ADDRESSES = "table-adresses-reu_96.parquet"
THEMES = ("*activite*.zip", "*logement*.zip", "*couples*.zip", "*diplomes*.zip")
TEXTS = (CENSUS, RESULTS, HISTORY, INCOME, BENEFITS, *THEMES)
TABLES = (CONTOURS, "CONTOURS-IRIS.parquet", "communes_contours.parquet", "*_results.parquet")


def shuffled_rows(content: bytes) -> bytes:
    header, *rows = content.splitlines(keepends=True)
    random.Random(96).shuffle(rows)
    return b"".join([header, *rows])


def shuffled(table: pa.Table) -> pa.Table:
    return table.take(np.random.default_rng(96).permutation(table.num_rows))


def reversed_columns(content: bytes) -> bytes:
    end = b"\r\n" if b"\r\n" in content else b"\n"
    return end.join(b";".join(reversed(line.split(b";"))) for line in content.split(end))


def repeated_rows(content: bytes) -> bytes:
    rows = content.splitlines(keepends=True)
    return b"".join([*rows, *rows[1:4]])


def assert_same(house: Any, first: pa.Table) -> None:
    answer = house.profile()
    assert answer.code == 0, answer.err
    assert house.table().equals(first)


def test_the_order_of_the_rows_of_every_file_changes_nothing(house: Any, first: pa.Table) -> None:
    for pattern in TEXTS:
        house.change(pattern, shuffled_rows)
    for pattern in TABLES:
        for path in house.mirror.rglob(pattern):
            house.change_table(path.name, shuffled)
    assert_same(house, first)


def test_the_order_of_the_addresses_changes_only_the_rounding_of_their_sums(house: Any, first: pa.Table) -> None:
    house.change_table(ADDRESSES, shuffled)
    assert house.profile().code == 0
    table = house.table()
    assert table.schema.equals(first.schema)
    for name in first.column_names:
        if pa.types.is_floating(first[name].type):
            found, expected = (one[name].to_numpy() for one in (table, first))
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            assert table[name].equals(first[name]), name


def test_the_order_of_the_columns_changes_nothing(house: Any, first: pa.Table) -> None:
    for pattern in (CENSUS, INCOME, BENEFITS):
        house.change(pattern, reversed_columns)
    for pattern in (*TABLES, ADDRESSES):
        for path in house.mirror.rglob(pattern):
            house.change_table(path.name, lambda table: table.select(table.column_names[::-1]))
    assert_same(house, first)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (RESULTS, "utf-8", "cp1252"),
        (HISTORY, "iso-8859-1", "utf-8"),
        (CENSUS, "utf-8", "utf-8-sig"),
    ],
)
def test_another_encoding_of_the_house_changes_nothing(
    house: Any, first: pa.Table, name: str, before: str, after: str
) -> None:
    house.change(name, lambda content: content.decode(before).encode(after))
    assert_same(house, first)


def test_identical_rows_are_one_and_counted(house: Any, first: pa.Table) -> None:
    paths: list[Path] = [house.change(name, repeated_rows) for name in (CENSUS, RESULTS, HISTORY)]
    assert_same(house, first)
    built = house.run("build", "com:96001")
    for path in paths:
        assert f"{path.name} : 3 ligne(s) en double" in built.out


def test_windows_ends_of_lines_change_nothing(house: Any, first: pa.Table) -> None:
    for name in (CENSUS, RESULTS):
        house.change(name, lambda content: content.replace(b"\n", b"\r\n"))
    assert_same(house, first)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".xlsx", ".geojson", ".json"])
def test_the_same_command_twice_gives_the_same_bytes(house: Any, suffix: str) -> None:
    contents = []
    for _ in range(2):
        assert house.profile(name=f"profil{suffix}").code == 0
        contents.append({path.name: path.read_bytes() for path in house.folder.iterdir()})
    assert contents[0] == contents[1]
    assert house.leftovers() == []


def test_a_mirror_given_again_unchanged_is_not_read_again(house: Any, tmp_path: Path) -> None:
    before = sorted(path for path in house.home.rglob("*") if path.is_file() and ".sqlite" not in path.name)
    assert house.profile().code == 0
    assert sorted(path for path in house.home.rglob("*") if path.is_file() and ".sqlite" not in path.name) == before


def test_another_home_makes_the_same_table(house: Any, first: pa.Table, tmp_path: Path) -> None:
    elsewhere: Callable[..., Any] = type(house)
    other = elsewhere(tmp_path / "autre", house.mirror, house.folder)
    assert_same(other, first)
