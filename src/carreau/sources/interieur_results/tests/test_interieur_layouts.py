from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.sources.declare import Sourced

FIXED = (
    "Code du département;Libellé du département;Code de la circonscription;Libellé de la circonscription;"
    "Code de la commune;Libellé de la commune;Code du b.vote;Inscrits;Abstentions;% Abs/Ins;Votants;"
    "% Vot/Ins;Blancs;% Blancs/Ins;% Blancs/Vot;Nuls;% Nuls/Ins;% Nuls/Vot;Exprimés;% Exp/Ins;% Exp/Vot"
)
PERSON = "N°Panneau;Sexe;Nom;Prénom;Voix;% Voix/Ins;% Voix/Exp"
PERSON_WITH_NUANCE = "N°Panneau;Sexe;Nom;Prénom;Nuance;Voix;% Voix/Ins;% Voix/Exp"
LIST = "N°Liste;Libellé Abrégé Liste;Libellé Etendu Liste;Nom Tête de Liste;Voix;% Voix/Ins;% Voix/Exp"
NUMBERED = (
    "Code département;Libellé département;Code commune;Libellé commune;Code BV;Inscrits;Votants;% Votants;"
    "Abstentions;% Abstentions;Exprimés;% Exprimés/inscrits;% Exprimés/votants;Blancs;% Blancs/inscrits;"
    "% Blancs/votants;Nuls;% Nuls/inscrits;% Nuls/votants"
)


def station(place: str, votes: int) -> str:
    """The fixed cells of a station where 100 are registered, 60 vote, and ``60 - votes`` are blank."""
    return f"{place};100;40;40,00;60;60,00;{60 - votes};1;1;0;0,00;0,00;{votes};50,00;83,33"


def wide(header: str, *rows: str, encoding: str = "iso-8859-1") -> bytes:
    return "".join(f"{row}\r\n" for row in (header, *rows)).encode(encoding)


def votes_of(sourced: Sourced) -> list[tuple[object, ...]]:
    return [(row["bv_id"], row["nom"], row["voix"]) for row in sourced.table.to_pylist()]


LYON = "69;Rhône;01;1ère circonscription;123;Lyon;0101"
POINTE_A_PITRE = "ZA;Guadeloupe;01;1ère circonscription;120;Pointe-à-Pitre;0003"
ABIDJAN = "ZZ;Français établis hors de France;09;9ème circonscription;001;Abidjan;0001"


def test_rows_longer_than_their_header_give_every_candidate(tables) -> None:
    row = f"{station(LYON, 50)};1;F;ARTHAUD;Nathalie;20;20,00;40,00;2;M;MACRON;Emmanuel;30;30,00;60,00"
    found = tables("2022_pres_t1", wide(f"{FIXED};{PERSON}", row))
    (place,) = found["stations"].table.to_pylist()
    assert place == {
        "id_election": "2022_pres_t1",
        "bv_id": "69123_0101",
        "code_departement": "69",
        "code_commune": "69123",
        "libelle_commune": "Lyon",
        "code_bv": "0101",
        "code_circonscription": "6901",
        "inscrits": 100,
        "abstentions": 40,
        "votants": 60,
        "blancs": 10,
        "nuls": 0,
        "exprimes": 50,
    }
    assert votes_of(found["candidats"]) == [("69123_0101", "ARTHAUD", 20), ("69123_0101", "MACRON", 30)]
    assert [row["sexe"] for row in found["candidats"].table.to_pylist()] == ["F", "M"]


def test_overseas_and_abroad_have_their_official_codes(tables) -> None:
    rows = [f"{station(place, 50)};1;F;A;B;50;1;1" for place in (POINTE_A_PITRE, ABIDJAN)]
    places = tables("2022_pres_t1", wide(f"{FIXED};{PERSON}", *rows))["stations"].table.to_pylist()
    assert [(row["bv_id"], row["code_departement"], row["code_circonscription"]) for row in places] == [
        ("97120_0003", "971", "97101"),
        ("ZZ001_0001", "ZZ", "ZZ09"),
    ]


