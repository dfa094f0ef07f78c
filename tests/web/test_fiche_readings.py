"""What can be read of a place, on its own page: asked when the reader comes to it, and what leads there."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.conftest import asked, violations

STATION = "96001_0002"
BLOCK = "section.readings"


def opened(page: Any, path: str = f"/bureau/{STATION}") -> Any:
    """The page of a place, once its block of readings is there; nothing is asked of them yet."""
    page.goto(path)
    page.locator(f"{BLOCK} details").first.wait_for(state="attached", timeout=60_000)
    return page


def test_the_themes_are_asked_when_the_reader_comes_to_them(page: Any, town_server: str) -> None:
    wanted: list[str] = []
    page.on("request", lambda request: wanted.append(request.url) if "/readings/" in request.url else None)
    opened(page)
    assert wanted == []
    page.locator(BLOCK).scroll_into_view_if_needed()
    page.locator(f"{BLOCK} .card").first.wait_for(timeout=60_000)
    rows = asked(town_server, f"readings/advice/bv:{STATION}")["rows"]
    titles = page.locator(f"{BLOCK} .card .title").all_inner_texts()
    assert titles == [row["theme_titre"] for row in rows]
    assert [url.split("/readings/")[1] for url in wanted] == [f"advice/bv:{STATION}"]


def test_the_votes_of_the_groups_of_a_station_come_when_they_are_opened(page: Any, town_server: str) -> None:
    opened(page)
    page.locator(f"{BLOCK} summary").filter(has_text="Qui vote comment").click()
    page.locator(f"{BLOCK} table[role=grid]").wait_for(timeout=60_000)
    row = next(one for one in asked(town_server, f"readings/votes/bv:{STATION}")["rows"] if one["part"] is not None)
    assert row["groupe_titre"] in page.locator(f"{BLOCK} table[role=grid]").inner_text()
    more = (
        page.locator(f"{BLOCK} details").filter(has_text="Qui vote comment").get_by_role("link", name="Lire en entier")
    )
    more.first.click()
    page.get_by_role("heading", level=1, name="Lectures").wait_for()
    assert f"lieu=bv:{STATION}" in page.url


def test_a_server_that_refuses_says_why_in_the_block_and_leaves_the_page(page: Any) -> None:
    problem = '{"title": "Manquant", "status": 400, "detail": "aucun bureau", "advice": "demander la commune"}'
    page.route(
        "**/api/v1/readings/advice/**",
        lambda route: route.fulfill(status=400, content_type="application/problem+json", body=problem),
    )
    opened(page)
    page.locator(BLOCK).scroll_into_view_if_needed()
    page.locator(f"{BLOCK} [role=alert]").wait_for()
    assert "demander la commune" in page.locator(f"{BLOCK} [role=alert]").inner_text()
    assert page.locator("h1").is_visible()


def test_the_page_and_the_map_lead_to_the_readings_of_the_commune(page: Any) -> None:
    opened(page)
    link = page.get_by_role("link", name="Lectures de la commune")
    assert link.get_attribute("href") == "/lectures?lieu=com:96001"
    page.goto(f"/carte?lieu=bv:{STATION}")
    panel = page.get_by_role("region", name="Le lieu choisi").or_(page.locator("section.panel"))
    assert panel.first.get_by_role("link", name="Lectures").get_attribute("href") == "/lectures?lieu=com:96001"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_when_all_is_open(page: Any, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    opened(page)
    for product in ("Qui vote comment", "Reports de voix"):
        page.locator(f"{BLOCK} summary").filter(has_text=product).click()
    page.locator(f"{BLOCK} table[role=grid]").nth(1).wait_for(timeout=60_000)
    page.locator(f"{BLOCK} .card").first.wait_for(timeout=60_000)
    assert violations(page) == []
