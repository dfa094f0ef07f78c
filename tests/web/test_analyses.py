"""Analyses: four linked views, one selection, totals worked out from numbers, the whole state in the address."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations

AGE = "/analyses?analyse=age"
MARGIN = re.compile(r"^([\d ]+(?:,\d+)?) % ± ([\d ]+(?:,\d+)?)$")


def opened(page: Any, path: str = AGE, language: str = "fr") -> Any:
    """The page of analyses, once the table and the map are there."""
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    page.locator(".panel.table tbody tr").first.wait_for()
    page.locator(".panel.map path[data-id]").first.wait_for()
    return page


def totals(page: Any, number: int = 0) -> list[str]:
    """The cells of a row of totals, without the place and the registered voters."""
    cells = page.locator(".panel.table tr.sum").nth(number).locator("td.figures").all_inner_texts()
    return [plain(cell) for cell in cells[1:]]


def test_four_views_stand_together(page: Any) -> None:
    opened(page)
    assert page.locator(".panel").count() == 4
    assert page.locator(".panel.map path[data-id]").count() >= 20
    assert page.locator(".panel.whole svg path").count() == 6
    assert page.locator(".panel.bar-per-place svg path").count() >= 6
    assert page.locator(".panel.table tbody tr").count() == 21


def test_totals_are_sums_of_numbers_over_sums_of_bases(page: Any, town_server: str) -> None:
    opened(page)
    names = next(one for one in asked(town_server, "")["analyses"] if one["id"] == "age")["columns"]
    columns = ",".join(f"{name}_nombre,{name}_base,{name}" for name in names)
    rows = asked(town_server, f"electoral_profile/rows?in=com:96001&level=bureau&columns={columns}&limit=500")["rows"]
    for name, said in zip(names, totals(page), strict=True):
        number = sum(row[f"{name}_nombre"] for row in rows)
        base = sum(row[f"{name}_base"] for row in rows)
        found = MARGIN.match(said)
        assert found, said
        digits = len(found[1].partition(",")[2])
        assert float(found[1].replace(",", ".")) == pytest.approx(100 * number / base, abs=0.51 * 10**-digits)


def test_numbers_can_be_read_instead_of_shares(page: Any) -> None:
    opened(page)
    page.locator(".panel.table").get_by_text("Nombres", exact=True).click()
    assert all("%" not in total and "±" in total for total in totals(page))


def test_pointing_in_the_table_shows_in_the_map_and_in_the_bars(page: Any) -> None:
    opened(page)
    page.locator(".panel.table tbody tr").nth(2).hover()
    name = plain(page.locator(".panel.table tbody tr").nth(2).locator("th").inner_text())
    assert page.locator(".panel.map path.pointed").count() == 1
    assert name in plain(page.locator(".panel.map .reading").inner_text())
    assert page.locator(".panel.bar-per-place rect.pointed").count() == 1
    assert name in plain(page.locator(".panel.bar-per-place").inner_text())


def test_pointing_on_the_map_shows_in_the_table(page: Any) -> None:
    opened(page)
    where = page.locator(".panel.map svg").bounding_box()
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    page.locator(".panel.table tr.hovered").wait_for()
    assert page.locator(".panel.table tr.hovered").count() == 1


def test_a_tick_selects_everywhere_and_gives_a_second_total(page: Any) -> None:
    opened(page)
    for rank in (0, 3):
        page.locator(".panel.table tbody input").nth(rank).check()
    assert len(query(page)["choix"].split(",")) == 2
    assert page.locator(".panel.map path.chosen").count() == 2
    assert page.locator(".panel.table tr.sum").count() == 2
    assert "2 lieux choisis sur 21" in plain(page.locator(".toolbar").inner_text())
    assert page.locator(".panel.bar-per-place path.back").count() == 6


def test_a_click_on_the_map_selects(page: Any) -> None:
    opened(page)
    where = page.locator(".panel.map svg").bounding_box()
    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    page.locator(".panel.map path.chosen").wait_for()
    assert page.locator(".panel.table tbody input:checked").count() == 1


def test_a_lasso_selects_what_it_surrounds(page: Any) -> None:
    opened(page)
    page.get_by_role("button", name="Entourer").click()
    where = page.locator(".panel.map svg").bounding_box()
    left, top, right, bottom = (where["x"] + where["width"] * 0.05, where["y"] + where["height"] * 0.05,
                                where["x"] + where["width"] * 0.5, where["y"] + where["height"] * 0.95)  # fmt: skip
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.locator(".panel.map path.chosen").first.wait_for()
    chosen = page.locator(".panel.table tbody input:checked").count()
    assert 2 < chosen < 19


def test_dragging_over_the_bars_selects_a_run(page: Any) -> None:
    opened(page)
    page.locator(".panel.bar-per-place svg[role=slider]").scroll_into_view_if_needed()
    where = page.locator(".panel.bar-per-place svg[role=slider]").bounding_box()
    page.mouse.move(where["x"] + 60, where["y"] + 60)
    page.mouse.down()
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + 60, steps=5)
    page.mouse.up()
    assert page.locator(".panel.table tbody input:checked").count() > 4


def test_the_bars_are_walked_and_chosen_by_the_keyboard(page: Any) -> None:
    opened(page)
    bars = page.get_by_role("slider")
    bars.focus()
    first = bars.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    assert bars.get_attribute("aria-valuetext") != first
    page.keyboard.press("Space")
    assert page.locator(".panel.table tbody input:checked").count() == 1


def test_selection_only_shows_the_selection_only(page: Any) -> None:
    opened(page, f"{AGE}&choix=96001_0003,96001_0004,96001_0005")
    page.locator(".panel.bar-per-place").get_by_text("Sélection seulement").click()
    assert page.locator(".panel.table tbody tr").count() == 3
    assert query(page)["vue"] == "selection"
    assert page.locator(".panel.table tr.sum").count() == 1
    assert "Sélection" in page.locator(".panel.whole h2").inner_text()


def test_the_ring_picks_the_measure_of_the_map(page: Any) -> None:
    opened(page)
    page.locator(".panel.whole").get_by_role("button", name=re.compile("^65 à 79 ans")).click()
    assert query(page)["mesure"] == "part_65_79_ans"
    assert "65 à 79 ans" in page.locator(".panel.map h2").inner_text()


def test_the_table_is_sorted_by_any_column(page: Any) -> None:
    opened(page)
    heading = page.get_by_role("columnheader", name=re.compile("^Inscrits"))
    heading.get_by_role("button").click()
    texts = page.locator(".panel.table tbody td:nth-child(3)").all_inner_texts()
    read = [int(re.sub(r"\D", "", text)) for text in texts]
    assert read == sorted(read, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"


def test_every_declared_analysis_opens(page: Any, town_server: str) -> None:
    for analysis in asked(town_server, "")["analyses"]:
        opened(page, f"/analyses?analyse={analysis['id']}")
        assert page.locator(".panel").count() == 4, analysis["id"]
        assert page.locator(".panel.table tr.sum").count() == 1


def test_turnout_over_time_is_a_line_and_medians_are_not_added(page: Any) -> None:
    opened(page, "/analyses?analyse=participation")
    assert page.locator(".panel.whole g.point").count() >= 3
    opened(page, "/analyses?analyse=revenus&choix=96001_0003,96001_0004")
    assert totals(page, 1) == ["–", "–", "–"]
    assert "€" in totals(page)[0]


def test_the_leading_bloc_is_hatched_where_its_lead_is_smaller_than_the_margin(page: Any) -> None:
    opened(page, "/analyses?analyse=bloc_en_tete_pres_2022_t1")
    assert "Part en tête" in page.locator(".panel.map h2").inner_text()
    assert "Hachuré" in page.locator(".panel.map .legend").inner_text()
    assert len({path.get_attribute("style") for path in page.locator(".panel.map path[data-id]").all()}) >= 2


@pytest.mark.parametrize(("level", "count"), [("iris", 10), ("commune", 1)])
def test_the_mesh_can_be_another(page: Any, level: str, count: int) -> None:
    opened(page, f"{AGE}&maille={level}")
    assert page.locator(".panel.table tbody tr").count() == count


def test_a_territory_is_found_added_and_removed(page: Any) -> None:
    opened(page)
    page.get_by_role("button", name=re.compile("Retirer")).click()
    page.get_by_role("heading", name="Où regarder").wait_for()
    box = page.get_by_role("combobox", name=re.compile("Ajouter une commune"))
    box.fill("carrev")
    page.get_by_role("option", name=re.compile("^Carreville")).first.wait_for()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=re.compile("^Carreville")).first.click()
    page.locator(".panel.table tbody tr").first.wait_for()
    assert query(page)["dans"].startswith("com:96001")


def test_an_analysis_is_saved_found_again_and_deleted(page: Any) -> None:
    opened(page, f"{AGE}&choix=96001_0003")
    page.get_by_role("button", name="Analyses enregistrées").click()
    page.get_by_label("Nom de l’analyse").fill("<b>Mes trois bureaux</b>")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("button", name="<b>Mes trois bureaux</b>", exact=True).wait_for()
    page.goto("/analyses?analyse=menages")
    page.locator(".panel.table tbody tr").first.wait_for()
    page.get_by_role("button", name="Analyses enregistrées").click()
    page.get_by_role("button", name="<b>Mes trois bureaux</b>", exact=True).click()
    page.locator(".panel.map path.chosen").wait_for()
    assert query(page)["choix"] == "96001_0003"
    page.get_by_role("button", name="Analyses enregistrées").click()
    page.get_by_role("button", name="Supprimer <b>Mes trois bureaux</b>").click()
    page.get_by_role("alert").get_by_role("button", name="Supprimer").click()
    page.get_by_text("Aucune pour l’instant.").wait_for()


def test_the_table_is_taken_away_as_it_is_shown(page: Any) -> None:
    opened(page, f"{AGE}&choix=96001_0003,96001_0004&vue=selection")
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ","))
    assert [row["bv_id"] for row in rows] == ["96001_0003", "96001_0004"]
    assert {"part_0_14_ans", "part_80_ans_ou_plus"} <= set(rows[0])
    assert "part_cadres" not in rows[0]
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Excel", exact=True).click()
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"


def test_a_view_is_taken_away_as_a_picture(page: Any) -> None:
    opened(page)
    for panel in ("Carte", "Répartition", "Lieu par lieu"):
        with page.expect_download(timeout=30_000) as waiting:
            page.get_by_role("button", name=re.compile(f"^Image PNG\\s?: {panel}")).click()
        content = Path(waiting.value.path()).read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(content) > 5_000, panel


def test_a_hostile_address_gives_a_page(page: Any) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    script, image = "%3Cscript%3Ealert(1)%3C/script%3E", "%3Cimg%20src=x%20onerror=alert(1)%3E"
    opened(page, f"/analyses?analyse={script}&choix={image}&tri=__proto__")
    assert page.locator(".panel").count() == 4


def test_a_place_that_is_not_served_is_said_gently(page: Any) -> None:
    page.goto("/analyses?dans=com:99999")
    page.locator("[role=alert], p.sheet").first.wait_for()
    assert page.locator("[role=alert], p.sheet").first.inner_text().strip() != ""


def test_english_says_the_same(page: Any) -> None:
    opened(page, language="en")
    assert page.get_by_role("heading", name=re.compile("^Breakdown")).is_visible()
    assert "Inhabitants by age" in page.get_by_role("combobox", name="Analysis").input_value()


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_nothing_overflows(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    seen = {f"{AGE}&choix=96001_0003": 1440, "/analyses?analyse=participation": 390, "/analyses?analyse=revenus": 1440}
    for path, width in seen.items():
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, path, language)
        assert violations(page) == []
