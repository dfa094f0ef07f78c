"""Codes: departments, territories, cut communes, and communes that merged."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from carreau.places.codes import (
    arrondissements_of,
    commune_of,
    crs_of,
    current_commune,
    department_of,
    kind_of,
    movements_of,
)


@pytest.mark.parametrize(
    ("code", "department", "kind", "crs"),
    [
        ("01001", "01", "metropole", 2154),
        ("2B033", "2B", "metropole", 2154),
        ("691230101", "69", "metropole", 2154),
        ("97101_0001", "971", "outre_mer", 5490),
        ("97302", "973", "outre_mer", 2972),
        ("97411", "974", "outre_mer", 2975),
        ("97502", "975", "outre_mer", 4467),
        ("97601", "976", "outre_mer", 4471),
        ("97701", "977", "outre_mer", 5490),
        ("98818", "988", "outre_mer", 0),
        ("ZA101", "971", "outre_mer", 5490),
        ("ZX701", "977", "outre_mer", 5490),
        ("ZX801", "978", "outre_mer", 5490),
        ("ZZ001", "99", "etranger", 0),
        ("99134", "99", "etranger", 0),
    ],
)
def test_a_code_says_its_department_its_kind_and_its_plane(
    code: str, department: str, kind: str, crs: int
) -> None:
    assert (department_of(code), kind_of(code), crs_of(code)) == (department, kind, crs)


def test_the_arrondissements_of_the_three_cut_communes_are_all_there() -> None:
    assert [len(arrondissements_of(commune)) for commune in ("75056", "69123", "13055")] == [20, 9, 16]
    for commune in ("75056", "69123", "13055"):
        assert {commune_of(part) for part in arrondissements_of(commune)} == {commune}
    assert arrondissements_of("34172") == ("34172",)
    assert commune_of("69390") == "69390"


def moves(*rows: tuple[str, str, str, str, str, str]) -> pa.Table:
    names = ["date_effet", "mod", "type_avant", "code_avant", "type_apres", "code_apres"]
    return pa.table({name: [row[k] for row in rows] for k, name in enumerate(names)})


def test_a_merged_commune_is_followed_from_merger_to_merger() -> None:
    movements = movements_of(
        moves(
            ("2016-01-01", "32", "COM", "01001", "COM", "01002"),
            ("2019-01-01", "32", "COM", "01002", "COM", "01003"),
            ("2019-01-01", "32", "COM", "01002", "COMD", "01002"),
            ("2020-01-01", "10", "COM", "01003", "COM", "01004"),
            ("2021-01-01", "21", "COM", "01003", "COM", "01005"),
        )
    )
    assert current_commune("01001", date(2015, 12, 31), movements) == "01003"
    assert current_commune("01002", date(2018, 1, 1), movements) == "01003"
    assert current_commune("01002", date(2019, 1, 1), movements) == "01002"  # already in force that day
    assert current_commune("75101", date(2012, 1, 1), movements) == "75056"


def test_movements_may_bear_dates_or_texts() -> None:
    table = moves(("2016-01-01", "32", "COM", "01001", "COM", "01002"))
    dated = table.set_column(0, "date_effet", table["date_effet"].cast(pa.date32()))
    assert movements_of(dated) == movements_of(table)


@pytest.mark.mirror
def test_the_communes_merged_since_2012_are_found_in_the_official_movements(mirror: Path) -> None:
    with zipfile.ZipFile(mirror / "insee_cog-2026" / "cog_ensemble_2026_csv.zip") as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("v_mvt_commune_2026.csv"), "utf-8")))
    movements = movements_of(
        moves(
            *(
                (r["DATE_EFF"], r["MOD"], r["TYPECOM_AV"], r["COM_AV"], r["TYPECOM_AP"], r["COM_AP"])
                for r in rows
            )
        )
    )
    assert (
        current_commune("50129", date(2012, 4, 22), movements) == "50129"
    )  # Cherbourg keeps its code in 2016…
    assert current_commune("50203", date(2012, 4, 22), movements) == "50129"  # … Équeurdreville joins it
    assert current_commune("74011", date(2012, 4, 22), movements) == "74010"  # Annecy-le-Vieux, 2017
    assert current_commune("69123", date(2012, 4, 22), movements) == "69123"
