from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken
from carreau.sources.catalogue import read

HEADER = (
    "Code du département;Code de la commune;Libellé de la commune;Code du b.vote;Inscrits;Abstentions;"
    "Votants;Blancs;Nuls;Exprimés;N°Panneau;Sexe;Nom;Prénom;Voix;% Voix/Ins"
)
GOOD = "69;123;Lyon;0101;100;40;60;8;2;50;1;F;A;Anne;20;1,1;2;M;B;Bob;30;1,1"


def content(*rows: str, header: str = HEADER, end: str = "\r\n") -> bytes:
    return ("\r\n".join((header, *rows)) + end).encode("iso-8859-1")


def station(number: int) -> str:
    return GOOD.replace("0101", f"{number:04d}")


@pytest.mark.parametrize("empty", [b"", b"\r\n\r\n", b"\x1a", b"   \n ; ; \n"])
def test_an_empty_file_is_refused_by_name(tables, empty: bytes) -> None:
    with pytest.raises(Broken, match=r"2022_pres_t1\.txt est vide"):
        tables("2022_pres_t1", empty)


def test_a_line_broken_inside_a_cell_is_refused(tables) -> None:
    with pytest.raises(Broken, match="n'est pas un tableau lisible"):
        tables("2022_pres_t1", content(GOOD.replace("Anne", "An\rne")))


def test_more_separators_than_can_have_strayed_are_refused(tables) -> None:
    with pytest.raises(Broken, match="tronqué ou mal formé"):
        tables("2022_pres_t1", content(GOOD.replace("Anne", "A;n;n;e")))


def test_stations_without_any_candidate_keep_their_row(tables) -> None:
    found = tables("2022_pres_t1", content(GOOD.partition(";1;F;")[0]))
    assert found["stations"].table.num_rows == 1
    assert found["candidats"].table.num_rows == 0
    assert "1 bureau(x) de vote où somme des voix ≠ exprimés" in found["stations"].remarks


def test_a_file_whose_election_is_not_declared_is_refused(fetched, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content(GOOD))
    file = fetched(path, "2022_pres_t1")
    with pytest.raises(Broken, match="l'élection n'est pas déclarée"):
        read(replace(file, published=replace(file.published, key="presidentielle")))


def test_a_header_alone_is_refused(tables) -> None:
    with pytest.raises(Broken, match="ne contient aucun résultat"):
        tables("2022_pres_t1", content())


@pytest.mark.parametrize("cut", [4, 5, 12, 18, 25, 60])
def test_a_truncated_file_is_refused(tables, cut: int) -> None:
    whole = content(station(1), station(2), end="")
    with pytest.raises(Broken, match=r"tronqué|s'arrête avant sa fin"):
        tables("2022_pres_t1", whole[:-cut])


def test_a_last_line_that_is_not_ended_but_whole_is_read(tables) -> None:
    assert tables("2022_pres_t1", content(GOOD, end=""))["candidats"].table.num_rows == 2


@pytest.mark.parametrize(
    ("official", "renamed"),
    [("Inscrits", "Electeurs"), ("Code du b.vote", "Bureau"), (";Voix;", ";Votes;"), ("Exprimés", "Valides")],
)
def test_a_renamed_column_is_named(tables, official: str, renamed: str) -> None:
    with pytest.raises(Broken, match=official.strip(";")) as refused:
        tables("2022_pres_t1", content(GOOD, header=HEADER.replace(official, renamed)))
    assert refused.value.advice


def test_rows_written_twice_are_one_and_counted(tables) -> None:
    found = tables("2022_pres_t1", content(station(1), station(2), station(1)))
    assert found["stations"].table.num_rows == 2
    assert found["candidats"].table.num_rows == 4
    assert "1 ligne(s) en double, identique(s), écartée(s)" in found["stations"].remarks


def test_two_results_of_one_station_are_refused(tables) -> None:
    other = GOOD.replace("20;1,1;2", "10;1,1;2").replace("30;1,1", "40;1,1")
    with pytest.raises(Broken, match="deux résultats différents du bureau 69123_0101"):
        tables("2022_pres_t1", content(GOOD, other))


def test_a_contradiction_among_many_stations_is_set_aside_and_said(tables) -> None:
    other = GOOD.replace("20;1,1;2", "10;1,1;2").replace("30;1,1", "40;1,1")
    found = tables("2022_pres_t1", content(*(station(number) for number in range(1, 300)), other))
    assert found["stations"].table.num_rows == found["candidats"].table.num_rows / 2 == 298
    assert any(
        "contradictoires écarté(s) (dont 69123_0101), soit 100 suffrages" in remark
        for remark in found["stations"].remarks
    )


def test_two_stations_that_share_a_code_are_added(tables) -> None:
    other = GOOD.replace(";100;40;", ";90;30;")
    found = tables("2022_pres_t1", content(GOOD, other, station(2)))
    first = found["stations"].table.filter(pa.array([True, False])).to_pylist()[0]
    assert (first["inscrits"], first["votants"], first["exprimes"]) == (190, 120, 100)
    assert found["candidats"].table["voix"].to_pylist() == [40, 60, 20, 30]
    assert "1 code(s) porté(s) par plusieurs bureaux de vote, résultats additionnés" in found["stations"].remarks


