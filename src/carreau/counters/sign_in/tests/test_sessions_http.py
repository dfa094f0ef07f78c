"""Sign-in over HTTP: the laptop without accounts, sessions, forms of other sites."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from carreau.market.settings import SETTINGS

GOOD = "quatre mots sans lien"
OTHER = "cinq autres mots sans rapport"


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