def test_legislative_rows_have_as_many_blocks_as_candidates(tables) -> None:
    short = f"{station(LYON, 50)};1;F;A;Anne;ENS;50;1;1"
    long = f"{station(LYON.replace('0101', '0102'), 50)};1;F;A;Anne;ENS;20;1;1;2;M;B;Bob;NUP;30;1;1"
    found = tables("2022_legi_t1", wide(f"{FIXED};{PERSON_WITH_NUANCE}", short, long))
    assert votes_of(found["candidats"]) == [
        ("69123_0101", "A", 50),
        ("69123_0102", "A", 20),
        ("69123_0102", "B", 30),
    ]
    assert found["candidats"].table["nuance"].to_pylist() == ["ENS", "ENS", "NUP"]


def test_a_european_list_has_its_long_name_and_its_head(tables) -> None:
    row = f"{station(LYON, 50)};1;LFI;LA FRANCE INSOUMISE;AUBRY Manon;50;1;1;2;SEULE;;X;0;0;0"
    found = tables("2019_euro_t1", wide(f"{FIXED};{LIST}", row))["candidats"].table.to_pylist()
    assert [(one["liste"], one["nom"]) for one in found] == [
        ("LA FRANCE INSOUMISE", "AUBRY Manon"),
        ("SEULE", "X"),
    ]


def test_a_header_that_repeats_its_block_says_the_same(tables) -> None:
    row = f"{station(LYON, 50)};1;F;A;Anne;20;1;1;2;M;B;Bob;30;1;1"
    once = tables("2022_pres_t1", wide(f"{FIXED};{PERSON}", row))
    repeated = tables("2022_pres_t1", wide(f"{FIXED};{PERSON};{PERSON}", row))
    for name in ("stations", "candidats"):
        assert once[name].table.equals(repeated[name].table)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-8-sig", "cp850", "cp1252"])
def test_accents_survive_whatever_the_encoding(tables, encoding: str) -> None:
    row = f"{station(POINTE_A_PITRE, 50)};1;M;MÉLENCHON;Jean-Luc;50;1;1"
    found = tables("2022_pres_t1", wide(f"{FIXED};{PERSON}", row, encoding=encoding))
    assert found["stations"].table["libelle_commune"].to_pylist() == ["Pointe-à-Pitre"]
    assert found["candidats"].table["nom"].to_pylist() == ["MÉLENCHON"]
    assert (
        found["stations"].remarks == ()
        if encoding.startswith("utf-8")
        else found["stations"].remarks[0].startswith("texte lu")
    )


def test_a_byte_that_windows_does_not_know_leaves_the_rest_readable(tables) -> None:
    rows = [f"{station(LYON.replace('0101', f'{number:04d}'), 50)};1;M;É;Jean;50;1;1" for number in range(800)]
    content = wide(f"{FIXED};{PERSON}", *rows[:-1], rows[-1].replace("Jean", "Je\x81n"))
    found = tables("2022_pres_t1", content)
    assert found["stations"].remarks == ("texte lu dans l'encodage iso-8859-1",)
    assert found["candidats"].table["voix"].to_pylist() == [50] * 800


def test_reordered_columns_say_the_same(tables) -> None:
    names = f"Exprimés;Code du b.vote;Votants;Inscrits;Code de la commune;Code du département;{PERSON}"
    found = tables("2022_pres_t1", wide(names, "50;101;60;100;123;69;1;F;A;Anne;50;1;1"))
    (place,) = found["stations"].table.to_pylist()
    assert (place["bv_id"], place["inscrits"], place["votants"], place["exprimes"]) == (
        "69123_0101",
        100,
        60,
        50,
    )
    assert place["abstentions"] is None


TAB_HEADER = f"{FIXED};N.Pan.;Code Nuance;Sexe;Nom;Prénom;Liste;Voix;% Voix/Ins;% Voix/Exp".replace(
    "Code du b.vote", "Code B.Vote"
)


