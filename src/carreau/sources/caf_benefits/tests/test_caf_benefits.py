"""What is read in the benefit recipients by IRIS: five layouts, blanks and their reasons, damaged files."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carreau.errors import Broken
from carreau.sources.caf_benefits.read import read
from carreau.sources.declare import Fetched, Sourced, source_of

SOURCE = source_of(Path(__file__).parents[1])
_MIRRORS = (folder / "shared" / "data" for folder in Path(__file__).parents)
SHARED = next((mirror for mirror in _MIRRORS if mirror.is_dir()), None)
HEADER_2017 = "CODGEO;LIBGEO;DEPCOM;LIBCOM;EPCI;UU;REG;NOTE;A;PERCOU;ARSAS;APRES50;APRES100\r\n"
CAF_2017 = HEADER_2017 + (
    "010040101;Les Pérouses;01004;Ambérieu;240100883;01302;84;0;410;1\u202f036;57;91;\r\n"
    "010040102;Longeray;01004;Ambérieu;240100883;01302;84;3;;;;;\r\n"
)
CAF_2020 = "CODGEO;NOTE;A;PERCOU;ARSAS\n010040101;0;501;1183;83\n010040102;0;1109;2646;\n"


def caf(tmp_path: Path, content: str, key: str = "iris-2020", encoding: str = "utf-8") -> Sourced:
    path = tmp_path / "data_CAF_IRIS.csv"
    path.write_bytes(content.encode(encoding))
    return fetched(path, key)


def fetched(path: Path, key: str) -> Sourced:
    published = next(entry for entry in SOURCE.files if entry.key == key)
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    (sourced,) = read(Fetched(SOURCE, published, path.name, path, "0" * 64, "synthetic", moment))
    return sourced


def test_thousands_written_with_a_narrow_space_are_read(tmp_path: Path) -> None:
    for space in ("\u202f", "\u00a0", " "):
        sourced = caf(tmp_path, CAF_2017.replace("\u202f", space), "iris-2017", "utf-8-sig")
        row = sourced.table.to_pylist()[0]
        assert (row["CODGEO"], row["COM"], row["NOTE"], row["PERCOU"]) == ("010040101", "01004", "0", 1036.0)


def test_a_blank_of_a_published_row_is_secret_and_never_zero(tmp_path: Path) -> None:
    row = caf(tmp_path, CAF_2017, "iris-2017").table.to_pylist()[0]
    assert (row["A"], row["A_statut"]) == (410.0, None)
    assert (row["APRES100"], row["APRES100_statut"]) == (None, "s")


def test_a_blank_of_an_unpublished_row_is_not_available(tmp_path: Path) -> None:
    sourced = caf(tmp_path, CAF_2017, "iris-2017")
    row = sourced.table.to_pylist()[1]
    assert (row["A"], row["A_statut"], row["NOTE"]) == (None, "nd", "3")
    assert sourced.remarks == (
        "1 IRIS non publiés (NOTE différente de 0)",
        "1 cellule(s) vides d'IRIS publiés, sous le secret statistique",
    )


def test_a_count_that_the_layout_lacks_is_null_without_a_reason(tmp_path: Path) -> None:
    row = caf(tmp_path, CAF_2020).table.to_pylist()[0]
    assert (row["A"], row["ARSAS"], row["APRES50"], row["APRES50_statut"]) == (501.0, 83.0, None, None)


def test_columns_in_another_order_and_encoding_give_the_same_table(tmp_path: Path) -> None:
    backwards = "\n".join(";".join(reversed(line.split(";"))) for line in CAF_2017.split("\r\n")[:3]) + "\n"
    again = caf(tmp_path, backwards, "iris-2017", "utf-8")
    assert again.table.equals(caf(tmp_path, CAF_2017, "iris-2017").table)
    saved = caf(tmp_path, CAF_2017.replace("\u202f", " "), "iris-2017", "cp1252")
    assert saved.table.equals(again.table)
    assert saved.remarks[0] == "texte lu dans l'encodage cp1252"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "est vide"),
        (CAF_2020[:-12], "est tronqué"),
        (CAF_2020.replace("CODGEO", "IRIS"), "n'a pas la colonne « CODGEO »"),
        (CAF_2020.replace(";A;", ";ALLOC;"), "n'a pas la colonne « A »"),
        (CAF_2020.replace("501", "n.c."), "« A »"),
        (CAF_2020.replace("01;0;", "01;;"), "« NOTE »"),
        (CAF_2020 + "010040101;0;502;1183;83\n", "se contredit"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        caf(tmp_path, content)


def test_a_row_given_twice_is_counted_and_kept_once(tmp_path: Path) -> None:
    sourced = caf(tmp_path, CAF_2020 + CAF_2020.splitlines()[1] + "\n")
    assert sourced.table.num_rows == 2
    assert sourced.remarks[0] == "1 ligne(s) en double, identique(s), écartée(s)"


@pytest.mark.mirror
@pytest.mark.skipif(SHARED is None, reason="../shared/data n'est pas là")
def test_the_files_of_2017_and_2020_are_read_whole_with_their_blanks() -> None:
    assert SHARED is not None
    old = fetched(SHARED / "cnaf_caf-iris-2017" / "data_CAF_2017_IRIS.zip", "iris-2017").table
    new = fetched(SHARED / "cnaf_caf-iris-2020" / "data_CAF_2020_IRIS.zip", "iris-2020").table
    # counted apart in the published bytes
    assert Counter(old["NOTE"].to_pylist()) == {"0": 12_151, "2": 204, "3": 720, "4": 9, "5": 195}
    assert Counter(new["NOTE"].to_pylist()) == {"0": 12_391, "2": 21, "3": 694, "4": 14, "5": 324}
    for table, blank in ((old, (237, 392)), (new, (26, 86))):
        found = tuple(Counter(table[f"{name}_statut"].to_pylist())["s"] for name in ("A", "ARSAS"))
        assert found == blank
        # no figure below the thresholds that the data show
        assert min(table["A"].drop_null().to_pylist()) == 100
        assert min(table["ARSAS"].drop_null().to_pylist()) == 5
