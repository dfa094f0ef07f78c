"""What the shared cleaning promises: encodings, tables of text, numbers, secrecy marks, codes, keys."""

from __future__ import annotations

import io
import time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.sources.tidy import (
    codes,
    encoding_of,
    encoding_remark,
    integers,
    numbers,
    numbers_and_statuses,
    one_row_per,
    padded,
    table_of,
)

# the machine that runs the tests may be busy
PATIENT = settings(deadline=None)


def table(content: bytes, delimiter: str = ";", encoding: str = "utf-8", skip: int = 0) -> dict[str, Any]:
    stream = io.BytesIO(content)
    return table_of(stream, delimiter=delimiter, encoding=encoding, name="f.csv", skip=skip).to_pydict()


# --- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp850", "cp1252"])
@PATIENT
@given(text=st.text(alphabet="abcdefg éèêëàâçùûîïô", min_size=1))
def test_french_text_is_decoded_by_the_encoding_found(text: str, encoding: str) -> None:
    content = (text + "\n").encode(encoding)
    assert content.decode(encoding_of(content)) == text + "\n"


def test_a_character_cut_by_the_end_of_the_head_is_still_utf_8() -> None:
    assert encoding_of("Ambérieu".encode()[:4]) == "utf-8"


def test_a_byte_that_windows_leaves_undefined_is_read_as_latin_1() -> None:
    assert encoding_of(b"caf\xe9 \x81 \xe8") == "iso-8859-1"


def test_capitals_of_code_page_850_are_recognised_by_the_rest_of_the_text() -> None:
    assert encoding_of("ÉVRY, Hérault, forêt".encode("cp850")) == "cp850"


def test_only_an_encoding_other_than_utf_8_is_worth_a_remark() -> None:
    assert encoding_remark("utf-8-sig") == ()
    assert encoding_remark("cp850") == ("texte lu dans l'encodage cp850",)


# --- tables of text


def test_columns_without_a_name_are_dropped_and_names_are_stripped() -> None:
    assert table(b"IRIS;EVOL ;;\n1;2;;\n3;;;\n") == {"IRIS": ["1", "3"], "EVOL": ["2", None]}


def test_a_blank_cell_is_null_even_between_quotes() -> None:
    assert table(b'a;b\n"";x\n') == {"a": [None], "b": ["x"]}


def test_a_separator_between_quotes_belongs_to_the_cell() -> None:
    assert table(b'"a";"b"\n"x;y";"1,5"\n') == {"a": ["x;y"], "b": ["1,5"]}


def test_the_byte_order_mark_is_not_part_of_the_first_name() -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        assert table("\ufeffCODGEO;é\n1;à\n".encode(), encoding=encoding) == {"CODGEO": ["1"], "é": ["à"]}


def test_a_table_in_another_encoding_is_read_whole() -> None:
    assert table("é;b\nà;1\n".encode("cp850"), encoding="cp850") == {"é": ["à"], "b": ["1"]}


def test_lines_above_the_header_are_skipped() -> None:
    assert table(b"Titre,,\n,,\na,b,\n1,2,\n", delimiter=",", skip=2) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        (b"", "utf-8", "est vide"),
        (b"\n1;2\n", "utf-8", "n'a pas de ligne d'en-tête"),
        (b";;\n1;2;3\n", "utf-8", "n'a pas de ligne d'en-tête"),
        (b"a;b\n", "utf-8", "n'a aucune ligne de données"),
        (b"a;b", "utf-8", "n'a aucune ligne de données"),
        (b"a;a\n1;2\n", "utf-8", "répète des noms de colonnes"),
        (b"a;b\n1;2\n3", "utf-8", "est tronqué ou mal formé"),
        (b"a;b\n1;2;3\n", "utf-8", "est tronqué ou mal formé"),
        (b"a;b\n1;\xe9\n", "utf-8", "n'est pas un texte utf-8"),
        (b"\xe9;b\n1;2\n", "utf-8", "n'est pas un texte utf-8"),
        (b"a;b\n1;\x81\n", "cp1252", "n'est pas un texte cp1252"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(content: bytes, encoding: str, said: str) -> None:
    with pytest.raises(Broken, match=said) as caught:
        table(content, encoding=encoding)
    assert "f.csv" in caught.value.what
    assert caught.value.advice


def test_a_cell_that_does_not_fit_a_block_is_refused() -> None:
    with pytest.raises(Broken, match="n'est pas un tableau lisible"):
        table(b"a;b\n1;" + b"x" * (9 << 20) + b"\n2;3\n")


@PATIENT
@given(st.lists(st.sampled_from([bytes([code]) for code in b'a1;"\n\r\0\xe9\x81']), max_size=40))
def test_any_bytes_give_a_table_or_a_refusal(parts: list[bytes]) -> None:
    content = b"".join(parts)
    try:
        columns = table(content, encoding=encoding_of(content))
    except Broken as refusal:
        assert refusal.what
    else:
        assert columns


def test_a_quote_that_never_closes_is_refused() -> None:
    with pytest.raises(Broken, match=r"f\.csv"):
        table(b'a;b\n1;"2\n3;4\n')


# --- numbers


@PATIENT
@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.integers(min_value=0, max_value=99),
    st.sampled_from([" ", "\u00a0", "\u202f"]),
)
def test_a_number_written_the_french_way_keeps_its_value(whole: int, cents: int, space: str) -> None:
    written = f"{whole:,}".replace(",", space) + f",{cents:02d}"
    expected = float(f"{whole}.{cents:02d}")
    # a second cell makes sure that the column as a whole is read the French way
    assert numbers(pa.array([written, "1,5"])).to_pylist() == [expected, 1.5]