def test_a_stray_tab_inside_a_list_s_name_is_mended_and_counted(tables) -> None:
    good = f"{station(LYON, 50)};1;LDVG;F;A;Anne;ENSEMBLE;20;1;1;2;LDVD;M;B;Bob;AVEC VOUS;30;1;1"
    stray = good.replace("0101", "0102").replace("AVEC VOUS", "AVEC;VOUS")
    content = wide(TAB_HEADER, good, stray).replace(b";", b"\t")
    found = tables("2020_muni_t1", content)
    assert votes_of(found["candidats"]) == [
        ("69123_0101", "A", 20),
        ("69123_0101", "B", 30),
        ("69123_0102", "A", 20),
        ("69123_0102", "B", 30),
    ]
    assert found["candidats"].table["liste"].to_pylist()[-1] == "AVEC VOUS"
    assert "1 ligne(s) avec un séparateur en trop recollée(s)" in found["stations"].remarks


def test_trailing_separators_are_no_candidate(tables) -> None:
    row = f"{station(LYON, 50)};1;LDVG;F;A;Anne;ENSEMBLE;50;1;1;;;;"
    found = tables("2020_muni_t2", wide(TAB_HEADER, row))
    assert votes_of(found["candidats"]) == [("69123_0101", "A", 50)]
    assert found["stations"].remarks == ("texte lu dans l'encodage cp1252",)


def numbered(*rows: str, blocks: int = 2, kind: str = "candidat") -> bytes:
    names = (
        "Numéro de panneau",
        f"Nuance {kind}",
        f"Nom {kind}",
        f"Prénom {kind}",
        f"Sexe {kind}",
        "Voix",
        "% Voix/inscrits",
        "% Voix/exprimés",
        "Elu",
    )
    header = ";".join([NUMBERED, *(f"{name} {rank}" for rank in range(1, blocks + 1) for name in names)])
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


BOHARS = "29;Finistère;29011;Bohars;{};100;60;60,00%;40;40,00%;50;50,00%;83,33%;10;10,00%;16,67%;0;0,00%;0,00%"


def test_numbered_blocks_stop_at_the_last_candidate(tables) -> None:
    row = f"{BOHARS.format(1)};3;DVC;LARSONNEUR;Jean-Charles;MASCULIN;50;50,00%;100,00%;élu;;;;;;;;;"
    found = tables("2024_legi_t1", numbered(row))
    (place,) = found["stations"].table.to_pylist()
    assert (place["bv_id"], place["votants"], place["abstentions"], place["blancs"]) == (
        "29011_0001",
        60,
        40,
        10,
    )
    assert place["code_circonscription"] is None
    (one,) = found["candidats"].table.to_pylist()
    assert (one["nom"], one["sexe"], one["nuance"], one["voix"]) == ("LARSONNEUR", "M", "DVC", 50)


def test_quoted_and_unquoted_editions_say_the_same(tables) -> None:
    plain = f"{BOHARS.format(1)};3;DVC;LARSONNEUR;Jean-Charles;MASCULIN;50;50,00%;100,00%;;;;;;;;;;"
    quoted = ";".join(f'"{cell}"' if cell else "" for cell in plain.split(";")).replace('"1"', '"0001"', 1)
    one, other = tables("2024_legi_t1", numbered(plain)), tables("2024_legi_t1", numbered(quoted))
    for name in ("stations", "candidats"):
        assert one[name].table.equals(other[name].table)


def test_a_municipal_list_without_head_keeps_its_votes(tables) -> None:
    names = (
        "Numéro de panneau 1;Nuance liste 1;Libellé abrégé de liste 1;Libellé de liste 1;Nom candidat 1;"
        "Voix 1;Sièges au CM 1"
    )
    row = f"{BOHARS.format(1)};3;LDVG;BOHARS;BOHARS POUR TOUS;;50;12"
    found = tables("2026_muni_t1", f"{NUMBERED};{names}\n{row}\n".encode())
    (one,) = found["candidats"].table.to_pylist()
    assert (one["nom"], one["liste"], one["voix"]) == (None, "BOHARS POUR TOUS", 50)


PREAMBLE = b"-- Champ 1 : N tour\r\n-- Champ 2 : Code departement\r\n"


