"""What a server shows is replaced when a later release arrives, and only then; what nobody reads is removed."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from carreau.house import SILENT, Home, open_home
from carreau.house.derived import Question
from carreau.house.reading_finding import warmed
from carreau.house.renewal import Renewal, unread_removed
from carreau.house.served import FOLDER, Served, served
from carreau.house.tests.conftest import NOON
from carreau.testing.town import town, written

TOWN = "com:96001"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a town of 8,000 people."""
    return written(town(8_000, 3), tmp_path_factory.mktemp("small"))


@pytest.fixture
def own(small: Path, tmp_path: Path) -> Home:
    """A home of its own on that town."""
    return open_home(tmp_path / "home", small, lambda: NOON)


def _shown(home: Home) -> Served:
    shown = served(home, TOWN, "electoral_profile", SILENT)
    warmed(shown, SILENT)
    return shown


def _elsewhere(home: Home, folder: Path) -> Home:
    """The same home a day later, where another census has been published."""
    return open_home(home.root, written(town(8_000, 4), folder), lambda: NOON + timedelta(days=1))


def test_a_later_release_is_shown_once_the_folder_stands_still(own: Home, tmp_path: Path) -> None:
    before = _shown(own)
    renewal = Renewal(own, before)
    released = _elsewhere(own, tmp_path / "later").release(TOWN)
    assert renewal.found() is None  # it has just arrived
    found = renewal.found()
    assert found is not None and found.version != before.version
    assert found.release.certificate["id"] == released.certificate["id"]
    assert renewal.shown is found
    assert renewal.found() is None


def test_a_release_that_arrived_while_the_one_before_was_being_opened_is_not_missed(own: Home, tmp_path: Path) -> None:
    before = _shown(own)
    released = _elsewhere(own, tmp_path / "later").release(TOWN)
    renewal = Renewal(own, before)
    found = renewal.found() or renewal.found()
    assert found is not None and found.release.certificate["id"] == released.certificate["id"]


def test_neither_time_nor_the_answer_to_a_reading_is_a_reason_to_open_anything_again(own: Home) -> None:
    renewal = Renewal(own, _shown(own))
    assert [renewal.found() for _ in range(3)] == [None, None, None]
    own.answer(Question("advice", TOWN, "", {}))
    assert [renewal.found() for _ in range(3)] == [None, None, None]


def test_what_nobody_has_read_for_long_is_removed_and_made_again_when_it_is_needed(own: Home) -> None:
    _shown(own)
    folder = own.root / FOLDER
    made = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert unread_removed(own) == 0
    rested = [path for path in folder.rglob("*.arrow") if path.is_file()]
    long_ago = time.time() - 40 * 86_400
    for path in rested:
        os.utime(path, (long_ago, long_ago))
    assert unread_removed(own) == len(rested) > 0
    assert not any(path.exists() for path in rested)
    assert _shown(own).release.row_count > 0
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == made


def test_a_home_that_never_served_has_nothing_to_remove(tmp_path: Path) -> None:
    assert unread_removed(open_home(tmp_path, None, lambda: NOON)) == 0
