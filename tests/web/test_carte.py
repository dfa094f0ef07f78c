"""The map: what is drawn, read, chosen, compared, listed; all of it in the address, by hand and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.web.conftest import asked, plain, query

Waits = Callable[..., None]
MAP = ".map[data-state=drawn]"
LEGEND = re.compile("^(Légende|Legend), ")
NARROW = "\u202f"


def opened(page: Any, path: str = "/carte") -> Any:
    """The page of the map at an address, once it is drawn."""
    page.goto(path)
    page.wait_for_selector(MAP, timeout=60_000)
    return page


def middle(page: Any, number: int = 0) -> tuple[float, float]:
    """The middle of a map, which stands in the town."""
    box = page.locator(".one").nth(number).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_town_is_drawn_with_its_legend(page: Any) -> None:
    opened(page, "/")
    legend = page.get_by_role("region", name=LEGEND)
    assert "Niveau de vie médian" in legend.inner_text()
    assert "par bureau de vote" in legend.inner_text()
    assert legend.locator(".ramp li").count() == 6
    assert page.locator(".bins rect").count() > 5
    assert "synthétiques" in page.locator(".standing").inner_text()
    assert "vue" not in query(page), "nobody has moved the map yet"


def test_the_colours_of_the_canvas_are_those_of_the_legend(page: Any) -> None:
    opened(page, "/carte?couleurs=ecart")
    page.mouse.move(5, 5)
    picture = page.evaluate(
        """() => { const canvas = document.querySelector('.map canvas'), small = document.createElement('canvas')
        small.width = canvas.width; small.height = canvas.height
        const draw = small.getContext('2d'); draw.drawImage(canvas, 0, 0)
        const seen = {}, data = draw.getImageData(0, 0, small.width, small.height).data
        for (let at = 0; at < data.length; at += 4) {
          const key = [data[at], data[at + 1], data[at + 2]].join(', '); seen[key] = (seen[key] || 0) + 1 }
        return seen }"""
    )
    worn = page.evaluate(
        "() => [...document.querySelectorAll('.ramp li')].map((one) => getComputedStyle(one).backgroundColor)"
    )
    total = sum(picture.values())
    shares = [picture.get(colour.removeprefix("rgb(").removesuffix(")"), 0) / total for colour in worn]
    assert len([share for share in shares if share > 0.005]) >= 3


def test_pointing_at_a_station_says_its_name_its_figure_and_its_margin(page: Any) -> None:
    opened(page, "/carte?indicateur=part_cadres")
    page.mouse.move(*middle(page), steps=4)
    reading = page.locator(".reading")
    reading.get_by_text("Carreville, bureau").wait_for()
    said = plain(reading.inner_text())
    assert re.search(r"Carreville, bureau \d+ Cadres \d+ % ± \d+", said), said
    assert "par rapport au département" in said


def test_a_click_opens_the_place_and_leads_to_its_page(page: Any) -> None:
    opened(page, "/carte?indicateur=part_cadres")
    page.mouse.click(*middle(page))
    panel = page.get_by_role("region", name="Lieu choisi")
    panel.get_by_role("heading", name="Carreville").wait_for()
    assert re.fullmatch(r"bv:96001_\d{4}", query(page)["lieu"])
    said = plain(panel.inner_text())
    assert re.search(r"Cadres \d+ % ± \d+", said), said
    assert "Département" in said and "France" in said
    code = query(page)["lieu"].removeprefix("bv:")
    panel.get_by_role("link", name="Ouvrir la fiche").click()
    page.wait_for_url(f"**/bureau/{code}")


def test_an_indicator_is_found_by_typing_and_stands_in_the_address(page: Any) -> None:
    opened(page)
    page.get_by_role("combobox", name="Indicateur").click()
    page.keyboard.type("metier cadres")
    page.keyboard.press("Enter")
    page.get_by_role("region", name=LEGEND).locator("strong", has_text="Cadres").wait_for()
    assert query(page)["indicateur"] == "part_cadres"


def test_an_indicator_that_does_not_exist_is_said_so(page: Any) -> None:
    opened(page)
    page.get_by_role("combobox", name="Indicateur").fill("zzz")
    page.get_by_role("listbox", name="Indicateur").get_by_text("Rien à ce nom").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("combobox", name="Indicateur").input_value() == "Niveau de vie médian"


def test_colours_by_difference_from_the_department(page: Any) -> None:
    opened(page)
    page.get_by_role("button", name="Écart", exact=True).click()
    legend = page.get_by_role("region", name=LEGEND)
    legend.get_by_text("écart au département").wait_for()
    assert query(page)["couleurs"] == "ecart"
    assert legend.locator(".ramp li").count() == 7
    assert "+" in legend.locator(".ticks").inner_text() and "−" in legend.locator(".ticks").inner_text()


def test_a_plain_count_has_no_difference(page: Any) -> None:
    opened(page, "/carte?indicateur=population")
    assert page.get_by_role("button", name="Écart", exact=True).is_disabled()


@pytest.mark.parametrize(
    ("level", "words"),
    [("iris", "par IRIS"), ("commune", "par commune"), ("departement", "par département")],
)
def test_a_level_can_be_chosen(page: Any, level: str, words: str) -> None:
    opened(page)
    page.get_by_label("Niveau", exact=True).select_option(level)
    page.get_by_role("region", name=LEGEND).get_by_text(words).wait_for()
    assert query(page)["niveau"] == level


def test_the_level_follows_the_zoom_without_a_reload(page: Any) -> None:
    opened(page, "/carte?vue=6.0/44.9138/-4.3249")
    legend = page.get_by_role("region", name=LEGEND)
    legend.get_by_text("par département").wait_for()
    page.evaluate("window.kept = true")
    for words in ("par commune", "par bureau de vote"):
        for _ in range(3):
            page.get_by_role("button", name="Agrandir").click()
            page.wait_for_timeout(250)
        legend.get_by_text(words).wait_for()
    assert page.evaluate("window.kept") is True
    assert float(query(page)["vue"].split("/")[0]) == pytest.approx(12, abs=0.01)


def test_a_commune_is_found_by_its_name_with_the_keyboard_alone(page: Any) -> None:
    opened(page)
    page.get_by_role("combobox", name="Aller à un lieu").focus()
    page.keyboard.type("carrevil")
    page.get_by_role("option", name=re.compile("Carreville")).first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Lieu choisi").get_by_role("heading", name="Carreville").wait_for()
    assert query(page)["lieu"] == "com:96001"


def test_chosen_communes_are_chips_and_can_be_removed(page: Any) -> None:
    opened(page, "/carte?lieu=com:96001")
    page.get_by_role("button", name="Ajouter Carreville aux communes choisies").click()
    chips = page.get_by_role("list", name="Communes choisies")
    chips.get_by_text("Carreville").wait_for()
    assert query(page)["communes"] == "96001"
    page.get_by_label("Couleurs calculées sur les communes choisies").check()
    assert query(page)["echelle"] == "choix"
    page.get_by_role("button", name="Retirer Carreville", exact=True).click()
    chips.wait_for(state="detached")
    assert "communes" not in query(page)


def test_two_indicators_side_by_side_move_together(page: Any, eventually: Waits) -> None:
    opened(page, "/carte?indicateur=part_cadres&avec=part_ouvriers")
    eventually(page, "document.querySelectorAll('.map[data-state=drawn]').length === 2")
    assert page.locator(".caption").all_inner_texts() == ["Cadres", "Ouvriers"]
    x, y = middle(page, 0)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 60, steps=6)
    page.mouse.up()
    eventually(page, "location.search.includes('vue=')")
    left, right = middle(page, 0), middle(page, 1)
    names = []
    for spot in (left, right):
        page.mouse.move(*spot, steps=3)
        page.wait_for_timeout(600)
        found = page.locator(".reading .name")
        names.append(found.inner_text() if found.count() else "")
    assert names[0] == names[1]
    page.get_by_role("button", name="Ne plus comparer").click()
    eventually(page, "document.querySelectorAll('.map').length === 1")
    assert "avec" not in query(page)


def said_of(value: float, margin: float) -> str:
    """A share and its margin as the pages write them: one decimal when the margin is under a point."""
    digits = 0 if margin >= 1 else 1
    return f"{value:.{digits}f} ± {margin:.{digits}f}".replace(".", ",")


def test_the_list_gives_the_figures_of_the_map(page: Any, eventually: Waits, town_server: str) -> None:
    opened(page, "/carte?indicateur=part_cadres")
    page.get_by_role("button", name="Liste", exact=True).click()
    rows = page.get_by_role("region", name="Liste").locator("tbody tr")
    rows.first.wait_for()
    x = "part_cadres"
    wanted = asked(town_server, f"electoral_profile/rows?level=bureau&order=-{x}&columns={x},{x}_marge")
    assert len(wanted["rows"]) == 21
    figures = [(int(row["bv_id"][-4:]), row[x], row[f"{x}_marge"]) for row in wanted["rows"]]
    lines = [f"Carreville, bureau {number} {said_of(value, margin)}" for number, value, margin in figures]
    said, shown = [""], []
    for _ in range(50):  # figures and margins come one after the other
        said = [plain(text) for text in rows.all_inner_texts()]
        shown = [line for line in lines if any(text.startswith(line + " ") for text in said)]
        if len(shown) == len(said):
            break
        page.wait_for_timeout(200)
    assert len(said) > 10, "the stations on the screen"
    assert len(shown) == len(said)
    assert [text.startswith(line + " ") for text, line in zip(said, shown, strict=True)] == [True] * len(said)
    page.get_by_role("button", name="Lieu", exact=True).click()
    eventually(page, "document.querySelector('th[aria-sort]')?.textContent.includes('Lieu')")
    rows.first.get_by_role("link").click()
    page.wait_for_url("**/bureau/96001_*")


def test_an_address_brings_back_the_whole_view(page: Any) -> None:
    choices = "indicateur=part_ouvriers&couleurs=ecart&niveau=iris&communes=96001"
    path = f"/carte?{choices}&lieu=com:96001&vue=12.00/44.9138/-4.3249"
    opened(page, path)
    legend = page.get_by_role("region", name=LEGEND)
    assert "Ouvriers" in legend.inner_text() and "par IRIS" in legend.inner_text()
    page.get_by_role("list", name="Communes choisies").get_by_text("Carreville").wait_for()
    page.get_by_role("region", name="Lieu choisi").get_by_role("heading", name="Carreville").wait_for()
    assert urlsplit(page.url).query == urlsplit(path).query


def test_an_address_that_makes_no_sense_still_gives_a_map(page: Any) -> None:
    opened(page, "/carte?indicateur=rien&niveau=lune&vue=a/b/c&communes=xx,<b>&lieu=javascript:alert(1)&avec=42")
    assert "Niveau de vie médian" in page.get_by_role("region", name=LEGEND).inner_text()


def test_a_place_that_does_not_exist_is_said_gently(page: Any) -> None:
    opened(page, "/carte?lieu=bv:99999_9999")
    said = page.get_by_role("region", name="Lieu choisi").get_by_role("alert")
    said.wait_for()
    assert "99999_9999" in said.inner_text()


def test_english_at_a_switch_is_remembered(page: Any) -> None:
    opened(page)
    page.get_by_role("button", name="en", exact=True).click()
    page.get_by_role("combobox", name="Go to a place").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Map · Carreau"
    page.reload()
    page.get_by_role("combobox", name="Go to a place").wait_for()
    page.get_by_role("region", name=LEGEND).get_by_text("by polling station").wait_for()


def test_the_dark_theme_darkens_page_and_map(page: Any, eventually: Waits) -> None:
    opened(page)
    page.get_by_label("Apparence").select_option("dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 19, 15)"
    eventually(
        page,
        """() => { const canvas = document.querySelector('.map canvas'), one = document.createElement('canvas')
        one.width = one.height = 4; const draw = one.getContext('2d'); draw.drawImage(canvas, 0, 0, 4, 4, 0, 0, 4, 4)
        return draw.getImageData(1, 1, 1, 1).data[0] < 40 }""",
    )
    page.reload()
    page.wait_for_selector(MAP, timeout=60_000)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_back_goes_back(page: Any) -> None:
    opened(page)
    page.get_by_role("link", name="Sources").click()
    page.wait_for_url("**/sources")
    page.go_back()
    page.wait_for_url("**/carte")
    page.wait_for_selector(MAP, timeout=60_000)


def test_an_unknown_address_leads_back_to_the_map(page: Any) -> None:
    opened(page)
    page.evaluate("history.pushState(null, '', '/rien'); dispatchEvent(new PopStateEvent('popstate'))")
    page.get_by_role("heading", name="Cette page n’existe pas").wait_for()
    page.get_by_role("link", name="Revenir à la carte").click()
    page.wait_for_selector(MAP, timeout=60_000)


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_nothing_overflows_at_any_width(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, "/carte?lieu=com:96001")
    page.get_by_role("region", name="Lieu choisi").get_by_role("heading", name="Carreville").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")


def test_the_settings_of_a_phone_are_a_sheet(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page)
    assert not page.get_by_role("combobox", name="Indicateur").is_visible()
    page.get_by_role("button", name=re.compile("Réglages")).click()
    page.get_by_role("combobox", name="Indicateur").wait_for()
    page.get_by_role("button", name=re.compile("Menu")).click()
    page.get_by_role("link", name="Analyses").wait_for()
