"""What is read in the job seekers by priority neighbourhood and by IRIS: totals, titles, damaged files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, source_of
from carreau.sources.france_travail.read import read

SOURCE = source_of(Path(__file__).parents[1])
_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
from_mirror = pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
QPV = (
    "CODGEO;LIBGEO;TX_TOT_EMPL;EVOL_CA_N_E ;ABCDE;ABC;A;ABC_Dur4;NOTE_PE;;;\r\n"
    "Ensemble;Ensemble des QPV;44,6;-56,4;859\u202f700;794\u202f200;551\u202f300;213\u202f800;;;;\r\n"
    "QP001001;Grande Reyssouze;43,2;-80,4;1\u202f093;978;577;241;0;;;\r\n"
    "QP02A001;Les Cannes;;;;;;;3;;;\r\n"
)
TITLES = "Demandeurs d'emploi inscrits à Pôle Emploi;;\nDonnées par IRIS;;\nChamp;;\n;x;\nSource;;\n;;\n"
IRIS = TITLES + (
    "REG;dc;nomc;iris;nom;note;A;BCatABC\n"
    "Code région;Code département / commune;Nom;Code IRIS;Nom de la zone;Disponibilité;DEFM;Catégorie\n"
    "91;34057;Castelnau-le-Lez;0101;QUARTIER SUD;0;79;64\n"
    "91;34172;Montpellier;2901;ASSAS;0;183;\n"
    ";;;;;;;\n"
)


def fetched(path: Path, key: str) -> Sourced:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    (sourced,) = read(Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment))
    return sourced


def table(tmp_path: Path, content: str, key: str = "qpv-2019", encoding: str = "utf-8-sig") -> Sourced:
    path = tmp_path / "emploi.csv"
    path.write_bytes(content.encode(encoding))
    return fetched(path, key)


def test_totals_are_put_aside_and_counted(tmp_path: Path) -> None:
    sourced = table(tmp_path, QPV)
    assert sourced.table["CODGEO"].to_pylist() == ["QP001001", "QP02A001"]
    assert sourced.remarks == ("1 ligne(s) de totaux écartée(s) (CODGEO sans QP)",)


def test_figures_are_read_under_the_names_of_every_vintage(tmp_path: Path) -> None:
    first, second = table(tmp_path, QPV).table.to_pylist()
    assert (first["ABCDE"], first["ABC_DUR4"], first["EVOL_CA_N_E"]) == (1093.0, 241.0, -80.4)
    assert (second["ABC"], second["NOTE_PE"], second["TX_TOT_EMPL"]) == (None, "3", None)


def test_the_key_of_an_iris_is_its_commune_and_its_number(tmp_path: Path) -> None:
    for separator in (";", ","):
        sourced = table(tmp_path, IRIS.replace(";", separator), "iris-2009", "cp1252")
        assert sourced.table.select(["IRIS", "COM", "nom", "A", "BCatABC"]).to_pylist() == [
            {"IRIS": "340570101", "COM": "34057", "nom": "QUARTIER SUD", "A": 79.0, "BCatABC": 64.0},
            {"IRIS": "341722901", "COM": "34172", "nom": "ASSAS", "A": 183.0, "BCatABC": None},
        ]
        assert sourced.remarks == (
            "texte lu dans l'encodage cp1252", "1 ligne(s) entièrement vide(s) écartée(s)",
        )


def test_an_identical_row_is_kept_once(tmp_path: Path) -> None:
    twice = IRIS + "91;34172;Montpellier;2901;ASSAS;0;183;\n"
    sourced = table(tmp_path, twice, "iris-2009", "utf-8")
    assert sourced.table.num_rows == 2
    assert sourced.remarks[-1] == "1 ligne(s) en double, identique(s), écartée(s)"


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        ("", "qpv-2019", "est vide"),
        (QPV[:-14], "qpv-2019", "est tronqué"),
        (QPV.replace("CODGEO", "CODE"), "qpv-2019", "n'a pas la colonne « CODGEO »"),
        (QPV.replace(";ABC;", ";Total;"), "qpv-2019", "n'a pas la colonne « ABC »"),
        (QPV.replace("QP0", "QN0"), "qpv-2019", "ne contient aucun quartier prioritaire"),
        (QPV.replace("978", "beaucoup"), "qpv-2019", "« ABC »"),
        (QPV + QPV.splitlines()[2].replace("978", "979") + "\r\n", "qpv-2019", "se contredit"),
        (IRIS.replace("REG;dc", "REG;depcom"), "iris-2009", "n'a pas la colonne « dc »"),
        (TITLES, "iris-2009", "est tronqué|n'a pas de ligne d'en-tête|est vide"),
        (IRIS.replace("0101", "IRIS"), "iris-2009", "« IRIS »"),
        (IRIS.replace("34057", "Castelnau"), "iris-2009", "« IRIS »"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: str, key: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        table(tmp_path, content, key)


@pytest.mark.mirror
@from_mirror
def test_the_neighbourhoods_of_2019_and_2022_are_read_whole() -> None:
    assert SHARED is not None
    for year, total in ((2019, 789_144), (2022, 731_410)):
        found = fetched(SHARED / f"francetravail_qpv-{year}" / f"IPRO_{year}.csv", f"qpv-{year}").table
        assert found.num_rows == 1_345
        assert pc.sum(found["ABC"]).as_py() == total


@pytest.mark.mirror
@from_mirror
def test_montpellier_2009_adds_up_to_its_known_total_from_csv_as_from_xls() -> None:
    assert SHARED is not None
    stem = SHARED / "montpellier_iris-2009" / "INSEE_MTP_DemandeursEmplIRIS_2009"
    found = fetched(stem.with_suffix(".csv"), "iris-2009").table
    city = found.filter(pc.equal(found["COM"], "34172"))
    assert (found.num_rows, city.num_rows, pc.sum(city["BCatABC"]).as_py()) == (95, 88, 24_878)
    assert fetched(stem.with_suffix(".xls"), "iris-2009").table.equals(found)
