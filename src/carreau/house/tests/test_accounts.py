"""The accounts of a house as the counters ask for them: streams cut, links re-checked, changes known at once."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from carreau.errors import Missing, Refused
from carreau.house import open_home
from carreau.house.accounts import HouseAccounts, accounts_at, accounts_of
from carreau.house.workspace import workspace_at
from carreau.market import Account, Item, NotSignedIn, guarded
from carreau.market.accounts import LOCAL, Newcomer
from carreau.market.credentials import Wanted
from carreau.market.settings import SETTINGS

GOOD = "quatre mots sans lien"
EXCEL = Wanted("Excel", "electoral_profile", "dep:69")
LYON = Item("electoral_profile", "com:69123", "bureau", ("part_cadres",))
PIECE = 65536


class Clock:
    """A clock that the test turns."""

    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> HouseAccounts:
    opened = accounts_at(workspace_at(tmp_path), clock)
    opened.accounts.passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return opened


@pytest.fixture
def anne(house: HouseAccounts) -> Account:
    return house.account_created(Newcomer("Anne", "owner", GOOD), "test")


def _suspend(root: Path, grant: str) -> None:
    """What the command line of another process does."""
    accounts_at(workspace_at(root), lambda: datetime.now(UTC)).grant_suspended(grant, "facture impayée", "elsewhere")


def test_one_home_has_one_object_of_accounts(tmp_path: Path) -> None:
    first, second = (open_home(tmp_path) for _ in range(2))
    assert accounts_of(first) is accounts_of(second)


def test_a_stream_is_cut_at_the_piece_after_the_suspension(house: HouseAccounts) -> None:
    _, _, grant = house.token_made(LOCAL, EXCEL)
    stream = guarded([bytes(20 * PIECE)], house.checking(grant, LYON))
    received = [len(next(stream)) for _ in range(3)]
    house.grant_suspended(grant.id, "facture impayée", "anne")
    with pytest.raises(Refused, match="suspendu") as caught:
        next(stream)
    assert sum(received) == 3 * PIECE
    assert caught.value.given == "facture impayée"
    house.grant_resumed(grant.id, "anne")
    assert b"".join(guarded([bytes(PIECE)], house.checking(grant, LYON))) == bytes(PIECE)


@pytest.mark.parametrize("change", ["revoked", "expired", "holder disabled"])
def test_a_stream_is_cut_whatever_ends_the_right(
    house: HouseAccounts, anne: Account, clock: Clock, change: str
) -> None:
    bob = house.account_created(Newcomer("Bob", "editor", GOOD), "test")
    _, credential, grant = house.token_made(bob, Wanted("Excel", "electoral_profile", days=1))
    stream = guarded([bytes(20 * PIECE)], house.checking(grant, LYON))
    next(stream)
    if change == "revoked":
        house.token_revoked(bob, credential.id)
    elif change == "expired":
        clock.now += timedelta(days=1)
    else:
        house.account_changed(bob.id, "test", disabled=True)
    with pytest.raises(Refused):
        next(stream)


def test_another_process_cuts_a_stream_within_a_second(tmp_path: Path) -> None:
    house = accounts_at(workspace_at(tmp_path), lambda: datetime.now(UTC))
    _, _, grant = house.token_made(LOCAL, EXCEL)

    def slow() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield bytes(PIECE)

    other = multiprocessing.get_context("spawn").Process(target=_suspend, args=(tmp_path, grant.id))
    stream = guarded(slow(), house.checking(grant, LYON))
    next(stream)
    other.start()
    suspended: list[float] = []
    waiting = threading.Thread(target=lambda: suspended.append(other.join() or time.monotonic()))
    waiting.start()
    with pytest.raises(Refused, match="suspendu"):
        while not suspended or time.monotonic() - suspended[0] < 1.0:
            next(stream)
    waiting.join()
    assert other.exitcode == 0


def test_checking_a_piece_takes_little_time(house: HouseAccounts) -> None:
    """4,000 pieces are 261 MB, the national release: checking them all must not be felt."""
    _, _, grant = house.token_made(LOCAL, EXCEL)
    check = house.checking(grant, LYON)
    check()
    began = time.process_time()
    for _ in range(4000):
        check()
    assert time.process_time() - began < 0.25


def test_a_link_stops_with_its_grant(house: HouseAccounts, clock: Clock) -> None:
    _, credential, grant = house.token_made(LOCAL, EXCEL)
    query = house.signed("/files/a.parquet", grant)
    house.may_read(house.checked("/files/a.parquet", query), LYON)
    house.grant_suspended(grant.id, "facture impayée", "anne")
    with pytest.raises(Refused, match="suspendu"):
        house.may_read(house.checked("/files/a.parquet", query), LYON)
    house.grant_resumed(grant.id, "anne")
    house.token_revoked(LOCAL, credential.id)
    with pytest.raises(Refused, match="terminé"):
        house.may_read(house.checked("/files/a.parquet", query), LYON)
    clock.now += timedelta(minutes=10)
    with pytest.raises(Refused, match="expiré"):
        house.checked("/files/a.parquet", query)


def test_a_session_disabled_elsewhere_ends_within_an_instant(
    house: HouseAccounts, anne: Account, clock: Clock, tmp_path: Path
) -> None:
    bob = house.account_created(Newcomer("Bob", "reader", GOOD), "test")
    secret, _ = house.signed_in("bob", GOOD, "127.0.0.1")
    assert house.session(secret) == bob
    accounts_at(workspace_at(tmp_path), clock).account_changed(bob.id, "command line", disabled=True)
    clock.now += timedelta(milliseconds=SETTINGS["records"]["fresh_milliseconds"])
    assert house.session(secret) is None
    assert house.session("") is None


def test_an_owner_sees_and_revokes_the_tokens_of_all(house: HouseAccounts, anne: Account) -> None:
    bob = house.account_created(Newcomer("Bob", "editor", GOOD), "test")
    secret, credential, _ = house.token_made(bob, EXCEL)
    _, hers, _ = house.token_made(anne, EXCEL)
    assert [c.id for c, _ in house.tokens(bob)] == [credential.id]
    assert {c.id for c, _ in house.tokens(anne)} == {credential.id, hers.id}
    with pytest.raises(Missing):
        house.token_revoked(bob, hers.id)
    house.token_revoked(anne, credential.id)
    with pytest.raises(NotSignedIn):
        house.authenticated(secret)


def test_what_a_deleted_account_held_is_gone_from_the_disk_and_its_streams_are_cut(
    house: HouseAccounts, anne: Account, tmp_path: Path
) -> None:
    bob = house.account_created(Newcomer("Robert Untel", "editor", GOOD), "test")
    secret, _, grant = house.token_made(bob, EXCEL)
    house.analysis_saved(bob, "Canton de Robert", {"x": 1})
    stream = guarded([bytes(20 * PIECE)], house.checking(grant, LYON))
    next(stream)
    with pytest.raises(Refused, match="encore ouvert"):
        house.account_deleted(bob.id, anne.id)
    house.account_changed(bob.id, anne.id, disabled=True)
    house.account_deleted(bob.id, anne.id)
    with pytest.raises(Refused, match="terminé"):
        next(stream)
    with pytest.raises(NotSignedIn):
        house.authenticated(secret)
    assert house.accounts.listed() == [anne]
    for path in tmp_path.glob("records.sqlite*"):
        assert b"Untel" not in path.read_bytes() and b"Canton de Robert" not in path.read_bytes()


def test_sixteen_people_sign_in_at_once(house: HouseAccounts, anne: Account) -> None:
    failures: list[BaseException] = []
    for number in range(16):
        house.account_created(Newcomer(f"Personne {number}", "reader", GOOD), "test")

    def work(number: int) -> None:
        try:
            secret, account = house.signed_in(f"personne {number}", GOOD, f"192.0.2.{number}")
            assert account.name == f"Personne {number}"
            saved = house.analysis_saved(account, "A", {"number": number})
            assert house.analyses.listed(account.id) == [saved]
            found = house.session(secret)
            assert found is not None
            assert found.id == account.id
            house.signed_out(secret)
            assert house.session(secret) is None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_password_at_a_provider_is_not_changed_here(house: HouseAccounts, anne: Account) -> None:
    elsewhere = house.account_created(Newcomer("bob@exemple.fr", "reader", "", "https://id", "1"), "test")
    with pytest.raises(Refused, match="actuel"):
        house.password_changed(elsewhere, GOOD, "cinq autres mots sans rapport", "127.0.0.1")
    with pytest.raises(NotSignedIn):
        house.signed_in("bob@exemple.fr", "", "127.0.0.1")
