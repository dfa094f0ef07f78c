"""Failed tries, and sessions."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from carreau.market import TooManyTries
from carreau.market.accounts import Account, Accounts, Newcomer
from carreau.market.attempts import Attempts, wait_after
from carreau.market.passwords import Passwords
from carreau.market.sessions import Sessions, digest_of_secret, form_token
from carreau.market.settings import SETTINGS
from carreau.store import Ledger, Records

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD = "quatre mots sans lien"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


@pytest.fixture
def accounts(records: Records) -> Accounts:
    return Accounts(records, Ledger(records), Passwords(CHEAP))


@pytest.fixture
def anne(accounts: Accounts) -> Account:
    return accounts.created(Newcomer("Anne", "owner", GOOD), "test", NOW)


# Failed tries


def test_each_failure_beyond_the_free_ones_doubles_the_wait(records: Records) -> None:
    attempts, now = Attempts(records), NOW
    for _ in range(5):
        attempts.counted("anne", "192.0.2.1", now)
    for wait in (2, 4, 8, 16):
        with pytest.raises(TooManyTries) as caught:
            attempts.counted("anne", "192.0.2.1", now)
        assert caught.value.wait == wait
        now += timedelta(seconds=wait)
        attempts.counted("anne", "192.0.2.1", now)


def test_nobody_locks_somebody_else_out(records: Records) -> None:
    attempts = Attempts(records)
    for _ in range(5):
        attempts.counted("anne", "192.0.2.66", NOW)
    with pytest.raises(TooManyTries):
        attempts.counted("anne", "192.0.2.66", NOW)
    attempts.counted("anne", "192.0.2.1", NOW)
    attempts.counted("bob", "192.0.2.66", NOW)


def test_one_client_cannot_try_every_name(records: Records) -> None:
    attempts = Attempts(records)
    for number in range(SETTINGS["attempts"]["free_of_one_client"]):
        attempts.counted(f"name {number}", "192.0.2.66", NOW)
    with pytest.raises(TooManyTries):
        attempts.counted("another name", "192.0.2.66", NOW)


def test_a_success_starts_the_pair_anew_and_costs_the_client_nothing(records: Records) -> None:
    attempts = Attempts(records)
    for _ in range(40):
        attempts.counted("anne", "192.0.2.1", NOW)
        attempts.succeeded("anne", "192.0.2.1")


def test_failures_are_forgotten_after_a_day(records: Records) -> None:
    attempts, later = Attempts(records), NOW + timedelta(days=1, seconds=1)
    for _ in range(5):
        attempts.counted("anne", "192.0.2.1", NOW)
    attempts.counted("anne", "192.0.2.1", later)
    assert {row["failures"] for row in records.rows("SELECT failures FROM attempts")} == {1}


def test_a_clock_set_back_does_not_lengthen_the_wait(records: Records) -> None:
    attempts = Attempts(records)
    for _ in range(6):
        attempts.counted("anne", "192.0.2.1", NOW + timedelta(seconds=3 * _))
    with pytest.raises(TooManyTries) as caught:
        attempts.counted("anne", "192.0.2.1", NOW - timedelta(days=30))
    assert caught.value.wait <= SETTINGS["attempts"]["longest_wait_seconds"]


def test_tries_made_at_once_are_as_slow_as_one_after_the_other(records: Records) -> None:
    admitted: list[int] = []

    def tried() -> None:
        try:
            Attempts(Records(records.path)).counted("anne", "192.0.2.66", NOW)
            admitted.append(1)
        except TooManyTries:
            pass

    threads = [threading.Thread(target=tried) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == SETTINGS["attempts"]["free"]


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_a_wait_never_shrinks_and_has_an_end(failures: int, free: int) -> None:
    assert wait_after(failures, free) <= wait_after(failures + 1, free) <= SETTINGS["attempts"]["longest_wait_seconds"]


# Sessions


def test_a_session_is_kept_as_a_digest_only(records: Records, anne: Account) -> None:
    sessions = Sessions(records)
    secret = sessions.begun(anne, NOW)
    assert sessions.account(secret, NOW) == anne
    held = b"".join(path.read_bytes() for path in records.path.parent.glob("records.sqlite*"))
    assert secret.encode() not in held
    assert digest_of_secret(secret).encode() in held
    assert sessions.account(digest_of_secret(secret), NOW) is None
    assert len(secret) >= 43


def test_a_session_ends_when_idle_and_when_old(records: Records, anne: Account) -> None:
    sessions = Sessions(records)
    secret = sessions.begun(anne, NOW)
    idle = timedelta(minutes=SETTINGS["session"]["idle_minutes"])
    whole = timedelta(hours=SETTINGS["session"]["absolute_hours"])
    assert sessions.account(secret, NOW + idle) is None
    now = NOW
    while now < NOW + whole:
        assert sessions.account(secret, now) is not None
        now += idle - timedelta(minutes=1)
    assert sessions.account(secret, NOW + whole) is None


def test_sessions_of_a_disabled_account_end_for_good(records: Records, accounts: Accounts, anne: Account) -> None:
    bob, sessions = accounts.created(Newcomer("Bob", "reader", GOOD), "test", NOW), Sessions(records)
    secret = sessions.begun(bob, NOW)
    accounts.disabled(bob.id, "test", NOW)
    assert sessions.account(secret, NOW) is None
    assert accounts.matching("Bob", GOOD) is None
    accounts.enabled(bob.id, "test", NOW)
    assert sessions.account(secret, NOW) is None
    assert accounts.matching("Bob", GOOD) == bob


def test_a_new_password_ends_every_session(records: Records, accounts: Accounts, anne: Account) -> None:
    sessions = Sessions(records)
    secret = sessions.begun(anne, NOW)
    accounts.password_set(anne.id, "cinq autres mots sans rapport", "test", NOW)
    assert sessions.account(secret, NOW) is None
    assert accounts.matching("anne", GOOD) is None
    assert accounts.matching("anne", "cinq autres mots sans rapport") == anne


def test_an_account_has_only_so_many_sessions(records: Records, anne: Account) -> None:
    sessions, most = Sessions(records), SETTINGS["session"]["most_of_one_account"]
    secrets = [sessions.begun(anne, NOW + timedelta(seconds=number)) for number in range(most + 2)]
    alive = [sessions.account(secret, NOW + timedelta(seconds=most + 2)) is not None for secret in secrets]
    assert alive == [False, False, *[True] * most]


@given(st.text(max_size=80))
def test_a_secret_that_nobody_was_given_opens_nothing(text: str) -> None:
    assert len(digest_of_secret(text)) == len(form_token(text)) == 64
