"""Advice on the page of readings: themes as cards with their evidence, where they apply, what leads to the map."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the dev extra has it)").expect
ADVICE = "/lectures?lecture=advice"
CARD = "article.card"


def opened(page: Any, path: str = ADVICE) -> Any:
    """The page of readings at an address of advice, once a card is there."""
    page.goto(path)
    page.locator(CARD).first.wait_for(timeout=90_000)
    return page


def figure(value: float) -> str:
    """A share as it is written: one decimal and a comma."""
    return f"{value:.1f}".replace(".", ",") + " %"


def test_each_theme_stands_with_three_figures_its_comparisons_and_what_to_check(page: Any, town_server: str) -> None:
    rows = asked(town_server, "readings/advice/com:96001")["rows"]
    opened(page)
    cards = page.locator(CARD)
    assert [card.locator(".title").inner_text() for card in cards.all()] == [row["theme_titre"] for row in rows]
    for row, card in zip(rows, cards.all(), strict=True):
        said = plain(card.inner_text())
        assert card.locator("li").count() == 3
        assert plain(row["a_verifier"]) in said
        compared = said[said.index("Commune ") : said.index(" · France ")]
        assert re.fullmatch(r"Commune [\d,]+ %? ?± \d+(,\d)?", compared), compared
        digits = 0 if row["chiffre_1_repere_marge"] >= 1 else 1
        assert f"{row['chiffre_1_repere']:.{digits}f}".replace(".", ",") in compared
        sure = r" ± \d" if row["chiffre_1_france_marge"] else ""  # no one has measured it in France otherwise
        assert re.search(rf" · France {re.escape(figure(row['chiffre_1_france']))}{sure}", said)
        assert f"± {row['chiffre_1_marge']:.0f}" in said
        assert card.locator(".sure .grade").count() == 1
        assert said.count("n’appuie pas le thème") == sum(row[f"chiffre_{n}_appui"] == "non" for n in (1, 2, 3))


def test_a_figure_opens_its_map_inside_the_territory(page: Any, town_server: str) -> None:
    opened(page)
    first = asked(town_server, "readings/advice/com:96001")["rows"][0]["chiffre_1_nom"]
    names = {one["title"]: one["name"] for one in asked(town_server, "")["indicators"]}
    page.locator(CARD).first.get_by_role("link").first.click()
    page.wait_for_url("**/carte?**")
    assert query(page)["indicateur"] == names[first]
    assert query(page)["communes"] == "96001"


def test_the_themes_of_a_station_stand_beside_the_map_of_where_they_apply(page: Any, town_server: str) -> None:
    rows = asked(town_server, "readings/advice/com:96001?level=bureau")["rows"]
    opened(page, f"{ADVICE}&level=bureau")
    where = page.get_by_label("Où un thème ressort")
    where.select_option(rows[0]["theme_titre"])
    stations = {row["bv_id"] for row in rows if row["theme"] == rows[0]["theme"]}
    assert plain(page.locator("figcaption").inner_text()).startswith(f"{len(stations)} bureaux")
    paths = page.locator(".map svg path[data-id]")
    paths.first.wait_for(state="attached", timeout=30_000)
    filled = paths.evaluate_all("all => all.filter((one) => !one.style.fill.startsWith('var')).length")
    assert filled == len(stations)
    last = rows[-1]["bv_id"]
    page.get_by_label("Bureau de vote", exact=True).select_option(last)
    told = [row["theme_titre"] for row in rows if row["bv_id"] == last]
    expect(page.locator(f"{CARD} .title")).to_have_text(told, timeout=30_000)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', {json.dumps(theme)})")
    for path in (ADVICE, f"{ADVICE}&level=bureau"):
        opened(page, f"{path}&lang={language}")
        assert violations(page) == []


def test_a_phone_scrolls_only_downwards(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (ADVICE, f"{ADVICE}&level=bureau"):
        opened(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
