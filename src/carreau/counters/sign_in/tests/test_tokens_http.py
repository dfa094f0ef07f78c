"""Over HTTP: roles, what belongs to others, tokens from the first day to the last."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from carreau.market.credentials import Wanted
from carreau.market.refusals import NotSignedIn

GOOD = "quatre mots sans lien"
OTHER = "cinq autres mots sans rapport"


def basic(user: str, password: str) -> str:
    """The value of Authorization for Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# Roles, and what belongs to others


def test_each_role_may_do_what_it_says(served: Any) -> None:
    asked = {
        "reader": ("POST", "/analyses", {"name": "A", "state": {}}),
        "editor": ("POST", "/tokens", {"name": "Excel"}),
        "owner": ("POST", "/accounts", {"name": "Zoé", "password": GOOD}),
    }
    served.person("Oscar", "owner")
    for name, role in (("Rémi", "reader"), ("Édith", "editor")):
        served.person(name, role)
    got = {
        name: [served.browser(name).ask(*change).status_code for change in asked.values()]
        for name in ("Rémi", "Édith", "Oscar")
    }
    assert got == {"Rémi": [201, 403, 403], "Édith": [201, 201, 403], "Oscar": [201, 201, 201]}


def test_what_belongs_to_another_does_not_exist(served: Any) -> None:
    for name, role in (("Anne", "owner"), ("Bob", "editor"), ("Eve", "editor")):
        served.person(name, role)
    bob, eve = served.browser("bob"), served.browser("eve")
    analysis = bob.ask("POST", "/analyses", {"name": "A", "state": {"x": 1}}).json()["id"]
    token = bob.ask("POST", "/tokens", {"name": "Excel"}).json()["id"]
    assert eve.get("/api/v1/analyses").json() == eve.get("/api/v1/tokens").json() == []
    for path in (f"/analyses/{analysis}", f"/tokens/{token}"):
        unknown = path.rpartition("/")[0] + "/" + "0" * 16
        theirs, nobodys = eve.ask("DELETE", path), eve.ask("DELETE", unknown)
        assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text) == (404, nobodys.text)
    assert len(bob.get("/api/v1/analyses").json()) == len(bob.get("/api/v1/tokens").json()) == 1
    assert bob.ask("DELETE", f"/analyses/{analysis}").status_code == 204


def test_an_owner_manages_accounts_and_cannot_be_the_last_to_leave(served: Any) -> None:
    anne = served.person("Anne")
    owner = served.browser("anne")
    bob = owner.ask("POST", "/accounts", {"name": "Bob", "role": "editor", "password": GOOD}).json()
    assert (bob["name"], bob["role"], bob["method"], bob["disabled"]) == ("Bob", "editor", "password", False)
    his = served.browser("bob")
    assert owner.ask("PATCH", f"/accounts/{bob['id']}", {"disabled": True}).json()["disabled"] is True
    assert his.get("/api/v1/analyses").status_code == 401
    assert served.browser().sign_in("bob").status_code == 401
    assert owner.ask("PATCH", f"/accounts/{bob['id']}", {"disabled": False, "password": OTHER}).status_code == 200
    assert served.browser().sign_in("bob", OTHER).status_code == 200
    assert owner.ask("PATCH", f"/accounts/{anne.id}", {"disabled": True}).status_code == 403
    assert owner.ask("PATCH", f"/accounts/{anne.id}", {"role": "reader"}).status_code == 403
    assert owner.ask("PATCH", "/accounts/nobody", {"disabled": True}).status_code == 404
    assert [account["name"] for account in owner.get("/api/v1/accounts").json()] == ["Anne", "Bob"]


