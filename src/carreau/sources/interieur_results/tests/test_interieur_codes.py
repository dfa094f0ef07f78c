from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.sources.interieur_results.codes import (
    commune_code,
    constituency_code,
    constituency_codes,
    department_code,
    department_of,
    departments_of,
    places_of,
    station_codes,
)


@pytest.mark.parametrize(
    ("department", "commune", "code"),
    [
        ("01", "004", "01004"),
        ("1", "4", "01004"),
        ("2A", "4", "2A004"),
        ("2b", "033", "2B033"),
        ("ZA", "101", "97101"),
        ("ZB", "209", "97209"),
        ("ZC", "302", "97302"),
        ("ZD", "411", "97411"),
        ("ZM", "608", "97608"),
        ("ZN", "818", "98818"),
        ("ZP", "735", "98735"),
        ("ZS", "502", "97502"),
        ("ZW", "611", "98611"),
        ("ZX", "701", "97701"),
        ("ZX", "801", "97801"),
        ("ZX", "123", "97701"),
        ("ZX", "127", "97801"),
        ("ZZ", "001", "ZZ001"),
        ("99", "12", "ZZ012"),
        ("ZZ", "99001", "ZZ001"),
        ("971", "97101", "97101"),
        ("971", "101", "97101"),
        ("971", "01", "97101"),
        ("ZD", "ZD411", "97411"),
        ("75", "056", "75056"),
        ("75", "75118", "75056"),
        ("69", "69381", "69123"),
        ("13", "13201", "13055"),
        ("75", "056SR01", "75056"),
        ("75", "75056AR18", "75056"),
        ("1", "1004", "01004"),
    ],
)
def test_the_ministry_s_codes_become_those_of_the_geographic_code(department: str, commune: str, code: str) -> None:
    assert commune_code(department, commune) == code


@pytest.mark.parametrize(("department", "commune"), [("", "001"), ("69", "ABC"), ("Rhône", "001"), ("69", "6912345")])
def test_what_makes_no_commune_is_refused(department: str, commune: str) -> None:
    with pytest.raises(Broken, match="code de commune"):
        commune_code(department, commune)


@given(st.integers(1, 95).filter(lambda number: number not in {20, 75}), st.integers(1, 199))  # Corsica; one commune
def test_leading_zeros_lost_by_a_spreadsheet_come_back(department: int, commune: int) -> None:
    whole = commune_code(f"{department:02d}", f"{commune:03d}")
    assert whole == commune_code(str(department), str(commune)) == f"{department:02d}{commune:03d}"
    assert department_of(whole) == department_code(str(department))


def test_overseas_departments_have_three_characters() -> None:
    communes = pa.array(["97101", "98818", "69123", "2A004", "ZZ001", None])
    assert departments_of(communes).to_pylist() == ["971", "988", "69", "2A", "ZZ", None]


def test_a_commune_of_another_department_has_no_place() -> None:
    places = places_of(pa.array(["29", "69"]), pa.array(["29011", "29011"]), pa.array(["1", "1"]))
    assert places.keys.to_pylist() == ["29011_0001", None]
    assert places.problem is not None
    assert "29011 n'est pas du département 69" in places.problem.what


def test_the_two_northern_islands_share_the_ministry_s_department() -> None:
    places = places_of(pa.array(["ZX", "ZX"]), pa.array(["97701", "801"]), pa.array(["1", "2"]))
    assert places.keys.to_pylist() == ["97701_0001", "97801_0002"]


def test_a_row_without_a_code_has_no_place_and_says_so() -> None:
    places = places_of(pa.array(["69", "69"]), pa.array(["123", "123"]), pa.array(["101", None], pa.string()))
    assert places.keys.to_pylist() == ["69123_0101", None]
    assert places.problem is not None


def test_a_station_code_stays_text() -> None:
    codes = station_codes(pa.array(["1", "23b", "01.1", "9E99", " 0101 ", "12345"]))
    assert codes.to_pylist() == ["0001", "023B", "01.1", "9E99", "0101", "12345"]


@pytest.mark.parametrize(
    ("department", "number", "code"),
    [
        ("69", "01", "6901"),
        ("1", "1", "0101"),
        ("1", "101", "0101"),
        ("ZA", "02", "97102"),
        ("ZX", "1", "97701"),
        ("ZZ", "11", "ZZ11"),
        ("69", "", ""),
    ],
)
def test_a_constituency_is_its_department_then_two_digits(department: str, number: str, code: str) -> None:
    assert constituency_code(department, number) == code


def test_a_row_without_constituency_has_none() -> None:
    codes = constituency_codes(pa.array(["69", "69"]), pa.array(["8", None]))
    assert codes.to_pylist() == ["6908", None]
