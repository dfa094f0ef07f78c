"""Sign-in over HTTP: sessions, forms of other sites, what belongs to others, hostile headers."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.market.credentials import Wanted
from carreau.market.settings import SETTINGS

GOOD = "quatre mots sans lien"
OTHER = "cinq autres mots sans rapport"


def basic(user: str, password: str) -> str:
    """The value of Authorization for Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def cookie_of(browser: httpx.Client) -> tuple[str, str]:
    """The one cookie of a browser."""
    (cookie,) = browser.cookies.jar
    return cookie.name, str(cookie.value)


# A laptop without accounts


def test_a_laptop_without_accounts_is_open_to_who_sits_at_it(served: Any) -> None:
    facts = served.browser().visit()
    assert (facts["open"], facts["signed_in"], facts["role"], facts["methods"]) == (True, False, "editor", ["password"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example:80"}, {"Host": "localhost@evil.example"},
        {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=192.0.2.1"},
        {"X-Real-IP": "192.0.2.1"}, {"Via": "1.1 proxy"}, {"X-Forwarded-Host": "carreau.example"},
    ],
)  # fmt: skip
def test_it_is_not_open_to_a_page_or_a_machine_from_elsewhere(served: Any, headers: dict[str, str]) -> None:
    facts = httpx.get(f"{served.address}/api/v1/session", headers=headers).json()
    assert (facts["open"], facts["role"]) == (False, "")
    assert httpx.get(f"{served.address}/api/v1/tokens", headers=headers).status_code == 401


def test_it_is_not_open_when_the_server_listens_to_other_machines(served: Any) -> None:
    served.app.state.open = False
    assert served.browser().get("/api/v1/tokens").status_code == 401
    del served.app.state.open
    assert served.browser().get("/api/v1/tokens").status_code == 401


def test_it_closes_with_the_first_account_which_gets_what_was_made(served: Any) -> None:
    browser = served.browser()
    assert browser.ask("POST", "/analyses", {"name": "A", "state": {}}).status_code == 201
    assert browser.ask("POST", "/tokens", {"name": "Excel"}).status_code == 201
    assert browser.ask("POST", "/accounts", {"name": "Eve", "role": "owner", "password": GOOD}).status_code == 403
    served.person("Anne")
    assert browser.get("/api/v1/tokens").status_code == 401
    anne = served.browser("anne")
    assert [entry["name"] for entry in anne.get("/api/v1/analyses").json()] == ["A"]
    assert [entry["name"] for entry in anne.get("/api/v1/tokens").json()] == ["Excel"]


# Sessions


def test_signing_in_gives_a_new_cookie_that_scripts_cannot_read(served: Any) -> None:
    served.person("Anne")
    browser = served.browser()
    before = cookie_of(browser)
    answer = browser.sign_in(" ANNE ")
    assert answer.json() == {
        "signed_in": True, "name": "Anne", "role": "owner", "open": False, "csrf": browser.csrf,
        "methods": ["password"],
    }  # fmt: skip
    assert cookie_of(browser) != before
    said = answer.headers["set-cookie"].lower()
    assert all(word in said for word in ("httponly", "path=/", "samesite=lax", "max-age=604800"))
    assert answer.headers["cache-control"] == "no-store"
    assert cookie_of(browser)[1] not in answer.text


def test_over_tls_the_cookie_is_this_hosts_alone(served: Any) -> None:
    answer = httpx.get(f"{served.address}/api/v1/session", headers={"X-Forwarded-Proto": "https"})
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-carreau=")
    assert "Secure" in said
    assert "Domain" not in said


def test_a_cookie_chosen_by_somebody_else_never_becomes_a_session(served: Any) -> None:
    served.person("Anne")
    browser = served.browser()
    name, fixed = cookie_of(browser)
    browser.sign_in("anne")
    thief = served.program(cookies={name: fixed})
    assert thief.get("/api/v1/tokens").status_code == 401
    assert thief.get("/api/v1/session").json()["signed_in"] is False


def test_signing_in_again_ends_the_session_before(served: Any) -> None:
    served.person("Anne")
    browser = served.browser("anne")
    copied = served.program(cookies=dict([cookie_of(browser)]))
    assert copied.get("/api/v1/tokens").status_code == 200
    browser.sign_in("anne")
    assert copied.get("/api/v1/tokens").status_code == 401


def test_signing_out_ends_the_session_wherever_its_cookie_is(served: Any) -> None:
    served.person("Anne")
    browser = served.browser("anne")
    copied = served.program(cookies=dict([cookie_of(browser)]))
    assert copied.get("/api/v1/tokens").status_code == 200
    assert browser.ask("DELETE", "/session").status_code == 204
    assert copied.get("/api/v1/tokens").status_code == 401
    assert browser.visit()["signed_in"] is False


def test_a_session_ends_by_itself(served: Any) -> None:
    served.person("Anne")
    browser = served.browser("anne")
    served.clock.turn(minutes=SETTINGS["session"]["idle_minutes"] - 1)
    assert browser.get("/api/v1/tokens").status_code == 200
    served.clock.turn(minutes=SETTINGS["session"]["idle_minutes"])
    assert browser.get("/api/v1/tokens").status_code == 401


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(served: Any) -> None:
    served.person("Anne")
    answers = [served.browser().sign_in(name, "faux mot de passe") for name in ("anne", "personne")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text


def test_many_failures_wait_and_say_how_long_and_lock_nobody_else_out(served: Any) -> None:
    served.person("Anne")
    served.person("Bob")
    browser = served.browser()
    statuses = [browser.sign_in("anne", "faux mot de passe").status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    refused = browser.sign_in("anne")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    assert "2 secondes" in refused.json()["expected"]
    assert browser.sign_in("bob").status_code == 200
    served.clock.turn(seconds=2)
    assert browser.sign_in("anne").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_turns_this_cookie(served: Any) -> None:
    served.person("Anne")
    browser, elsewhere = served.browser("anne"), served.browser("anne")
    before = cookie_of(browser)
    assert browser.ask("PUT", "/session/password", {"old": "faux mot de passe", "new": OTHER}).status_code == 403
    assert browser.ask("PUT", "/session/password", {"old": GOOD, "new": "court"}).status_code == 403
    changed = browser.ask("PUT", "/session/password", {"old": GOOD, "new": OTHER})
    assert (changed.status_code, changed.json()["signed_in"]) == (200, True)
    assert cookie_of(browser) != before
    assert browser.get("/api/v1/tokens").status_code == 200
    assert elsewhere.get("/api/v1/tokens").status_code == 401
    assert served.browser().sign_in("anne", OTHER).status_code == 200


def test_behind_a_server_of_this_machine_each_client_is_counted_apart(served: Any) -> None:
    served.person("Anne")
    browser = served.browser()
    body = {"name": "anne", "password": "faux mot de passe"}
    chosen_by_the_client = "203.0.113.9, 192.0.2.66"  # what it said itself comes before what the server saw
    for _ in range(5):
        browser.ask("POST", "/session", body, **{"X-Forwarded-For": chosen_by_the_client})
    again = browser.ask("POST", "/session", body, **{"X-Forwarded-For": "203.0.113.10, 192.0.2.66"})
    other = browser.ask("POST", "/session", body, **{"X-Forwarded-For": "192.0.2.67"})
    assert (again.status_code, other.status_code) == (429, 401)


def test_guessing_the_password_from_a_stolen_session_is_slow_too(served: Any) -> None:
    served.person("Anne")
    browser = served.browser("anne")
    guess = {"old": "faux mot de passe", "new": OTHER}
    assert [browser.ask("PUT", "/session/password", guess).status_code for _ in range(6)] == [403] * 5 + [429]


# Forms of other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": "é"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.example"},
        {"Origin": "null"}, {"Origin": ""}, {"Origin": "http://["}, {"Origin": "http://127.0.0.1"},
    ],
)  # fmt: skip
def test_a_change_asked_by_another_site_is_refused(served: Any, headers: dict[str, str]) -> None:
    browser = served.browser()
    encoded = {name: value.encode() for name, value in headers.items()}
    for method, path, body in (
        ("POST", "/analyses", {"name": "A", "state": {}}),
        ("POST", "/session", {"name": "anne", "password": GOOD}),
        ("DELETE", "/session", None),
        ("POST", "/tokens", {"name": "A"}),
    ):
        answer = browser.ask(method, path, body, **encoded)
        assert (answer.status_code, answer.json()["status"]) == (403, 403)
        assert answer.json()["advice"]
    assert browser.get("/api/v1/analyses").json() == []


def test_the_token_of_another_browser_proves_nothing(served: Any) -> None:
    browser, other = served.browser(), served.browser()
    answer = browser.ask("POST", "/analyses", {"name": "A", "state": {}}, **{"X-CSRF-Token": other.csrf})
    assert answer.status_code == 403


def test_without_a_cookie_there_is_no_form(served: Any) -> None:
    answer = httpx.post(f"{served.address}/api/v1/analyses", json={"name": "A", "state": {}})
    assert answer.status_code == 403


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


# Hostile bodies and headers


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tokens", {"name": "A", "days": 0}), ("/tokens", {"name": "A", "days": 1e9}), ("/tokens", {"name": ""}),
        ("/tokens", {"name": "a\nb"}), ("/tokens", {"name": "\x00"}), ("/tokens", {"name": "A", "role": "owner"}),
        ("/tokens", {"name": "A", "columns": []}), ("/tokens", {"name": "A", "columns": ["x; drop"]}),
        ("/tokens", {"name": "A", "level": "../x"}),
        ("/tokens", {}), ("/tokens", []), ("/tokens", None),
        ("/analyses", {"name": " ", "state": {}}), ("/analyses", {"name": "A", "state": []}),
        ("/session", {"name": "a" * 201, "password": "x"}), ("/session", {"name": "a", "password": "x" * 1025}),
        ("/session", {"name": "a", "password": ""}),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_said_so(served: Any, path: str, body: Any) -> None:
    assert served.browser().ask("POST", path, body).status_code == 422


@pytest.mark.parametrize(
    ("scope", "near"),
    [
        ({"level": "bureaux"}, "bureau"), ({"columns": ["part_cadre"]}, "part_cadres"),
        ({"territory": "com:691"}, "com:"),
    ],
)
def test_a_token_for_what_does_not_exist_is_answered_with_near_names(
    served: Any, scope: dict[str, Any], near: str
) -> None:
    browser = served.browser()
    answer = browser.ask("POST", "/tokens", {"name": "A", **scope})
    assert (answer.status_code, near in answer.json()["expected"]) == (404, True)
    assert browser.get("/api/v1/tokens").json() == []


@pytest.mark.parametrize(
    "text",
    ['{"name":"A","state":{"x":NaN}}', '{"name":"A","state":{"x":1e999}}', '{"name":"A","state":{"x":"\\ud800"}}',
     '{"name":"\\ud800","state":{}}', '{"name":"A","state":' + '{"x":' * 900 + "1" + "}" * 900 + "}",
     '{"name":"A","state":{"x":' + "9" * 5000 + "}}", "{", "\xff"],
)  # fmt: skip
def test_json_that_is_not_quite_json_never_breaks(served: Any, text: str) -> None:
    browser = served.browser()
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/json"}
    answer = browser.post("/api/v1/analyses", content=text.encode("latin1"), headers=headers)
    assert answer.status_code in {201, 400, 403, 422}
    assert browser.get("/api/v1/analyses").status_code == 200


VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
NAMES = st.sampled_from(
    ["Authorization", "Cookie", "Origin", "X-CSRF-Token", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto"]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_hostile_headers_never_break(served: Any, headers: dict[str, str]) -> None:
    encoded = {name: value.encode("latin1") for name, value in headers.items()}
    served.clients[:1] = served.clients[:1] or [served.program()]
    for method, path in (("GET", "/session"), ("GET", "/tokens"), ("DELETE", "/session"), ("POST", "/tokens")):
        answer = served.clients[0].request(method, f"/api/v1{path}", headers=encoded)
        assert answer.status_code in {200, 204, 401, 403, 422}, answer.text


def test_a_huge_cookie_is_no_session(served: Any) -> None:
    name, _ = cookie_of(served.browser())
    served.person("Anne")
    answer = httpx.get(f"{served.address}/api/v1/tokens", headers={"Cookie": f"{name}={'a' * 20_000}"})
    assert answer.status_code == 401


# The description


def test_every_answer_is_described(served: Any) -> None:
    described = httpx.get(f"{served.address}/openapi.json").json()["paths"]
    assert {path for path in described if path.startswith("/api/v1")} == {
        "/api/v1/session", "/api/v1/session/password", "/api/v1/oidc/start", "/api/v1/oidc/return", "/api/v1/accounts",
        "/api/v1/accounts/{identifier}", "/api/v1/tokens", "/api/v1/tokens/{identifier}", "/api/v1/analyses",
        "/api/v1/analyses/{identifier}",
    }  # fmt: skip
    for path, methods in described.items():
        for method, facts in methods.items():
            if path.startswith("/api/v1"):
                assert facts["description"], (path, method)
                assert all(answer["description"] for answer in facts["responses"].values())
