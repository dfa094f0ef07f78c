"""The journey of a new user on the country, in a real browser: what each step took, and a picture of each.

python bench/national_journey.py --server http://127.0.0.1:8080 --pictures FOLDER needs a server of France without
accounts. From the map of France: find a station of Lyon, read its page, select ten stations, export them to Excel, make
a token and read the feed with the notebook's own lines. Each step ends on what a reader would see; none is skipped.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import Page, sync_playwright

FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
DRAWN = ".map[data-state=drawn]"
LYON = "/analyses?analyse=age&dans=com:69123"
TEN = 10


def main() -> None:
    """Walks the journey and prints one line a step: seconds, and what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--python", default=sys.executable, help="an interpreter with delta-sharing")
    given = parser.parse_args()
    given.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_found(given.chromium), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=given.server)
        for number, (name, step) in enumerate(STEPS.items(), 1):
            start = time.perf_counter()
            seen = step(page, given)
            took = time.perf_counter() - start
            page.screenshot(path=given.pictures / f"{number}_{step.__name__}.png")
            print(f"{number}. {name}: {took:.1f} s; {seen}")
        browser.close()


def france(page: Page, given: argparse.Namespace) -> str:
    """The map of France, drawn."""
    page.goto("/")
    page.wait_for_selector(DRAWN, timeout=60_000)
    return _plain(page.get_by_role("region", name=re.compile("^Légende")).inner_text())[:80]


def found(page: Page, given: argparse.Namespace) -> str:
    """Lyon by the search of the map, then the station in the middle of the map by a click."""
    box = page.get_by_role("combobox", name="Aller à un lieu")
    box.fill("lyon")
    page.get_by_role("option", name=re.compile("^Lyon")).first.click()
    page.wait_for_url(re.compile("vue="))
    page.wait_for_selector(DRAWN, timeout=60_000)
    where: Any = page.locator(".one").first.bounding_box()
    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    panel = page.get_by_role("region", name="Lieu choisi")
    panel.wait_for()
    return _plain(panel.inner_text())[:120]


def read(page: Page, given: argparse.Namespace) -> str:
    """The page of that station."""
    page.get_by_role("region", name="Lieu choisi").locator("a[href*='/bureau/']").first.click()
    page.wait_for_url("**/bureau/69123_*")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    return _plain(page.get_by_role("heading", level=1).inner_text())


def selected(page: Page, given: argparse.Namespace) -> str:
    """Ten stations of Lyon, ticked in the table of the analyses."""
    page.goto(LYON)
    ticks = page.locator(".panel.table tbody input")
    ticks.first.wait_for()
    for rank in range(TEN):
        ticks.nth(rank).check()
    return _plain(page.locator(".toolbar").inner_text())[:120]


def exported(page: Page, given: argparse.Namespace) -> str:
    """The workbook of the selection, opened."""
    page.locator(".panel.bar-per-place").get_by_text("Sélection seulement").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excel", exact=True).click()
    path = given.pictures / waiting.value.suggested_filename
    waiting.value.save_as(path)
    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
    return f"{path.name}, {path.stat().st_size / 1000:.0f} kB, sheets {', '.join(sheets)}"


def connected(page: Page, given: argparse.Namespace) -> str:
    """The lines of the notebook, as the page gives them, run by an unmodified client."""
    page.goto("/connexions")
    page.locator("form").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Télécharger carreau.share").click()
    profile = given.pictures / "carreau.share"
    waiting.value.save_as(profile)
    lines = (
        "import delta_sharing, sys; client = delta_sharing.SharingClient(sys.argv[1]); "
        "table = next(t for t in client.list_all_tables() if 'bureau' in t.name); "
        "frame = delta_sharing.load_as_pandas(f'{sys.argv[1]}#{table.share}.{table.schema}.{table.name}'); "
        "print(table.name, *frame.shape)"
    )
    done = subprocess.run([given.python, "-c", lines, str(profile)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _plain(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def _found(name: str) -> str:
    """The full path of a program."""
    return shutil.which(name) or name


STEPS: dict[str, Callable[[Page, argparse.Namespace], str]] = {
    "the map of France": france,
    "a station of Lyon": found,
    "its page": read,
    "ten stations": selected,
    "Excel": exported,
    "a notebook on the feed": connected,
}

if __name__ == "__main__":
    main()