def test_a_closed_account_is_deleted_by_an_owner_and_by_nobody_else(served: Any) -> None:
    anne, bob = served.person("Anne"), served.person("Bob", "editor")
    served.person("Eve", "editor")
    owner, his, eve = served.browser("anne"), served.browser("bob"), served.browser("eve")
    token = his.ask("POST", "/tokens", {"name": "Excel"}).json()["secret"]
    assert his.ask("POST", "/analyses", {"name": "A", "state": {"x": 1}}).status_code == 201
    address = f"/accounts/{bob.id}"
    assert owner.ask("DELETE", address).status_code == 403  # it is still open
    assert owner.ask("PATCH", address, {"disabled": True}).status_code == 200
    assert eve.ask("DELETE", address).status_code == 403
    assert owner.ask("DELETE", address).status_code == 204
    assert owner.ask("DELETE", address).status_code == 404
    assert owner.ask("DELETE", f"/accounts/{anne.id}").status_code == 403
    assert [account["name"] for account in owner.get("/api/v1/accounts").json()] == ["Anne", "Eve"]
    assert "Excel" not in owner.get("/api/v1/tokens").text
    assert his.get("/api/v1/analyses").status_code == 401
    with pytest.raises(NotSignedIn):
        served.accounts.authenticated(token)


def test_no_answer_holds_a_password_or_its_hash(served: Any) -> None:
    served.person("Anne")
    owner = served.browser("anne")
    made = owner.ask("POST", "/accounts", {"name": "Bob", "password": GOOD})
    for answer in (made, owner.get("/api/v1/accounts"), owner.get("/api/v1/session")):
        assert GOOD not in answer.text
        assert "argon2" not in answer.text


# Tokens


def test_a_token_is_shown_once_with_all_that_a_tool_needs(served: Any) -> None:
    browser = served.browser()
    made = browser.ask("POST", "/tokens", {"name": "Excel", "territory": "69123", "level": "bureau", "days": 30})
    facts = made.json()
    assert made.headers["cache-control"] == "no-store"
    assert (facts["state"], facts["territory"], facts["level"]) == ("ACTIVE", "com:69123", "bureau")
    assert facts["connections"]["basic_user"] == facts["grant"]
    assert facts["connections"]["delta_profile"]["bearerToken"] == facts["secret"]
    assert all(facts["connections"][name].startswith(served.address) for name in ("odata", "parquet", "pbids"))
    assert facts["secret"] not in browser.get("/api/v1/tokens").text
    assert facts["secret"] not in json.dumps([dict(entry.facts) for entry in served.home.workspace.ledger.entries()])


@pytest.mark.parametrize("way", ["bearer", "BEARER", "basic", "grant"])
def test_a_token_comes_by_bearer_or_as_the_password_of_basic(served: Any, way: str) -> None:
    facts = served.browser().ask("POST", "/tokens", {"name": "Excel"}).json()
    ways = {
        "bearer": f"Bearer {facts['secret']}",
        "BEARER": f"BEARER  {facts['secret']}",
        "basic": basic("anyone", facts["secret"]),
        "grant": basic(facts["grant"], facts["secret"]),
    }
    answer = httpx.get(f"{served.address}/feed", headers={"Authorization": ways[way]})
    assert answer.json() == {"credential": facts["id"], "grant": facts["grant"]}


@pytest.mark.parametrize(
    "value",
    [
        "", "Bearer", "Bearer x", "Bearer car_", "Basic", "Basic !!!", "Basic " + "A" * 5000, "Digest x=1",
        "Bearer car_00000000_" + "A" * 43, basic("x", "car_x"), basic("", ""), "Basic /w==", "bearer\tcar_x",
        "Bearer car_é", "Negotiate car_x",
    ],
)  # fmt: skip
def test_anything_else_is_nobody(served: Any, value: str) -> None:
    answer = httpx.get(f"{served.address}/feed", headers={"Authorization": value.encode()})
    assert (answer.status_code, answer.json()["status"]) == (401, 401)
    assert answer.json()["advice"]


