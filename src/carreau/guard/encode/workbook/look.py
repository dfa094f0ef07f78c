"""How the workbook looks: a well-printed ledger, warm paper, near-black ink, one blue, thin rules.

The scales read the same with any colour vision: one hue from light to dark for amounts (blue) and for margins (ochre),
ochre to blue through white for differences (after the sequential and diverging schemes of Brewer, colorbrewer2.org).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from carreau.terms import Column, Role

INK: Final = "#1F1E1B"
QUIET: Final = "#77726A"
RULE: Final = "#DDD6C7"
PAPER: Final = "#F7F3EA"
BLUE: Final = "#1F5C99"
WARNING: Final = "#FBE3BD"
AMOUNTS: Final = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#8FB8DE"}
MARGINS: Final = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#E2C58F"}
GAPS: Final = {
    "type": "3_color_scale", "mid_type": "num", "mid_value": 0,
    "min_color": "#DDA45C", "mid_color": "#FFFFFF", "max_color": "#6FA3D4",
}  # fmt: skip
POINTS: Final = frozenset({"%", "point", "points"})
GRADES: Final[Mapping[str, str]] = {"A": "#B9D4EC", "B": "#D9E8F5", "C": "#F4F1E8", "D": "#F1DEBE", "E": "#E3BF88"}


@dataclass(frozen=True, slots=True)
class Look:
    """The styles of one workbook, each made once."""

    book: Any
    _made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **facts: Any) -> Any:
        """The style with these properties over the common ink and font."""
        key = tuple(sorted(facts.items()))
        if key not in self._made:
            common = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._made[key] = self.book.add_format({**common, **facts})
        return self._made[key]

    def cell(self, pattern: str = "", **facts: Any) -> Any:
        """The style of a data cell: a hair rule under it, and a number pattern."""
        number = {"num_format": pattern} if pattern else {}
        return self.style(bottom=4, bottom_color=RULE, **number, **facts)

    def hidden(self, side: str) -> Any:
        """The style of a cell whose figure is not shown."""
        return self.cell(italic=True, font_color=QUIET, align=side)

    def header(self, **facts: Any) -> Any:
        """The style of a column's title."""
        return self.style(bold=True, text_wrap=True, bg_color=PAPER, valign="bottom", **facts)


def pattern_of(column: Column, sign: str = "") -> str:
    """The number pattern of a column by its unit and role; ``sign`` is ``"± "`` for a margin.

    Excel and LibreOffice put the separators of the reader's own language in it.

    >>> pattern_of(Column("part", "number", "Une part", "%", Role.SHARE))
    '0.0"\\u202f%"'
    >>> pattern_of(Column("part_marge", "number", "Sa marge", "%", Role.MARGIN), "± ")
    '"± "0.0"\\u202f%"'
    """
    before = f'"{sign}"' if sign else ""
    if column.unit == "%":
        return f'{before}0.0"\u202f%"'
    if "€" in column.unit:
        return f'{before}#,##0"\u202f€"'
    if column.role is Role.COUNT or column.type == "integer":
        return f"{before}#,##0"
    return f"{before}#,##0.00"


def gap_pattern(column: Column) -> str:
    """The number pattern of a difference: always with its sign, in points for a percentage."""
    unit = '"\u202fpt"' if column.unit in POINTS else ""
    digits = "0.0" if unit else "#,##0.0"
    return f"+{digits}{unit};\u2212{digits}{unit};{digits}{unit}"
