"""What goes with what, on the page of readings: bars with margins, curves, what goes with the vote of a station."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations

GOES = "/lectures?lecture=associations"
BARS = ".sides tbody tr"
CURVES = ".curves figure"
PARTS = ".votes section"


def opened(page: Any, path: str = GOES, wait: str = BARS) -> Any:
    """The page of readings at an address, once what is waited for is there."""
    page.goto(path)
    page.locator(wait).first.wait_for(timeout=90_000)
    return page


def test_bars_go_from_the_widest_to_the_smallest_and_pale_where_zero_is_within_the_margin(
    page: Any, town_server: str
) -> None:
    rows = asked(town_server, "readings/associations/com:96001")["rows"]
    opened(page)
    vote = page.locator(".sides fieldset label.on").inner_text()
    mine = [row for row in rows if row["vote_titre"] == vote and row["ecart"] is not None]
    mine.sort(key=lambda row: -abs(row["ecart"]))
    shown = [plain(text) for text in page.locator(f"{BARS} th").all_inner_texts()]
    assert shown == [plain(row["indicateur_titre"]) for row in mine[: len(shown)]]
    sure = sum(abs(row["ecart"]) > row["ecart_marge"] for row in mine[: len(shown)])
    assert page.locator(".sides rect.sure").count() == sure
    assert page.locator(".sides line.whisker").count() == 3 * len(shown)


def test_the_same_figures_stand_in_a_coloured_table(page: Any, town_server: str) -> None:
    opened(page)
    page.get_by_label("Tableau coloré").check()
    page.locator("table[role=grid]").wait_for()
    assert query(page)["vue"] == "table"
    votes = {row["vote_titre"] for row in asked(town_server, "readings/associations/com:96001")["rows"]}
    assert page.locator("table[role=grid] thead th").count() == 1 + len(votes)
    assert page.get_by_label("Bandes").count() == 0, "differences carry nobody: no bands"


def test_curves_are_drawn_by_tenths_of_voters_beside_their_list(page: Any) -> None:
    opened(page, f"{GOES}&level=courbes", CURVES)
    figure = page.locator(CURVES).first
    assert 2 <= figure.locator("circle").count() <= 10
    assert figure.locator("line.whisker").count() == figure.locator("circle").count()
    page.get_by_role("button", name="Liste complète").click()
    page.locator("tbody tr").first.wait_for()
    assert page.locator(CURVES).count() == 0


def test_a_station_says_what_was_counted_what_was_expected_and_what_is_left(page: Any, town_server: str) -> None:
    rows = asked(town_server, "readings/associations/com:96001?level=bureau")["rows"]
    opened(page, f"{GOES}&level=bureau", PARTS)
    mine = [row for row in rows if row["bv_id"] == rows[0]["bv_id"]]
    assert page.locator(f"{PARTS} h4").all_inner_texts() == [row["vote_titre"] for row in mine]
    said = plain(page.locator(PARTS).first.inner_text())
    for word in ("Compté", "Attendu d’après le profil", "Reste"):
        assert word in said
    assert "cause" in plain(page.locator("p.small.quiet").filter(has_text="n’est pas une cause").first.inner_text())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for path, wait in ((GOES, BARS), (f"{GOES}&level=courbes", CURVES), (f"{GOES}&level=bureau", PARTS)):
        opened(page, f"{path}&lang={language}", wait)
        assert violations(page) == []


def test_a_phone_scrolls_only_downwards(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path, wait in ((GOES, BARS), (f"{GOES}&level=courbes", CURVES), (f"{GOES}&level=bureau", PARTS)):
        opened(page, path, wait)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
