"""Who reads the shares: tokens, grants that narrow, that are suspended, resumed, ended; and links that follow them."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.requests import Request

from carreau.counters.delta_sharing.pieces import Sent
from carreau.errors import Refused
from carreau.house import Home
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.market import Account
from carreau.market.accounts import Newcomer
from carreau.market.credentials import Wanted

TABLES = "shares/carreau/schemas/electoral_profile/tables"
PRODUCT = "electoral_profile"


@pytest.fixture(scope="module")
def accounts(closed_home: Home) -> HouseAccounts:
    """The accounts of a house that has an owner."""
    return accounts_of(closed_home)


@pytest.fixture(scope="module")
def owner(accounts: HouseAccounts) -> Account:
    """The owner."""
    return accounts.account_created(Newcomer("Dominique", "owner", "quatre mots bien choisis"), "")


def token(accounts: HouseAccounts, owner: Account, **scope: Any) -> tuple[str, str]:
    """A new token and the identifier of its grant."""
    secret, _, grant = accounts.token_made(owner, Wanted("essai", PRODUCT, **scope))
    return secret, grant.id


def links(closed: Any, secret: str, table: str = "bureau") -> list[str]:
    """The signed addresses of a table."""
    lines = closed.lines(f"{TABLES}/{table}/query", secret, method="POST")
    return [line["file"]["url"] for line in lines[2:]]


def rows(closed: Any, secret: str, table: str) -> list[dict[str, Any]]:
    """The rows of a table, as its files have them."""
    contents = [closed.get(url).content for url in links(closed, secret, table)]
    return [row for content in contents for row in pq.read_table(io.BytesIO(content)).to_pylist()]


@pytest.mark.parametrize("given", ["", "car_00000000_x", "local", "-"])
def test_without_a_good_token_every_door_is_401(closed: Any, owner: Account, given: str) -> None:
    for path, method in (
        ("shares", "GET"), ("shares/carreau/schemas", "GET"), (f"{TABLES}/bureau/metadata", "GET"),
        (f"{TABLES}/bureau/query", "POST"), (f"{TABLES}/nulle/version", "GET"), ("files/bureau.parquet", "GET"),
    ):  # fmt: skip
        answer = closed.get(f"/delta-sharing/{path}", given, method=method)
        assert answer.status_code == 401 and answer.json()["errorCode"] == "UNAUTHENTICATED"


def test_rows_and_columns_outside_a_grant_are_in_none_of_its_files(
    closed: Any, accounts: HouseAccounts, owner: Account
) -> None:
    secret, _ = token(accounts, owner, territory="com:96002", columns=("part_cadres",))
    found = rows(closed, secret, "bureau_metiers")
    assert found and {row["bv_id"][:5] for row in found} == {"96002"}
    assert {name for name in found[0] if name.startswith("part_")} == {
        "part_cadres", *(f"part_cadres_{end}" for end in (
            "marge", "note", "statut", "nombre", "base", "ecart_commune", "ecart_departement", "ecart_france"
        )),
    }  # fmt: skip
    for url in links(closed, secret, "bureau_metiers"):
        assert b"96001_" not in closed.get(url).content
    names = {one["name"] for one in closed.get(f"/delta-sharing/{TABLES}", secret).json()["items"]}
    assert "bureau_metiers" in names and not {"bureau_revenus", "departement", "departement_metiers"} & names
    assert closed.get(f"/delta-sharing/{TABLES}/departement/metadata", secret).status_code == 404


def test_equal_rights_share_one_file(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    tags = set()
    for _ in range(2):
        secret, _ = token(accounts, owner, territory="com:96001")
        tags |= {closed.get(url).headers["etag"] for url in links(closed, secret)}
    assert len(tags) == len(links(closed, secret))


def test_a_suspended_grant_is_403_with_its_reason_then_opens_again(
    closed: Any, accounts: HouseAccounts, owner: Account
) -> None:
    secret, grant = token(accounts, owner)
    (url, *_) = links(closed, secret)
    accounts.grant_suspended(grant, "facture impayée", owner.id)
    for path in ("shares", f"{TABLES}/bureau/metadata"):
        answer = closed.get(f"/delta-sharing/{path}", secret)
        assert answer.status_code == 403 and answer.json()["errorCode"] == "PERMISSION_DENIED"
        assert "facture impayée" in answer.json()["message"]
    assert closed.get(url).status_code == 403
    accounts.grant_resumed(grant, owner.id)
    assert closed.get(f"/delta-sharing/{TABLES}/bureau/metadata", secret).status_code == 200
    assert closed.get(url).status_code == 200


def test_a_revoked_token_is_401_and_the_links_it_was_given_are_dead(
    closed: Any, accounts: HouseAccounts, owner: Account
) -> None:
    secret, credential, _ = accounts.token_made(owner, Wanted("essai", PRODUCT))
    (url, *_) = links(closed, secret)
    accounts.token_revoked(owner, credential.id)
    assert closed.get("/delta-sharing/shares", secret).status_code == 401
    assert closed.get(url).status_code == 403


def test_a_link_of_the_open_machine_dies_when_the_house_gets_accounts(share: Any, closed: Any, owner: Account) -> None:
    (url, *_) = links(share, "local")
    answer = closed.get(url)
    assert answer.status_code in {401, 403}


def test_a_stream_is_cut_within_a_piece_of_its_refusal(tmp_path: Path) -> None:
    path, sent = tmp_path / "large.parquet", []
    path.write_bytes(bytes(1 << 20))
    allowed = 3

    def check() -> None:
        if len([piece for piece in sent if piece["type"] == "http.response.body"]) > allowed:
            raise Refused("cet accès est suspendu")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [], "path": "/", "query_string": b""}
    answer = Sent(path, "large.parquet", "etag", check).answer(Request(scope))
    asyncio.run(answer(scope, send, send))  # type: ignore[arg-type] # nothing is received
    pieces = [len(message["body"]) for message in sent[1:] if message["body"]]
    assert sent[0]["status"] == 200 and dict(sent[0]["headers"])[b"content-length"] == b"1048576"
    assert pieces and max(pieces) <= 1 << 16 and sum(pieces) <= (allowed + 1) << 16
    assert not any(message.get("more_body") is False for message in sent)


def test_a_profile_with_a_token_is_what_the_client_reads(closed: Any) -> None:
    said = json.loads(closed.get("/api/v1/connections/carreau.share").text)
    assert set(said) == {"shareCredentialsVersion", "endpoint", "bearerToken"}
