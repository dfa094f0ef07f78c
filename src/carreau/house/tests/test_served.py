"""What a house serves: what was released, opened at every level, and the facts read in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from carreau.errors import Missing, Unknown
from carreau.guard import Release
from carreau.house import open_home, reading
from carreau.house.reading_files import MOST_CELLS, Ordered, TooLarge, made
from carreau.house.reading_kept import kept_releases, widest
from carreau.house.reading_rows import Question, found
from carreau.house.reading_within import where_of
from carreau.house.served import Served, served
from carreau.house.watch import SILENT
from carreau.testing.town import town, written

PRODUCT = "electoral_profile"


@pytest.fixture(scope="module")
def home_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where a town is served."""
    mirror, folder = tmp_path_factory.mktemp("mirror"), tmp_path_factory.mktemp("home")
    written(town(8_000, 11), mirror)
    served(open_home(folder, mirror), "com:96001", PRODUCT, SILENT)
    return folder


@pytest.fixture(scope="module")
def shown(home_folder: Path) -> Served:
    """What that home serves, asked again without the mirror and without saying what."""
    return served(open_home(home_folder), None, PRODUCT, SILENT)


@pytest.fixture
def copied(home_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the home, to be spoilt."""
    yield Path(shutil.copytree(home_folder, tmp_path / "home"))


def test_what_was_released_is_served_again_without_being_made_again(home_folder: Path, shown: Served) -> None:
    home = open_home(home_folder)
    before = len([entry for entry in home.ledger() if entry["verb"] == "release"])
    again = served(home, None, PRODUCT, SILENT)
    assert (again.territory, again.version) == ("com:96001", shown.version)
    assert len([entry for entry in home.ledger() if entry["verb"] == "release"]) == before
    assert list(again.levels) == ["bureau", "iris", "commune", "circonscription", "departement"]


def test_the_widest_territory_is_the_one_that_is_served(home_folder: Path) -> None:
    kept = kept_releases(home_folder / "blobs")
    assert widest(kept, PRODUCT) == "com:96001"
    assert widest(kept, "another") is None
    assert widest([], PRODUCT) is None
    assert all(entry.agrees(kept[0]) for entry in kept)


def test_a_file_that_is_no_release_is_passed_over(copied: Path) -> None:
    kept = len(kept_releases(copied / "blobs"))
    (copied / "blobs" / "strange.parquet").write_bytes(b"PAR1 not a Parquet PAR1")
    (copied / "blobs" / "empty.parquet").touch()
    assert len(kept_releases(copied / "blobs")) == kept


def test_the_rows_put_end_to_end_are_those_of_the_releases(shown: Served) -> None:
    for level in shown.levels:
        release: Release = shown.levels[level]
        cells = reading.cells(shown, level)
        for place, row in enumerate(release.rows()):
            read = cells.row(place)
            assert {name: row[name] for name in read} == read
        texts = {column.name for column in release.schema.columns if column.type == "text"}
        assert set(release.schema.names) - set(read) <= texts


def test_what_was_put_aside_for_serving_can_be_taken_away(copied: Path, shown: Served) -> None:
    shutil.rmtree(copied / "served")
    again = served(open_home(copied), None, PRODUCT, SILENT)
    code = reading.places(shown, "bureau").codes[0]
    assert reading.place(again, f"bv:{code}") == reading.place(shown, f"bv:{code}")


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("iris:691230101", "iris", "691230101"), ("IRIS:2A0040101", "iris", "2A0040101"), ("69123", "com", "69123"),
        ("com:69381", "com", "69123"), ("75101", "com", "75056"), ("dep:2a", "dep", "2A"), ("france", "france", ""),
        ("bv:69123_101", "bv", "69123_0101"),
    ],
)  # fmt: skip
def test_a_territory_is_read_as_people_write_it(text: str, kind: str, code: str) -> None:
    where = where_of(text)
    assert (where.kind, where.code) == (kind, code)


@pytest.mark.parametrize(
    "text", ["", "iris:", "iris:12", "x" * 5000, "com:\x00", "bv:é\ud800", "galaxy:1", "com:'; --"]
)
def test_what_is_no_territory_is_unknown_and_said_shortly(text: str) -> None:
    with pytest.raises(Unknown) as caught:
        where_of(text)
    assert len(str(caught.value)) < 1000


def test_a_place_of_another_territory_is_unknown_and_a_country_has_no_page(shown: Served) -> None:
    with pytest.raises(Unknown, match="96001_9999"):
        reading.place(shown, "bv:96001_9999")
    with pytest.raises(Missing, match="n'a pas de page"):
        reading.place(shown, "france")
    with pytest.raises(Unknown, match="aucun lieu"):
        reading.rows_in(shown, "bureau", ["com:69123"])
    with pytest.raises(Unknown, match="niveau"):
        reading.values(shown, "galaxy", "inscrits")


def test_a_question_keeps_its_order_offset_and_limit(shown: Served) -> None:
    asked = Question("bureau", ("com:96001",), (), ("part_cadres",), ("-inscrits",), 1, 3, certain=True)
    answer = found(shown, asked)
    voters = sorted((row["inscrits"] for row in shown.release.rows() if row["code_commune"] == "96001"), reverse=True)
    assert [row["inscrits"] for row in answer.release.rows()] == voters[1:4]
    assert answer.total == len(voters)
    assert "part_cadres_marge" in answer.release.schema.names


def test_a_file_too_large_is_refused_with_another_way(
    home_folder: Path, shown: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_CELLS, ".csv", 10)  # type: ignore[misc] # the limit of a server, lowered
    with pytest.raises(TooLarge) as caught:
        made(open_home(home_folder), shown, Ordered(Question(), ".csv", "quelqu'un"))
    assert "carreau deliver com:96001" in caught.value.advice
    assert caught.value.http_status == 413


def test_a_file_that_is_read_out_leaves_nothing_behind(home_folder: Path, shown: Served) -> None:
    file = made(open_home(home_folder), shown, Ordered(Question(columns=("part_cadres",)), ".json", "quelqu'un"))
    assert sum(len(chunk) for chunk in file.chunks()) == file.size
    assert file.file.closed
    assert list((home_folder / "served" / "deliveries").iterdir()) == []
