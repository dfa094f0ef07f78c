"""Who reads the feed, and what of it: tokens by Basic and Bearer, the rows and columns of a grant, its end."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from carreau.house import Home
from carreau.house.accounts import HouseAccounts, accounts_of
from carreau.market import Account
from carreau.market.accounts import Newcomer
from carreau.market.credentials import Wanted

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


def test_without_a_token_a_reader_is_asked_for_one(closed: Any, owner: Account) -> None:
    for path in ("", "$metadata", "Bureaux", "Bureaux/$count", "Bureaux('96001_0001')"):
        answer = closed.get(f"/odata/{path}")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert "jeton" in answer.json()["error"]["message"]


def test_a_token_opens_as_a_bearer_or_as_the_password_of_any_user(
    closed: Any, accounts: HouseAccounts, owner: Account
) -> None:
    secret, _ = token(accounts, owner)
    assert closed.get("/odata/Bureaux", secret).status_code == 200
    for user in ("", "quiconque", "a:b"[:1]):
        basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
        assert closed.get("/odata/Bureaux", headers={"Authorization": f"Basic {basic}"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer car_00000000_x", "Bearer", "Basic !!!", "Bearer local", "Digest x", "Basic Og=="]
)
def test_a_token_that_is_no_good_is_401(closed: Any, owner: Account, header: str) -> None:
    assert closed.get("/odata/Bureaux", headers={"Authorization": header}).status_code == 401


def test_a_grant_shows_its_territory_alone(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    secret, _ = token(accounts, owner, territory="com:96002")
    rows = closed.get("/odata/Bureaux", secret).json()["value"]
    assert rows and {row["code_commune"] for row in rows} == {"96002"}
    assert closed.get("/odata/Bureaux/$count", secret).text == str(len(rows))
    groups = closed.get("/odata/Bureaux?$apply=groupby((code_commune),aggregate($count as n))", secret).json()["value"]
    assert groups == [{"code_commune": "96002", "n": len(rows)}]
    assert closed.get("/odata/Bureaux('96001_0001')", secret).status_code == 404
    for question in ("code_commune eq '96001'", "code_commune ne 'x' and not (code_commune eq '96002')"):
        asked = {"$filter": question, "$count": "true"}
        assert closed.get("/odata/Bureaux", secret, params=asked).json()["@odata.count"] == 0
    names = {one["name"] for one in closed.get("/odata/", secret).json()["value"]}
    assert "Communes" in names and "Departements" not in names
    assert [row["code_commune"] for row in closed.get("/odata/Communes", secret).json()["value"]] == ["96002"]


def test_a_grant_shows_its_columns_alone(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    secret, _ = token(accounts, owner, columns=("part_cadres",))
    (row,) = closed.get("/odata/Bureaux_metiers?$top=1", secret).json()["value"]
    assert {"bv_id", "inscrits", "part_cadres", "part_cadres_marge"} <= set(row)
    assert not [name for name in row if name.startswith("part_ouvriers")]
    assert b"part_ouvriers" not in closed.get("/odata/$metadata", secret).content
    for option in ("$filter=part_ouvriers gt 5", "$orderby=part_ouvriers", "$select=part_ouvriers",
                   "$apply=aggregate(part_ouvriers with max as x)"):  # fmt: skip
        answer = closed.get(f"/odata/Bureaux_metiers?{option}", secret)
        assert answer.status_code == 400 and "part_ouvriers" in answer.text
    assert closed.get("/odata/Bureaux_revenus", secret).status_code == 404


def test_a_grant_shows_its_level_alone(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    secret, _ = token(accounts, owner, level="commune")
    names = [one["name"] for one in closed.get("/odata/", secret).json()["value"]]
    assert names and all(name.startswith("Communes") for name in names)
    assert closed.get("/odata/Bureaux", secret).status_code == 404
    unknown = closed.get("/odata/Nulle", secret).json()["error"]["message"].replace("Nulle", "Bureaux")
    assert closed.get("/odata/Bureaux", secret).json()["error"]["message"] == unknown


def test_a_reading_ends_with_its_grant_between_two_pages(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    secret, grant = token(accounts, owner)
    first = closed.get("/odata/Bureaux", secret, headers={"Prefer": "odata.maxpagesize=5"}).json()
    accounts.grant_suspended(grant, "facture impayée", owner.id)
    answer = closed.get(first["@odata.nextLink"], secret)
    assert answer.status_code == 403 and "suspendu" in answer.json()["error"]["message"]
    assert answer.json()["error"]["details"][0] == {"code": "given", "message": "facture impayée"}
    accounts.grant_resumed(grant, owner.id)
    assert closed.get(first["@odata.nextLink"], secret).status_code == 200


def test_a_revoked_token_is_401_at_once(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    secret, credential, _ = accounts.token_made(owner, Wanted("essai", PRODUCT))
    assert closed.get("/odata/", secret).status_code == 200
    accounts.token_revoked(owner, credential.id)
    assert closed.get("/odata/", secret).status_code == 401


def test_a_page_of_one_reader_is_not_that_of_another(closed: Any, accounts: HouseAccounts, owner: Account) -> None:
    mine, _ = token(accounts, owner)
    theirs, _ = token(accounts, owner, territory="com:96001")
    first = closed.get("/odata/Bureaux", mine, headers={"Prefer": "odata.maxpagesize=5"}).json()
    assert closed.get(first["@odata.nextLink"], theirs).status_code == 400
