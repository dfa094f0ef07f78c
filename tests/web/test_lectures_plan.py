"""The plan for the field on the page of readings: asked by a form, ranked, mapped, printed as one sheet per team."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations

PLAN = "/lectures?lecture=field_plan"
ROUTES = f"{PLAN}&level=parcours"


def opened(page: Any, path: str = PLAN, wait: str = ".plan tbody tr") -> Any:
    """The page of readings at an address of the plan, once what is waited for is there."""
    page.goto(path)
    page.locator(wait).first.wait_for(timeout=90_000)
    return page


def test_stations_stand_in_the_order_of_the_plan_with_the_range_of_what_is_expected(
    page: Any, town_server: str
) -> None:
    rows = asked(town_server, "readings/field_plan/com:96001")["rows"]
    planned = sorted((row for row in rows if row["portes_prevues"]), key=lambda row: row["rang"])
    opened(page)
    lines = page.locator(".plan tbody tr")
    assert [line.locator("th a").inner_text() for line in lines.all()] == [row["bv_id"] for row in planned]
    for row, line in zip(planned, lines.all(), strict=True):
        assert plain(row["attendu_phrase"]) in plain(line.inner_text())
    paths = page.locator(".map svg path[data-id]")
    paths.first.wait_for(state="attached", timeout=30_000)
    shaded = "all => all.filter((one) => !one.style.fill.startsWith('var')).length"
    assert paths.evaluate_all(shaded) == len(planned)


def test_a_street_stands_apart_from_the_code_of_its_segment(page: Any, town_server: str) -> None:
    rows = asked(town_server, "readings/field_plan/com:96001?level=secteur")["rows"]
    opened(page, f"{PLAN}&level=secteur")
    told = plain(page.locator(".plan tbody th").first.inner_text())
    assert told.startswith(f"{rows[0]['secteur']} {plain(rows[0]['voie'])}")


def test_the_doors_asked_are_written_in_the_address_and_change_the_plan(page: Any) -> None:
    opened(page)
    before = page.locator(".plan tbody tr").count()
    doors = page.get_by_label("Portes", exact=True)
    assert doors.get_attribute("placeholder") == "1000"
    doors.fill("2500")
    doors.press("Tab")
    page.locator("ul li").filter(has_text="2500 portes").or_(
        page.locator("ul li").filter(has_text="2\u202f500 portes")
    ).first.wait_for(timeout=60_000)
    assert query(page)["doors"] == "2500"
    assert page.locator(".plan tbody tr").count() > before


def test_what_cannot_be_planned_is_said_in_words(page: Any) -> None:
    opened(page, f"{PLAN}&doors=beaucoup", "[role=alert]")
    assert plain(page.locator("[role=alert] p").inner_text())


def test_each_team_has_its_stops_in_order_and_a_sketch(page: Any, town_server: str) -> None:
    rows = asked(town_server, "readings/field_plan/com:96001?level=parcours")["rows"]
    opened(page)
    page.get_by_role("link", name="Les parcours de chaque équipe, à imprimer").click()
    page.locator(".sheets section").first.wait_for(timeout=60_000)
    assert page.locator(".sheets section").count() == len({row["equipe"] for row in rows})
    first = page.get_by_role("region", name="Équipe 1", exact=True)
    mine = sorted((row for row in rows if row["equipe"] == 1), key=lambda row: (row["sortie"], row["ordre"]))
    told = [plain(text) for text in first.locator("tbody th").all_inner_texts()]
    for text, row in zip(told, mine, strict=True):
        assert plain(row["voie"]) in text and plain(row["troncon"] or "") in text and row["bv_id"] in text
    assert first.locator("svg circle").count() == len(mine)


def test_the_sheets_print_on_one_page_of_a4_per_team_and_say_what_the_data_are(page: Any, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (the dev extra)")
    opened(page, f"{ROUTES}&doors=600", ".sheets section")
    page.emulate_media(media="print")
    page.pdf(path=tmp_path / "feuilles.pdf", prefer_css_page_size=True, print_background=True)
    pages = pypdf.PdfReader(tmp_path / "feuilles.pdf").pages
    assert len(pages) == page.locator(".sheets section").count()
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    for number, sheet in enumerate(pages, 1):
        text = plain(sheet.extract_text())
        assert f"Équipe {number}" in text
        assert "synthétiques" in text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for path, wait in ((PLAN, ".plan tbody tr"), (ROUTES, ".sheets section")):
        opened(page, f"{path}&lang={language}", wait)
        assert violations(page) == []


def test_a_phone_scrolls_only_downwards(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path, wait in ((PLAN, ".plan tbody tr"), (ROUTES, ".sheets section")):
        opened(page, path, wait)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
