"""Accounts, passwords, failed tries and sessions."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Missing, Refused, Unknown
from carreau.market import TooManyTries
from carreau.market.accounts import LOCAL, ROLES, Account, Accounts, Newcomer, folded
from carreau.market.attempts import Attempts, wait_after
from carreau.market.credentials import Credentials, Wanted
from carreau.market.passwords import Passwords, checked_password, declared_hasher
from carreau.market.sessions import Sessions, digest_of_secret, form_token
from carreau.market.settings import SETTINGS, stamp
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


# Passwords


def test_a_password_is_hashed_as_declared() -> None:
    parameters = extract_parameters(Passwords().hashed(GOOD))
    declared = SETTINGS["password"]
    assert parameters.type == Type.ID
    assert (parameters.memory_cost, parameters.time_cost) == (declared["memory_kib"], declared["passes"])
    assert (parameters.salt_len, parameters.hash_len) == (declared["salt_bytes"], declared["hash_bytes"])


def test_guessing_a_password_costs_what_owasp_asks_at_least() -> None:
    """At least 19 MiB and two passes (OWASP Password Storage Cheat Sheet, 2025), and more than 20 ms here."""
    passwords = Passwords()
    kept = passwords.hashed(GOOD)
    began = time.perf_counter()
    assert passwords.matches(kept, GOOD)
    assert time.perf_counter() - began > 0.02
    assert (SETTINGS["password"]["memory_kib"], SETTINGS["password"]["passes"]) >= (19 * 1024, 2)


def test_two_hashes_of_one_password_differ() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.hashed(GOOD) != passwords.hashed(GOOD)


def test_nothing_kept_matches_nothing_not_even_the_decoy() -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.matches("", "nobody's password")
    assert not passwords.matches("", "")
    assert not passwords.matches("not a hash", GOOD)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(records: Records) -> None:
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1))
    accounts = Accounts(records, Ledger(records), passwords)
    accounts.created(Newcomer("Anne", "owner", GOOD), "test", NOW)
    spent: dict[str, list[float]] = {"Anne": [], "Personne": []}
    for _ in range(15):
        for name, times in spent.items():
            began = time.process_time()
            assert accounts.matching(name, "un autre mot de passe") is None
            times.append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert abs(known - unknown) < 0.35 * max(known, unknown)


def test_a_password_with_accents_is_the_same_from_any_keyboard() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.matches(passwords.hashed("forêt d'été à l'aube"), "forêt d'été à l'aube")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("court", "trop court : 5"), ("a" * 300, "trop long"), ("abababababab", "répète"),
        ("anne.dupont-2026!", "nom du compte"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        checked_password(password, "Anne.Dupont")
    assert said in caught.value.given
    assert "quatre mots" in caught.value.advice


def test_a_short_name_may_be_part_of_a_password() -> None:
    assert checked_password(GOOD, "Bo") == GOOD
    assert checked_password("robots et lavande", "bo")


@given(st.text(max_size=40))
def test_any_text_is_hashed_or_refused_and_never_breaks(text: str) -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.matches("", text)
    try:
        checked_password(text, "anne")
    except Refused:
        return
    assert passwords.matches(passwords.hashed(text), text)


def test_many_callers_do_not_hash_all_at_once() -> None:
    inside, most, lock = [0], [0], threading.Lock()

    class Counting(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            with lock:
                inside[0] -= 1
            return super().hash(password, salt=salt)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    threads = [threading.Thread(target=passwords.hashed, args=(GOOD,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= SETTINGS["password"]["at_once"]


# Accounts


def test_a_hash_made_with_other_parameters_is_made_again_at_sign_in(
    records: Records, accounts: Accounts, anne: Account
) -> None:
    stronger = Accounts(records, accounts.ledger, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))

    def memory() -> int:
        (row,) = records.rows("SELECT password FROM accounts WHERE id = ?", (anne.id,))
        return extract_parameters(row["password"]).memory_cost

    assert memory() == 8
    assert stronger.matching("anne", "faux mot de passe") is None
    assert memory() == 8
    assert stronger.matching("anne", GOOD) == anne
    assert memory() == 16
    assert stronger.matching("anne", GOOD) == anne


def test_the_records_hold_no_password(records: Records, anne: Account) -> None:
    held = b"".join(path.read_bytes() for path in records.path.parent.glob("records.sqlite*"))
    assert GOOD.encode() not in held


def test_each_role_has_what_the_one_before_has() -> None:
    for index, role in enumerate(ROLES):
        account = Account("x", "X", role, "password", NOW)
        assert [account.may(other) for other in ROLES] == [other <= index for other in range(3)]
        assert not Account("x", "X", role, "password", NOW, disabled=True).may("reader")


def test_the_first_account_is_an_owner(accounts: Accounts) -> None:
    for newcomer in (Newcomer("Bob", "reader", GOOD), Newcomer("bob@exemple.fr", "reader", "", "https://id", "1")):
        with pytest.raises(Refused, match="premier compte"):
            accounts.created(newcomer, "test", NOW)
    assert not accounts.any()


def test_what_was_made_without_accounts_belongs_to_the_first(records: Records, accounts: Accounts) -> None:
    credentials = Credentials(records, accounts.ledger)
    credentials.made(LOCAL, Wanted("Excel", "electoral_profile"), NOW)
    anne = accounts.created(Newcomer("Anne", "owner", GOOD), "test", NOW)
    accounts.created(Newcomer("Bob", "owner", GOOD), "test", NOW)
    assert [grant.holder for _, grant in credentials.listed(None)] == [anne.id]


@pytest.mark.parametrize("name", ["ANNE", " anne ", "Ａｎｎｅ"])
def test_two_names_that_look_the_same_are_the_same(accounts: Accounts, anne: Account, name: str) -> None:
    assert accounts.called(name) == anne
    with pytest.raises(Refused, match="déjà pris"):
        accounts.created(Newcomer(folded(name), "reader", GOOD), "test", NOW)


@pytest.mark.parametrize(
    "name", ["", " ", "\x00", "a\x08b", "<script>", "a" * 101, "../x", "_", "a\u202eb", "a;b", "=1+1"]
)
def test_a_name_that_could_mislead_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(Refused):
        accounts.created(Newcomer(name, "owner", GOOD), "test", NOW)


@pytest.mark.parametrize("name", ["Anne", "anne@exemple.fr", "Jean-Luc O'Hara", "Zoé Müller (Lyon)", "7e section"])
def test_a_usual_name_is_taken(accounts: Accounts, name: str) -> None:
    assert accounts.created(Newcomer(name, "owner", GOOD), "test", NOW).name == name


def test_a_role_that_does_not_exist_is_said_with_those_that_do(accounts: Accounts) -> None:
    with pytest.raises(Unknown, match="owner"):
        accounts.created(Newcomer("Anne", "ownr", GOOD), "test", NOW)  # type: ignore[arg-type] # what a user may type


def test_the_last_owner_stays(accounts: Accounts, anne: Account) -> None:
    bob = accounts.created(Newcomer("Bob", "editor", GOOD), "test", NOW)
    for change in (
        lambda: accounts.disabled(anne.id, "test", NOW),
        lambda: accounts.given_role(anne.id, "reader", "test", NOW),
    ):
        with pytest.raises(Refused, match="dernier"):
            change()
    accounts.given_role(bob.id, "owner", "test", NOW)
    assert accounts.given_role(anne.id, "reader", "test", NOW).role == "reader"


def test_owners_who_leave_at_once_leave_one(records: Records, accounts: Accounts, anne: Account) -> None:
    owners = [anne, *(accounts.created(Newcomer(f"Owner {n}", "owner", GOOD), "test", NOW) for n in range(7))]
    refused: list[str] = []

    def leave(identifier: str) -> None:
        try:
            Accounts(Records(records.path), Ledger(records), Passwords(CHEAP)).disabled(identifier, "test", NOW)
        except Refused:
            refused.append(identifier)

    threads = [threading.Thread(target=leave, args=(owner.id,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [account.id for account in accounts.listed() if not account.disabled] == refused


def test_a_change_of_nobody_is_missing_and_leaves_no_line(accounts: Accounts, anne: Account) -> None:
    before = len(list(accounts.ledger.entries()))
    for change in (
        lambda: accounts.disabled("nobody", "test", NOW),
        lambda: accounts.enabled("nobody", "test", NOW),
        lambda: accounts.given_role("nobody", "owner", "test", NOW),
        lambda: accounts.password_set("nobody", GOOD, "test", NOW),
        lambda: accounts.account("nobody"),
    ):
        with pytest.raises(Missing):
            change()
    assert len(list(accounts.ledger.entries())) == before


def test_a_change_without_its_line_does_not_happen(records: Records, accounts: Accounts, anne: Account) -> None:
    class Full(Ledger):
        def append(self, *_: object) -> None:  # type: ignore[override] # it always fails
            raise OSError("no space left")

    unlucky = Accounts(records, Full(records), Passwords(CHEAP))
    bob = accounts.created(Newcomer("Bob", "editor", GOOD), "test", NOW)
    with pytest.raises(OSError, match="space"):
        unlucky.disabled(bob.id, "test", NOW)
    with pytest.raises(OSError, match="space"):
        unlucky.created(Newcomer("Chloé", "editor", GOOD), "test", NOW)
    assert [(account.name, account.disabled) for account in accounts.listed()] == [("Anne", False), ("Bob", False)]


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


def test_a_moment_without_its_zone_is_not_kept() -> None:
    with pytest.raises(ValueError, match="zone"):
        stamp(datetime(2026, 11, 24))


def test_the_declared_hasher_is_argon2id() -> None:
    assert declared_hasher().type == Type.ID
