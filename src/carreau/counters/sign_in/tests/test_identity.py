"""Signing in at a real identity provider, in a process of its own; and at false ones."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from carreau.counters.sign_in.elsewhere import own_page
from carreau.errors import Broken
from carreau.house.accounts_identity import is_safe, provider_declared

ANNE = {"sub": "anne-1", "email": "anne@exemple.fr", "email_verified": True}


class Provider:
    """The provider, seen by the tests."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def set(self, user: dict[str, Any], twist: str = "") -> None:
        """Who signs in there, and what goes wrong."""
        httpx.post(f"{self.issuer}/twist", json={"user": user, "twist": twist}).raise_for_status()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = Path(__file__).with_name("identity_provider.py")
    process = subprocess.Popen([sys.executable, str(script), str(port)], stderr=subprocess.PIPE, text=True)
    issuer = f"http://127.0.0.1:{port}"
    for _ in range(400):
        try:
            httpx.get(f"{issuer}/keys")
            break
        except httpx.HTTPError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.05)
    yield Provider(issuer)
    process.terminate()
    process.wait(10)
    if process.stderr:
        process.stderr.close()


@pytest.fixture
def house(serve: Callable[..., Any], provider: Provider, tmp_path: Path) -> Any:
    """A house whose owner declared the provider in its folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "oidc.toml").write_text(
        f'issuer = "{provider.issuer}"\nclient_id = "carreau"\nclient_secret = "secret of the house"\n'
        'domains = ["exemple.fr"]\n'
    )
    served = serve()
    served.person("Olga")
    provider.set(ANNE)
    return served


def gone(browser: Any, back: str = "/") -> str:
    """The address at the provider that a browser is sent to."""
    answer = browser.get("/api/v1/oidc/start", params={"back": back})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def returned(browser: Any, there: str) -> str:
    """The address of the house that the provider sends a browser back to."""
    answer = httpx.get(there)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def whole(browser: Any, back: str = "/") -> httpx.Response:
    """The whole way there and back."""
    return seen(browser, returned(browser, gone(browser, back)))


def seen(browser: Any, address: str) -> httpx.Response:
    """What a person sees at an address."""
    answer: httpx.Response = browser.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    return answer


def test_one_signs_in_there_and_comes_back_to_the_page_one_left(house: Any) -> None:
    browser = house.browser()
    assert browser.visit()["methods"] == ["password", "oidc"]
    before = [cookie.value for cookie in browser.cookies.jar]
    answer = whole(browser, "/bureau/69123_0101?vue=carte")
    assert answer.status_code == 302, answer.text
    assert (answer.status_code, answer.headers["location"]) == (302, "/bureau/69123_0101?vue=carte")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert [cookie.value for cookie in browser.cookies.jar] != before
    facts = browser.visit()
    assert (facts["signed_in"], facts["name"], facts["role"]) == (True, "anne@exemple.fr", "reader")


def test_the_same_person_comes_back_to_the_same_account(house: Any, provider: Provider) -> None:
    whole(house.browser())
    provider.set({**ANNE, "email": "anne.durand@exemple.fr", "email_verified": False})
    browser = house.browser()
    assert whole(browser).status_code == 302
    assert browser.visit()["name"] == "anne@exemple.fr"
    assert len(house.accounts.accounts.listed()) == 2


def test_what_one_leaves_with_is_secret_and_new(house: Any) -> None:
    asked = [parse_qs(urlsplit(gone(house.browser())).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["response_type"] == ["code"]
    assert len(asked[0]["state"][0]) >= 43


def test_an_answer_works_once(house: Any) -> None:
    browser = house.browser()
    address = returned(browser, gone(browser))
    assert browser.get(address).status_code == 302
    again = seen(browser, address)
    assert again.status_code == 403
    assert "recommencer la connexion" in again.text


def test_an_answer_in_another_browser_is_refused(house: Any) -> None:
    """Else one could be signed in as somebody else without knowing it (RFC 6749, 10.12)."""
    thief = house.browser()
    address = returned(thief, gone(thief))
    victim = house.browser()
    assert victim.get(address).status_code == 403
    assert victim.visit()["signed_in"] is False


def test_an_answer_that_comes_late_is_refused(house: Any) -> None:
    browser = house.browser()
    address = returned(browser, gone(browser))
    house.clock.turn(minutes=10)
    assert browser.get(address).status_code == 403


@pytest.mark.parametrize(
    "twist",
    [
        "nonce", "no nonce", "audience", "issuer", "expired", "not before", "no subject", "empty subject",
        "two audiences", "azp", "at_hash", "no token", "not a token", "other key", "alg none", "public key as secret",
    ],
)  # fmt: skip
def test_a_false_answer_signs_nobody_in(house: Any, provider: Provider, twist: str) -> None:
    provider.set(ANNE, twist)
    browser = house.browser()
    answer = whole(browser)
    assert answer.status_code == 403
    assert "n'a pas confirmé" in answer.text or "n&#x27;a pas confirmé" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert browser.visit()["signed_in"] is False
    assert len(house.accounts.accounts.listed()) == 1


@pytest.mark.parametrize(
    "twist",
    ["other issuer", "plain http", "file", "no keys address", "endless", "not json", "list", "down", "elsewhere"],
)
def test_a_provider_that_answers_badly_is_not_followed(house: Any, provider: Provider, twist: str) -> None:
    provider.set(ANNE, twist)
    answer = house.browser().get("/api/v1/oidc/start")
    assert answer.status_code == 502
    assert answer.json()["retry"] is True
    page = seen(house.browser(), "/api/v1/oidc/start")
    assert page.status_code == 502
    assert "<h1>La connexion n'a pas abouti</h1>" in page.text


def test_a_provider_that_is_not_there_is_said(serve: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "oidc.toml").write_text('issuer = "http://127.0.0.1:1"\nclient_id = "carreau"\n')
    answer = serve().browser().get("/api/v1/oidc/start")
    assert (answer.status_code, answer.json()["given"]) == (502, "ConnectError")


def test_one_may_say_no_there(house: Any, provider: Provider) -> None:
    provider.set(ANNE, "denied")
    answer = whole(house.browser())
    assert answer.status_code == 403
    assert "access_denied" in answer.text


def test_an_answer_of_another_issuer_is_refused(house: Any) -> None:
    """The mix-up of providers (RFC 9207)."""
    browser = house.browser()
    assert browser.get(returned(browser, gone(browser)) + "&iss=https://evil.example").status_code == 403


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"email_verified": False}, "vérifiée"), ({"email_verified": "true"}, "vérifiée"), ({"email": ""}, "vérifiée"),
        ({"email": "anne@ailleurs.example"}, "domaine"), ({"email": "anne@exemple.fr.evil.example"}, "domaine"),
        ({"email": "<script>@exemple.fr"}, "ne peut pas être pris"),
    ],
)  # fmt: skip
def test_an_address_that_is_not_verified_or_not_ours_gets_no_account(
    house: Any, provider: Provider, user: dict[str, Any], said: str
) -> None:
    provider.set({**ANNE, **user})
    answer = whole(house.browser())
    assert answer.status_code == 403
    assert said in answer.text
    assert "<script>" not in answer.text
    assert len(house.accounts.accounts.listed()) == 1


def test_an_address_told_apart_is_read_too(house: Any, provider: Provider) -> None:
    provider.set(ANNE, "userinfo")
    browser = house.browser()
    assert whole(browser).status_code == 302
    assert browser.visit()["name"] == "anne@exemple.fr"


def test_a_name_that_has_a_password_is_not_taken_over(house: Any, provider: Provider) -> None:
    house.person("anne@exemple.fr", "owner")
    answer = whole(house.browser())
    assert answer.status_code == 403
    assert "déjà pris" in answer.text


def test_a_closed_account_stays_closed(house: Any) -> None:
    whole(house.browser())
    anne = house.accounts.accounts.called("anne@exemple.fr")
    house.accounts.account_changed(anne.id, "test", disabled=True)
    browser = house.browser()
    assert whole(browser).status_code == 403
    assert browser.visit()["signed_in"] is False


def test_nobody_comes_in_before_an_owner(
    serve: Callable[..., Any], provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARREAU_OIDC_ISSUER", provider.issuer)
    monkeypatch.setenv("CARREAU_OIDC_CLIENT_ID", "carreau")
    monkeypatch.setenv("CARREAU_OIDC_CLIENT_SECRET", "secret of the house")
    provider.set(ANNE)
    answer = whole(serve().browser())
    assert answer.status_code == 403
    assert "premier compte" in answer.text


def test_a_wrong_secret_is_refused_by_the_provider(
    serve: Callable[..., Any], provider: Provider, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    declared = f'issuer = "{provider.issuer}"\nclient_id = "carreau"\nclient_secret = "wrong"\n'
    (tmp_path / "home" / "oidc.toml").write_text(declared)
    served = serve()
    served.person("Olga")
    provider.set(ANNE)
    answer = whole(served.browser())
    assert answer.status_code == 403
    assert "invalid_client" in answer.text


def test_a_house_without_a_provider_says_so(served: Any) -> None:
    for path in ("/api/v1/oidc/start", "/api/v1/oidc/return?state=x&code=y"):
        answer = served.browser().get(path)
        assert (answer.status_code, "mot de passe" in answer.json()["advice"]) == (404, True)
        page = seen(served.browser(), path)
        assert (page.status_code, "mot de passe" in page.text) == (404, True)


@pytest.mark.parametrize(
    "back",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\r\nSet-Cookie: x",
     "javascript:x", "", "evil", "/\u202e", "/\t/evil.example"],
)  # fmt: skip
def test_one_never_comes_back_to_another_site(back: str) -> None:
    assert own_page(back) == "/"


# The declaration


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    text = 'issuer = "https://id.exemple.fr"\nclient_id = "file"\ndomains = ["@Exemple.fr"]\n'
    (tmp_path / "oidc.toml").write_text(text)
    environment = {"CARREAU_OIDC_CLIENT_ID": "environment", "CARREAU_OIDC_ADDRESS": "https://carreau.exemple.fr/"}
    declared = provider_declared(tmp_path, environment)
    assert declared is not None
    assert (declared.issuer, declared.client_id) == ("https://id.exemple.fr", "environment")
    assert (declared.address, declared.domains) == ("https://carreau.exemple.fr", ("exemple.fr",))
    assert provider_declared(tmp_path / "nowhere", {}) is None
    listed = provider_declared(tmp_path, {"CARREAU_OIDC_DOMAINS": "a.fr, b.fr"})
    assert listed is not None
    assert listed.domains == ("a.fr", "b.fr")


@pytest.mark.parametrize(
    "text",
    ["issuer", 'issuer = "https://id.exemple.fr"', 'issuer = "http://id.exemple.fr"\nclient_id = "x"',
     'issuer = "https://id.exemple.fr"\nclient_id = "x"\naddress = "ftp://x"', 'issuer = "https://["\nclient_id = "x"'],
)  # fmt: skip
def test_a_declaration_that_cannot_be_used_says_what_to_correct(tmp_path: Path, text: str) -> None:
    (tmp_path / "oidc.toml").write_text(text)
    with pytest.raises(Broken) as caught:
        provider_declared(tmp_path, {})
    assert "oidc.toml" in caught.value.advice


def test_the_secret_of_the_house_is_not_shown(tmp_path: Path) -> None:
    facts = {"ISSUER": "https://id", "CLIENT_ID": "x", "CLIENT_SECRET": "s3cr3t"}
    declared = provider_declared(tmp_path, {f"CARREAU_OIDC_{name}": value for name, value in facts.items()})
    assert declared is not None
    assert declared.client_secret == "s3cr3t"
    assert "s3cr3t" not in repr(declared)


@pytest.mark.parametrize("address", ["", "https://", "http://localhost.evil.example", "file:///etc/passwd", "https//x"])
def test_an_address_that_is_not_https_is_not_safe(address: str) -> None:
    assert not is_safe(address)
