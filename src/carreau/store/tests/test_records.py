"""The records: transactions joined, migrations, many threads at once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carreau.store import Ledger, Records
from carreau.store.records import _MIGRATIONS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEPT = "INSERT INTO attempts VALUES (?, 1, '')"


def _count(records: Records) -> int:
    return int(records.rows("SELECT count(*) FROM attempts")[0][0])


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


def test_a_block_within_a_block_is_kept_with_it(records: Records) -> None:
    with records.transaction() as outer:
        outer.execute(KEPT, ("outer",))
        with records.transaction() as inner:
            inner.execute(KEPT, ("inner",))
        assert inner is outer
        assert _count(records) == 0
    assert _count(records) == 2


def test_a_block_within_a_block_is_undone_with_it(records: Records) -> None:
    def both() -> None:
        with records.transaction() as outer:
            outer.execute(KEPT, ("outer",))
            with Records(records.path).transaction() as inner:
                inner.execute(KEPT, ("inner",))
            raise KeyError

    with pytest.raises(KeyError):
        both()
    assert _count(records) == 0
    with records.transaction() as connection:
        connection.execute(KEPT, ("after",))
    assert _count(records) == 1


def test_a_line_of_the_ledger_is_undone_with_its_change(records: Records) -> None:
    ledger = Ledger(records)

    def changed() -> None:
        with records.transaction() as connection:
            connection.execute(KEPT, ("change",))
            ledger.append("change", {"what": 1}, NOW)
            raise KeyError

    with pytest.raises(KeyError):
        changed()
    assert list(ledger.entries()) == []
    assert ledger.append("change", {"what": 2}, NOW).sequence == 1
    assert ledger.verified().whole


def test_another_thread_does_not_join(records: Records) -> None:
    seen: list[int] = []

    def write() -> None:
        with records.transaction() as connection:
            connection.execute(KEPT, ("thread",))
        seen.append(_count(records))

    thread = threading.Thread(target=write)
    with records.transaction() as connection:
        connection.execute(KEPT, ("main",))
        thread.start()
        thread.join(0.2)
        assert seen == []
    thread.join()
    assert seen == [2]


def test_sixteen_threads_lose_nothing_and_make_one_chain(records: Records) -> None:
    ledger, failures = Ledger(records), []

    def work(number: int) -> None:
        try:
            own = Records(records.path)
            for turn in range(6):
                with own.transaction() as connection:
                    connection.execute(KEPT, (f"{number} {turn}",))
                    Ledger(own).append("work", {"number": number, "turn": turn}, NOW)
                _count(own)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _count(records) == 96
    chain = ledger.verified()
    assert (chain.whole, chain.length) == (True, 96)


def test_records_of_the_first_version_keep_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_MIGRATIONS[0])
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    first = Ledger(Records(path))
    first.append("before", {"a": 1}, NOW)
    records = Records(path)
    tables = {row["name"] for row in records.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    people = {"accounts", "sessions", "attempts", "oidc_states"}
    assert tables >= people | {"grants", "credentials", "analyses", "space_items"}
    assert Ledger(records).verified().length == 1


def test_an_ended_grant_cannot_be_opened_again_behind_our_back(records: Records) -> None:
    row = ("g", "a", "p", "france", "", None, "", "", "ENDED", "", "")
    with records.transaction() as connection:
        connection.execute(f"INSERT INTO grants VALUES ({', '.join('?' * 11)})", row)

    def reopen() -> None:
        with records.transaction() as connection:
            connection.execute("UPDATE grants SET state = 'ACTIVE'")

    with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
        reopen()
