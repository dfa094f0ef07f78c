"""What is asked wrongly is answered by one French message: what was given, what was expected, what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("territory", "words"),
    [
        ("com:96009", "noms proches : 96003, 96002, 96001"),
        ("96009", "noms proches"),
        ("planet:9", "« planet »"),
        ("comm:96001", "noms proches : com"),
        ("dep:9", "« dep:9 »"),
        ("dep:69", "noms proches : 96"),
        ("epci:249600009", "249600001"),
        ("circo:9609", "9601"),
        ("bv:96001_9999", "96001_0009"),
        ("bv:96001", "bv:69123_0101"),
        ("com:", "com:69123"),
        ("france:1", "france"),
        ("../../etc", "« ../../etc »"),
        ("", "com:69123"),
    ],
)
def test_an_unknown_territory_is_answered_with_near_names(house: Any, territory: str, words: str) -> None:
    house.assert_refused(house.profile(territory=territory), 2, words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("profil", "com:96001"), "profile"),
        (("profile",), "TERRITOIRE"),
        (("profile", "com:96001", "--mirrror", "x"), "--mirror"),
        (("profile", "com:96001", "--product", "electoral_profil"), "electoral_profile"),
        (("deliver", "com:96001"), "FICHIER"),
        (("fetch", "insee_censu"), "insee_census"),
        (("show", "com:96001"), "bv:69123_0101"),
        (("show", "bv:96001_9999"), "96001_0009"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(house: Any, arguments: tuple[str, ...], words: str) -> None:
    house.assert_refused(house.run(*arguments), 2, words)


@pytest.mark.parametrize("name", ["profil.odt", "profil", "profil.xls"])
def test_an_unknown_format_is_answered_with_those_that_exist(house: Any, name: str) -> None:
    house.assert_refused(house.profile(name=name), 2, ".parquet", ".xlsx")


def test_a_folder_that_does_not_exist_is_named(house: Any) -> None:
    house.assert_refused(house.profile(name="nulle-part/profil.csv"), 1, "ce dossier n'existe pas", "nulle-part")


def test_a_folder_in_the_place_of_the_file_stays_as_it_is(house: Any, tmp_path: Path) -> None:
    (tmp_path / "profil.csv").mkdir()
    (tmp_path / "profil.csv" / "note").write_text("à moi")
    answer = house.run("profile", "com:96001", "-o", tmp_path / "profil.csv")
    house.assert_refused(answer, 1, "profil.csv")
    assert (tmp_path / "profil.csv" / "note").read_text() == "à moi"


def test_a_refused_profile_leaves_the_file_that_was_there(house: Any) -> None:
    assert house.profile(name="profil.csv").code == 0
    before = (house.folder / "profil.csv").read_bytes()
    assert house.profile(name="profil.csv", territory="com:96009").code == 2
    assert (house.folder / "profil.csv").read_bytes() == before


def test_a_mirror_that_is_not_there_or_is_a_file_is_named(house: Any) -> None:
    for given, words in ((house.folder / "nulle-part", "n'est pas là"), (house.mirror / "MANIFEST.md", "un dossier")):
        answer = house.run("profile", "com:96001", "--mirror", given, "-o", house.folder / "profil.csv")
        house.assert_refused(answer, 1, str(given), words)


def test_an_empty_mirror_and_an_empty_home_name_what_is_missing(house: Any) -> None:
    shutil.rmtree(house.home)
    answer = house.run("profile", "com:96001", "--mirror", house.folder, "-o", house.folder / "profil.csv")
    house.assert_refused(answer, 1, str(house.folder), "contours-france-entiere.parquet", "--mirror")


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("profile", "com:96009"), 2, "unknown"),
        (("profile",), 2, "misused"),
        (("profile", "com:96001", "--mirror", "/nulle-part"), 1, "missing"),
        (("verify", "/nulle-part.csv"), 1, "missing"),
    ],
)
def test_with_json_an_error_is_an_object_with_its_code(
    house: Any, arguments: tuple[str, ...], code: int, error: str
) -> None:
    answer = house.run(*arguments, "--json")
    assert (answer.code, answer.out) == (code, "")
    facts = json.loads(answer.err)
    assert (facts["error"], facts["exit_code"]) == (error, code)
    assert facts["what"]
    assert facts["advice"]


def test_with_json_a_spoilt_file_is_an_object_that_names_it(house: Any) -> None:
    path = house.file("base-ic-evol-struct-pop-2022_csv.zip")
    path.write_bytes(path.read_bytes()[:500])
    answer = house.run("build", "com:96001", "--mirror", house.mirror, "--json")
    facts = json.loads(answer.err)
    assert (answer.code, facts["error"], facts["exit_code"]) == (1, "broken", 1)
    assert path.name in facts["what"]


def test_a_file_that_is_not_ours_is_not_verified(house: Any, tmp_path: Path) -> None:
    for name, content in (("vide.csv", b""), ("autre.json", b"{"), ("autre.parquet", b"PAR1"), ("autre.xlsx", b"PK")):
        (tmp_path / name).write_bytes(content)
        answer = house.run("verify", tmp_path / name)
        assert answer.code == 1
        assert "incident" not in answer.err
        assert name in answer.out + answer.err


def test_the_installed_command_says_the_same(house: Any) -> None:
    answer = house.command("profile", "com:96009", "-o", house.folder / "profil.csv")
    house.assert_refused(answer, 2, "noms proches : 96003, 96002, 96001")
