"""Signing in: an open house says so; once it has an owner one comes in, manages accounts, goes out."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import plain, violations

from carreau.house import open_home
from carreau.house.accounts import accounts_of
from carreau.market.accounts import Newcomer

OWNER, SECRET = "anne@exemple.fr", "une phrase assez longue pour Anne"


@pytest.fixture(scope="module")
def owned(town_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the same town in a house that has an owner."""
    home = tmp_path_factory.mktemp("owned") / "maison"
    shutil.copytree(town_home, home)
    accounts_of(open_home(home)).account_created(Newcomer(OWNER, "owner", SECRET), "test")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    code = "from carreau.counters.cli import main; main()"
    asked = [sys.executable, "-c", code, "serve", "--port", str(port), "--home", str(home), "--quiet"]
    process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        answering(f"{base}/api/v1/session", process)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def answering(address: str, process: subprocess.Popen[bytes], within: float = 120) -> None:
    """Waits until something answers at an address."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        assert process.poll() is None, f"carreau serve ended with {process.returncode}"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


@pytest.fixture
def visitor(browser: Any, owned: str) -> Iterator[Any]:
    """A fresh page of the house that has an owner; a script that throws fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR", base_url=owned)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


def entered(page: Any, name: str = OWNER, password: str = SECRET) -> Any:
    """The page after a try to come in."""
    page.goto("/connexion?lang=fr")
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()
    return page


def test_a_house_without_accounts_says_that_none_is_needed_and_how_to_close_it(page: Any) -> None:
    page.goto("/connexion?lang=fr")
    page.get_by_role("heading", name="Pas besoin de compte ici").wait_for()
    assert "carreau account-add" in page.locator("main code").inner_text()
    assert page.get_by_label("Mot de passe").count() == 0


def test_a_wrong_password_is_refused_without_saying_which_half_is_wrong(visitor: Any) -> None:
    said = []
    for name, password in ((OWNER, "autre chose"), ("personne@exemple.fr", SECRET)):
        entered(visitor, name, password)
        visitor.get_by_role("alert").wait_for()
        said.append(plain(visitor.get_by_role("alert").inner_text()))
        assert visitor.get_by_label("Mot de passe").input_value() == ""
    assert said[0] == said[1]


def test_one_comes_in_sees_ones_role_and_goes_out(visitor: Any) -> None:
    entered(visitor)
    visitor.get_by_text(f"Connecté : {OWNER}").wait_for()
    assert "propriétaire" in plain(visitor.locator("main").inner_text())
    visitor.locator("main").get_by_role("button", name="Se déconnecter").click()
    visitor.get_by_role("heading", name="Se connecter", exact=True).wait_for()
    assert visitor.get_by_label("Mot de passe", exact=True).is_visible()


def test_one_comes_back_to_the_page_one_left_and_to_no_other_site(visitor: Any) -> None:
    here = "/connexion"
    for back, path in (("/connexions", "/connexions"), ("//exemple.org/", here), ("https://exemple.org", here)):
        visitor.context.clear_cookies()
        visitor.goto(f"/connexion?lang=fr&retour={back}")
        visitor.get_by_label("Nom").fill(OWNER)
        visitor.get_by_label("Mot de passe").fill(SECRET)
        visitor.get_by_role("button", name="Se connecter").click()
        visitor.get_by_text("Bonjour").wait_for()
        visitor.wait_for_function(f"location.pathname === '{path}'")


def test_an_owner_creates_an_account_gives_it_a_role_closes_it_and_reopens_it(visitor: Any) -> None:
    entered(visitor)
    visitor.get_by_role("heading", name="Comptes de la maison").wait_for()
    form = visitor.locator("form", has=visitor.get_by_role("button", name="Créer"))
    form.get_by_label("Nom").fill("luc@exemple.fr")
    form.get_by_label("Mot de passe").fill("une longue phrase pour entrer")
    form.get_by_role("button", name="Créer").click()
    row = visitor.locator("tbody tr", has_text="luc@exemple.fr")
    row.wait_for()
    row.get_by_role("combobox").select_option("editor")
    visitor.get_by_text("Compte « luc@exemple.fr » modifié.").first.wait_for()
    row.get_by_role("button", name="Fermer le compte").click()
    row.get_by_role("button", name="Rouvrir le compte").click()
    row.get_by_role("button", name="Fermer le compte").wait_for()
    assert row.get_by_role("combobox").input_value() == "editor"


def test_an_owner_deletes_a_closed_account_after_a_second_word(visitor: Any) -> None:
    entered(visitor)
    form = visitor.locator("form", has=visitor.get_by_role("button", name="Créer"))
    form.get_by_label("Nom").fill("leo@exemple.fr")
    form.get_by_label("Mot de passe").fill("une longue phrase pour entrer")
    form.get_by_role("button", name="Créer").click()
    row = visitor.locator("tbody tr", has_text="leo@exemple.fr")
    row.get_by_role("button", name="Fermer le compte").wait_for()
    assert row.get_by_role("button", name="Supprimer").count() == 0
    row.get_by_role("button", name="Fermer le compte").click()
    row.get_by_role("button", name="Supprimer le compte leo@exemple.fr").click()
    row.get_by_role("button", name="Supprimer pour de bon ?").click()
    visitor.get_by_text("Compte « leo@exemple.fr » supprimé").first.wait_for()
    row.wait_for(state="detached")


def test_a_short_password_or_a_hostile_name_is_refused_in_words(visitor: Any) -> None:
    entered(visitor)
    form = visitor.locator("form", has=visitor.get_by_role("button", name="Créer"))
    long = "une longue phrase pour entrer"
    for name, password, said in (("Zoé", "court", "mot de passe"), ("<b>Zoé</b>", long, "nom de compte")):
        form.get_by_label("Nom").fill(name)
        form.get_by_label("Mot de passe").fill(password)
        form.get_by_role("button", name="Créer").click()
        form.get_by_role("alert").filter(has_text=said).wait_for()


def test_data_and_tokens_ask_to_sign_in_first(visitor: Any) -> None:
    for path in ("/mes-donnees", "/connexions"):
        visitor.goto(f"{path}?lang=fr")
        link = visitor.locator("main").get_by_role("link", name="Se connecter")
        link.wait_for()
        assert link.get_attribute("href") == f"/connexion?retour={path}"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visitor: Any, language: str, theme: str) -> None:
    visitor.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for width in (1440, 390):
        visitor.context.clear_cookies()
        visitor.set_viewport_size({"width": width, "height": 900})
        visitor.goto(f"/connexion?lang={language}")
        visitor.locator("main form input").first.wait_for()
        assert violations(visitor) == []
        visitor.locator("main form input").first.fill(OWNER)
        visitor.locator("main form input").nth(1).fill(SECRET)
        visitor.locator("main form button[type=submit]").click()
        visitor.locator("tbody tr").first.wait_for()
        assert violations(visitor) == []
        assert visitor.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