@pytest.mark.parametrize("place", ["", "01;", "01;07;"], ids=["sans", "circonscription", "canton"])
@pytest.mark.parametrize("end", ["", ";"])
def test_a_file_without_header_holds_both_rounds(tables, place: str, end: str) -> None:
    def line(tour: int, name: str, votes: int) -> str:
        return f"{tour};69;123;Lyon;{place}0101;100;60;50;1;{name};Prénom;;{votes}{end}\r\n"

    lines = line(1, "A", 20), line(1, "B", 30), line(2, "A", 10), line(2, "B", 40)
    found = tables("2012_pres", PREAMBLE + "".join(lines).encode("iso-8859-1"))
    places = found["stations"].table.to_pylist()
    assert [(row["id_election"], row["bv_id"], row["votants"]) for row in places] == [
        ("2012_pres_t1", "69123_0101", 60),
        ("2012_pres_t2", "69123_0101", 60),
    ]
    assert places[0]["code_circonscription"] == ("6901" if place else None)
    assert places[0]["blancs"] is None
    votes = [(row["id_election"], row["nom"], row["voix"]) for row in found["candidats"].table.to_pylist()]
    assert votes == [
        ("2012_pres_t1", "A", 20),
        ("2012_pres_t1", "B", 30),
        ("2012_pres_t2", "A", 10),
        ("2012_pres_t2", "B", 40),
    ]


def city(*rows: tuple[object, ...]) -> pa.Table:
    return pa.table({f"column_{rank + 1}": [row[rank] for row in rows] for rank in range(len(rows[0]))})


TOULOUSE = (5, "MN", "2026", 1, 31, 555, "0005", "I", 100, 40, 60, 60, 8, 2, 50, 2, "005", 20, "003", 30)


def test_a_city_s_lists_are_named_by_their_deposit_number(tables, tmp_path: Path) -> None:
    path = tmp_path / "elections-municipales-2026-t1.parquet"
    pq.write_table(city(TOULOUSE), path)
    found = tables("2026_muni_t1_toulouse", path)
    assert votes_of(found["candidats"]) == [("31555_0005", "MOUDENC", 20), ("31555_0005", "BRIANCON", 30)]
    assert found["stations"].table["exprimes"].to_pylist() == [50]


@pytest.mark.parametrize("header", ["", ";".join(f"column_{rank}" for rank in range(1, 21)) + "\n"])
def test_the_city_s_text_edition_says_the_same(tables, tmp_path: Path, header: str) -> None:
    path = tmp_path / "elections-municipales-2026-t1.csv"
    path.write_text(header + ";".join(map(str, TOULOUSE)) + "\n", "utf-8")
    assert votes_of(tables("2026_muni_t1_toulouse_csv", path)["candidats"])[0] == (
        "31555_0005",
        "MOUDENC",
        20,
    )


def test_a_zip_is_read_as_the_file_it_holds(tables, tmp_path: Path) -> None:
    path = tmp_path / "PR17_BVot_T1_FE.txt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PR17_BVot_T1_FE.txt", wide(f"{FIXED};{PERSON}", f"{station(LYON, 50)};1;F;A;Anne;50;1;1"))
    assert tables("2017_pres_t1", path)["candidats"].table["voix"].to_pylist() == [50]


VOTES = st.lists(st.lists(st.integers(0, 9_999), min_size=1, max_size=9), min_size=1, max_size=30)


@given(VOTES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
def test_every_vote_written_is_found_again(tables, votes: list[list[int]]) -> None:
    rows = []
    for rank, each in enumerate(votes):
        place = f"69;Rhône;01;1ère;123;Lyon;{rank + 1:04d}"
        blocks = ";".join(f"{number};F;NOM{number};P;ENS;{vote};1,1;1,1" for number, vote in enumerate(each))
        rows.append(f"{place};{sum(each)};0;0;{sum(each)};1;0;1;1;0;1;1;{sum(each)};1;1;{blocks}")
    found = tables("2017_legi_t1", wide(f"{FIXED};{PERSON_WITH_NUANCE}", *rows))
    assert found["candidats"].table["voix"].to_pylist() == [vote for each in votes for vote in each]
    assert found["stations"].table["exprimes"].to_pylist() == [sum(each) for each in votes]
    assert not any("≠" in remark for remark in found["stations"].remarks)