def test_what_does_not_add_up_is_counted_and_left_as_it_is(tables) -> None:
    rows = (
        station(1).replace(";100;", ";101;"),
        station(2).replace(";8;2;", ";8;3;"),
        station(3).replace(";20;", ";21;"),
    )
    found = tables("2022_pres_t1", content(*rows))
    assert found["stations"].remarks[1:] == (
        "1 bureau(x) de vote où inscrits ≠ abstentions + votants",
        "1 bureau(x) de vote où votants ≠ blancs + nuls + exprimés",
        "1 bureau(x) de vote où somme des voix ≠ exprimés",
    )
    assert found["stations"].table["inscrits"].to_pylist() == [101, 100, 100]


@pytest.mark.parametrize("cell", ["vingt", "20,5", "-20"])
def test_votes_that_are_no_count_are_refused(tables, cell: str) -> None:
    with pytest.raises(Broken, match="« voix »"):
        tables("2022_pres_t1", content(GOOD.replace(";20;", f";{cell};")))


def test_rows_without_a_place_are_set_aside_when_they_are_few(tables) -> None:
    lost = GOOD.replace("69;123;", "69;;")
    found = tables("2022_pres_t1", content(*(station(number) for number in range(1, 300)), lost))
    assert found["stations"].table.num_rows == 299
    assert found["candidats"].table.num_rows == 598
    assert any(
        "1 ligne(s) sans lieu reconnu écartée(s)" in remark and "avec 50 voix" in remark
        for remark in found["stations"].remarks
    )


def test_a_file_without_places_is_refused(tables) -> None:
    with pytest.raises(Broken, match="il manque des codes"):
        tables("2022_pres_t1", content(GOOD.replace("69;123;", "69;;")))


NUMBERED = (
    "Code département;Code commune;Libellé commune;Code BV;Inscrits;Votants;Exprimés;"
    "Nuance candidat 1;Nom candidat 1;Voix 1"
)


def test_rows_of_the_wrong_department_are_refused(tables) -> None:
    with pytest.raises(Broken, match="la commune 29011 n'est pas du département 69"):
        tables("2024_legi_t1", f"{NUMBERED}\n69;29011;Bohars;1;100;60;50;DVC;A;50\n".encode())


def test_a_numbered_file_with_uneven_blocks_is_refused(tables) -> None:
    header = f"{NUMBERED};Nuance candidat 2;Nom candidat 2"
    with pytest.raises(Broken, match="pas le même nombre de colonnes pour chaque candidat"):
        tables("2024_legi_t1", f"{header}\n29;29011;Bohars;1;100;60;50;DVC;A;50;;\n".encode())


def test_a_numbered_row_written_twice_is_one_and_counted(tables) -> None:
    row = "29;29011;Bohars;1;100;60;50;DVC;A;50\n"
    found = tables("2024_legi_t1", f"{NUMBERED}\n{row}{row}".encode())
    assert found["stations"].table.num_rows == found["candidats"].table.num_rows == 1
    assert "1 ligne(s) en double, identique(s), écartée(s)" in found["stations"].remarks


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("2022_legi_t1", "avec nuance"),
        ("2021_regi_t1", "le nom des listes"),
        ("2019_euro_t1", "le nom des listes"),
    ],
)
def test_a_file_of_another_election_under_the_same_name_is_refused(tables, key: str, why: str) -> None:
    with pytest.raises(Broken, match="n'est pas un fichier de l'élection déclarée") as refused:
        tables(key, content(GOOD))
    assert why in refused.value.expected


def test_a_legislative_file_is_no_presidential_one(tables) -> None:
    header = HEADER.replace(";Voix;", ";Nuance;Voix;")
    with pytest.raises(Broken, match="n'est pas un fichier de l'élection déclarée"):
        tables(
            "2022_pres_t1",
            content(GOOD.replace("Anne;", "Anne;ENS;").replace("Bob;", "Bob;NUP;"), header=header),
        )


@pytest.mark.parametrize(
    "row",
    ["1;69;123;Lyon;0101", "1;69;123;Lyon;0101;100;60;50;1;A;P;;20\n1;69;123;Lyon;0101;100;60;50;1;B;P;3"],
)
def test_a_file_without_header_of_another_width_is_refused(tables, row: str) -> None:
    with pytest.raises(Broken, match="tronqué ou mal formé"):
        tables("2012_pres", row.encode())


def test_a_round_that_does_not_exist_is_refused(tables) -> None:
    with pytest.raises(Broken, match="l'élection n'est pas déclarée"):
        tables("2012_pres", b"3;69;123;Lyon;0101;100;60;50;1;A;P;;50\n")


TOULOUSE = (5, "MN", "2026", 1, 31, 555, "0005", "I", 100, 40, 60, 60, 8, 2, 50, 2, "005", 20, "003", 30)


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (3, 2, "n'est pas un fichier de l'élection déclarée"),
        (15, 3, "nombre de listes n'est pas celui annoncé"),
    ],
)
def test_a_city_s_file_that_is_not_what_it_says_is_refused(
    tables, tmp_path: Path, place: int, value: int, why: str
) -> None:
    row = [*TOULOUSE[:place], value, *TOULOUSE[place + 1 :]]
    pq.write_table(pa.table({f"column_{rank}": [cell] for rank, cell in enumerate(row)}), tmp_path / "t1.parquet")
    with pytest.raises(Broken, match=why):
        tables("2026_muni_t1_toulouse", tmp_path / "t1.parquet")


def test_a_city_s_file_without_lists_is_refused(tables, tmp_path: Path) -> None:
    pq.write_table(pa.table({"column_1": [1]}), tmp_path / "t1.parquet")
    with pytest.raises(Broken, match="fichier de transmission"):
        tables("2026_muni_t1_toulouse", tmp_path / "t1.parquet")
