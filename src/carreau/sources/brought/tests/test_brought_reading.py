"""Files that people bring: read whatever wrote them, and harmless whoever made them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.chart
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, CarreauError, Refused
from carreau.sources.brought import BOUNDS, Bounds, read_apart, table_in
from carreau.sources.brought.headers import LONGEST, headers_of, plain

Write = Callable[[bytes], Path]
TEXT = "code;élèves;part\n1001;12;3,5 %\n2A004;;4\n"
READ = {"code": ["1001", "2A004"], "élèves": ["12", None], "part": ["3,5 %", "4"]}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(content: bytes) -> Path:
        path = tmp_path / "apporté"
        path.write_bytes(content)
        return path

    return made


def book(rows: list[list[Any]], **others: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for title, cells in others.items():
        for row in cells or [[]]:
            (made[title] if title in made.sheetnames else made.create_sheet(title)).append(row)
    sink = io.BytesIO()
    made.save(sink)
    return sink.getvalue()


def parquet(table: pa.Table, **settings: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


def repeated(size: int, times: int) -> pa.Table:
    """One long text, many times over, which weighs nothing until it is unfolded."""
    places, texts = pa.array([0] * times, pa.int32()), pa.array(["x" * size])
    return pa.table({"a": pa.DictionaryArray.from_arrays(places, texts)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_text_is_read_whatever_its_encoding_and_separator(write: Write, encoding: str, separator: str) -> None:
    rows = [line.replace(",", ".").split(";") for line in TEXT.splitlines()]
    text = "\r\n".join(separator.join(row) for row in rows)
    table, _ = table_in(write(text.encode(encoding)), "x.csv")
    assert table.to_pydict() == {**READ, "part": ["3.5 %", "4"]}


def test_blank_lines_are_left_and_odd_ones_counted(write: Write) -> None:
    table, remarks = table_in(write(b"\n;;\na;b;c\n1;2\n\n ; ; \n1;2;3;4\n5;6;7\n"), "x")
    assert table.to_pydict() == {"a": ["1", "1", "5"], "b": ["2", "2", "6"], "c": [None, "3", "7"]}
    assert "2 ligne(s) n'ont pas la largeur de l'en-tête" in remarks


def test_the_lines_above_a_header_are_left_and_told(write: Write) -> None:
    table, remarks = table_in(write("Revenus 2009;;\n\ncode;n;part\n01001;3;4\n".encode("cp1252")), "x.csv")
    assert table.to_pydict() == {"code": ["01001"], "n": ["3"], "part": ["4"]}
    assert remarks == ("1 ligne(s) au-dessus de l'en-tête laissée(s)",)
    rows = [["Titre"], [], ["code", "n", "part"], ["01001", 3, 4]]
    assert table_in(write(book(rows)), "x.xlsx")[0].to_pydict() == {"code": ["01001"], "n": ["3"], "part": ["4"]}


def test_a_header_shorter_than_its_rows_is_still_the_header(write: Write) -> None:
    """The ministry names the columns of the first candidate only."""
    table, _ = table_in(write(b"code;voix;nuance\n1001;3;A;4;B;5;C\n1002;3;A;4;B;5;C\n"), "x.csv")
    assert table["code"].to_pylist() == ["1001", "1002"]


def test_a_quote_never_closed_is_broken(write: Write) -> None:
    with pytest.raises(Broken):
        table_in(write(b'a;b\n"1;' + b"x" * 40_000), "x.csv")


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff" * 50, b"a;b\n\x00;1\n"])
def test_bytes_that_are_no_text_are_broken(write: Write, content: bytes) -> None:
    with pytest.raises(Broken):
        table_in(write(content), "x.csv")


@pytest.mark.parametrize("content", [b"", b"a;b\n", b"\n\n\n"])
def test_a_file_without_rows_is_broken(write: Write, content: bytes) -> None:
    with pytest.raises(Broken):
        table_in(write(content), "x.csv")


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"\x1f\x8b\x08\x00", b"7z\xbc\xaf'", b"\xd0\xcf\x11\xe0\xa1\xb1", b"\x7fELF\x02", b"SQLite"]
)
def test_another_kind_of_file_is_refused_with_the_way(write: Write, head: bytes) -> None:
    with pytest.raises(Refused) as error:
        table_in(write(head + b"\x00" * 100), "x.csv")
    assert "CSV" in error.value.expected


def test_a_workbook_gives_its_first_sheet_with_a_table_as_text(write: Write) -> None:
    rows = [["code", "n", "jour", "vrai", None], [1001, 3.0, date(2024, 1, 2), True, "x"], ["2A004", 3.25, None, False]]
    table, remarks = table_in(write(book(rows, autre=[["a"], [1]])), "x.xlsx")
    assert table.to_pydict() == {
        "code": ["1001", "2A004"], "n": ["3", "3.25"], "jour": ["2024-01-02", None], "vrai": ["vrai", "faux"],
    }  # fmt: skip
    assert any("autre" in remark for remark in remarks)


def test_formulas_are_never_computed(write: Write) -> None:
    formulas = ["=1+1", '=HYPERLINK("http://x.invalid","a")', "=cmd|' /C calc'!A0"]
    rows = [["code", "n"], *([f"0100{place}", formula] for place, formula in enumerate(formulas))]
    table, _ = table_in(write(book(rows)), "x.xlsx")
    assert table["n"].to_pylist() == [None, None, None]


def test_an_empty_or_hidden_sheet_is_passed_over(write: Write) -> None:
    made = openpyxl.Workbook()
    made.active.sheet_state = "hidden"
    made.active.append(["secret"])
    made.active.append(["1"])
    made.create_sheet("vide")
    made.create_chartsheet("dessin").add_chart(openpyxl.chart.BarChart())
    shown = made.create_sheet("table")
    shown.append(["code"])
    shown.append(["01001"])
    sink = io.BytesIO()
    made.save(sink)
    assert table_in(write(sink.getvalue()), "x.xlsx")[0].to_pydict() == {"code": ["01001"]}


def test_a_zip_that_is_no_workbook_is_refused(write: Write) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.csv", TEXT)
    with pytest.raises(Refused, match="archive zip"):
        table_in(write(sink.getvalue()), "x.xlsx")


def test_a_workbook_that_unfolds_without_end_is_refused(write: Write) -> None:
    sink = io.BytesIO(book([["code"], [1]]))
    with zipfile.ZipFile(sink, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bombe.xml", b"0" * 3_000_000)
    with pytest.raises(Refused, match="trop grand"):
        table_in(write(sink.getvalue()), "x.xlsx", Bounds(unfolded=2_000_000))


@pytest.mark.parametrize("cut", [200, 1000, -200])
def test_a_truncated_workbook_is_broken(write: Write, cut: int) -> None:
    with pytest.raises(Broken):
        table_in(write(book([["code"], [1]])[:cut]), "x.xlsx")


def test_entities_of_a_workbook_are_not_unfolded(write: Write) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row><c t="inlineStr">'
    sheet += "<is><t>&l11;</t></is></c></row></sheetData></worksheet>"
    source, sink = zipfile.ZipFile(io.BytesIO(book([["code"], [1]]))), io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    with pytest.raises(CarreauError):
        table_in(write(sink.getvalue()), "x.xlsx")


def test_a_parquet_keeps_its_plain_columns_and_names_the_others(write: Write) -> None:
    table = pa.table({
        "code": pa.array(["01001", "2A004"]).dictionary_encode(), "n": pa.array([1, None], pa.int32()),
        "u": pa.array([1, 2], pa.uint64()), "jour": [date(2024, 1, 2), None], "vrai": [True, None], "liste": [[1], [2]],
        "octets": [b"a", b"b"],
    })  # fmt: skip
    read, remarks = table_in(write(parquet(table)), "x.parquet")
    assert read.to_pydict() == {
        "code": ["01001", "2A004"], "n": [1, None], "u": [1.0, 2.0], "jour": ["2024-01-02", None], "vrai": [True, None],
    }  # fmt: skip
    assert remarks == ("colonnes laissées, de type composé : liste, octets",)


def test_a_parquet_of_more_rows_or_columns_than_are_read_is_refused_by_its_footer(write: Write) -> None:
    path = write(parquet(pa.table({"a": range(1000), "b": range(1000)})))
    for bounds in (Bounds(rows=999), Bounds(columns=1), Bounds(unfolded=1000)):
        with pytest.raises(Refused, match="trop grand"):
            table_in(path, "x", bounds)


def test_a_parquet_that_unfolds_without_end_is_refused(write: Write) -> None:
    content = parquet(repeated(100_000, 3000), compression="zstd")
    assert len(content) < 10_000
    with pytest.raises(Refused):
        table_in(write(content), "x", Bounds(unfolded=20_000_000))


@pytest.mark.parametrize("at", [8, 40, -20, -60])
def test_an_altered_parquet_never_passes_its_trouble_on(write: Write, at: int) -> None:
    content = bytearray(parquet(pa.table({"a": list(range(500))})))
    content[at : at + 8] = b"\xff" * len(content[at : at + 8])
    try:
        table_in(write(bytes(content)), "x")
    except CarreauError as error:
        assert error.what


def test_a_file_beyond_the_bounds_is_refused(write: Write) -> None:
    path = write(b"a;b\n" + b"1;2\n" * 50)
    for bounds in (Bounds(file=20), Bounds(rows=49), Bounds(columns=1), Bounds(unfolded=100)):
        with pytest.raises(Refused, match="trop grand"):
            table_in(path, "x.csv", bounds)


@settings(deadline=None)  # a busy machine is slow, and not wrong
@given(st.lists(st.one_of(st.none(), st.text(max_size=300), st.integers()), max_size=30))
def test_headers_are_unique_short_and_show_no_hidden_sign(given: list[Any]) -> None:
    names = headers_of(given)
    assert len(names) == len(given) == len(set(names))
    assert all(0 < len(name) <= LONGEST + 6 and name.isprintable() for name in names)


def test_a_hostile_header_is_only_text() -> None:
    names = headers_of(["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "x" * 10_000, "\u202egpj.exe", "a\nb"])
    assert names[:2] == ["<script>alert(1)</script>", "=cmd|' /C calc'!A0"]
    assert [len(names[2]), names[3], names[4]] == [LONGEST, "gpj.exe", "a b"]
    assert plain("\x1b[31mrouge") == "[31mrouge"


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20))
def test_what_a_spreadsheet_writes_is_read(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([("code", "valeur"), *rows])
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    table, _ = table_in(path, "x.csv")
    assert list(zip(table["code"].to_pylist(), table["valeur"].to_pylist(), strict=True)) == rows


def test_reading_apart_gives_the_same_table_and_the_same_errors(write: Write) -> None:
    table, remarks = read_apart(write(TEXT.encode("cp1252")), "x.csv")
    assert table.to_pydict() == READ
    assert remarks == ("texte lu dans l'encodage cp1252",)
    with pytest.raises(Refused) as error:
        read_apart(write(b"%PDF-1.7"), "x.csv")
    assert error.value.given == "un PDF"


def test_a_reading_that_takes_too_much_is_stopped(write: Write) -> None:
    path = write(parquet(repeated(3_000_000, 4000), compression="zstd"))
    with pytest.raises(Refused):
        read_apart(path, "bombe.parquet")
    with pytest.raises(Refused, match="mémoire ou de temps"):
        read_apart(write(TEXT.encode()), "x.csv", Bounds(memory=1 << 20))


def test_the_bounds_are_those_that_are_told() -> None:
    assert (BOUNDS.file, BOUNDS.rows) == (50_000_000, 500_000)
