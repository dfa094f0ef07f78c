"""The records of the house and its chained ledger."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, Retry
from carreau.store import Ledger, Records
from carreau.store.ledger import GENESIS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _ledger(folder: Path, entries: int = 0) -> Ledger:
    """A ledger of so many entries."""
    ledger = Ledger(Records(folder / "records.sqlite"))
    for number in range(entries):
        ledger.append("fetch", {"fichier": f"n° {number}", "octets": number}, NOW + timedelta(seconds=number))
    return ledger


def _tampered(path: Path, *statements: str) -> None:
    """Change the ledger behind its back, as one who holds the file can."""
    with sqlite3.connect(path / "records.sqlite") as connection:
        for trigger in ("ledger_is_not_rewritten", "ledger_is_not_erased"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_entries_come_back_as_they_were_written(tmp_path: Path) -> None:
    paris = timezone(timedelta(hours=1))
    entry = _ledger(tmp_path).append("release", {"b": 1, "a": ["é", None]}, NOW.astimezone(paris))
    assert list(_ledger(tmp_path).entries()) == [entry]
    assert entry.at == NOW
    assert (entry.sequence, entry.previous) == (1, GENESIS)


def test_a_whole_chain_is_verified_to_its_head(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path, 5)
    chain = ledger.verified()
    assert chain.whole
    assert (chain.length, chain.head) == (5, ledger.head())


def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    assert (ledger.head(), ledger.verified().length, ledger.verified().whole) == (GENESIS, 0, True)


@pytest.mark.parametrize("statement", ["UPDATE ledger SET verb = 'x'", "DELETE FROM ledger"])
def test_the_database_refuses_to_rewrite_or_erase(tmp_path: Path, statement: str) -> None:
    _ledger(tmp_path, 2)
    records = Records(tmp_path / "records.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), records.transaction() as connection:
        connection.execute(statement)
    assert Ledger(records).verified().length == 2


changes = st.one_of(
    st.tuples(st.sampled_from(["at", "verb", "facts", "previous", "hash"]), st.text(min_size=1)),
    st.just(("sequence", "77")),
    st.just(("erase", "")),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(1, 6), change=changes)
def test_any_single_change_breaks_the_chain_where_it_was_made(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: tuple[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = _ledger(folder, 6)
    column, value = change
    if column == "erase":
        _tampered(folder, f"DELETE FROM ledger WHERE sequence = {place}")
    else:
        literal = value.replace("'", "''").replace("\0", "0")
        _tampered(folder, f"UPDATE ledger SET {column} = '{literal}' WHERE sequence = {place}")
    chain = ledger.verified()
    assert chain.broken_at == place
    assert chain.length == place - 1
    assert chain.reason


def test_a_chain_written_anew_shows_against_what_others_hold(tmp_path: Path) -> None:
    held = {3: _ledger(tmp_path, 4).head()}
    other = Ledger(Records(tmp_path / "other" / "records.sqlite"))
    for _ in range(4):
        other.append("fetch", {}, NOW)
    chain = other.verified(held)
    assert chain.broken_at == 3
    assert "attestée" in chain.reason
    assert other.verified({9: "0"}).broken_at == 5
    assert other.verified({4: other.head()}).whole


def test_facts_that_json_cannot_say_are_refused(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        ledger.append("build", {"part": float("nan")}, NOW)
    with pytest.raises(ValueError, match="time zone"):
        ledger.append("build", {}, NOW.replace(tzinfo=None))
    assert ledger.verified().length == 0


_APPEND = """
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from carreau.store import Ledger, Records
ledger = Ledger(Records(Path(sys.argv[1])))
for number in range(int(sys.argv[2])):
    print(ledger.append("fetch", {"n": number}, datetime.now(UTC)).sequence, flush=True)
"""


def test_appends_from_several_processes_stay_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    command = [sys.executable, "-c", _APPEND, str(path), "20"]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    written = [int(line) for writer in writers for line in writer.communicate(timeout=60)[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(written) == list(range(1, 61))
    assert Ledger(Records(path)).verified().length == 60


def test_what_was_written_before_a_kill_is_there_after(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    command = [sys.executable, "-c", _APPEND, str(path), "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(40)]
        writer.kill()
    chain = Ledger(Records(path)).verified()
    assert chain.whole
    assert chain.length >= seen[-1]


def test_a_transaction_that_fails_writes_nothing(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    with pytest.raises(KeyError), records.transaction() as connection:
        connection.execute("INSERT INTO ledger VALUES (1, 'a', 'b', 'c', 'd', 'e')")
        raise KeyError
    assert records.rows("SELECT * FROM ledger") == []


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    path.write_bytes(b"not a database, by any means" * 100)
    with pytest.raises(Broken, match="registre"):
        Records(path)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    with records.transaction() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Broken, match="plus récente"):
        Records(tmp_path / "records.sqlite")


def test_a_database_that_is_full_or_busy_can_be_tried_again(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    with pytest.raises(Retry, match="place"), records.transaction() as connection:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("INSERT INTO ledger VALUES (1, 'a', 'b', ?, 'd', 'e')", ("x" * 1_000_000,))
    with records.transaction(), pytest.raises(Retry, match="occupé"), records._connection() as second:
        second.execute("PRAGMA busy_timeout = 1")
        second.execute("BEGIN IMMEDIATE")


def test_facts_that_follow_the_last_of_their_verb_make_one_chain(tmp_path: Path) -> None:
    ledger = Ledger(Records(tmp_path / "records.sqlite"))
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    seen: list[object] = []

    def after(last: Mapping[str, Any] | None) -> dict[str, Any]:
        seen.append(last)
        return {"number": 1 + (last["number"] if last else 0)}

    ledger.append_after("release", after, moment)
    ledger.append("deliver", {"path": "x"}, moment)
    ledger.append_after("release", after, moment)
    assert seen == [None, {"number": 1}]
    assert [entry.facts for entry in ledger.entries() if entry.verb == "release"] == [{"number": 1}, {"number": 2}]
    assert ledger.verified().whole


def test_nothing_is_entered_when_the_facts_cannot_be_made(tmp_path: Path) -> None:
    ledger = Ledger(Records(tmp_path / "records.sqlite"))
    with pytest.raises(ZeroDivisionError):
        ledger.append_after("release", lambda _: {"x": 1 / 0}, datetime(2026, 11, 24, tzinfo=UTC))
    assert list(ledger.entries()) == []


def test_records_wait_for_a_file_that_another_holds_while_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE occupied (x)")
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
        release.start()
        records = Records(path)
        release.join()
    assert records.rows("PRAGMA journal_mode")[0][0] == "wal"
