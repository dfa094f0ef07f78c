"""The map, for everyone: axe in both languages and both themes, the keyboard, and what is sent over the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.conftest import violations

Waits = Callable[..., None]
MAP = ".map[data-state=drawn]"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for path in ("/carte?lieu=com:96001&communes=96001", "/carte?liste=1&avec=part_ouvriers&couleurs=ecart"):
        page.goto(f"{path}&lang={language}")
        page.wait_for_selector(MAP, timeout=60_000)
        page.locator(".side h2").first.wait_for()
        page.wait_for_timeout(600)
        assert violations(page) == []


def test_axe_finds_nothing_on_an_open_picker_and_on_a_phone(page: Any) -> None:
    page.goto("/carte")
    page.wait_for_selector(MAP, timeout=60_000)
    page.get_by_role("combobox", name="Indicateur").click()
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("Escape")
    assert violations(page) == []


def test_the_first_tab_leads_past_the_header(page: Any) -> None:
    page.goto("/carte")
    page.wait_for_selector(MAP, timeout=60_000)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_keyboard_alone_goes_from_the_list_to_a_station(page: Any) -> None:
    page.goto("/carte?liste=1")
    page.wait_for_selector(MAP, timeout=60_000)
    page.get_by_role("region", name="Liste").locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bureau/96001_*")


def test_the_arrows_move_the_map(page: Any, eventually: Waits) -> None:
    page.goto("/carte")
    page.wait_for_selector(MAP, timeout=60_000)
    page.locator(".map canvas").focus()
    page.keyboard.press("ArrowRight")
    eventually(page, "location.search.includes('vue=')")


def test_the_map_says_what_it_shows_and_where_the_same_figures_are(page: Any) -> None:
    page.goto("/carte?indicateur=part_cadres")
    page.wait_for_selector(MAP, timeout=60_000)
    label = page.locator(".map canvas").get_attribute("aria-label")
    assert label.startswith("Carte de Cadres.") and "La liste donne les mêmes chiffres" in label