def test_revoked_expired_and_suspended_tokens_say_so(served: Any) -> None:
    served.person("Anne")
    owner = served.browser("anne")
    tokens = [owner.ask("POST", "/tokens", {"name": "Excel", "days": days}).json() for days in (1, 5, 5)]

    def state(index: int) -> tuple[int, str]:
        answer = httpx.get(f"{served.address}/feed", headers={"Authorization": f"Bearer {tokens[index]['secret']}"})
        return answer.status_code, answer.json().get("detail", "")

    assert [state(index)[0] for index in range(3)] == [200, 200, 200]
    assert owner.ask("DELETE", f"/tokens/{tokens[1]['id']}").status_code == 204
    assert state(1)[0] == 401
    assert "révoqué" in state(1)[1]
    suspension = {"state": "SUSPENDED", "reason": "facture impayée"}
    assert owner.ask("PATCH", f"/tokens/{tokens[2]['id']}", suspension).json()["reason"] == "facture impayée"
    assert owner.ask("PATCH", f"/tokens/{tokens[2]['id']}", {"state": "SUSPENDED"}).status_code == 403
    assert owner.ask("PATCH", f"/tokens/{tokens[1]['id']}", {"state": "ACTIVE"}).status_code == 403
    assert owner.ask("PATCH", "/tokens/nothing", {"state": "ACTIVE"}).status_code == 404
    served.clock.turn(days=1)
    assert state(0)[0] == 401
    assert "expiré" in state(0)[1]
    owner.sign_in("anne")
    states = {entry["id"]: entry["state"] for entry in owner.get("/api/v1/tokens").json()}
    assert [states[token["id"]] for token in tokens] == ["EXPIRED", "REVOKED", "SUSPENDED"]


def test_a_token_reads_these_pages_and_changes_nothing(served: Any) -> None:
    secret = served.browser().ask("POST", "/tokens", {"name": "Excel"}).json()["secret"]
    program = served.program(headers={"Authorization": f"Bearer {secret}"})
    facts = program.get("/api/v1/session").json()
    assert (facts["signed_in"], facts["name"], facts["role"]) == (True, "Cet ordinateur", "reader")
    assert program.get("/api/v1/analyses").status_code == 200
    assert program.post("/api/v1/tokens", json={"name": "another"}).status_code == 403
    assert program.post("/api/v1/analyses", json={"name": "A", "state": {}}).status_code == 201
    from_a_site = {"Sec-Fetch-Site": "cross-site"}
    assert program.post("/api/v1/analyses", json={"name": "A", "state": {}}, headers=from_a_site).status_code == 403


@pytest.mark.parametrize("scope", [{"territory": "dep:69"}, {"level": "bureau"}, {"columns": ["part_cadres"]}])
def test_a_token_that_opens_a_part_does_not_open_the_whole(served: Any, scope: dict[str, Any]) -> None:
    secret = served.browser().ask("POST", "/tokens", {"name": "Excel", **scope}).json()["secret"]
    header = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{served.address}/feed", headers=header).status_code == 200
    assert httpx.get(f"{served.address}/api/v1/analyses", headers=header).status_code == 403


def test_tokens_of_a_closed_account_are_suspended_at_once(served: Any) -> None:
    served.person("Anne")
    bob = served.person("Bob", "editor")
    secret, _, _ = served.accounts.token_made(bob, Wanted("Excel", "electoral_profile"))
    header = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{served.address}/api/v1/analyses", headers=header).status_code == 200
    served.accounts.account_changed(bob.id, "test", disabled=True)
    answer = httpx.get(f"{served.address}/api/v1/analyses", headers=header)
    assert answer.status_code == 403
    assert "désactivé" in answer.json()["given"]
    served.accounts.account_changed(bob.id, "test", disabled=False)
    assert httpx.get(f"{served.address}/api/v1/analyses", headers=header).status_code == 200


def test_the_password_of_a_proxy_before_us_is_not_ours_to_judge(served: Any) -> None:
    served.person("Anne")
    browser = served.browser("anne")
    assert browser.get("/api/v1/tokens", headers={"Authorization": basic("site", "staging")}).status_code == 200
