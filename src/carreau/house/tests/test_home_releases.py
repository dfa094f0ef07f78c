"""Releases of a home: made once, served again to the byte, made anew when something changed or was damaged."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken, Missing, Unknown
from carreau.house import Home, open_home

PLACE = "com:96003"
Opened = Callable[[Path | None], Home]


def noon() -> datetime:
    return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def own(home: Home, tmp_path: Path) -> Opened:
    """The function that opens a home of the test's own: a copy of the shared one, its files read, nothing released."""
    home.build(PLACE)

    def opened(mirror: Path | None = None) -> Home:
        root = tmp_path / "own"
        if not root.exists():
            shutil.copytree(home.root, root)
            for path in (root / "blobs").glob("*.parquet"):
                path.unlink()
        return open_home(root, mirror, noon)

    return opened


def releases(home: Home) -> list[dict[str, object]]:
    return [entry for entry in home.ledger() if entry["verb"] == "release"]


def bytes_of(home: Home, path: Path) -> bytes:
    home.release(PLACE).write(path)
    return path.read_bytes()


def test_a_second_release_is_the_first_to_the_byte(own: Opened, tmp_path: Path) -> None:
    home = own(None)
    before = len(releases(home))
    first, second = home.profile(PLACE), home.profile(PLACE)
    assert second.certificate_digest == first.certificate_digest
    assert second.arrow().equals(first.arrow())
    assert bytes_of(home, tmp_path / "a.parquet") == bytes_of(own(None), tmp_path / "b.parquet")
    assert len(releases(home)) == before + 1


def test_each_release_is_chained_to_the_one_before(own: Opened) -> None:
    home = own(None)
    first, second = home.profile("com:96003"), home.profile("com:96002")
    assert second.certificate["previous"] == first.certificate_digest
    told = releases(home)
    assert [entry["facts"]["territory"] for entry in told[-2:]] == ["com:96003", "com:96002"]
    assert told[-1]["facts"]["certificate"] == second.certificate_digest
    assert all(entry["holds"] for entry in home.ledger())


def changed_mirror(mirror: Path, folder: Path) -> Path:
    """A mirror whose contours are the same in other bytes."""
    copy = shutil.copytree(mirror, folder)
    (contours,) = copy.rglob("contours-france-entiere.parquet")
    pq.write_table(pq.read_table(contours), contours, compression="gzip")
    return copy


def test_a_source_that_changed_makes_a_new_release(own: Opened, mirror: Path, tmp_path: Path) -> None:
    first = own(mirror).profile(PLACE)
    second = own(changed_mirror(mirror, tmp_path / "changed")).profile(PLACE)
    assert second.certificate_digest != first.certificate_digest
    assert second.digest == first.digest  # other bytes of the same contours: the same figures
    named = {entry["name"]: entry["digest"] for entry in second.certificate["lineage"]}
    assert named["contours-france-entiere.parquet"] not in {entry["digest"] for entry in first.certificate["lineage"]}


def kept(home: Home) -> Path:
    (path,) = (home.root / "blobs").glob("*.parquet")
    return path


def test_a_damaged_release_is_made_again(own: Opened) -> None:
    home = own(None)
    first = home.profile(PLACE)
    path = kept(home)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    again = own(None).profile(PLACE)
    assert again.digest == first.digest
    assert again.certificate["previous"] == first.certificate_digest
    assert kept(home).read_bytes() != bytes(data)


def test_a_kept_file_that_this_house_did_not_sign_is_made_again_and_kept(own: Opened, tmp_path: Path) -> None:
    home = own(None)
    first = home.profile(PLACE)
    path = kept(home)
    pq.write_table(pa.table({"bv_id": ["intrus"]}), tmp_path / "x.parquet")
    data = (tmp_path / "x.parquet").read_bytes()
    path.unlink()
    path.with_name(f"{path.name.split('.')[0]}.{hashlib.sha256(data).hexdigest()}.parquet").write_bytes(data)
    again = own(None).profile(PLACE)
    assert again.digest == first.digest
    count = len(releases(home))
    assert own(None).profile(PLACE).certificate_digest == again.certificate_digest
    assert len(releases(home)) == count


def test_without_its_mirror_a_home_lives_on_what_it_has(own: Opened, home: Home) -> None:
    assert own(None).build(PLACE) == home.build(PLACE)


@pytest.mark.parametrize("lost", ["base-ic-logement-2022_csv.zip", "contours-france-entiere*"])
def test_a_required_file_that_is_nowhere_is_named(mirror: Path, tmp_path: Path, lost: str) -> None:
    poor = shutil.copytree(mirror, tmp_path / "poor", ignore=shutil.ignore_patterns(lost))
    with pytest.raises(Missing) as error:
        open_home(tmp_path / "home", poor, noon).profile(PLACE)
    assert lost.rstrip("*") in error.value.expected
    assert str(poor) in error.value.given
    assert "--mirror" in error.value.advice


def test_an_optional_file_that_is_nowhere_is_said_and_the_profile_is_made(mirror: Path, tmp_path: Path) -> None:
    poor = shutil.copytree(mirror, tmp_path / "poor", ignore=shutil.ignore_patterns("data_CAF*", "table-adresses*"))
    home = open_home(tmp_path / "home", poor, noon)
    assert home.profile(PLACE).row_count == 3
    remarks = home.build(PLACE)["remarks"]
    assert [remark for remark in remarks if remark.startswith("Allocataires de la CAF absents")]
    assert [remark for remark in remarks if remark.startswith("Adresses des électeurs absentes")]


def test_an_unreadable_file_is_named_and_what_served_still_serves(own: Opened, mirror: Path, tmp_path: Path) -> None:
    cut = shutil.copytree(mirror, tmp_path / "cut")
    (census,) = cut.rglob("base-ic-evol-struct-pop-2022_csv.zip")
    census.write_bytes(census.read_bytes()[:2000])
    with pytest.raises(Broken, match="base-ic-evol-struct-pop-2022"):
        own(cut).build(PLACE)
    assert own(None).build(PLACE)["rows"] == 3


def test_a_delivery_is_written_verified_and_entered_in_the_ledger(own: Opened, tmp_path: Path) -> None:
    home, path = own(None), tmp_path / "mailles.csv"
    facts = home.deliver(PLACE, path)
    assert facts["bytes"] == path.stat().st_size
    assert facts["digest"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts["format"] == ".csv"
    entry = home.ledger()[-1]
    assert (entry["verb"], entry["facts"]["certificate"]) == ("deliver", facts["certificate"])
    assert home.verify(path)["state"] == "valide"
    path.write_text(path.read_text("utf-8-sig").replace("Les Mailles", "Les Maille", 1), "utf-8-sig")
    assert home.verify(str(path))["state"] == "altéré"


def test_a_file_of_another_house_is_unknown(own: Opened, home: Home, tmp_path: Path) -> None:
    own(None).deliver(PLACE, tmp_path / "mailles.parquet")
    stranger = open_home(tmp_path / "stranger", None, noon)
    assert stranger.verify(tmp_path / "mailles.parquet")["state"] == "inconnu"


def test_a_product_that_does_not_exist_is_refused_with_near_names(home: Home) -> None:
    with pytest.raises(Unknown, match="profil_electoral") as error:
        home.profile(PLACE, product="profil_electoral")
    assert "electoral_profile" in error.value.expected


def test_a_table_that_was_lost_is_read_again(own: Opened) -> None:
    home = own(None)
    before = home.build(PLACE)
    for path in (home.root / "tables").glob("*.parquet"):
        path.unlink()
    assert own(None).build(PLACE) == before
