"""What is missing is named or said; what speaks of another place gives no figure here; elections are not mixed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

THEMES = ("*evol-struct-pop*.zip", "*activite*.zip", "*couples*.zip", "*diplomes*.zip", "*logement*.zip")
VOTES, COUNTS = "candidats_results.parquet", "general_results.parquet"
OPTIONAL = (
    "table-adresses*", "Filosofi2021*", "data_CAF*", "BASE_TD*", "base-cc-filo*", "FILO2019*", "cog_ensemble*",
    "EPCI_2020*", "communes_contours*", "*_results.parquet", "resultats-*", "PR17*",
)  # fmt: skip


def elsewhere(content: bytes) -> bytes:
    """The same text about department 29."""
    return re.sub(rb"(?m)^96", b"29", content).replace(b";96001;", b";29001;")


def moved(*names: str) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        for name in names:
            place = table.column_names.index(name)
            table = table.set_column(place, name, pc.replace_substring_regex(table[name], "^96", "29"))
        return table

    return change


def raised(name: str) -> Callable[[pa.Table], pa.Table]:
    """Five more in that column, in the first round of 2024."""

    def change(table: pa.Table) -> pa.Table:
        more = pc.if_else(pc.equal(table["id_election"], "2024_legi_t1"), pc.add(table[name], 5), table[name])
        return table.set_column(table.column_names.index(name), name, more.cast(table.schema.field(name).type))

    return change


def remarks(house: Any) -> str:
    answer = house.run("build", "com:96001", "--mirror", house.mirror)
    assert answer.code == 0, answer.err
    return str(answer.out)


@pytest.mark.parametrize("name", ["contours-france-entiere*", "CONTOURS-IRIS.parquet", THEMES[0], THEMES[-1]])
def test_a_required_file_that_is_nowhere_is_named(house: Any, name: str) -> None:
    shutil.rmtree(house.home)
    published = sorted(path.name for path in house.mirror.rglob(name))
    for path in list(house.mirror.rglob(name)):
        path.unlink()
    house.assert_refused(house.profile(), 1, published[-1], str(house.mirror), "--mirror")


def test_a_file_that_was_fetched_once_is_used_when_the_mirror_loses_it(house: Any, first: pa.Table) -> None:
    for name in ("contours-france-entiere*", *THEMES, *OPTIONAL):
        for path in list(house.mirror.rglob(name)):
            path.unlink()
    assert house.profile().code == 0
    assert house.table().equals(first)


def test_without_any_optional_file_the_profile_is_made_and_says_what_it_lacks(house: Any, first: pa.Table) -> None:
    shutil.rmtree(house.home)
    for name in OPTIONAL:
        for path in list(house.mirror.rglob(name)):
            path.unlink()
    assert house.profile().code == 0
    table = house.table()
    assert table["bv_id"].equals(first["bv_id"])
    assert table["population"].null_count < table.num_rows
    assert not [name for name in table.column_names if name.startswith(("revenu_", "pres_", "legi_", "allocataires"))]
    said = remarks(house)
    for words in ("Revenus", "Allocataires de la CAF", "Carreaux de 200 m", "Mouvements de communes"):
        assert words in said


def test_a_census_of_another_department_gives_no_figure_here(house: Any) -> None:
    for theme in THEMES:
        house.change(theme, elsewhere)
    assert house.profile().code == 0
    table = house.table()
    for name in ("population", "part_cadres", "part_proprietaires", "taux_chomage"):
        assert table[name].null_count == table.num_rows
        assert set(table[f"{name}_statut"].to_pylist()) == {"hors champ : la source ne couvre pas ce territoire"}
    assert table["legi_2024_t1_participation"].null_count == 0


def test_one_theme_of_another_department_takes_only_its_own_indicators_away(house: Any, first: pa.Table) -> None:
    house.change("*activite*.zip", elsewhere)
    assert house.profile().code == 0
    table = house.table()
    assert "taux_chomage" not in table.column_names or table["taux_chomage"].null_count == table.num_rows
    assert table["population"].equals(first["population"])
    assert "Taux de chômage" in remarks(house)


def test_addresses_of_another_department_leave_the_cells_to_carry(house: Any) -> None:
    house.change_table("table-adresses*", moved("id_brut_bv_reu", "code_commune_ref"))
    assert house.profile().code == 0
    assert house.table()["population"].null_count == 0


def test_stations_of_another_department_leave_the_territory_unknown(house: Any) -> None:
    house.change_table("contours-france-entiere.parquet", moved("bv_id", "code_commune", "code_departement"))
    house.assert_refused(house.profile(), 2, "noms proches", "29001")


@pytest.mark.parametrize(("name", "column"), [(VOTES, "voix"), (COUNTS, "votants"), (COUNTS, "inscrits")])
def test_two_files_that_tell_an_election_otherwise_are_not_mixed(house: Any, name: str, column: str) -> None:
    house.change_table(name, raised(column))
    said = remarks(house)
    assert "législatives 2024, 1er tour : plusieurs fichiers la racontent autrement" in said
    assert "general_results.parquet (synthétique) est retenu" in said
    assert "resultats-definitifs-par-bureau-de-vote.csv (synthétique) mis de côté" in said
    assert "législatives 2024, 2d tour : plusieurs" not in said


def test_two_files_that_tell_the_same_need_no_remark(house: Any) -> None:
    assert "plusieurs fichiers" not in remarks(house)


def test_two_files_of_one_name_that_differ_are_not_chosen_between(house: Any, first: pa.Table) -> None:
    path = house.file("*evol-struct-pop*.zip")
    (house.mirror / "copie").mkdir()
    shutil.copy(path, house.mirror / "copie")
    assert house.profile().code == 0
    assert house.table().equals(first)
    (house.folder / "profil.parquet").unlink()
    (house.mirror / "copie" / path.name).write_bytes(path.read_bytes() + b" ")
    house.assert_refused(house.profile(), 1, f"copie/{path.name}", f"{path.parent.name}/{path.name}")
    house.assert_still_serves(first)
