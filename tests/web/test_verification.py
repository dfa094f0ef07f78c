"""The page of checks: reached from a reading, its tables are those of the API, those of the reading first."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.conftest import asked, plain, violations

PAGE = "/verification"


def opened(page: Any, path: str) -> None:
    """The page, once its tables are there."""
    page.goto(path)
    page.locator("section table").first.wait_for()


def test_each_reading_sends_to_how_its_figures_were_checked(page: Any) -> None:
    page.goto("/lectures?lecture=transfers&lieu=com:96001")
    page.get_by_role("link", name="Comment ces chiffres ont été vérifiés").first.click()
    page.get_by_role("heading", level=1, name="Comment ces chiffres ont été vérifiés").wait_for()
    page.locator("section h2").first.wait_for()
    assert page.locator("section h2").first.inner_text() == "Votes des groupes et reports de voix"
    page.get_by_role("link", name="Retour à la lecture").click()
    page.get_by_role("heading", level=1, name="Lectures").wait_for()


def test_every_figure_of_the_page_is_that_of_the_server(page: Any, town_server: str) -> None:
    opened(page, PAGE)
    tables = asked(town_server, "checks")["checks"]
    assert page.locator("section table").count() == len(tables)
    for table, shown in zip(tables, page.locator("section table").all(), strict=True):
        assert shown.locator("tbody tr").count() == len(table["rows"])
        first = plain(shown.locator("tbody tr").first.inner_text())
        assert plain(table["rows"][0]["title"]) in first
        at = next(rank for rank, column in enumerate(table["columns"]) if column["unit"] in {"%", ""} and rank >= 0)
        value = table["rows"][0]["values"][at]
        assert value is not None and (
            f"{value:.1f}".replace(".", ",") in first
            or f"{value:,.0f}".replace(",", " ") in first
            or f"{value:.2f}".replace(".", ",") in first
        )


def test_a_cover_far_from_its_promise_stands_out(page: Any, town_server: str) -> None:
    opened(page, PAGE)
    far = sum(
        value is not None and column["name"].startswith("held_") and abs(value - int(column["name"][5:])) > 2
        for table in asked(town_server, "checks")["checks"]
        for row in table["rows"]
        for column, value in zip(table["columns"], row["values"], strict=True)
    )
    assert page.locator("td.off").count() == far


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_scrolls_only_downwards(page: Any, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    opened(page, f"{PAGE}?lang=en")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
