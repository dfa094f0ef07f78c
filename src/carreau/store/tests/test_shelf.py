"""The publishers' files at rest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.store import Records, Resting, Shelf
from carreau.store.shelf import safe_name

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, Records(tmp_path / "records.sqlite"))


def _file(shelf: Shelf, name: str, content: bytes) -> Resting:
    """A file placed on the shelf, not recorded yet."""
    digest = shelf.placed(name, [content[:2], content[2:]])
    return Resting(name, digest, "original", NOW, "https://x.fr/y", "m")


def test_a_file_rests_under_its_digest_with_its_published_name(shelf: Shelf, tmp_path: Path) -> None:
    file = _file(shelf, "base.csv", b"a;b")
    digest = hashlib.sha256(b"a;b").hexdigest()
    assert file.digest == digest
    assert shelf.path(file) == tmp_path / "files" / digest[:2] / digest / "base.csv"
    assert shelf.path(file).read_bytes() == b"a;b"


def test_what_is_recorded_together_is_found_again_in_order(shelf: Shelf) -> None:
    batch = shelf.recorded("insee", "base", [_file(shelf, "b.csv", b"bb"), _file(shelf, "a.csv", b"aa")])
    assert shelf.resting("insee", "base") == tuple(sorted(batch, key=lambda file: file.name))
    assert shelf.resting("insee", "other") == ()


def test_a_new_batch_takes_over_and_the_old_bytes_stay(shelf: Shelf) -> None:
    (old,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"old")])
    (new,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"new")])
    assert shelf.resting("insee", "base") == (new,)
    assert shelf.path(old).read_bytes() == b"old"


def test_the_same_bytes_placed_twice_stay_as_they_were(shelf: Shelf) -> None:
    (file,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"same")])
    _file(shelf, "a.csv", b"same")
    assert shelf.path(file).stat().st_mtime_ns == file.modified


@pytest.mark.parametrize("content", [b"", b"DATA", b"longer than before"])
def test_a_damaged_file_does_not_rest(shelf: Shelf, content: bytes) -> None:
    (file,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"data")])
    shelf.path(file).write_bytes(content)
    assert shelf.resting("insee", "base") == ()


def test_a_file_that_was_only_touched_still_rests(shelf: Shelf) -> None:
    (file,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"data")])
    shelf.path(file).write_bytes(b"data")
    assert shelf.resting("insee", "base") == (file,)


def test_a_file_that_is_gone_does_not_rest(shelf: Shelf) -> None:
    (file,) = shelf.recorded("insee", "base", [_file(shelf, "a.csv", b"data")])
    shelf.path(file).unlink()
    assert shelf.resting("insee", "base") == ()


def test_a_finished_download_is_adopted(shelf: Shelf) -> None:
    part = shelf.parts / "download"
    part.write_bytes(b"whole")
    digest = shelf.adopted("a.csv", part)
    assert digest == hashlib.sha256(b"whole").hexdigest()
    assert not part.exists()


def test_a_download_abandoned_for_a_month_is_forgotten(shelf: Shelf, tmp_path: Path) -> None:
    for name, days in (("recent", 20), ("abandoned", 40)):
        part = shelf.parts / name
        part.write_bytes(b"half")
        moment = part.stat().st_mtime - days * 86400
        os.utime(part, (moment, moment))
    Shelf(tmp_path, Records(tmp_path / "records.sqlite"))
    assert [path.name for path in shelf.parts.iterdir()] == ["recent"]


def test_bytes_that_stop_coming_leave_nothing(shelf: Shelf, tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        shelf.placed("a.csv", chunks())
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_two_files_of_one_name_cannot_be_recorded_together(shelf: Shelf) -> None:
    file = _file(shelf, "a.csv", b"data")
    with pytest.raises(Exception, match="UNIQUE"):
        shelf.recorded("insee", "base", [file, replace(file, mark="other")])
    assert shelf.resting("insee", "base") == ()


@given(st.text())
def test_any_name_is_one_file_of_its_folder(name: str) -> None:
    safe = safe_name(name.encode("utf-8", "replace").decode())
    assert safe not in ("", ".", "..")
    assert Path(safe).name == safe
    assert len(safe.encode()) <= 200


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("é" * 300 + ".csv").endswith("é.csv")


def test_a_file_withdrawn_gives_its_place_back_to_the_one_before(shelf: Shelf) -> None:
    before = shelf.recorded("insee", "base", [_file(shelf, "base.csv", b"whole")])
    shelf.recorded("insee", "base", [unreadable := _file(shelf, "base.csv", b"cut")])
    assert shelf.withdrawn("insee", "base", unreadable.digest)
    assert shelf.resting("insee", "base") == before


def test_the_only_batch_and_a_file_of_an_older_one_are_not_withdrawn(shelf: Shelf) -> None:
    first = _file(shelf, "base.csv", b"first")
    only = shelf.recorded("insee", "base", [first])
    assert not shelf.withdrawn("insee", "base", first.digest)
    assert shelf.resting("insee", "base") == only
    last = shelf.recorded("insee", "base", [_file(shelf, "base.csv", b"last")])
    assert not shelf.withdrawn("insee", "base", first.digest)
    assert shelf.resting("insee", "base") == last
