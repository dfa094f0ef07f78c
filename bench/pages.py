"""What the pages cost in a browser: first paint, the map of France, a city, recolouring every station, bytes sent.

python bench/pages.py --server http://127.0.0.1:8080 writes bench/figures/pages.json (medians of five; the server shows
France). Debian's Chromium draws without a graphics card: times of painting are upper bounds for a laptop.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FIGURES = Path(__file__).parent / "figures"
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
DRAWN = ".map[data-state=drawn]"
CITY = "/carte?vue=11.90/45.7600/4.8400"
TIMES = 5
CHOOSE = """(name) => {
  history.replaceState(null, '', location.href.replace(/indicateur=\\w+/, 'indicateur=' + name))
  dispatchEvent(new PopStateEvent('popstate'))
}"""
# Reading one point of the drawing waits until the graphics are done with all that was asked of them.
DONE = """() => {
  const canvas = document.querySelector('.map canvas'), drawing = canvas.getContext('webgl2')
  drawing.readPixels(0, 0, 1, 1, drawing.RGBA, drawing.UNSIGNED_BYTE, new Uint8Array(4))
}"""
SHOWN = """() => {
  performance.clearMeasures('carte:couleurs')
  globalThis.shown = null
  new PerformanceObserver((list, watch) => {
    const [measure] = list.getEntriesByName('carte:couleurs')
    if (!measure) return
    watch.disconnect();
    (DONE)()
    globalThis.shown = performance.now() - measure.startTime
  }).observe({ type: 'measure' })
}""".replace("DONE", DONE)
BUDGETS = {
    "first_contentful_paint_ms": 800, "national_map_idle_ms": 1000, "national_tiles_and_values_bytes": 400_000,
    "city_map_drawn_ms": 2500, "recolour_ms": 100, "scripts_before_first_map_bytes": 500_000, "external_requests": 0,
}  # fmt: skip


class Wire:
    """What a page asks for, as it crosses the wire: address, bytes, whether it is a script."""

    def __init__(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        self.urls: dict[str, str] = {}
        self.sizes: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)

    def _asked(self, said: dict[str, Any]) -> None:
        """Remembers the address of what is asked for."""
        self.urls[said["requestId"]] = said["request"]["url"]

    def _finished(self, said: dict[str, Any]) -> None:
        """Remembers the bytes of an answer that has arrived."""
        self.sizes[said["requestId"]] = said["encodedDataLength"]

    def total(self, wanted: Callable[[str], bool]) -> float:
        """The bytes of the answers whose address is wanted."""
        return sum(size for number, size in self.sizes.items() if wanted(self.urls.get(number, "")))


def scripts(page: Page, wire: Wire) -> float:
    """The bytes of every script that has come, the worker's among them, which the page's own session does not see."""
    worker = page.evaluate("""() => performance.getEntriesByType('resource')
      .filter((one) => one.name.includes('worker')).reduce((sum, one) => sum + one.transferSize, 0)""")
    return wire.total(lambda url: url.endswith((".js", ".mjs")) and "worker" not in url) + float(worker)


def moment(page: Page, name: str) -> float:
    """When a mark or a paint happened, in milliseconds since the page was asked for."""
    found = page.evaluate("(name) => performance.getEntriesByName(name).map((one) => one.startTime)", name)
    return float(found[-1])


def loaded(browser: Browser, base: str, path: str) -> dict[str, float]:
    """One cold load of the map, until it is drawn: times and bytes."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    wire = Wire(page)
    page.goto(base + path)
    page.wait_for_selector(DRAWN, timeout=120_000)
    found = {
        "first_contentful_paint_ms": moment(page, "first-contentful-paint"),
        "drawn_ms": moment(page, "carte:dessinee"),
        "tiles_and_values_bytes": wire.total(lambda url: "/tiles/" in url or "/values/" in url),
        "scripts_bytes": scripts(page, wire),
        "all_bytes": wire.total(lambda url: True),
        "external_requests": sum(not url.startswith((base, "blob:", "data:")) for url in wire.urls.values()),
    }
    context.close()
    return found


