"""Grants: nothing is readable outside an ACTIVE grant, its period and its scope, whatever happened before."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from carreau.errors import Refused
from carreau.market import Grant, Item, may_read
from carreau.market.accounts import Account, Accounts, Newcomer
from carreau.market.credentials import Credentials, Wanted
from carreau.market.grants import granted_columns, granted_rows, within
from carreau.market.passwords import Passwords
from carreau.store import Ledger, Records
from carreau.terms import Compare

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRODUCT = "electoral_profile"
PARENTS = {
    "bv:69123_0101": "com:69123", "bv:69123_0102": "com:69123", "bv:69124_0001": "com:69124",
    "bv:2A004_0001": "com:2A004", "iris:691230101": "com:69123", "com:69123": "dep:69", "com:69124": "dep:69",
    "com:2A004": "dep:2A", "circo:6901": "dep:69", "dep:69": "france", "dep:2A": "france", "epci:200046977": "france",
}  # fmt: skip
PLACES = sorted({*PARENTS, "france"})
INDICATORS = ("part_cadres", "part_cadres_sup", "revenu")
NAMES = [*INDICATORS, "part_cadres_marge", "revenu_note", "bv_id", "part_ouvriers", "part_cadres_"]


def _grant(**changed: Any) -> Grant:
    """An active grant over everything, for a day, with some facts changed."""
    facts: dict[str, Any] = {
        "id": "g", "holder": "a", "product": PRODUCT, "territory": "france", "level": "", "columns": None,
        "since": NOW, "until": NOW + timedelta(days=1),
    }  # fmt: skip
    return Grant(**{**facts, **changed})


def ancestors(place: str) -> set[str]:
    """A place and all that hold it, by the table above and not by codes."""
    return {place} | (ancestors(PARENTS[place]) if place in PARENTS else set())


@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_a_place_lies_in_another_when_the_map_says_so(place: str, container: str) -> None:
    assert within(place, container) == (container in ancestors(place))


@pytest.mark.parametrize("place", ["bv:6912", "com:", "", "69123", "dep:", ":69", "com:69123 ", "COM:69123"])
def test_what_is_not_surely_inside_is_outside(place: str) -> None:
    assert not within(place, "com:69123")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"state": "SUSPENDED", "reason": "facture impayée"}, "facture impayée"),
        ({"state": "ENDED", "reason": "le jeton a été révoqué"}, "terminé"),
        ({"since": NOW + timedelta(seconds=1)}, "ne commence que le 24/11/2026"),
        ({"until": NOW}, "a pris fin le 24/11/2026"),
        ({"product": "mobility"}, "ne porte pas sur le produit"),
        ({"level": "commune"}, "niveau"),
        ({"territory": "dep:2A"}, "hors du territoire"),
        ({"columns": ("revenu",)}, "part_cadres"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(changed: dict[str, Any], said: str) -> None:
    item = Item(PRODUCT, "com:69123", "bureau", ("part_cadres", "revenu_marge"))
    may_read(_grant(), item, NOW)
    with pytest.raises(Refused) as caught:
        may_read(_grant(**changed), item, NOW)
    assert said in str(caught.value)
    assert caught.value.advice or caught.value.given


def test_a_grant_holds_from_its_first_moment_to_before_its_last() -> None:
    may_read(_grant(), Item(PRODUCT, "france"), NOW)
    may_read(_grant(), Item(PRODUCT, "france"), NOW + timedelta(days=1, microseconds=-1))


def test_all_the_columns_are_not_some_of_them() -> None:
    with pytest.raises(Refused, match="certaines colonnes"):
        may_read(_grant(columns=("revenu",)), Item(PRODUCT, "france", columns=None), NOW)


def test_any_level_is_not_one_level() -> None:
    with pytest.raises(Refused, match="niveau"):
        may_read(_grant(level="bureau"), Item(PRODUCT, "france"), NOW)


@given(st.lists(st.sampled_from(NAMES), unique=True), st.lists(st.sampled_from(INDICATORS), unique=True))
def test_the_columns_given_out_are_those_that_may_be_read(names: list[str], columns: list[str]) -> None:
    grant = _grant(columns=tuple(columns))
    given_out = granted_columns(grant, names)
    may_read(grant, Item(PRODUCT, "france", columns=tuple(given_out)), NOW)
    for name in set(names) - set(given_out):
        with pytest.raises(Refused):
            may_read(grant, Item(PRODUCT, "france", columns=(name,)), NOW)


def test_a_longer_name_is_not_a_companion() -> None:
    grant = _grant(columns=("part_cadres",))
    assert granted_columns(grant, NAMES) == ["part_cadres", "part_cadres_marge", "bv_id"]


@pytest.mark.parametrize(
    ("territory", "level", "condition"),
    [
        ("france", "bureau", None),
        ("com:69123", "bureau", Compare("bv_id", "startswith", "69123")),
        ("com:69123", "commune", Compare("code_commune", "eq", "69123")),
        ("dep:69", "circonscription", Compare("code_circonscription", "startswith", "69")),
        ("bv:69123_0101", "bureau", Compare("bv_id", "eq", "69123_0101")),
    ],
)
def test_the_rows_of_a_territory_are_told_by_their_key(territory: str, level: str, condition: Compare | None) -> None:
    assert granted_rows(_grant(territory=territory), level) == condition


@pytest.mark.parametrize(
    ("territory", "level"), [("com:69123", "departement"), ("epci:200046977", "bureau"), ("dep:69", "planete")]
)
def test_rows_that_cannot_be_told_are_not_given(territory: str, level: str) -> None:
    with pytest.raises(Refused, match="niveau"):
        granted_rows(_grant(territory=territory), level)


SCOPES = st.tuples(
    st.sampled_from(["france", "dep:69", "com:69123", "dep:2A"]),
    st.sampled_from(["", "bureau"]),
    st.none() | st.lists(st.sampled_from(INDICATORS), min_size=1, unique=True).map(tuple),
    st.integers(1, 3),
)
ITEMS = st.builds(
    Item,
    st.sampled_from([PRODUCT, PRODUCT, "other"]),
    st.sampled_from(PLACES),
    st.sampled_from(["bureau", "commune", ""]),
    st.none() | st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(tuple),
)


class Market(RuleBasedStateMachine):
    """Tokens made, suspended, resumed, revoked; holders disabled; time passing; and reads in between.

    What each token should open is kept beside, in plain words, and compared with what it does open.
    """

    tokens = Bundle("tokens")

    @initialize()
    def opened(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        records = Records(self.folder / "records.sqlite")
        ledger = Ledger(records)
        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.accounts, self.credentials = Accounts(records, ledger, cheap), Credentials(records, ledger)
        self.ledger, self.now, self.changes = ledger, NOW, 0
        names = (("Anne", "owner"), ("Bob", "editor"))
        self.people = [
            self.accounts.created(Newcomer(name, role, "quatre mots sans lien"), "test", NOW)  # type: ignore[arg-type] # a role
            for name, role in names
        ]
        self.disabled: set[str] = set()
        self.model: dict[str, dict[str, Any]] = {}

    @rule(target=tokens, scope=SCOPES, holder=st.integers(0, 1))
    def make(self, scope: tuple[str, str, tuple[str, ...] | None, int], holder: int) -> Any:
        person: Account = self.people[holder]
        territory, level, columns, days = scope
        wanted = Wanted("essai", PRODUCT, territory, level, columns, days)
        secret, credential, grant = self.credentials.made(person, wanted, self.now)
        self.model[secret] = {
            "id": credential.id, "grant": grant.id, "holder": person.id, "places": territory, "level": level,
            "columns": columns, "from": self.now, "to": self.now + timedelta(days=days),
            "suspended": False, "ended": False, "revoked": False,
        }  # fmt: skip
        self.changes += 1
        return secret

    @rule(secret=tokens)
    def suspend(self, secret: str) -> None:
        moved = self.credentials.suspended
        self._move(secret, lambda grant: moved(grant, "un motif", "test", self.now), suspended=True)

    @rule(secret=tokens)
    def resume(self, secret: str) -> None:
        self._move(secret, lambda grant: self.credentials.resumed(grant, "test", self.now), suspended=False)

    @rule(secret=tokens)
    def end(self, secret: str) -> None:
        self._move(secret, lambda grant: self.credentials.ended(grant, "fini", "test", self.now), ended=True)

    def _move(self, secret: str, move: Any, **changed: bool) -> None:
        """Move a grant; an ended one refuses."""
        if self.model[secret]["ended"]:
            with pytest.raises(Refused, match="terminé"):
                move(self.model[secret]["grant"])
        else:
            move(self.model[secret]["grant"])
            self.model[secret].update(changed)
            self.changes += 1

    @rule(secret=tokens)
    def revoke(self, secret: str) -> None:
        self.credentials.revoked(self.model[secret]["id"], None, "test", self.now)
        self.changes += not self.model[secret]["revoked"]
        self.model[secret].update(revoked=True, ended=True)

    @rule(disable=st.booleans())
    def close_or_open_an_account(self, disable: bool) -> None:
        bob = self.people[1].id
        (self.accounts.disabled if disable else self.accounts.enabled)(bob, "test", self.now)
        (self.disabled.add if disable else self.disabled.discard)(bob)
        self.changes += 1

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(secret=tokens, item=ITEMS)
    def read(self, secret: str, item: Item) -> None:
        facts = self.model[secret]
        assert self._reads(secret, item) == self._should(facts, item)

    @rule(secret=tokens, index=st.integers(4, 50), sign=st.sampled_from("aZ0_-"))
    def read_with_an_altered_token(self, secret: str, index: int, sign: str) -> None:
        altered = secret[:index] + sign + secret[index + 1 :]
        if altered not in self.model:
            assert not self._reads(altered, Item(PRODUCT, "france"))

    def _reads(self, secret: str, item: Item) -> bool:
        """Whether the market lets it be read."""
        try:
            _, grant = self.credentials.authenticated(secret, self.now)
            may_read(grant, item, self.now)
        except Refused:  # NotSignedIn is one
            return False
        return True

    def _should(self, facts: dict[str, Any], item: Item) -> bool:
        """Whether it should be read, said another way."""
        alive = not (facts["suspended"] or facts["ended"] or facts["revoked"] or facts["holder"] in self.disabled)
        in_time = facts["from"] <= self.now < facts["to"]
        in_place = facts["places"] in ancestors(item.territory) and facts["level"] in ("", item.level)
        if facts["columns"] is None:
            in_columns = True
        else:
            ends = ("", "_marge", "_note")
            allowed = {"bv_id", *(name + end for name in facts["columns"] for end in ends)}
            in_columns = item.columns is not None and set(item.columns) <= allowed
        return alive and in_time and in_place and in_columns and item.product == PRODUCT

    @invariant()
    def each_change_has_one_line_and_no_secret(self) -> None:
        if not hasattr(self, "ledger"):
            return
        entries = list(self.ledger.entries())
        assert len(entries) == self.changes + len(self.people)
        said = " ".join(str(entry.facts) for entry in entries)
        assert not any(secret in said or secret[13:] in said for secret in self.model)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert self.ledger.verified().whole
            shutil.rmtree(self.folder)


Market.TestCase.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_nothing_is_readable_outside_its_grant = Market.TestCase
