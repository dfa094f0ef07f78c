"""What is written is what is read back: values, empty cells, reasons, unicode, signs, and no formula."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carreau.errors import Unknown
from carreau.guard import FORMATS, Release, Signer, format_of, release
from carreau.guard.content import column_of
from carreau.products.declare import Draft
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Column, Role, Schema

AT = datetime(2026, 11, 24, tzinfo=UTC)
PLAIN = Schema(
    "une ligne par essai",
    (
        Column("bv_id", "text", "Code", role=Role.KEY, nullable=False),
        Column("texte", "text", "Un texte"),
        Column("=entier;", "integer", "Un entier, au nom de formule"),
        Column('nom "cité"', "number", "Un nombre"),
        Column("vrai", "boolean", "Vrai ou faux"),
        Column("jour", "date", "Un jour"),
        Column("taux", "number", "Une part", "%", Role.SHARE),
        Column("taux_statut", "text", "Sa raison", role=Role.STATUS, of="taux"),
    ),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "'", "=1+1", "'=1", "''+", "-", "+33", "@x", "\tx", "\r", "\n=", "＝1", 'a"b', "a;b", '"', "é %", "_x0041_"]
)
SIGNS = "=+-@\t\r\n＝＋－＠"
ROW = st.tuples(
    st.none() | TEXT,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(-9.99e307, 9.99e307),  # the largest that a workbook holds
    st.none() | st.booleans(),
    st.none() | st.dates(),
    st.none() | st.floats(-100, 100),
    st.none() | TEXT,
)
ROWS = st.lists(ROW, max_size=4)
FAST = settings(deadline=None, max_examples=60)
Make = Callable[[list[Any]], Release]


@pytest.fixture(scope="session")
def make(signer: Signer, draft: Callable[..., Draft]) -> Make:
    """A release of plain rows, numbered."""

    def made(rows: list[Any]) -> Release:
        values = list(zip(*[(f"{place:04}", *row) for place, row in enumerate(rows)], strict=True)) or [()] * 8
        table = pa.table(
            [pa.array(cells, ARROW_TYPES[one.type]) for one, cells in zip(PLAIN.columns, values, strict=True)],
            names=list(PLAIN.names),
        )
        whole = replace(draft(), schema=PLAIN, table=table, geometry=draft().geometry.slice(0, 0))
        return release(whole, signer=signer, made_at=AT, previous="")

    return made


def encoded(one: Release, kind: str) -> bytes:
    return b"".join(one.encoded(kind))


@FAST
@given(ROWS)
def test_parquet_reads_back_the_same_table_and_declarations(make: Make, rows: list[Any]) -> None:
    one = make(rows)
    read = pq.read_table(io.BytesIO(encoded(one, ".parquet")))
    assert read.replace_schema_metadata(None).equals(one.arrow())
    assert tuple(column_of(field) for field in read.schema) == PLAIN.columns


@FAST
@given(ROWS)
@example([("a", 1, 1e300, True, date(1, 1, 1), -0.0, None), (None, None, -1.7976931348623157e308, *[None] * 4)])
def test_json_reads_back_the_same_rows(make: Make, rows: list[Any]) -> None:
    one = make(rows)
    read = json.loads(encoded(one, "json"))
    expected = [{**row, "jour": row["jour"] and row["jour"].isoformat()} for row in one.rows()]
    assert read["rows"] == expected
    assert [field["name"] for field in read["schema"]["columns"]] == list(PLAIN.names)


@FAST
@given(ROWS)
def test_geojson_reads_back_the_same_properties(make: Make, rows: list[Any]) -> None:
    one = make(rows)
    read = json.loads(encoded(one, "geojson"))
    assert read["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in read["features"]] == [None] * len(rows)
    expected = [{**row, "jour": row["jour"] and row["jour"].isoformat()} for row in one.rows()]
    assert [feature["properties"] for feature in read["features"]] == expected


def _bare(text: str | None) -> str | None:
    """A text cell of a CSV without the apostrophe that made it harmless."""
    risky = text is not None and text.startswith("'") and text.lstrip("'")[:1] in set(SIGNS)
    return text[1:] if risky and text is not None else text


@FAST
@given(ROWS)
@example([("'" * place + sign + "1", *[None] * 5, sign) for place in (0, 1, 2) for sign in SIGNS])
def test_csv_reads_back_the_same_rows_and_holds_no_formula(make: Make, rows: list[Any]) -> None:
    one = make(rows)
    read = pacsv.read_csv(
        io.BytesIO(encoded(one, "csv")),
        parse_options=pacsv.ParseOptions(delimiter=";", newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types={_named(column): ARROW_TYPES[column.type] for column in PLAIN.columns},
            decimal_point=",",
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    cells = read.to_pydict()
    assert not [cell for name in ("texte", "taux_statut") for cell in cells[name] if cell and cell[0] in SIGNS]
    for column in PLAIN.columns:
        expected = one.arrow()[column.name].to_pylist()
        got = [_bare(cell) if column.type == "text" else cell for cell in cells[_named(column)]]
        assert got == expected, column.name


def _named(column: Column) -> str:
    """The name of a column in the first row of the CSV, harmless to a spreadsheet."""
    return f"'{column.name}" if column.name.startswith("=") else column.name


def test_csv_opens_by_a_double_click_in_french_excel(released: Callable[..., Release]) -> None:
    text = encoded(released(), "csv")
    assert text.startswith(b"\xef\xbb\xbfbv_id;code_commune;")
    assert b"\r\n96001_0001;96001;Carreville;900;1200,5;" in text


@settings(FAST, max_examples=20)
@given(ROWS)
@example([("=1+1", 2**53, -1.5, None, None, 12.5, "masqué : car"), ("_x0041_", None, None, None, None, None, "ns : x")])
def test_xlsx_reads_back_the_same_values_and_its_texts_are_texts(make: Make, rows: list[Any]) -> None:
    one = make(rows)
    book = openpyxl.load_workbook(io.BytesIO(encoded(one, "xlsx")))
    places = [shown for shown in PLAIN.columns if shown.name != "taux_statut"]
    for place, row in enumerate(one.rows()):
        for there, column in enumerate(places, 1):
            cell = book["Valeurs"].cell(4 + place, there)
            assert cell.data_type != "f"
            assert _read(cell.value) == _expected(row, column)


def _expected(row: dict[str, Any], column: Column) -> Any:
    """What a cell of « Valeurs » holds: the value, or the short word of its reason, or nothing."""
    value = row[column.name]
    if column.name == "taux" and value is None and row["taux_statut"] is not None:
        word = row["taux_statut"].partition(" : ")[0].strip()
        value = word if len(word) <= 16 else "—"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | int) and not isinstance(value, bool):
        return pytest.approx(value, rel=1e-14)
    return value or (None if value == "" else value)


def _read(value: Any) -> Any:
    """A cell as it was written: openpyxl leaves the escapes of control signs."""
    if not isinstance(value, str):
        return value.date().isoformat() if isinstance(value, datetime) else value
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value) or None


def test_geojson_has_the_contours_counter_clockwise_with_six_decimals(released: Callable[..., Release]) -> None:
    read = json.loads(encoded(released(), "geojson"))
    shapes = [feature["geometry"] for feature in read["features"]]
    assert shapes[2] is None
    ring = shapes[0]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert all(value == round(value, 6) for point in ring for value in point)
    assert min(point[0] for point in ring) == 4.9
    assert all(feature["properties"]["bv_id"] for feature in read["features"])


def test_parquet_is_a_geoparquet_with_every_field_described(released: Callable[..., Release]) -> None:
    read = pq.read_table(io.BytesIO(encoded(released(), "parquet")))
    geo = json.loads(read.schema.metadata[b"geo"])["columns"]["geometry"]
    assert geo == {"encoding": "WKB", "geometry_types": ["Polygon"], "bbox": [4.8, 45.7, 5.0, 45.8]}
    assert read["geometry"][2].as_py() is None
    facts = {name.decode(): value.decode() for name, value in read.schema.field("part_cadres").metadata.items()}
    assert (facts["unit"], facts["source"], facts["vintage"], facts["method"]) == (
        "%", "insee_census", "RP 2022", "adresses",
    )  # fmt: skip
    assert all(field.metadata[b"description"] for field in read.schema)


def test_a_contour_for_no_row_leaves_an_empty_column(
    released: Callable[..., Release], draft: Callable[..., Draft]
) -> None:
    elsewhere = draft().geometry.set_column(0, "bv_id", pa.array(["x", "y"]))
    read = pq.read_table(io.BytesIO(encoded(released(geometry=elsewhere), "parquet")))
    assert read["geometry"].null_count == 3
    assert "bbox" not in json.loads(read.schema.metadata[b"geo"])["columns"]["geometry"]


@pytest.mark.parametrize("name", ["parquet", ".parquet", "Lyon.PARQUET", "lyon.2022.parquet"])
def test_a_format_is_known_by_its_suffix_its_name_or_a_path(name: str) -> None:
    assert format_of(name) is FORMATS[".parquet"]


@pytest.mark.parametrize("name", ["lyon.xls", "parquets", "lyon", ".", "a.csv.exe"])
def test_an_unknown_format_is_told_the_near_names(name: str) -> None:
    with pytest.raises(Unknown) as caught:
        format_of(name)
    assert "." in caught.value.expected
    assert ".parquet" in caught.value.advice
