"""The types of stations on the map: drawn, named, isolated, read, listed; by hand, by keyboard, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.web.conftest import asked, plain, query, violations
from tests.web.test_carte import MAP, middle, opened

Waits = Callable[..., None]
TYPES = "/carte?indicateur=type"
LEGEND = re.compile("^(Légende|Legend), (Type de bureau|Station type)$")
PICTURE = """() => { const canvas = document.querySelector('.map canvas'), small = document.createElement('canvas')
    small.width = canvas.width; small.height = canvas.height
    const draw = small.getContext('2d'); draw.drawImage(canvas, 0, 0)
    const seen = {}, data = draw.getImageData(0, 0, small.width, small.height).data
    for (let at = 0; at < data.length; at += 4) {
      const key = `rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`; seen[key] = (seen[key] || 0) + 1 }
    return seen }"""
SWATCHES = """() => Object.fromEntries([...document.querySelectorAll('.board .entry')].map(one =>
    [one.querySelector('.name').textContent, getComputedStyle(one.querySelector('.swatch')).backgroundColor]))"""


@pytest.fixture(scope="module")
def types(town_server: str) -> dict[str, Any]:
    """What the town's server says of types."""
    return dict(asked(town_server, "")["types"])


@pytest.fixture(scope="module")
def stations(town_server: str) -> list[dict[str, Any]]:
    """The stations of the town with their types."""
    return list(asked(town_server, "electoral_profile/rows?columns=type,type_certitude,groupe_de_types")["rows"])


def legend_of(page: Any) -> Any:
    """The legend of types, once it counts what is in view."""
    legend = page.get_by_role("region", name=LEGEND)
    legend.locator(".entry:not(.absent)").first.wait_for()
    return legend


def pointed_at(page: Any) -> str:
    """What is said of the station in the middle of the map."""
    page.mouse.move(*middle(page), steps=4)
    page.locator(".reading .value").wait_for()
    return plain(page.locator(".reading").inner_text())


def test_types_are_found_by_typing_and_stand_in_the_address(page: Any) -> None:
    opened(page)
    page.get_by_role("combobox", name="Indicateur").click()
    page.keyboard.type("type de bur")
    page.keyboard.press("Enter")
    legend_of(page)
    assert query(page)["indicateur"] == "type"
    assert page.get_by_role("button", name="Écart", exact=True).is_disabled()


def test_the_legend_names_every_type_under_its_family_with_its_share_of_the_voters_in_view(
    page: Any, types: dict[str, Any], stations: list[dict[str, Any]]
) -> None:
    opened(page, TYPES)
    legend = legend_of(page)
    for group in types["groups"]:
        family = legend.get_by_role("group", name=f"Famille\u202f: {group['title']}")
        names = family.locator(".entry .name").all_inner_texts()
        assert names == [one["title"] for one in types["types"] if one["group"] == group["id"]]
    counts = {
        one.locator(".name").inner_text(): int(one.locator(".count").inner_text())
        for one in legend.locator(".entry").all()
    }
    known = [one["type"] for one in stations if one["type"]]
    assert {name: count for name, count in counts.items() if count} == {name: known.count(name) for name in set(known)}
    shares = [int(text.split("\u202f")[0]) for text in legend.locator(".entry:not(.absent) .share").all_inner_texts()]
    assert 90 <= sum(shares) <= 102


def test_the_canvas_wears_the_colours_of_the_legend(page: Any) -> None:
    opened(page, TYPES)
    legend = legend_of(page)
    shown = set(legend.locator(".entry:not(.absent) .name").all_inner_texts())
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    picture, swatches = page.evaluate(PICTURE), page.evaluate(SWATCHES)
    total = sum(picture.values())
    worn = {name for name, colour in swatches.items() if picture.get(colour, 0) / total > 0.0005}
    assert worn <= shown
    assert worn, "some type is drawn"


