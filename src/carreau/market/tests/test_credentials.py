"""Tokens, signed links, guarded streams, saved analyses."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carreau.errors import Broken, Missing, Refused, Unknown
from carreau.market import NotSignedIn, guarded
from carreau.market.accounts import LOCAL, Account
from carreau.market.analyses import Analyses
from carreau.market.credentials import Credentials, Wanted
from carreau.market.fresh import Fresh
from carreau.market.links import KEY_FILE, SIGNATURE, Links
from carreau.market.settings import SETTINGS
from carreau.store import Ledger, Records

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXCEL = Wanted("Excel", "electoral_profile", "dep:69", "bureau", ("part_cadres",), 30)
PATH = "/delta-sharing/files/bureau-0.parquet"


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


@pytest.fixture
def credentials(records: Records) -> Credentials:
    return Credentials(records, Ledger(records))


# Tokens


def test_a_token_has_256_random_bits_and_is_kept_as_a_digest(records: Records, credentials: Credentials) -> None:
    secret, credential, _ = credentials.made(LOCAL, EXCEL, NOW)
    assert re.fullmatch(r"car_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", secret)
    assert secret.startswith(credential.prefix + "_")
    held = b"".join(path.read_bytes() for path in records.path.parent.glob("records.sqlite*"))
    assert secret.encode() not in held
    assert secret.split("_", 2)[2].encode() not in held
    assert secret not in repr(credential) + repr(credentials.listed(None))


def test_no_two_tokens_are_alike(credentials: Credentials) -> None:
    made = [credentials.made(LOCAL, EXCEL, NOW) for _ in range(10)]
    assert len({secret for secret, _, _ in made}) == len({c.prefix for _, c, _ in made}) == 10


def test_a_token_gives_its_credential_and_its_grant(credentials: Credentials) -> None:
    secret, credential, grant = credentials.made(LOCAL, EXCEL, NOW)
    found, opened = credentials.authenticated(secret, NOW)
    assert (found, opened) == (credential, grant)
    assert (opened.territory, opened.level, opened.columns) == ("dep:69", "bureau", ("part_cadres",))
    assert opened.until == NOW + timedelta(days=30)


def test_the_day_of_use_is_noted_once(credentials: Credentials) -> None:
    secret, _, _ = credentials.made(LOCAL, EXCEL, NOW)
    credentials.authenticated(secret, NOW)
    credentials.authenticated(secret, NOW + timedelta(days=2))
    ((credential, _),) = credentials.listed("local")
    assert credential.used_on == "2026-11-26"


def test_a_token_dies_at_its_date_whatever_the_client_believes(credentials: Credentials) -> None:
    secret, _, _ = credentials.made(LOCAL, EXCEL, NOW)
    credentials.authenticated(secret, NOW + timedelta(days=30, microseconds=-1))
    with pytest.raises(NotSignedIn, match="expiré le 24/12/2026"):
        credentials.authenticated(secret, NOW + timedelta(days=30))


@pytest.mark.parametrize("token", ["", "car_", "Bearer", "car_00000000_" + "A" * 43, "car_" + "A" * 10_000, "é\udc80"])
def test_an_unknown_token_is_not_recognised(credentials: Credentials, token: str) -> None:
    credentials.made(LOCAL, EXCEL, NOW)
    with pytest.raises(NotSignedIn, match="pas reconnu"):
        credentials.authenticated(token, NOW)


@given(st.text(max_size=60))
def test_any_text_is_refused_in_the_same_words(text: str) -> None:
    nothing: Any = None  # a text that is no token never reaches the records; one that looks like one is hashed first
    if not text.startswith("car_"):
        with pytest.raises(NotSignedIn, match="pas reconnu"):
            Credentials(nothing, nothing).authenticated(text, NOW)


def test_a_revoked_token_stays_revoked_and_its_grant_ended(credentials: Credentials) -> None:
    secret, credential, grant = credentials.made(LOCAL, EXCEL, NOW)
    credentials.revoked(credential.id, "local", "local", NOW)
    credentials.revoked(credential.id, "local", "local", NOW)
    with pytest.raises(NotSignedIn, match="révoqué"):
        credentials.authenticated(secret, NOW)
    assert credentials.grant(grant.id).state == "ENDED"
    assert [entry.verb for entry in credentials.ledger.entries()] == ["token made", "token revoked"]


def test_the_token_of_another_and_one_that_does_not_exist_are_answered_alike(credentials: Credentials) -> None:
    _, credential, _ = credentials.made(LOCAL, EXCEL, NOW)
    answers = []
    for identifier in (credential.id, "0" * 16):
        with pytest.raises(Missing) as caught:
            credentials.revoked(identifier, "somebody else", "somebody else", NOW)
        answers.append(str(caught.value))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("days", [0, -1, 731, 10**9])
def test_a_token_lives_one_day_to_two_years(credentials: Credentials, days: int) -> None:
    with pytest.raises(Refused, match="durée"):
        credentials.made(LOCAL, Wanted("Excel", "electoral_profile", days=days), NOW)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101])
def test_a_token_has_a_name(credentials: Credentials, name: str) -> None:
    with pytest.raises(Refused, match="porte un nom"):
        credentials.made(LOCAL, Wanted(name, "electoral_profile"), NOW)


@pytest.mark.parametrize("territory", ["com:691", "mars", "", "dep:69' or 1=1", "bv:../../etc"])
def test_a_token_opens_a_territory_that_exists(credentials: Credentials, territory: str) -> None:
    with pytest.raises(Unknown):
        credentials.made(LOCAL, Wanted("Excel", "electoral_profile", territory), NOW)
    assert credentials.listed(None) == []


def test_an_account_has_only_so_many_tokens(credentials: Credentials) -> None:
    most = SETTINGS["credential"]["most_of_one_account"]
    made = [credentials.made(LOCAL, EXCEL, NOW) for _ in range(most)]
    with pytest.raises(Refused, match="déjà 50"):
        credentials.made(LOCAL, EXCEL, NOW)
    credentials.revoked(made[0][1].id, None, "local", NOW)
    credentials.made(LOCAL, EXCEL, NOW)


def test_a_suspension_says_why(credentials: Credentials) -> None:
    _, _, grant = credentials.made(LOCAL, EXCEL, NOW)
    with pytest.raises(Refused, match="dit pourquoi"):
        credentials.suspended(grant.id, "  ", "anne", NOW)
    assert credentials.suspended(grant.id, "facture impayée", "anne", NOW).reason == "facture impayée"
    assert credentials.resumed(grant.id, "anne", NOW).state == "ACTIVE"
    with pytest.raises(Missing):
        credentials.resumed("nothing", "anne", NOW)
    with pytest.raises(Refused, match="n'existe pas"):
        credentials.grant("nothing")


def test_sixteen_threads_make_and_revoke_without_a_fault(records: Records) -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        own = Credentials(Records(records.path), Ledger(records))
        person = Account(f"a{number}", f"A {number}", "editor", "password", NOW)
        try:
            secret, credential, _ = own.made(person, EXCEL, NOW)
            own.authenticated(secret, NOW)
            own.revoked(credential.id, person.id, person.id, NOW)
            with pytest.raises(NotSignedIn):
                own.authenticated(secret, NOW)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(list(Ledger(records).entries())) == 32
    assert Ledger(records).verified().whole


# Links


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links.of(tmp_path / "keys")


def test_a_link_opens_its_path_until_it_expires(links: Links) -> None:
    query = links.signed(PATH, "grant", NOW, 5)
    for _ in range(3):  # a reader of Delta tables comes several times
        assert links.checked(PATH, query, NOW) == "grant"
    assert links.checked(PATH, query, NOW + timedelta(minutes=5, seconds=-1)) == "grant"
    with pytest.raises(Refused, match="expiré"):
        links.checked(PATH, query, NOW + timedelta(minutes=5))
    assert parse_qs(query)[SIGNATURE][0] == parse_qs(query)["X-Amz-Signature"][0]


def test_a_link_signed_before_midnight_still_opens_after(links: Links) -> None:
    late = datetime(2026, 11, 24, 23, 58, tzinfo=UTC)
    query = links.signed(PATH, "grant", late, 15)
    assert links.checked(PATH, query, late + timedelta(minutes=10)) == "grant"


def test_keys_turn_every_day(links: Links) -> None:
    today, tomorrow = (parse_qs(links.signed(PATH, "g", NOW + timedelta(days=day), 5))["kid"][0] for day in (0, 1))
    assert today != tomorrow


@pytest.mark.parametrize("name", ["grant", "expires", "nonce", "kid", SIGNATURE])
def test_a_link_that_was_altered_stripped_or_doubled_opens_nothing(links: Links, name: str) -> None:
    facts = {key: values[0] for key, values in parse_qs(links.signed(PATH, "grant", NOW)).items()}
    digits = {"expires": str(int(facts["expires"]) + 60), "kid": "20261125"}
    changed = {**facts, name: digits.get(name, facts[name][:-1] + ("0" if facts[name][-1] != "0" else "1"))}
    without = {key: value for key, value in facts.items() if key != name}
    doubled = [*facts.items(), (name, facts[name])]
    empty = {**facts, name: ""}
    more = {**facts, "x": "1"}
    for query in map(urlencode, (changed, without, doubled, empty, more)):
        with pytest.raises(Refused, match="pas valable"):
            links.checked(PATH, query, NOW)


@pytest.mark.parametrize(
    "path",
    [PATH + "/", PATH.upper(), PATH.replace("0", "1"), "/", "", PATH + "?", "/x/.." + PATH, PATH.replace("/", "%2f")],
)
def test_a_link_opens_no_other_path(links: Links, path: str) -> None:
    with pytest.raises(Refused, match="pas valable"):
        links.checked(path, links.signed(PATH, "grant", NOW), NOW)


def test_a_link_of_another_house_opens_nothing(links: Links, tmp_path: Path) -> None:
    other = Links.of(tmp_path / "other keys")
    with pytest.raises(Refused, match="pas valable"):
        links.checked(PATH, other.signed(PATH, "grant", NOW), NOW)


@given(st.text(max_size=120))
def test_any_query_is_refused_and_never_breaks(query: str) -> None:
    with pytest.raises(Refused, match="pas valable"):
        Links(b"0" * 32).checked(PATH, query, NOW)


PARAMETERS = {name: st.text(max_size=20) for name in ("grant", "nonce", "kid", SIGNATURE)}


@given(st.fixed_dictionaries(PARAMETERS), st.text("0123456789", min_size=1, max_size=16))
@example(dict.fromkeys(PARAMETERS, "x"), "9999999999")
@example(dict.fromkeys(PARAMETERS, "x"), "99999999999999999")
def test_any_five_parameters_are_refused_and_never_break(facts: dict[str, str], expires: str) -> None:
    query = urlencode({**facts, "expires": expires}, errors="surrogatepass")
    with pytest.raises(Refused):
        Links(b"0" * 32).checked(PATH, query, NOW)


@pytest.mark.parametrize("minutes", [4, 16, 0, -5])
def test_a_link_lives_five_to_fifteen_minutes(links: Links, minutes: int) -> None:
    with pytest.raises(ValueError, match="minutes"):
        links.signed(PATH, "grant", NOW, minutes)


def test_the_key_of_links_is_kept_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    query = Links.of(tmp_path / "keys").signed(PATH, "grant", NOW)
    path = tmp_path / "keys" / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert Links.of(tmp_path / "keys").checked(PATH, query, NOW) == "grant"
    assert path.read_bytes().hex() not in repr(Links.of(tmp_path / "keys"))
    assert [one.name for one in path.parent.iterdir()] == [KEY_FILE]
    path.write_bytes(b"short")
    with pytest.raises(Broken, match="clé des liens"):
        Links.of(tmp_path / "keys")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Broken, match="clé des liens"):
        Links.of(tmp_path / "file" / "keys")


def test_processes_that_arrive_together_share_one_key(tmp_path: Path) -> None:
    made: list[Links] = []
    threads = [threading.Thread(target=lambda: made.append(Links.of(tmp_path / "keys"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query = made[0].signed(PATH, "grant", NOW)
    assert {each.checked(PATH, query, NOW) for each in made} == {"grant"}


# Streams


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 20))
def test_a_stream_is_whole_and_checked_before_each_piece(chunks: list[bytes], every: int) -> None:
    checks: list[int] = []
    pieces = list(guarded(chunks, lambda: checks.append(1), every))
    assert b"".join(pieces) == b"".join(chunks)
    assert len(checks) == len(pieces)
    assert all(0 < len(piece) <= every for piece in pieces)


@given(st.integers(0, 5))
def test_a_stream_is_cut_at_the_piece_after_the_refusal(pieces: int) -> None:
    left = [pieces]

    def check() -> None:
        if not left[0]:
            raise Refused("cet accès est suspendu")
        left[0] -= 1

    def source() -> Iterator[bytes]:
        while True:
            yield secrets.token_bytes(3 * 65536)

    received = 0
    with pytest.raises(Refused, match="suspendu"):
        for piece in guarded(source(), check):
            received += len(piece)
    assert received == pieces * 65536


def test_what_was_just_read_is_read_again_after_a_change_or_an_instant() -> None:
    fresh, read = Fresh[int](), iter(range(100))
    instant = timedelta(milliseconds=SETTINGS["records"]["fresh_milliseconds"])

    def value(now: datetime) -> int:
        return fresh.value("key", now, lambda: next(read))

    assert [value(NOW), value(NOW + instant / 2), value(NOW + instant), value(NOW + instant)] == [0, 0, 1, 1]
    fresh.changed()
    assert value(NOW + instant) == 2
    assert value(NOW - timedelta(days=1)) == 3
    for number in range(5000):
        fresh.value(str(number), NOW, lambda: 0)
    assert len(fresh._kept) <= 4096


# Analyses


def test_an_analysis_is_its_owners_alone(records: Records) -> None:
    analyses = Analyses(records)
    saved = analyses.saved("anne", "Lyon 3", {"chips": ["com:69123"], "n": 1.5, "é": None}, NOW)
    assert analyses.listed("anne") == [saved]
    assert analyses.listed("bob") == []
    answers = []
    for identifier in (saved.id, "0" * 16):
        with pytest.raises(Missing) as caught:
            analyses.deleted(identifier, "bob")
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    analyses.deleted(saved.id, "anne")
    assert analyses.listed("anne") == []


@pytest.mark.parametrize("state", [{"x": float("nan")}, {"x": float("inf")}, {"x": "\ud800"}, {"\udfff": 1}])
def test_what_json_cannot_say_is_not_saved(records: Records, state: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="gardée"):
        Analyses(records).saved("anne", "A", state, NOW)


def test_a_state_without_end_is_not_saved(records: Records) -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    with pytest.raises(Refused):
        Analyses(records).saved("anne", "A", deep, NOW)
    while deep:  # freed step by step: Python would free it by as many nested calls
        deep = deep.pop("x")


@pytest.mark.parametrize(("depth", "saved"), [(16, True), (17, False)])
def test_a_state_has_sixteen_levels_at_most(records: Records, depth: int, saved: bool) -> None:
    state: Any = 1
    for level in range(depth):
        state = {"x": state} if level % 2 or level == depth - 1 else [state]
    if saved:
        assert Analyses(records).saved("anne", "A", state, NOW).state == state
    else:
        with pytest.raises(Refused, match="gardée"):
            Analyses(records).saved("anne", "A", state, NOW)


def test_an_analysis_too_large_or_one_too_many_is_refused(records: Records) -> None:
    analyses = Analyses(records)
    with pytest.raises(Refused, match="trop grande"):
        analyses.saved("anne", "A", {"x": "a" * 70_000}, NOW)
    with records.transaction() as connection:
        most = SETTINGS["analysis"]["most_of_one_account"]
        rows = [(f"{number:016}", "anne", "A", "{}", NOW.isoformat()) for number in range(most)]
        connection.executemany("INSERT INTO analyses VALUES (?, ?, ?, ?, ?)", rows)
    with pytest.raises(Refused, match="déjà gardées"):
        analyses.saved("anne", "A", {}, NOW)
    analyses.saved("bob", "A", {}, NOW)
