"""A file is whole or not there."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from carreau.errors import Missing, Retry, Unknown
from carreau.guard import FORMATS, Release
from carreau.guard.writing import written_whole


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Makes this a disk where no file may be larger than so many bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_full_disk_leaves_nothing_and_keeps_what_was_there(
    released: Callable[..., Release], small_disk: Callable[[int], None], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"lyon{suffix}"
    path.write_text("avant")
    small_disk(600)
    with pytest.raises(Retry, match="le disque est plein"):
        released().write(path)
    assert path.read_text() == "avant"
    assert list(tmp_path.iterdir()) == [path]


def test_a_csv_without_place_for_its_certificate_is_not_written(
    released: Callable[..., Release], small_disk: Callable[[int], None], tmp_path: Path
) -> None:
    path, beside = tmp_path / "a.csv", tmp_path / "a.csv.certificat.json"
    released().slice(limit=1).write(path)
    before = path.read_bytes(), beside.read_bytes()
    small_disk(2000)
    with pytest.raises(Retry, match="le disque est plein"):
        released().write(path)
    assert (path.read_bytes(), beside.read_bytes()) == before
    assert sorted(tmp_path.iterdir()) == [path, beside]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_folder_that_does_not_exist_is_said(released: Callable[..., Release], tmp_path: Path, suffix: str) -> None:
    with pytest.raises(Missing, match="ce dossier n'existe pas") as caught:
        released().write(tmp_path / "absent" / f"lyon{suffix}")
    assert "absent" in caught.value.given


def test_a_place_that_is_a_folder_is_said(released: Callable[..., Release], tmp_path: Path) -> None:
    (tmp_path / "lyon.csv").mkdir()
    with pytest.raises(Missing, match="ne peut pas être écrit"):
        released().write(tmp_path / "lyon.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["lyon.csv"]


def test_an_unknown_format_is_said_before_anything_is_written(
    released: Callable[..., Release], tmp_path: Path
) -> None:
    with pytest.raises(Unknown, match=r"\.xls"):
        released().write(tmp_path / "lyon.xls")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_way_of_being_full_is_to_be_tried_again(tmp_path: Path, number: int) -> None:
    with pytest.raises(Retry), written_whole(tmp_path / "a"):
        raise OSError(number, os.strerror(number))
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), written_whole(tmp_path / "a") as sink:
        sink.write(b"la moitie")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_csv_written_again_has_the_certificate_of_its_last_writing(
    released: Callable[..., Release], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    released().write(path)
    released().slice(limit=1).write(path)
    beside = tmp_path / "a.csv.certificat.json"
    assert '"limit":1' in beside.read_text()


def test_a_format_may_differ_from_the_suffix(released: Callable[..., Release], tmp_path: Path) -> None:
    assert released().write(tmp_path / "lyon.dat", "parquet").read_bytes()[:4] == b"PAR1"