@PATIENT
@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), max_size=20))
def test_plain_numbers_and_blanks_come_back_as_they_were(values: list[float | None]) -> None:
    texts = pa.array([None if value is None else repr(value) for value in values], pa.string())
    assert numbers(texts).to_pylist() == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11,20", 11.2), ("70.1", 70.1), ("78,94%", 78.94), ("12 %", 12.0), ("1\u202f036", 1036.0),
        ("+5,4", 5.4), ("-15,7", -15.7), (",5", 0.5), ("3,", 3.0), (" 12 ", 12.0), ("1e+05", 100000.0),
        ("0", 0.0),
    ],
)
def test_every_way_to_write_a_number_that_publishers_use_is_read(text: str, value: float) -> None:
    assert numbers(pa.array([text])).to_pylist() == [pytest.approx(value, rel=1e-15)]


@pytest.mark.parametrize("text", ["", "  ", "\u00a0", None])
def test_a_blank_cell_is_not_a_zero(text: str | None) -> None:
    assert numbers(pa.array([text, "1,5"], pa.string())).to_pylist() == [None, 1.5]


@pytest.mark.parametrize("text", ["ns", "1,2,3", "12 5", "%", "nan", "inf", "1.036,5", "12%3", "--1", "."])
def test_what_is_not_a_number_is_refused_with_its_column_and_value(text: str) -> None:
    with pytest.raises(Broken, match="« MED »") as caught:
        numbers(pa.array([text, "1"]), "MED")
    assert f"« {text} »" in caught.value.given


def test_a_column_of_nothing_is_all_null() -> None:
    assert numbers(pa.nulls(2)).to_pylist() == [None, None]
    assert numbers(pa.chunked_array([], pa.string())).to_pylist() == []


def test_numbers_that_a_workbook_holds_are_taken_as_they_are() -> None:
    assert numbers(pa.array([1, None, 3])).to_pylist() == [1.0, None, 3.0]


def test_a_count_with_decimals_is_no_integer() -> None:
    with pytest.raises(Broken, match="« i_est_200 »"):
        integers(pa.array(["0", "0.5"]), "i_est_200")


def test_forty_eight_thousand_rows_of_120_columns_are_read_in_less_than_a_second_of_cpu() -> None:
    column = pa.chunked_array([[f"{n}.5" for n in range(24_000)]] * 2)
    start = time.process_time()
    for _ in range(120):
        numbers(column)
    assert time.process_time() - start < 1.0


# --- secrecy marks


@PATIENT
@given(st.lists(st.sampled_from(["s", "ns", "nd", "so", "NS", " so ", "12,5", "0", ""]), max_size=30))
def test_a_mark_is_a_status_and_never_a_number(cells: list[str]) -> None:
    values, statuses = numbers_and_statuses(pa.array(cells, pa.string()))
    for cell, value, status in zip(cells, values.to_pylist(), statuses.to_pylist(), strict=True):
        mark = cell.strip().lower()
        assert status == (mark if mark in {"s", "ns", "nd", "so"} else None)
        assert value == {"12,5": 12.5, "0": 0.0}.get(cell)


def test_a_word_that_is_no_mark_is_refused() -> None:
    with pytest.raises(Broken, match="« GI »"):
        numbers_and_statuses(pa.array(["secret"]), "GI")


def test_numbers_without_marks_have_no_status() -> None:
    values, statuses = numbers_and_statuses(pa.array([1.5, None]))
    assert (values.to_pylist(), statuses.to_pylist()) == ([1.5, None], [None, None])


# --- codes and keys


def test_a_code_longer_than_its_width_is_kept_as_it_is() -> None:
    assert padded(pa.array(["1", "01.1", "14118_01.1"]), 4).to_pylist() == ["0001", "01.1", "14118_01.1"]


@pytest.mark.parametrize("cell", ["Code IRIS", "0100101011", "01001_010", "34057IRIS", None])
def test_a_key_that_is_no_code_is_refused_with_its_column(cell: str | None) -> None:
    with pytest.raises(Broken, match="« IRIS »"):
        codes(pa.array(["10010000", cell]), 9, "IRIS")


def test_identical_rows_are_one_and_counted_in_the_order_of_the_file() -> None:
    kept, remarks = one_row_per(pa.table({"k": ["b", "a", "b", "b"], "v": [1, 2, 1, 1]}), ["k"], "f.csv")
    assert kept.to_pydict() == {"k": ["b", "a"], "v": [1, 2]}
    assert remarks == ("2 ligne(s) en double, identique(s), écartée(s)",)


def test_different_rows_under_one_key_are_refused_with_the_key() -> None:
    with pytest.raises(Broken, match=r"f\.csv se contredit") as caught:
        one_row_per(pa.table({"k": ["a", "b", "b"], "v": [1, 2, 3]}), ["k"], "f.csv")
    assert "k b" in caught.value.given


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_one_row_per_key_keeps_every_key_once(rows: list[tuple[int, int]]) -> None:
    keys = pa.table({"k": pa.array([row[0] for row in rows], pa.int64())})
    kept, remarks = one_row_per(keys, ["k"], "f.csv")
    assert sorted(kept["k"].to_pylist()) == sorted({row[0] for row in rows})
    assert bool(remarks) == (kept.num_rows < len(rows))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_text_of_two_bytes_a_character_is_refused_by_its_name(encoding: str) -> None:
    content = io.BytesIO("IRIS;P22_POP\n010010000;859\n".encode(encoding))
    with pytest.raises(Broken, match=r"x\.csv est enregistré en UTF-16"):
        table_of(content, delimiter=";", encoding="utf-8", name="x.csv")
