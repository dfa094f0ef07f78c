"""The page of one place: its figures with margins, its ballots, its neighbours, its single printed sheet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import asked, plain, violations

STATION = "/bureau/96001_0001"


def opened(page: Any, path: str = STATION, language: str = "fr") -> Any:
    """The page of a place, once its figures are there."""
    page.goto(f"{path}?lang={language}")
    page.locator("article.fiche h1").wait_for()
    return page


def test_a_station_says_who_it_is_and_where(page: Any) -> None:
    opened(page)
    assert plain(page.locator("h1").inner_text()) == "Carreville, bureau 1"
    assert "812 inscrits" in plain(page.locator("article header").inner_text())
    assert page.get_by_role("link", name="Carreville", exact=True).get_attribute("href") == "/lieu/com:96001"
    assert page.title() == "Carreville, bureau 1 · Carreau"


def test_each_figure_is_that_of_the_api_with_its_unit_and_its_margin(page: Any, town_server: str) -> None:
    opened(page)
    page.get_by_role("button", name=re.compile("^Tout montrer")).click()
    facts = asked(town_server, "electoral_profile/bv:96001_0001")
    figures = [figure for theme in facts["themes"] for figure in theme["indicators"]]
    rows = page.locator(".wide table tbody tr:not(.theme)")
    assert rows.count() == len(figures)
    shown = {plain(row.locator("th").inner_text()): plain(row.inner_text()) for row in rows.all()}
    share = next(figure for figure in figures if figure["name"] == "part_cadres")
    margin = round(share["margin"])
    assert f"{round(share['value'])} % ± {margin}" in shown["Cadres"]
    for figure in figures:
        if figure["unit"] == "%" and figure["value"] is not None:
            assert "%" in shown[figure["title"]], figure["name"]
            assert "±" in shown[figure["title"]], figure["name"]


def test_a_hidden_figure_says_why_in_its_place(page: Any) -> None:
    def without(route: Any) -> None:
        answer = route.fetch()
        facts = answer.json()
        figure = facts["themes"][0]["indicators"][1]
        figure.update(value=None, margin=None, grade=None, status="masqué : moins de 11 personnes au dénominateur")
        route.fulfill(status=200, content_type="application/json", body=json.dumps(facts))

    page.route("**/api/v1/electoral_profile/bv:*", without)
    opened(page)
    assert "masqué : moins de 11 personnes au dénominateur" in page.locator("td.none").first.inner_text()
    opened(page, language="en")
    assert "fewer than 11 people" in page.locator("td.none").first.inner_text()


def test_a_bar_is_drawn_with_its_margin_and_what_it_is_compared_with(page: Any) -> None:
    opened(page)
    row = page.locator(".wide tbody tr", has=page.locator("th", has_text="Personnes seules"))
    drawing = row.locator("svg.place-bar")
    assert drawing.locator(".whisker line").count() == 3
    assert drawing.locator("svg.reference").count() == 3
    assert re.search(r"Personnes seules.*±.*Commune.*Département.*France", plain(drawing.get_attribute("aria-label")))


def test_the_ballots_are_points_that_the_keyboard_reaches(page: Any) -> None:
    opened(page)
    chart = page.get_by_role("group", name="Participation")
    points = chart.locator("g.point")
    assert points.count() >= 3
    points.first.focus()
    said = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    again = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "Participation" in said
    assert said != again, "the arrow goes to the next ballot"
    assert "%" in again


def test_a_line_joins_two_ballots_of_one_kind_only(page: Any, town_server: str) -> None:
    opened(page)
    elections = asked(town_server, "electoral_profile/bv:96001_0001")["elections"]
    kinds = [(one["id"].split("_")[0], one["id"].split("_")[2]) for one in elections]
    joined = len(kinds) - len(set(kinds))
    assert page.get_by_role("group", name="Participation").locator("line.line").count() == joined


def test_candidates_come_on_demand(page: Any) -> None:
    opened(page)
    first = page.locator("details", has_text="Candidats").first
    assert not first.locator("table").is_visible()
    first.locator("summary").click()
    assert first.locator("tbody tr").count() > 1
    assert "%" in first.locator("tbody td").first.inner_text()


def test_the_contour_stands_among_its_neighbours_and_a_click_goes_there(page: Any) -> None:
    opened(page)
    sketch = page.get_by_role("img", name=re.compile("^Contour de Carreville, bureau 1"))
    sketch.wait_for()
    assert sketch.locator("path[data-id]").count() > 2
    assert sketch.locator("path.chosen").count() == 1
    box = sketch.bounding_box()
    own = page.evaluate("document.querySelector('.sketch path.chosen').getBoundingClientRect().toJSON()")
    page.mouse.click(box["x"] + box["width"] * 0.35, own["y"] - 12)
    page.wait_for_url(lambda url: "/bureau/" in url and "96001_0001" not in url)


def test_stations_like_it_say_why(page: Any) -> None:
    opened(page)
    section = page.locator("section", has=page.get_by_role("heading", name=re.compile("ressemblent")))
    section.locator("ol > li").first.wait_for()
    assert section.locator("ol > li a").first.get_attribute("href").startswith("/bureau/96001_")
    assert "contre" in section.locator("ol ul li").first.inner_text()


def test_a_gap_below_its_margin_is_not_said(page: Any, town_server: str) -> None:
    opened(page)
    facts = asked(town_server, "electoral_profile/bv:96001_0001")
    figures = {figure["title"]: figure for theme in facts["themes"] for figure in theme["indicators"]}
    for item in page.locator(".pair li").all():
        figure = figures[plain(item.locator("span").nth(1).inner_text().split("\n")[0])]
        assert abs(figure["value"] - figure["departement"]) > figure["margin"]


def test_terms_are_explained_where_they_stand(page: Any) -> None:
    opened(page)
    button = page.get_by_role("button", name="? Marge")
    button.focus()
    page.keyboard.press("Enter")
    assert "neuf fois sur dix" in page.get_by_role("note").filter(visible=True).inner_text()
    page.keyboard.press("Escape")
    assert page.get_by_role("note").filter(visible=True).count() == 0


@pytest.mark.parametrize("territory", ["com:96001", "dep:96"])
def test_larger_places_have_the_same_page(page: Any, territory: str) -> None:
    opened(page, f"/lieu/{territory}")
    assert page.locator(".wide tbody tr:not(.theme)").count() > 15
    assert page.get_by_role("link", name="Analyser ses bureaux").get_attribute("href") == f"/analyses?dans={territory}"


def test_an_unknown_station_is_said_gently(page: Any) -> None:
    page.goto("/bureau/96001_9999")
    page.get_by_role("alert").wait_for()
    assert "96001_9999" in page.get_by_role("alert").inner_text()
    assert page.get_by_role("link", name="Chercher sur la carte").is_visible()


def test_a_hostile_name_is_text(page: Any) -> None:
    def renamed(route: Any) -> None:
        answer = route.fetch()
        facts = answer.json()
        facts["place"]["name"] = "<img src=x onerror=alert(1)>"
        facts["themes"][0]["indicators"][0]["title"] = "<script>alert(1)</script>"
        route.fulfill(status=200, content_type="application/json", body=json.dumps(facts))

    page.route("**/api/v1/electoral_profile/bv:*", renamed)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    opened(page)
    assert "<img src=x" in page.locator("h1").inner_text()
    assert page.locator("article img, article script").count() == 0


def test_english_says_the_same(page: Any) -> None:
    opened(page, language="en")
    assert plain(page.locator("h1").inner_text()) == "Carreville, station 1"
    assert page.get_by_role("heading", name="Who lives here").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("kind", ["PDF", "Excel"])
def test_the_page_is_taken_away_as_a_file(page: Any, kind: str) -> None:
    opened(page)
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name=kind, exact=True).click()
    path = Path(waiting.value.path())
    assert path.read_bytes()[:4] == (b"%PDF" if kind == "PDF" else b"PK\x03\x04")


def test_the_printed_page_is_one_sheet_of_a4(page: Any, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    opened(page)
    page.locator(".sketch path.chosen").wait_for()
    path = tmp_path / "fiche.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    sheets = pypdf.PdfReader(path).pages
    assert len(sheets) == 1
    assert [round(float(side) / 72 * 25.4) for side in sheets[0].mediabox[2:]] == [210, 297]
    text = plain(sheets[0].extract_text())
    for said in ("Carreville, bureau 1", "Qui habite ici", "Comment on y a voté", "Ce qui est incertain", "Sources"):
        assert said in text
    assert "Imprimer" not in text


def test_the_picture_of_the_printed_page_has_its_contour_and_white_margins(page: Any, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed (Debian: apt-get install poppler-utils)")
    opened(page)
    page.locator(".sketch path.chosen").wait_for()
    page.pdf(path=str(tmp_path / "fiche.pdf"), prefer_css_page_size=True, print_background=True)
    command = ["pdftoppm", "-r", "40", "-png", "-singlefile", "fiche.pdf", "fiche"]
    subprocess.run(command, cwd=tmp_path, check=True)
    seen = page.evaluate(
        """async (bytes) => {
          const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }))
          const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
          const context = canvas.getContext('2d')
          context.drawImage(image, 0, 0)
          const { data } = context.getImageData(0, 0, image.width, image.height)
          let [blue, edge, ink] = [0, 0, 0]
          for (let at = 0; at < data.length; at += 4) {
            const [x, y] = [(at / 4) % image.width, Math.floor(at / 4 / image.width)]
            if (data[at + 2] > data[at] + 60 && y < image.height / 6 && x > image.width / 2) blue += 1
            if (data[at] < 200) { ink += 1; if (x < 10 || x > image.width - 10 || y < 8) edge += 1 }
          }
          return { blue, edge, ink }
        }""",
        list((tmp_path / "fiche.png").read_bytes()),
    )
    assert seen["blue"] > 60, "the contour is drawn at the head of the sheet"
    assert seen["ink"] > 3000
    assert seen["edge"] == 0, "nothing stands in the margins"


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_nothing_overflows(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    for path, width in ((STATION, 1440), ("/lieu/com:96001", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, path, language)
        page.wait_for_load_state("networkidle")
        assert violations(page) == []