def test_an_entry_isolates_its_type_and_the_address_keeps_it(
    page: Any, types: dict[str, Any], stations: list[dict[str, Any]]
) -> None:
    opened(page, TYPES)
    legend = legend_of(page)
    title = next(one["type"] for one in stations if one["type"])
    told = next(one for one in types["types"] if one["title"] == title)
    others = {one["type"] for one in stations} - {title, None}
    entry = legend.get_by_role("button", name=re.compile("^" + re.escape(title)))
    entry.focus()
    page.keyboard.press("Enter")
    legend.get_by_text(told["portrait"]).wait_for()
    assert query(page)["types"] == told["id"]
    assert entry.get_attribute("aria-pressed") == "true"
    opened(page, f"{TYPES}&types={told['id']}")
    legend = legend_of(page)
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    picture, swatches = page.evaluate(PICTURE), page.evaluate(SWATCHES)
    assert picture.get(swatches[title], 0) > 0
    total = sum(picture.values())
    assert all(picture.get(swatches[name], 0) / total < 0.0005 for name in others)
    legend.get_by_role("button", name="Montrer tous les types").click()
    page.wait_for_timeout(200)
    assert "types" not in query(page)


def test_a_family_is_isolated_whole(page: Any, types: dict[str, Any], stations: list[dict[str, Any]]) -> None:
    opened(page, TYPES)
    legend = legend_of(page)
    title = next(one["groupe_de_types"] for one in stations if one["type"])
    group = next(one for one in types["groups"] if one["title"] == title)
    legend.get_by_role("button", name=title, exact=True).click()
    legend.get_by_role("button", name="Montrer tous les types").wait_for()
    assert query(page)["types"] == group["id"]
    lit = legend.locator(".entry:not(.off) .name").all_inner_texts()
    assert lit == [one["title"] for one in types["types"] if one["group"] == group["id"]]


def test_pointing_says_the_type_its_family_how_sure_it_is_and_its_portrait(page: Any, types: dict[str, Any]) -> None:
    opened(page, TYPES)
    said = pointed_at(page)
    told = next(one for one in types["types"] if one["title"] in said)
    group = next(one for one in types["groups"] if one["id"] == told["group"])
    assert re.search(r"Carreville, bureau \d+ Type de bureau", said), said
    assert group["title"] in said
    assert re.search(r"Certitude \d,\d+ sur 1", said), said
    assert plain(told["portrait"]) in said


def test_what_the_pointer_says_is_not_cut_by_the_panel_of_a_place(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, f"{TYPES}&lieu=com:96001")
    panel = page.get_by_role("region", name="Lieu choisi")
    panel.get_by_role("heading", name="Carreville").wait_for()
    edge = page.locator(".side").bounding_box()["x"]
    box = page.locator(".one").first.bounding_box()
    shown = 0
    for across in (0.1, 0.3, 0.45, 0.52, 0.58, 0.62):
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] / 2, steps=3)
        page.wait_for_timeout(500)
        reading = page.locator(".reading")
        if not reading.count():
            continue
        shown += 1
        found = reading.bounding_box()
        assert found["x"] >= box["x"]
        assert found["x"] + found["width"] <= edge
        assert found["y"] >= box["y"]
        assert found["y"] + found["height"] <= box["y"] + box["height"]
    assert shown, "the pointer came over some station"
    zooms = page.get_by_role("button", name="Agrandir").bounding_box()
    assert zooms["x"] + zooms["width"] <= edge, "the buttons of the map are beside the panel too"


def test_a_station_is_told_with_the_portrait_of_its_type_and_how_the_type_voted(
    page: Any, types: dict[str, Any], stations: list[dict[str, Any]]
) -> None:
    row = next(one for one in stations if one["type"])
    told = next(one for one in types["types"] if one["title"] == row["type"])
    opened(page, f"{TYPES}&lieu=bv:{row['bv_id']}")
    panel = page.get_by_role("region", name="Lieu choisi")
    panel.get_by_text(told["portrait"]).wait_for()
    said = plain(panel.inner_text())
    assert row["groupe_de_types"] in said
    assert "Participation" in said
    for bloc in told["votes"][0]["blocs"]:
        assert f"{bloc['title']} {bloc['value']:.1f}".replace(".", ",") in said
    assert "Le vote n’entre pas dans la définition des types" in said
    panel.get_by_role("button", name="Montrer ce type seul sur la carte").click()
    legend_of(page).get_by_role("button", name="Montrer tous les types").wait_for()
    assert query(page)["types"] == told["id"]


