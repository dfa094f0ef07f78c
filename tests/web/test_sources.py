"""Sources: each with its publisher, licence, standing and coverage, for the whole or for chosen places."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.web.conftest import asked, plain, violations


def opened(page: Any, path: str = "/sources", language: str = "fr") -> Any:
    """The page of sources, once they are there."""
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    page.locator("article.sheet").first.wait_for()
    return page


def test_every_source_says_publisher_vintage_licence_and_standing(page: Any, town_server: str) -> None:
    opened(page)
    sources = asked(town_server, "sources")["sources"]
    sheets = page.locator("article.sheet")
    assert sheets.count() == len(sources)
    for sheet, source in zip(sheets.all(), sources, strict=True):
        text = plain(sheet.inner_text())
        assert plain(source["title"]) in text
        assert source["publisher"] in text
        assert source["licence"] in text
        assert "inventé pour les essais" in text, "the town is invented, and says so"


def test_coverage_adds_up_to_all_that_could_be(page: Any, town_server: str) -> None:
    opened(page, "/sources?dans=com:96001")
    for source in asked(town_server, "sources?in=com:96001")["sources"]:
        if not source["indicators"]:
            continue
        sheet = page.locator("article.sheet", has=page.get_by_role("heading", name=source["title"], exact=True))
        said = sheet.get_by_role("img").get_attribute("aria-label")
        parts = re.findall(r"[\d\s]+(?= (?:montrés|empruntés|masqués|absents))", said)
        counts = [int(re.sub(r"\D", "", part)) for part in parts]
        assert sum(counts) == source["total"], source["id"]
        shares = [float(rect.get_attribute("width").rstrip("%")) for rect in sheet.locator("svg rect").all()]
        assert sum(shares) == pytest.approx(100, abs=0.01)


def test_files_and_their_digests_are_at_hand(page: Any) -> None:
    opened(page)
    first = page.locator("article.sheet").first
    first.locator("summary").click()
    assert re.fullmatch(r"[0-9a-f]{64}", first.locator("td.digest").first.inner_text())


def test_a_place_is_chosen_stands_in_the_address_and_is_removed(page: Any) -> None:
    opened(page)
    box = page.get_by_role("combobox", name="Regarder ailleurs")
    box.fill("carrev")
    page.get_by_role("option", name=re.compile("^Carreville")).first.click()
    page.wait_for_url("**dans=com:96001**")
    page.get_by_role("button", name="Retirer Carreville").click()
    page.wait_for_url(lambda url: "dans" not in url)


def test_a_view_that_was_sent_names_its_places(page: Any) -> None:
    opened(page, "/sources?dans=com:96001")
    page.get_by_role("status").filter(has_text="Carreville").wait_for()


def test_a_hostile_title_and_address_are_text(page: Any) -> None:
    def poisoned(route: Any) -> None:
        answer = route.fetch()
        facts = answer.json()
        facts["sources"][0].update(title="<img src=x onerror=alert(1)>", url="javascript:alert(1)")
        route.fulfill(status=200, content_type="application/json", body=json.dumps(facts))

    page.route("**/api/v1/sources*", poisoned)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    opened(page)
    assert "<img src=x" in page.locator("article h3").first.inner_text()
    assert page.locator("a[href^=javascript]").count() == 0


def test_english_says_the_same(page: Any) -> None:
    opened(page, language="en")
    assert "Publisher" in page.locator("article.sheet").first.inner_text()


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_nothing_overflows(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, "/sources?dans=com:96001", language)
        page.locator("article summary").first.click()
        assert violations(page) == []
