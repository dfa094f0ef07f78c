"""How a document that leaves is to be shown: its title, its language, what it is about."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from carreau.errors import Unknown

Language = Literal["fr", "en"]
LONGEST: Final = 1_000
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Cn"})


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a reader asked for, beside the rows: of a fiche, of the workbook of a selection, of the picture of a map.

    ``columns`` are those of the analysis shown, in order (none: those of the slice); ``indicator`` is the one on the
    map (empty: the first of them); ``titles`` gives the English titles of columns and themes, by name;
    ``selection`` says in words what was selected (« 10 bureaux choisis sur la carte »), ``address`` where the view is.
    """

    title: str = ""
    language: Language = "fr"
    columns: tuple[str, ...] = ()
    indicator: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    selection: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if self.language not in get_args(Language):
            raise Unknown.named(self.language, "langue", get_args(Language), "demander fr ou en")
        for name in ("title", "selection", "address"):
            object.__setattr__(self, name, _printable(getattr(self, name)))

    @property
    def selects(self) -> bool:
        """Whether it says what was selected: the workbook is then that of a selection, and not of a whole release."""
        return bool(self.title or self.columns or self.indicator or self.selection)


def _printable(text: str) -> str:
    r"""A text of a reasonable length that any file can hold: no control sign, no half of a sign.

    >>> _printable("Lyon\x00 3e\ud800")
    'Lyon 3e'
    """
    return "".join(sign for sign in text[:LONGEST] if unicodedata.category(sign) not in _UNPRINTABLE)
