"""Files made to harm: what they try does not happen, and they are refused by their name where they must be."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import py7zr
import pyarrow as pa
import pytest

CENSUS = "base-ic-evol-struct-pop-2022_csv.zip"
RESULTS = "interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv"
GRID = "Filosofi2021_carreaux_200m_csv.zip"
CONTOURS = "contours-france-entiere.parquet"
FORMULAS = ("=cmd|' /C calc'!A0", '=HYPERLINK("https://x.fr")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'=1")
SIGNS = ("=", "+", "-", "@", "\t", "\r")
BLOCK = b"0" * (1 << 20)
BLOCKS = 110  # over the 100 MiB from which an archive may not grow two hundred times


def renamed_members(path: Path, name: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in held.items():
            archive.writestr(name(member), content)


def test_an_archive_that_grows_without_end_is_refused_before_it_fills_the_memory(house: Any, first: pa.Table) -> None:
    path = house.file(CENSUS)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("base-ic-evol-struct-pop-2022.CSV", "w") as member,
    ):
        member.write(b"IRIS;COM;P22_POP\n")
        for _ in range(BLOCKS):
            member.write(BLOCK)
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    answer = house.profile()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    house.assert_refused(answer, 1, CENSUS, "grossit anormalement")
    assert peak < 300 << 20
    house.assert_still_serves(first)


def test_an_archive_inside_an_archive_is_counted_too(house: Any, first: pa.Table, tmp_path: Path) -> None:
    with py7zr.SevenZipFile(tmp_path / "inner.7z", "w") as archive:
        archive.writestr(BLOCK * BLOCKS, "carreaux_200m_met.csv")
    with zipfile.ZipFile(house.file(GRID), "w") as archive:
        archive.write(tmp_path / "inner.7z", "Filosofi2021_carreaux_200m_csv.7z")
    house.assert_refused(house.profile(), 1, GRID, "grossit anormalement")
    house.assert_still_serves(first)


@pytest.mark.parametrize("start", ["../../../../../../", "/"])
def test_a_member_named_to_leave_its_archive_is_written_nowhere(
    house: Any, first: pa.Table, tmp_path: Path, start: str
) -> None:
    elsewhere = tmp_path / "ailleurs"
    renamed_members(house.file(CENSUS), lambda name: f"{start}{str(elsewhere).lstrip('/')}/{name}")
    assert house.profile().code == 0
    assert house.table().equals(first)
    assert not elsewhere.exists()


def test_a_link_that_leaves_the_mirror_is_refused(house: Any, first: pa.Table, tmp_path: Path) -> None:
    path = house.file(CENSUS)
    path.rename(tmp_path / "secret.zip")
    path.symlink_to(tmp_path / "secret.zip")
    house.assert_refused(house.profile(), 3, CENSUS, "sort du miroir")
    house.assert_still_serves(first)


def test_a_locked_archive_is_refused_by_its_name(house: Any, first: pa.Table) -> None:
    path = house.file(CENSUS)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + flags] |= 1
            start = content.find(signature, start + 4)
    path.write_bytes(content)
    house.assert_refused(house.profile(), 1, CENSUS, "mot de passe")
    house.assert_still_serves(first)


def one_each(table: pa.Table, column: str) -> pa.Table:
    """The table with its rows, in turn, named by each of the formulas."""
    names = pa.array([FORMULAS[row % len(FORMULAS)] for row in range(table.num_rows)])
    return table.set_column(table.column_names.index(column), column, names)


def elected(table: pa.Table) -> pa.Table:
    """The votes with each candidate named by one of the formulas, as long as there are some."""
    known = dict(zip(table["nom"].drop_null().unique().to_pylist(), FORMULAS, strict=False))
    names = pa.array([known.get(name, name) for name in table["nom"].to_pylist()])
    return table.set_column(table.column_names.index("nom"), "nom", names)


def test_a_formula_in_a_cell_stays_a_text_in_every_file(house: Any) -> None:
    house.change_table(CONTOURS, lambda table: one_each(table, "libelle_commune"))
    house.change_table("candidats_results.parquet", elected)
    for suffix in (".csv", ".xlsx", ".json", ".geojson", ".parquet"):
        assert house.profile(name=f"profil{suffix}").code == 0
        assert house.run("verify", house.folder / f"profil{suffix}").code == 0
    table = house.table()
    labels = table["libelle_commune"].to_pylist()
    assert set(labels) == set(FORMULAS)
    rows = list(csv.reader(io.StringIO((house.folder / "profil.csv").read_text("utf-8-sig")), delimiter=";"))
    place = rows[0].index("libelle_commune")
    assert [row[place] for row in rows[1:]] == [f"'{label}" for label in labels]
    cells = [cell for row in rows for cell in row if cell.startswith(SIGNS)]
    assert [cell for cell in cells if not cell.removeprefix("-").replace(",", "").replace("e", "").isdigit()] == []


def test_a_formula_in_a_workbook_is_a_text_on_every_sheet(house: Any) -> None:
    house.change_table(CONTOURS, lambda table: one_each(table, "libelle_commune"))
    house.change_table("candidats_results.parquet", elected)
    assert house.profile(name="profil.xlsx").code == 0
    book = openpyxl.load_workbook(house.folder / "profil.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [f"{cell.parent.title}!{cell.coordinate}" for cell in cells if cell.data_type == "f"] == []
    assert set(FORMULAS) <= {cell.value for cell in cells}
