"""Over HTTP: bodies and headers that nobody sends in good faith, and the description of what may be sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GOOD = "quatre mots sans lien"


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


PRINTABLE = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
VALUES = st.text(PRINTABLE, max_size=60).map(str.strip)
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
    (name,) = (cookie.name for cookie in served.browser().cookies.jar)
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
