"""Accounts, passwords, failed tries and sessions."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Missing, Refused, Unknown
from carreau.market.accounts import LOCAL, ROLES, Account, Accounts, Newcomer, folded
from carreau.market.credentials import Credentials, Wanted
from carreau.market.passwords import Passwords, checked_password, declared_hasher
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


def test_a_name_that_does_not_exist_is_said_with_near_names(accounts: Accounts, anne: Account) -> None:
    with pytest.raises(Unknown, match="Anne"):
        accounts.called("ane")


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


def test_a_moment_without_its_zone_is_not_kept() -> None:
    with pytest.raises(ValueError, match="zone"):
        stamp(datetime(2026, 11, 24))


def test_the_declared_hasher_is_argon2id() -> None:
    assert declared_hasher().type == Type.ID
