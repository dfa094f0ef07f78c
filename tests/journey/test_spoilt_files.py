"""A spoilt file is refused by its name, in one message; what the home made before is still served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

CENSUS = "base-ic-evol-struct-pop-2022_csv.zip"
RESULTS = "interieur_legislatives-2024-t1/resultats-definitifs-par-bureau-de-vote.csv"
CONTOURS = "contours-france-entiere.parquet"
IRIS = "CONTOURS-IRIS.parquet"
ADDRESSES = "table-adresses-reu_96.parquet"
VOTES = "candidats_results.parquet"
COUNTS = "general_results.parquet"


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def header(content: bytes) -> bytes:
    return content.splitlines(keepends=True)[0]


def contradicted(content: bytes) -> bytes:
    line = content.splitlines(keepends=True)[1]
    cells = line.split(b";")
    return content + b";".join([*cells[:6], b"1", *cells[7:]])


def renamed(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert content.count(old.encode())
        return content.replace(old.encode(), new.encode(), 1)

    return change


def filled(name: str, value: object) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        return table.set_column(table.column_names.index(name), name, pa.array([value] * table.num_rows))

    return change


def without(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([name])


def assert_refused_by_name(house: Any, first: pa.Table, name: str, words: str) -> None:
    house.assert_refused(house.profile(), 1, Path(name).name, words)
    house.assert_still_serves(first)


@pytest.mark.parametrize("name", [CENSUS, RESULTS, CONTOURS, IRIS, ADDRESSES, "Filosofi2021_carreaux_200m_csv.zip"])
def test_a_truncated_file_is_refused_by_its_name(house: Any, first: pa.Table, name: str) -> None:
    path = house.file(name)
    path.write_bytes(half(path.read_bytes()))
    words = "n'est pas un fichier Parquet lisible" if name.endswith("parquet") else "est tronqué"
    assert_refused_by_name(house, first, name, words)


@pytest.mark.parametrize("name", [CENSUS, CONTOURS])
def test_a_file_with_altered_bytes_is_refused_by_its_name(house: Any, first: pa.Table, name: str) -> None:
    path = house.file(name)
    content = path.read_bytes()
    third = len(content) // 3
    path.write_bytes(content[:third] + b"\xff" * 200 + content[third + 200 :])
    assert_refused_by_name(house, first, name, "")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (CENSUS, half, "comme dans l'en-tête"),
        (CENSUS, header, "aucune ligne de données"),
        (CENSUS, lambda _: b"", "est vide"),
        (CENSUS, contradicted, "se contredit"),
        (CENSUS, lambda content: content.decode().encode("utf-16"), "UTF-16"),
        (CENSUS, renamed("IRIS;", "ZONE;"), "« IRIS »"),
        (CENSUS, renamed(";P22_POP;", ";HABITANTS;"), "« P_POP »"),
        (CENSUS, lambda content: content.replace(b"P22_", b"P19_").replace(b"C22_", b"C19_"), "RP 2022"),
        (RESULTS, header, "aucune ligne de données"),
        (RESULTS, contradicted, "96001_0001"),
        (RESULTS, lambda content: content.decode().encode("utf-16"), "UTF-16"),
        (RESULTS, lambda content: content.decode("latin-1").encode("utf-8"), "« Code du département »"),
        (RESULTS, renamed(";Code BV;", ";Numéro;"), "« Code du b.vote »"),
        (RESULTS, renamed(";Inscrits;", ";Électeurs;"), "« Inscrits »"),
        (RESULTS, renamed(";Voix 1;", ";Votes 1;"), "« Voix »"),
        (RESULTS, renamed(";Carreville;1;", ";Carreville;1;beaucoup;"), "comme dans l'en-tête"),
    ],
)
def test_a_text_that_is_cut_re_encoded_or_renamed_is_refused_by_its_name(
    house: Any, first: pa.Table, name: str, change: Callable[[bytes], bytes], words: str
) -> None:
    house.change(name, change)
    assert_refused_by_name(house, first, name, words)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (CONTOURS, without("code_bv"), "« code_bv »"),
        (CONTOURS, without("geometry"), "« geometry »"),
        (CONTOURS, lambda table: table.slice(0, 0), "aucune ligne"),
        (CONTOURS, filled("inscrits", "beaucoup"), "« inscrits »"),
        (CONTOURS, filled("geometry", "ici"), "géométrie illisible"),
        (IRIS, without("CODE_IRIS"), "CODE_IRIS"),
        (ADDRESSES, without("id_brut_bv_reu"), "« id_brut_bv_reu »"),
        (ADDRESSES, without("longitude"), "« longitude »"),
        (COUNTS, without("inscrits"), "« inscrits »"),
        (VOTES, without("voix"), "« voix »"),
        (VOTES, filled("voix", None), "« voix »"),
        (VOTES, filled("voix", -1), "négatifs"),
    ],
)
def test_a_table_without_its_columns_or_of_other_types_is_refused_by_its_name(
    house: Any, first: pa.Table, name: str, change: Callable[[pa.Table], pa.Table], words: str
) -> None:
    house.change_table(name, change)
    assert_refused_by_name(house, first, name, words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b"<!DOCTYPE html><html><title>404</title></html>", "est une page web"),
        (b"<?xml version='1.0'?>\n<HTML lang='fr'>", "est une page web"),
        (b'{"error": "not found"}', "aucune ligne de données"),
    ],
)
@pytest.mark.parametrize("name", [CENSUS, RESULTS])
def test_an_empty_file_or_a_page_of_error_is_refused_by_its_name(
    house: Any, first: pa.Table, name: str, content: bytes, words: str
) -> None:
    house.file(name).write_bytes(content)
    archive = name == CENSUS and content.startswith(b"{")
    assert_refused_by_name(house, first, name, "n'est pas une archive" if archive else words)


def test_once_the_file_is_mended_the_mirror_serves_again(house: Any, first: pa.Table) -> None:
    path = house.file(CENSUS)
    whole = path.read_bytes()
    path.write_bytes(half(whole))
    assert house.profile().code == 1
    assert house.profile().code == 1
    path.write_bytes(whole)
    assert house.profile().code == 0
    assert house.table().equals(first)


def test_a_measure_that_is_renamed_leaves_its_indicator_out_and_says_so(house: Any, first: pa.Table) -> None:
    house.change(CENSUS, renamed(";P22_POP0014;", ";ENFANTS;"))
    answer = house.run("build", "com:96001", "--mirror", house.mirror)
    assert answer.code == 0
    assert "aucune donnée dans les fichiers lus : 0 à 14 ans" in answer.out
    assert house.profile().code == 0
    left = house.table().column_names
    assert {name for name in first.column_names if name not in left} == {
        name for name in first.column_names if name.startswith("part_0_14_ans")
    }
    same = [name for name in left if name not in {"type", "groupe_de_types", "type_certitude"}]  # they read it too
    assert house.table().select(same).equals(first.select(same))
