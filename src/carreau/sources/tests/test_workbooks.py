"""What is read in a publisher's workbook: the right sheet, its header line, its cells as text."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from carreau.errors import Broken
from carreau.sources.workbooks import is_workbook, sheet_of

_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
OLD_BOOK = "montpellier_iris-2009/INSEE_MTP_DemandeursEmplIRIS_2009.xls"


def book(rows: list[list[object]], title: str = "IRIS") -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Lisez-moi"
    sheet = workbook.create_sheet(title)
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def test_the_named_sheet_is_read_under_its_header_line_as_text() -> None:
    content = book([["Titre"], ["IRIS", "P22_POP", None, "note "], ["010010000", 859, "x", 0.5], ["2", 28.0]])
    assert is_workbook(content)
    table = sheet_of(content, ("iris",), 1, "base.xlsx")
    assert table.to_pydict() == {
        "IRIS": ["010010000", "2"], "P22_POP": ["859", "28"], "note": ["0.5", None],
    }


def test_the_first_known_sheet_is_taken_and_the_very_first_when_none_is_named() -> None:
    content = book([["CODGEO"], ["01001"]], "COM")
    assert sheet_of(content, ("ENSEMBLE", "COM"), 0, "x.xlsx").to_pydict() == {"CODGEO": ["01001"]}
    with pytest.raises(Broken, match="n'a pas l'en-tête attendu"):
        sheet_of(content, (), 0, "x.xlsx")


def test_a_workbook_longer_than_a_block_is_read_whole() -> None:
    content = book([["n"], *([n] for n in range(5000))])
    assert sheet_of(content, ("IRIS",), 0, "x.xlsx")["n"].to_pylist() == [str(n) for n in range(5000)]


def test_a_missing_sheet_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(Broken, match="n'a pas la feuille attendue") as caught:
        sheet_of(book([["a"]]), ("IRIS_DISP",), 0, "x.xlsx")
    assert caught.value.given == "Lisez-moi, IRIS"


@pytest.mark.parametrize(("rows", "said"), [
    ([["a", "b"]], "n'a aucune ligne de données"),
    ([["a", "a"], [1, 2]], "n'a pas l'en-tête attendu"),
    ([], "n'a pas l'en-tête attendu"),
])
def test_a_sheet_without_header_or_rows_is_refused(rows: list[list[object]], said: str) -> None:
    with pytest.raises(Broken, match=said):
        sheet_of(book(rows), ("IRIS",), 0, "x.xlsx")


def test_a_truncated_workbook_is_refused() -> None:
    content = book([["a"], [1]])
    for part in (content[: len(content) // 2], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600):
        with pytest.raises(Broken, match=r"x\.xlsx n'est pas un classeur lisible"):
            sheet_of(part, (), 0, "x.xlsx")


@pytest.mark.mirror
@pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
def test_an_xls_of_2009_is_read_as_its_csv_is() -> None:
    assert SHARED is not None
    content = (SHARED / OLD_BOOK).read_bytes()
    table = sheet_of(content, (), 6, "x.xls")
    assert table.column_names[:4] == ["REG", "uu", "dc", "nomc"]
    assert table["A"][1].as_py() == "79"
    with pytest.raises(Broken, match="n'a pas la feuille attendue"):
        sheet_of(content, ("absente",), 6, "x.xls")
