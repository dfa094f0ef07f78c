"""Connections: addresses that answer, three steps for each tool, tokens shown once, listed, withdrawn."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import violations


def opened(page: Any, language: str = "fr") -> Any:
    """The page of connections, once it knows who is there."""
    page.goto(f"/connexions?lang={language}")
    page.locator("form").wait_for()
    return page


def made(page: Any, name: str) -> Any:
    """The sheet of a token that was just made."""
    page.get_by_label("À quoi servira-t-il").fill(name)
    page.get_by_role("button", name="Faire un jeton").click()
    sheet = page.locator("section", has=page.get_by_role("heading", name=re.compile("^Votre jeton"))).last
    sheet.wait_for()
    return sheet


def test_each_tool_has_three_steps_and_something_to_copy(page: Any) -> None:
    opened(page)
    for tool in ("Excel", "Power BI", "Carnet Python", "Fichier Parquet"):
        section = page.get_by_role("region", name=tool, exact=True)
        assert section.locator("ol > li").count() == 3
        assert section.get_by_role("button", name=re.compile("^Copier")).count() == 1


def test_the_addresses_that_are_shown_answer(page: Any) -> None:
    opened(page)
    shown = page.locator(".tools code").all_inner_texts()
    addresses = [text for text in shown if text.startswith("http")]
    assert len(addresses) == 3
    for address in set(addresses):
        asked = urllib.request.Request(address, headers={"Range": "bytes=0-3"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert answer.status in (200, 206), address


@pytest.mark.parametrize("name", ["carreau.pbids", "carreau.share", "carreau.py"])
def test_files_for_the_tools_are_downloaded(page: Any, name: str) -> None:
    opened(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name=f"Télécharger {name}").click()
    assert waiting.value.suggested_filename == name
    text = Path(waiting.value.path()).read_text("utf-8")
    if name != "carreau.py":
        json.loads(text)


def test_a_line_is_copied(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page)
    page.get_by_role("button", name=re.compile("^Copier : Excel")).click()
    page.get_by_text("Copié.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/odata/")


def test_a_token_is_shown_once_works_and_is_withdrawn(page: Any, town_server: str) -> None:
    opened(page)
    sheet = made(page, "Excel de <b>l’équipe</b>")
    secret = sheet.locator("code").first.inner_text()
    asked = urllib.request.Request(f"{town_server}/delta-sharing/shares", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 200
    with page.expect_download() as waiting:
        sheet.get_by_role("button", name=re.compile("Profil Delta Sharing")).click()
    assert json.loads(Path(waiting.value.path()).read_text("utf-8"))["bearerToken"] == secret
    sheet.get_by_role("button", name="C’est copié, ne plus montrer").click()
    assert secret not in page.content()
    page.reload()
    row = page.locator("tbody tr", has_text=secret[:12]).first  # the beginning of a token is no secret
    row.wait_for()
    assert "Excel de <b>l’équipe</b>" in row.inner_text()
    assert secret not in page.content()
    assert "actif" in row.inner_text()
    row.get_by_role("button", name=re.compile("^Retirer le jeton")).click()
    page.get_by_role("button", name="Retirer", exact=True).last.click()
    row.get_by_text("retiré").wait_for()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=30)
    assert refused.value.code == 401
    refused.value.close()


def test_a_token_can_be_kept_to_a_place_a_level_and_a_while(page: Any) -> None:
    opened(page)
    page.get_by_label("Durée").select_option("7")
    page.get_by_label("Maille").select_option("commune")
    page.get_by_role("combobox", name="Territoire").fill("carrev")
    page.get_by_role("option", name=re.compile("^Carreville")).first.click()
    made(page, "Sept jours")
    row = page.locator("tbody tr", has_text="Sept jours").first
    row.wait_for()
    assert "com:96001, Commune" in re.sub(r"\s+", " ", row.inner_text())


def test_english_says_the_same(page: Any) -> None:
    opened(page, "en")
    assert page.get_by_role("region", name="Python notebook", exact=True).locator("ol > li").count() == 3
    assert page.get_by_role("button", name="Make a token").is_visible()


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_nothing_overflows(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    opened(page, language)
    page.locator("form input").first.fill("axe")
    page.locator("form button[type=submit]").click()
    page.locator("section code").nth(4).wait_for()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
