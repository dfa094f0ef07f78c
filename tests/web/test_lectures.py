"""The page of readings: what the API lists, asked of the town, with margins, reasons and files."""

from __future__ import annotations

from typing import Any

import pytest


def opened(page: Any) -> Any:
    """The page of readings, reached by the menu, once a table is there."""
    page.goto("/sources")
    page.get_by_role("banner").get_by_role("link", name="Lectures").click()
    page.get_by_role("heading", level=1, name="Lectures").wait_for()
    page.locator("tbody tr").first.wait_for(timeout=60_000)
    return page


def test_every_figure_stands_with_its_margin_or_with_the_reason_why_it_is_hidden(page: Any) -> None:
    opened(page)
    page.get_by_label("Lecture", exact=True).select_option("votes")
    page.get_by_role("heading", name="Qui vote comment").wait_for(timeout=60_000)
    cells = page.locator("tbody td.figure").all_inner_texts()
    assert any("±" in cell and "entre" in cell for cell in cells)
    assert any("Trop peu de personnes" in cell for cell in cells)


def test_a_choice_is_written_in_the_address_and_in_the_files(page: Any) -> None:
    opened(page)
    page.get_by_label("Lecture", exact=True).select_option("votes")
    page.get_by_label("Groupes", exact=True).select_option("age")
    page.get_by_role("columnheader", name="Âge").wait_for(timeout=60_000)
    assert "by=age" in page.url
    with page.expect_download() as given:
        page.get_by_role("link", name="csv").click()
    assert given.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing_to_say(page: Any, language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (the dev extra)")
    opened(page)
    if language == "en":
        page.locator("header button[lang=en]").click()
        page.get_by_role("heading", level=1, name="Readings").wait_for()
    assert axe.Axe().run(page).response["violations"] == []
