"""The page of readings: what the API lists, asked of the town, with margins, reasons, remarks and files."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations

VOTES = "/lectures?lecture=votes"
TRANSFERS = "/lectures?lecture=transfers"
GRID = "table[role=grid]"


def opened(page: Any, path: str = VOTES, wait: str = GRID) -> Any:
    """The page of readings at an address, once what is waited for is there."""
    page.goto(path)
    page.locator(wait).first.wait_for(timeout=90_000)
    return page


def test_the_page_is_reached_by_the_menu_and_offers_what_the_server_lists(page: Any, town_server: str) -> None:
    page.goto("/sources")
    page.get_by_role("banner").get_by_role("link", name="Lectures").click()
    page.get_by_role("heading", level=1, name="Lectures").wait_for()
    page.get_by_label("Lecture", exact=True).wait_for()
    offered = page.get_by_label("Lecture", exact=True).locator("option").all_inner_texts()
    assert offered == [one["title"] for one in asked(town_server, "readings")["readings"]]


def test_every_figure_stands_with_its_margin_or_with_the_reason_why_it_is_hidden(page: Any, town_server: str) -> None:
    opened(page)
    rows = asked(town_server, "readings/votes/com:96001")["rows"]
    cells = page.locator(f"{GRID} td:not(.whole) .text")
    shown = [plain(text) for text in cells.all_inner_texts()]
    assert sum(re.fullmatch(r"\d+(,\d)? % ± ?\d+(,\d)?\d*", text) is not None for text in shown) == sum(
        row["part"] is not None for row in rows
    )
    hidden = {row["part_statut"] for row in rows if row["part"] is None}
    said = plain(page.locator(GRID).inner_text() + " ".join(page.locator(".notes").all_inner_texts()))
    assert all(plain(reason) in said for reason in hidden)


def test_the_reader_chooses_how_wide_the_intervals_are_and_every_figure_follows(page: Any, town_server: str) -> None:
    opened(page)
    rows = [row for row in asked(town_server, "readings/votes/com:96001")["rows"] if row["part"] is not None]
    cell = page.locator(f"{GRID} td:not(.none) .text").first
    wide = plain(cell.inner_text())
    page.get_by_role("radio", name="50 %").check()
    assert query(page)["intervalle"] == "50"
    row, half = rows[0], (rows[0]["part_haut_50"] - rows[0]["part_bas_50"]) / 2
    digits = 0 if half >= 1 else 1
    told = plain(cell.inner_text())
    assert told != wide and told.startswith(f"{row['part']:.{digits}f} % ± {half:.{digits}f}".replace(".", ","))
    assert "intervalle à 50 %" in plain(page.locator(".key").inner_text())
    cell.hover()
    assert plain(page.locator(".detail .chosen dt").inner_text()) == "Intervalle à 50 %"
    page.goto(f"{TRANSFERS}&vue=bandes&intervalle=80")
    page.get_by_role("columnheader", name="Intervalle à 80 %").wait_for(timeout=60_000)
    assert page.get_by_role("radio", name="80 %").is_checked()


def test_the_baseline_and_the_bounds_stand_in_each_cell_until_they_are_sent_away(page: Any, town_server: str) -> None:
    opened(page)
    row = next(row for row in asked(town_server, "readings/votes/com:96001")["rows"] if row["part"] is not None)
    beside = plain(page.locator(f"{GRID} td:not(.none) .against").first.inner_text())
    ends = [f"{row[name]:.0f}" for name in ("part_reference", "part_borne_basse", "part_borne_haute")]
    assert [int(one) for one in re.findall(r"\d+", beside)] == pytest.approx([int(one) for one in ends], abs=1)
    page.get_by_label("Référence et bornes dans chaque case").uncheck()
    assert page.locator(".against").count() == 0
    assert query(page)["reference"] == "non"


def test_the_warning_of_a_cell_is_said_on_it_and_its_note_is_one_key_away(page: Any, town_server: str) -> None:
    opened(page)
    warnings = [row["part_avertissement"] for row in asked(town_server, "readings/votes/com:96001")["rows"]]
    warned = page.locator(f"{GRID} td:has(sup)").first
    if not any(warnings) or not warned.count():
        pytest.skip("no figure of the town has a warning")
    words = warned.get_attribute("title")
    assert words and plain(words.split("\n")[-1]) in plain(warned.get_attribute("aria-label") or "")
    warned.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.notes') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "gridcell"


def test_the_text_of_every_cell_stands_out_from_its_colour(page: Any) -> None:
    opened(page)
    ratios = page.evaluate(
        """() => {
          const light = (rgb) => { const [r, g, b] = rgb.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            return 0.2126 * r + 0.7152 * g + 0.0722 * b }
          return [...document.querySelectorAll('table[role=grid] td:not(.none)')].map((cell) => {
            const style = getComputedStyle(cell)
            const [low, high] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b)
            return (high + 0.05) / (low + 0.05) })
        }"""
    )
    assert len(ratios) > 20
    assert min(ratios) >= 4.5


def test_a_cell_is_said_in_full_under_the_pointer_and_under_the_keyboard(page: Any, town_server: str) -> None:
    opened(page)
    page.locator(f"{GRID} td[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    detail = page.get_by_role("complementary", name="La case choisie")
    group, choice = detail.locator("h3").inner_text().split(" → ")
    rows = asked(town_server, "readings/votes/com:96001")["rows"]
    row = next(one for one in rows if (one["groupe_titre"], one["choix_titre"]) == (group, choice))
    told = plain(detail.inner_text())
    for label in ("Intervalle à 50 %", "Intervalle à 80 %", "Intervalle à 90 %", "Bornes certaines", "Goodman"):
        assert label in told
    assert f"{row['part_haut_90']:.1f}".replace(".", ",") in told
    assert f"{row['part_reference']:.1f}".replace(".", ",") in told
    other = page.locator(f"{GRID} tbody tr").last.locator("td").last
    other.hover()
    assert detail.locator("h3").inner_text() != f"{group} → {choice}"


def test_the_list_holds_every_figure_of_the_table_with_intervals_bounds_and_baseline(
    page: Any, town_server: str
) -> None:
    opened(page)
    page.get_by_label("Liste complète").check()
    page.get_by_role("columnheader", name="Goodman (référence)").wait_for()
    titles = [plain(text) for text in page.locator("thead th").all_inner_texts()]
    assert [title for title in titles if "Intervalle" in title] == [f"Intervalle à {level} %" for level in (50, 80, 90)]
    assert "Bornes certaines" in titles
    assert page.locator("tbody tr").count() == len(asked(town_server, "readings/votes/com:96001")["rows"])
    assert query(page)["vue"] == "liste"


def test_transfers_are_drawn_as_bands_as_high_as_the_voters_they_carry(page: Any, town_server: str) -> None:
    opened(page, f"{TRANSFERS}&vue=bandes", ".flows path")
    rows = [row for row in asked(town_server, "readings/transfers/com:96001")["rows"] if row["part_nombre"]]
    bands = page.locator(".flows path").filter(has=page.locator("title"))
    first = plain(page.locator(".wide tbody tr").first.inner_text())
    widest = max(rows, key=lambda row: row["part_nombre"])
    assert first.startswith(f"{widest['origine_titre']} → {widest['destination_titre']}")
    assert first.count("%") >= 4  # its share, its interval, its baseline, its bounds
    assert bands.count() == len(rows)
    heights = page.evaluate("[...document.querySelectorAll('.flows path')].map((one) => one.getBBox().height)")
    assert min(heights) >= 0
    largest = max(rows, key=lambda row: row["part_nombre"])
    names = f"{largest['origine_titre']} → {largest['destination_titre']}"
    assert any(text.startswith(names) for text in bands.locator("title").all_text_contents())
    assert "tableau" in (page.locator(".flows svg[role=img]").get_attribute("aria-label") or "")


def test_a_choice_is_written_in_the_address_and_in_the_files(page: Any) -> None:
    opened(page)
    page.get_by_label("Groupes", exact=True).select_option("age")
    page.get_by_role("columnheader", name="Âge").wait_for(timeout=60_000)
    assert query(page)["by"] == "age"
    page.go_back()
    page.get_by_role("columnheader", name="Métiers").wait_for(timeout=60_000)
    page.go_forward()
    page.get_by_role("columnheader", name="Âge").wait_for(timeout=60_000)
    with page.expect_download() as given:
        page.get_by_role("link", name="csv").click()
    assert given.value.suggested_filename.endswith(".csv")
    assert "18_24" in given.value.path().read_text("utf-8")


def test_another_election_is_another_table(page: Any, town_server: str) -> None:
    opened(page)
    page.get_by_label("Élection", exact=True).select_option("legi_2024_t1")
    page.get_by_text("Élection : législatives 2024, 1er tour").wait_for(timeout=60_000)
    rows = asked(town_server, "readings/votes/com:96001?election=legi_2024_t1")["rows"]
    choices = list(dict.fromkeys(row["choix_titre"] for row in rows))
    assert [plain(text) for text in page.locator(f"{GRID} thead th").all_inner_texts()][1:] == choices


def test_another_reading_forgets_the_choices_of_the_first(page: Any) -> None:
    opened(page, f"{VOTES}&by=age&vue=liste", "tbody tr")
    page.get_by_label("Lecture", exact=True).select_option("transfers")
    page.get_by_role("heading", name="Reports de voix").wait_for(timeout=60_000)
    assert {"by", "vue"} & set(query(page)) == set()


def test_one_station_at_a_time_is_read_out_of_a_commune(page: Any, town_server: str) -> None:
    opened(page, f"{VOTES}&level=bureau")
    places = page.get_by_label("Bureau de vote", exact=True)
    stations = places.locator("option").evaluate_all("all => all.map((one) => one.value)")
    assert len(stations) == len(
        {row["bv_id"] for row in asked(town_server, "readings/votes/com:96001?level=bureau")["rows"]}
    )
    places.select_option(stations[3])
    assert query(page)["bureau"] == stations[3]
    page.get_by_role("heading", level=3, name=re.compile("Carreville, bureau")).wait_for()


def test_several_territories_stand_one_under_the_other(page: Any) -> None:
    opened(page, f"{VOTES}&lieu=com:96001,bv:96001_0001")
    page.locator(GRID).nth(1).wait_for(timeout=60_000)
    titles = [plain(text) for text in page.locator("section.answer h2").all_inner_texts()]
    assert titles == ["Qui vote comment · Carreville", "Qui vote comment · Carreville, bureau 1"]
    page.get_by_role("button", name=re.compile("^Retirer Carreville$")).first.click()
    assert query(page)["lieu"] == "bv:96001_0001"


def test_a_refusal_is_said_in_the_words_of_the_server(page: Any) -> None:
    opened(page, f"{VOTES}&lieu=com:69123", "[role=alert]")
    assert plain(page.locator("[role=alert] p").inner_text())
    page.get_by_role("button", name="Réessayer").wait_for()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', {json.dumps(theme)})")
    for path, wait in ((VOTES, GRID), (f"{TRANSFERS}&vue=bandes", ".flows path"), (f"{VOTES}&vue=liste", "tbody tr")):
        opened(page, f"{path}&lang={language}", wait)
        assert violations(page) == []


def test_a_phone_scrolls_only_downwards(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path, wait in ((VOTES, GRID), (f"{TRANSFERS}&vue=bandes", ".flows path")):
        opened(page, path, wait)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