def test_a_commune_is_drawn_by_its_main_type_and_told_by_all_of_them(page: Any, town_server: str) -> None:
    mix = asked(town_server, "electoral_profile/com:96001")["types"]
    opened(page, f"{TYPES}&niveau=commune&lieu=com:96001")
    assert "type où sont le plus d’inscrits" in legend_of(page).inner_text()
    panel = page.get_by_role("region", name="Lieu choisi")
    panel.get_by_role("heading", name="De quels types de bureaux ce lieu est fait").wait_for()
    assert panel.locator(".mix li span").all_inner_texts() == [one["title"] for one in mix]
    assert f"Type principal : {mix[0]['share']:.0f} % des inscrits" in pointed_at(page)


def test_a_level_without_types_says_whose_they_are(page: Any) -> None:
    opened(page, f"{TYPES}&niveau=iris")
    legend = page.get_by_role("region", name=LEGEND)
    legend.get_by_text("Les types sont ceux des bureaux de vote").wait_for()
    legend.get_by_role("button", name="Voir selon le zoom").click()
    legend_of(page).get_by_text("par bureau de vote").wait_for()
    assert "niveau" not in query(page)


def test_the_list_gives_the_types_in_the_declared_order(
    page: Any, types: dict[str, Any], stations: list[dict[str, Any]]
) -> None:
    opened(page, f"{TYPES}&liste=1")
    table = page.get_by_role("region", name="Liste").get_by_role("table")
    table.wait_for()
    told = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    families = [group["id"] for group in types["groups"]]
    order = sorted(types["types"], key=lambda one: (families.index(one["group"]), one["code"]))
    titles = [one["title"] for one in order]
    ranks = [titles.index(text) if text in titles else len(titles) for text in told]
    assert ranks == sorted(ranks)
    known = [one["type"] for one in stations if one["type"]]
    assert sorted(text for text in told if text in titles) == sorted(known)
    page.get_by_role("button", name="Certitude").click()
    page.wait_for_timeout(300)
    sure = [text.replace(",", ".") for text in table.locator("tbody tr td:nth-child(3)").all_inner_texts()]
    numbers = [float(text) for text in sure if text != "–"]
    assert numbers == sorted(numbers, reverse=True)


def test_the_choice_is_a_link_that_one_can_send_in_english(page: Any, types: dict[str, Any]) -> None:
    opened(page, f"{TYPES}&lang=en")
    legend = legend_of(page)
    assert legend.locator(".entry .name").first.inner_text() in {one["title_en"] for one in types["types"]}
    assert page.get_by_role("combobox", name="Indicator").input_value() == "Station type"


def test_two_maps_may_show_types_and_a_figure(page: Any, eventually: Waits) -> None:
    opened(page, "/carte?indicateur=part_cadres&avec=type")
    eventually(page, "document.querySelectorAll('.map[data-state=drawn]').length === 2")
    assert page.locator(".caption").all_inner_texts() == ["Cadres", "Type de bureau"]
    assert legend_of(page).locator(".entry").count() > 5


def test_a_phone_shows_the_first_types_and_all_of_them_in_its_settings(page: Any, types: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, TYPES)
    page.locator(".brief .name").first.wait_for()
    assert 1 <= page.locator(".brief .name:visible").count() <= 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Réglages").click()
    assert page.locator(".inside .entry:visible").count() == len(types["types"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_types_has_no_violation_that_axe_finds(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page, f"{TYPES}&lieu=com:96001")
    legend_of(page)
    page.get_by_role("region", name="Lieu choisi").get_by_role("heading", name="Carreville").wait_for()
    page.wait_for_timeout(300)
    assert violations(page) == []


def test_a_map_of_types_settles(page: Any) -> None:
    page.goto(TYPES)
    page.wait_for_selector(MAP, timeout=60_000)
    assert page.locator(".map canvas").get_attribute("aria-label").startswith("Carte de Type de bureau")
