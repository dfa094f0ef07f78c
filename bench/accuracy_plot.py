"""The reliability plot of ``make accuracy``: what intervals promise beside what they cover, as one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEVELS = (50, 80, 90)
COLOURS = {50: "#7a5195", 80: "#d4762c", 90: "#1f5fa8"}  # told apart in grey and by those who see few colours
LEFT, TOP, ROW, SPAN, FOOT = 330, 78, 22, 420, 74
REACH = 16.0  # points of coverage on each side of the promise
STYLE = """<style>
text { font: 13px "DejaVu Sans", Verdana, sans-serif; fill: #222 }
.title { font-size: 16px; font-weight: bold } .case { font-weight: bold } .small { font-size: 11px; fill: #555 }
</style>"""


@dataclass(frozen=True)
class Line:
    """One row of the plot: a case, the figures of it, how many, and the part covered in percent by nominal level."""

    case: str
    label: str
    number: int
    covered: dict[int, float]


def reliability_svg(lines: Sequence[Line]) -> str:
    """The plot: one row per line, one mark per nominal level, by how many points the cover differs from the promise."""
    rows = list(_rows(lines))
    bottom = TOP + rows[-1][0] + ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + SPAN + 110} {bottom + FOOT}" role="img">',
        "<title>Observed minus nominal coverage of the margins</title>",
        STYLE,
        '<rect width="100%" height="100%" fill="#fffdf8"/>',
        '<text x="16" y="28" class="title">Do the intervals cover what they promise?</text>',
        '<text x="16" y="48" class="small">Held-out figures: part whose truth lies within, minus the promise, '
        "in points. Grey band: ± 2 points.</text>",
        *_axis(bottom),
    ]
    for y, line in rows:
        parts += _row(TOP + y, line)
    return "\n".join([*parts, *_legend(bottom), "</svg>"]) + "\n"


def _rows(lines: Sequence[Line]) -> Iterator[tuple[int, Line | str]]:
    """The rows from the top down with their offset: the name of each case, then its lines."""
    y, case = 0, ""
    for line in lines:
        if line.case != case:
            y += 8 if case else 0
            case = line.case
            yield y, case
            y += ROW
        yield y, line
        y += ROW


def _x(points: float) -> float:
    """Where a difference of so many points stands; what goes beyond the plot stands at its edge."""
    return round(LEFT + SPAN / 2 + SPAN / 2 * max(-REACH, min(REACH, points)) / REACH, 1)


def _axis(bottom: int) -> Iterator[str]:
    """The band of two points, the zero and the ticks."""
    top, height = TOP - 14, bottom - TOP + 8
    yield f'<rect x="{_x(-2)}" y="{top}" width="{_x(2) - _x(-2)}" height="{height}" fill="#e6e2d8"/>'
    for tick in range(-16, 17, 4):
        x = _x(tick)
        colour = "#222" if tick == 0 else "#c9c4b8"
        yield f'<line x1="{x}" x2="{x}" y1="{top}" y2="{top + height}" stroke="{colour}"/>'
        said = f"{tick:+d}" if tick else "0"
        yield f'<text x="{x}" y="{top + height + 16}" text-anchor="middle" class="small">{said}</text>'


def _row(y: float, line: Line | str) -> Iterator[str]:
    """The name of a case, or the label and the marks of a line."""
    if isinstance(line, str):
        yield f'<text x="16" y="{y + 4}" class="case">{line}</text>'
        return
    yield f'<text x="28" y="{y + 4}">{line.label}</text>'
    yield f'<text x="{LEFT + SPAN + 94}" y="{y + 4}" text-anchor="end" class="small">{line.number:,}</text>'
    for level in LEVELS:
        if level in line.covered:
            yield _mark(level, _x(line.covered[level] - level), y)


def _mark(level: int, x: float, y: float) -> str:
    """The mark of a nominal level: a circle, a square or a diamond."""
    colour = COLOURS[level]
    if level == 50:
        return f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>'
    turned = f' transform="rotate(45 {x} {y})"' if level == 90 else ""
    return f'<rect x="{x - 4.5}" y="{y - 4.5}" width="9" height="9" fill="{colour}"{turned}/>'


def _legend(bottom: int) -> Iterator[str]:
    """What each mark is, and what lies on each side."""
    y = bottom + 56
    for place, level in enumerate(LEVELS):
        yield _mark(level, 26 + 62 * place, y - 4)
        yield f'<text x="{36 + 62 * place}" y="{y}">{level} %</text>'
    yield f'<text x="{LEFT}" y="{y}" class="small">← too narrow (covers less)</text>'
    yield f'<text x="{LEFT + SPAN}" y="{y}" text-anchor="end" class="small">too wide (covers more) →</text>'
