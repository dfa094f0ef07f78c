"""One's own data: dropped or chosen, joined to places, drawn, refused gently, deleted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import plain, violations

TABLE = "bureau;adhérents;note\n96001_0001;12;3,5\n96001_0002;30;4,1\n96001_0003;8;2\n96001_9999;1;1\n"


def opened(page: Any, language: str = "fr") -> Any:
    """The page of one's own data, without any file of a test before."""
    page.goto(f"/mes-donnees?lang={language}")
    page.locator(".drop").wait_for()
    page.wait_for_load_state("networkidle")
    for _ in range(page.locator("details.sheet").count()):
        sheet = page.locator("details.sheet").first
        sheet.evaluate("element => { element.open = true }")
        sheet.get_by_role("button", name=re.compile("^(Supprimer|Delete)")).click()
        sheet.locator(".do").get_by_role("button").first.click()
        page.wait_for_load_state("networkidle")
    page.locator("details.sheet").first.wait_for(state="detached")
    return page


def brought(page: Any, path: Path) -> Any:
    """The sheet of a file that is chosen with the button."""
    page.locator("input[type=file]").set_input_files(path)
    sheet = page.locator("details.sheet", has_text=path.name)
    sheet.locator("h3").first.wait_for()
    return sheet


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small table by station, with one code that is none."""
    path = tmp_path / "adhérents.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_file_is_joined_and_what_is_not_recognised_is_said_with_near_codes(page: Any, table: Path) -> None:
    sheet = brought(opened(page), table)
    text = plain(sheet.inner_text())
    assert "Par la colonne « bureau » (bureau de vote) : 3 lignes rattachées sur 4" in text
    assert "Codes non reconnus (1)" in text
    assert "96001_9999" in text
    assert "96001_00" in plain(sheet.locator("table.narrow td").first.inner_text())


def test_a_column_is_drawn_on_its_places(page: Any, table: Path) -> None:
    sheet = brought(opened(page), table)
    sheet.get_by_role("button", name="Voir la colonne adhérents sur la carte").click()
    sheet.get_by_role("img", name=re.compile("^Carte.*adhérents, 3 lieux")).wait_for()
    listed = [plain(item) for item in sheet.locator(".own ol.list li").all_inner_texts()]
    assert listed == ["Carreville 2 30", "Carreville 1 12", "Carreville 3 8"]
    sheet.locator(".own").get_by_text("Commune", exact=True).click()
    sheet.locator(".own ol.list li", has_text="50").wait_for()


def test_a_file_can_be_dropped(page: Any) -> None:
    opened(page)
    page.evaluate(
        """text => {
          const data = new DataTransfer()
          data.items.add(new File([text], 'dépôt.csv', { type: 'text/csv' }))
          const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          document.querySelector('.drop').dispatchEvent(drop)
        }""",
        TABLE,
    )
    page.locator("details.sheet", has_text="dépôt.csv").wait_for()


def test_the_button_is_reached_by_the_keyboard(page: Any) -> None:
    opened(page)
    page.locator("input[type=file]").focus()
    assert page.evaluate("document.activeElement.type") == "file"
    with page.expect_file_chooser():
        page.keyboard.press("Space")


@pytest.mark.parametrize(
    ("name", "content"),
    [("rien.csv", b""), ("image.csv", b"\x89PNG\r\n\x1a\n" + bytes(400)), ("texte.csv", b"a;b\n1;2\n")],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(page: Any, tmp_path: Path, name: str, content: bytes) -> None:
    opened(page)
    path = tmp_path / name
    path.write_bytes(content)
    page.locator("input[type=file]").set_input_files(path)
    refusal = page.locator("[role=alert].refused")
    refusal.wait_for()
    text = plain(refusal.inner_text())
    assert text.startswith("Ce fichier n’a pas été gardé.")
    assert len(text) > 50
    assert "Traceback" not in text
    assert page.locator("details.sheet").count() == 0


def test_hostile_names_are_text(page: Any, tmp_path: Path) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    opened(page)
    path = tmp_path / "<img src=x onerror=alert(1)>.csv"
    path.write_text("bureau;<script>alert(1)</script>\n96001_0001;4\n96001_0002;5\n", "utf-8")
    sheet = brought(page, path)
    sheet.get_by_role("button", name=re.compile("script")).click()
    sheet.get_by_role("img", name=re.compile("^Carte")).wait_for()
    assert page.locator("main img, main script").count() == 0


def test_a_file_is_deleted_after_a_question(page: Any, table: Path) -> None:
    sheet = brought(opened(page), table)
    sheet.get_by_role("button", name="Supprimer le fichier adhérents.csv").click()
    assert "Rien n’en restera" in sheet.locator(".do").inner_text()
    sheet.get_by_role("button", name="Garder").click()
    sheet.get_by_role("button", name="Supprimer le fichier adhérents.csv").click()
    sheet.get_by_role("button", name="Supprimer", exact=True).click()
    page.get_by_text("Aucun fichier pour l’instant.").wait_for()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, table: Path, language: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('carreau.theme', '{theme}')")
    sheet = brought(opened(page, language), table)
    sheet.get_by_role("button", name=re.compile("adhérents (sur la carte|on the map)")).click()
    sheet.locator(".own svg").first.wait_for()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
