"""The picture of the README: one station of the invented town, drawn from ``make demo``.

    .venv/bin/python docs/pictures/station.py demo/maison bv:96001_0001 docs/pictures/station.svg
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

import carreau
from carreau.counters.cli.screen import screen

FONTS = re.compile(r"@font-face \{\{.*?\}\}\n", re.DOTALL)  # rich's own template fetches fonts from a third party


def picture(home: str, station: str) -> str:
    """The SVG of the screen of ``station``."""
    console = Console(record=True, width=82, file=io.StringIO(), highlight=False, force_terminal=True)
    for line in screen(carreau.open(home).show(station), 80):
        console.print(line, soft_wrap=True)
    title = f"carreau show {station}"
    frame = FONTS.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    return console.export_svg(title=title, theme=DEFAULT_TERMINAL_THEME, code_format=frame, unique_id="station")


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(picture(sys.argv[1], sys.argv[2]), "utf-8")
