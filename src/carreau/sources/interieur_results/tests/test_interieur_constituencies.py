from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from carreau.errors import Broken

LINES = (
    "Departement,CodCirElec,LibCirElec,Inscrits,Abstentions,Votants,Blancs,Nuls,Exprimes,Exprimes_RapportVotants,"
    "NumPanneauCand,NomPsn,PrenomPsn,CivilitePsn,CodNuaCand,LibNuaCand,NbVoix,RapportExprimes,Elu\r\n"
    '01,0101,1ère circonscription,100,40,60,8,2,50,"83,3",1,LAHY,Éric,M.,EXG,Extrême gauche,20,"40,0",NON\r\n'
    '01,0101,1ère circonscription,100,40,60,8,2,50,"83,3",2,MAÎTRE,Ève,MME,RN,'
    'Rassemblement National,30,"60,0",QUALIF T2\r\n'
)
HEADER = [
    "Code du département",
    "Libellé du département",
    "Code de la circonscription",
    "Libellé de la circonscription",
    "Inscrits",
    "Votants",
    "Exprimés",
    "N°Panneau",
    "Sexe",
    "Nom",
    "Prénom",
    "Nuance",
    "Voix",
    "% Voix/Ins",
    "Sièges",
]


def sheet(folder: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "circonscription.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["cp850", "utf-8", "cp1252"])
def test_one_line_per_candidate_is_read_in_its_own_encoding(tables, encoding: str) -> None:
    found = tables("2024_legi_t1_circonscriptions", LINES.encode(encoding))["circonscriptions_candidats"]
    first, second = found.table.to_pylist()
    assert (first["code_circonscription"], first["nom"], first["prenom"], first["sexe"]) == (
        "0101",
        "LAHY",
        "Éric",
        "M",
    )
    assert (second["nom"], second["voix"], second["exprimes"], second["elu"]) == (
        "MAÎTRE",
        30,
        50,
        "QUALIF T2",
    )


def test_a_workbook_that_lost_its_zeros_has_whole_codes(tables, tmp_path: Path) -> None:
    long = [
        1,
        "Ain",
        1,
        "1ère",
        100,
        60,
        50.0,
        1,
        "F",
        "A",
        "Anne",
        "COM",
        20,
        0.2,
        None,
        2,
        "M",
        "B",
        "Bob",
        "LR",
        30,
        0.3,
        None,
    ]
    short = ["ZA", "Guadeloupe", 102, "2ème", 100, 60, 50, 1, "F", "C", "Zoé", "ENS", 50, 0.5, "élu"]
    found = tables("2022_legi_t1_circonscriptions", sheet(tmp_path, HEADER, long, [None] * 3, short))
    rows = found["circonscriptions_candidats"].table.to_pylist()
    assert [(row["code_circonscription"], row["code_departement"], row["nom"], row["voix"]) for row in rows] == [
        ("0101", "01", "A", 20),
        ("0101", "01", "B", 30),
        ("97102", "971", "C", 50),
    ]


def test_votes_that_do_not_add_up_are_counted(tables) -> None:
    content = LINES.replace(",30,", ",31,").encode()
    found = tables("2024_legi_t1_circonscriptions", content)["circonscriptions_candidats"]
    assert found.remarks == ("1 circonscription(s) où la somme des voix ≠ exprimés",)


def test_two_results_of_one_candidate_are_refused(tables) -> None:
    again = LINES.splitlines()[1].replace(",20,", ",21,")
    with pytest.raises(Broken, match="se contredit"):
        tables("2024_legi_t1_circonscriptions", f"{LINES}{again}\r\n".encode())


@pytest.mark.parametrize("content", [b"PK\x03\x04 tronque", b"", b"<html>"])
def test_what_is_no_workbook_is_refused(tables, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "circonscription.xlsx"
    path.write_bytes(content)
    with pytest.raises(Broken, match=r"circonscription\.xlsx"):
        tables("2022_legi_t1_circonscriptions", path)


def test_an_empty_sheet_is_refused(tables, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="n'a pas de colonne"):
        tables("2022_legi_t1_circonscriptions", sheet(tmp_path))


def test_a_workbook_without_constituencies_is_refused(tables, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="Code de la circonscription"):
        tables(
            "2022_legi_t1_circonscriptions",
            sheet(tmp_path, ["Code de la commune" if name == HEADER[2] else name for name in HEADER]),
        )