def idle(browser: Browser, base: str) -> float:
    """The map of France, from the moment its engine is there to the moment it is drawn, in milliseconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(base + "/carte")
    page.wait_for_selector(DRAWN, timeout=120_000)
    found = moment(page, "carte:dessinee") - moment(page, "carte:moteur")
    context.close()
    return found


def recoloured(browser: Browser, base: str) -> dict[str, list[float]]:
    """Recolouring every station, five times, each from a map at rest, in milliseconds since the figures are at hand.

    ``frame``: until the next frame, which has the new colours, is handed to the graphics; ``pixels``: until they have
    drawn it, which without a graphics card is the longer part by far.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(base + CITY + "&indicateur=part_cadres")
    page.wait_for_selector(DRAWN, timeout=120_000)
    times: dict[str, list[float]] = {"frame": [], "pixels": []}
    for name in ("part_ouvriers", "part_cadres") * 4:  # the first two bring the figures
        page.evaluate(DONE)
        page.evaluate(SHOWN)
        page.evaluate(CHOOSE, name)
        while page.evaluate("globalThis.shown") is None:
            page.wait_for_timeout(20)
        frame = page.evaluate("performance.getEntriesByName('carte:couleurs', 'measure').at(-1).duration")
        times["frame"].append(frame)
        times["pixels"].append(page.evaluate("globalThis.shown"))
        page.wait_for_selector(DRAWN, timeout=120_000)
    context.close()
    return {name: found[-TIMES:] for name, found in times.items()}


def measured(base: str, chromium: str) -> dict[str, Any]:
    """Every figure, and the browser and the load of the machine that it was measured with."""
    load = os.getloadavg()[0]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=list(FLAGS))
        loaded(browser, base, "/carte")  # the server opens what it serves
        france = [loaded(browser, base, "/carte") for _ in range(TIMES)]
        city = [loaded(browser, base, CITY) for _ in range(TIMES)]
        engine = [idle(browser, base) for _ in range(TIMES)]
        colours = recoloured(browser, base)
        version = browser.version
        browser.close()

    def median(runs: list[dict[str, float]], name: str) -> float:
        return statistics.median(run[name] for run in runs)

    figures = {
        "first_contentful_paint_ms": median(france, "first_contentful_paint_ms"),
        "national_map_idle_ms": statistics.median(engine),
        "national_map_drawn_since_navigation_ms": median(france, "drawn_ms"),
        "national_tiles_and_values_bytes": median(france, "tiles_and_values_bytes"),
        "national_all_bytes": median(france, "all_bytes"),
        "scripts_before_first_map_bytes": median(france, "scripts_bytes"),
        "city_map_drawn_ms": median(city, "drawn_ms"),
        "city_tiles_and_values_bytes": median(city, "tiles_and_values_bytes"),
        "recolour_ms": statistics.median(colours["frame"]),
        "recolour_pixels_ms": statistics.median(colours["pixels"]),
        "external_requests": max(run["external_requests"] for run in [*france, *city]),
    }
    return {"load": load, "chromium": version, "runs": TIMES, "budgets": BUDGETS, "figures": figures}


def main() -> None:
    """Measures, writes the figures beside their budgets, and says which are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the address of a carreau serve of France")
    parser.add_argument("--output", type=Path, default=FIGURES / "pages.json")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is not installed: apt-get install chromium")
    report = measured(given.server.rstrip("/"), chromium)
    given.output.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    for name, value in report["figures"].items():
        budget = BUDGETS.get(name)
        kept = "" if budget is None else f"  of {budget:>8}{'' if value <= budget else '  OVER'}"
        print(f"{name:<42}{value:>12.0f}{kept}")


if __name__ == "__main__":
    main()
