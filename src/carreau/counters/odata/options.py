"""The query options of a request, read and checked: what is asked of a table, in terms of its columns.

The options read are ``$filter $select $orderby $top $skip $count $apply $format $skiptoken``. Any other, known to OData
or not, is refused: an option that is passed over in silence gives an answer to another question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from carreau.counters.odata.applying import grouping_of
from carreau.counters.odata.filters import Reader, condition_of
from carreau.counters.odata.tokens import Place
from carreau.errors import Unknown
from carreau.terms import Condition, Grouping, Order

Detail = Literal["minimal", "none"]
READ: Final = (
    "$filter", "$select", "$orderby", "$top", "$skip", "$count", "$apply", "$format", "$skiptoken",
)  # fmt: skip
PAGE: Final = 5_000
_MOST_ORDERS: Final = 10
_DIGITS: Final = 18
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table: ``skip`` and ``top`` count in the whole answer, ``place`` says where this page starts.

    ``columns`` None is every column of the table; ``grouping`` comes before all the rest.
    """

    columns: tuple[str, ...] | None = None
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    skip: int = 0
    top: int | None = None
    counted: bool = False
    grouping: Grouping | None = None
    detail: Detail = "minimal"
    page: int = PAGE
    place: Place | None = None

    @property
    def given(self) -> int:
        """How many rows the pages before this one have given."""
        return self.place.given if self.place else 0

    @property
    def offset(self) -> int:
        """From which row of the whole answer this page starts."""
        return self.skip + self.given

    @property
    def limit(self) -> int:
        """How many rows this page gives at most."""
        return self.page if self.top is None else max(0, min(self.page, self.top - self.given))

    @property
    def goes_on(self) -> bool:
        """Whether a page after this one is wished for, if there are rows left."""
        return self.limit > 0 and (self.top is None or self.given + self.limit < self.top)


def options_of(pairs: Sequence[tuple[str, str]], allowed: Sequence[str] = READ) -> dict[str, str]:
    """The options by name, each given once and among those ``allowed`` here; else :class:`~carreau.errors.Unknown`."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            raise _refused(name, allowed)
        if name in found:
            raise Unknown(f"{name} est donné deux fois", given=name, expected="une seule fois", advice="en retirer un")
        found[name] = value
    return found


def question_of(options: dict[str, str], columns: Sequence[str], place: Place | None, page: int = PAGE) -> Question:
    """What ``options`` ask of a table of ``columns``, from ``place`` on, in pages of at most ``page`` rows.

    After ``$apply``, the other options speak of the columns that it makes.
    """
    grouping = grouping_of(options["$apply"], columns) if "$apply" in options else None
    known = columns if grouping is None else (*grouping.by, *(one.name for one in grouping.aggregates))
    return Question(
        selected(options["$select"], known) if "$select" in options else None,
        condition_of(options["$filter"], known) if "$filter" in options else None,
        orders(options["$orderby"], known) if "$orderby" in options else (),
        number("$skip", options.get("$skip", "0")),
        number("$top", options["$top"]) if "$top" in options else None,
        truth("$count", options.get("$count", "false")),
        grouping,
        detail_of(options.get("$format", "")),
        min(page, PAGE),
        place,
    )


def selected(text: str, columns: Sequence[str]) -> tuple[str, ...] | None:
    """The columns that ``$select`` names, each once; None for ``*``."""
    if text.strip() == "*":
        return None
    reader = Reader(text, columns, "$select")
    names = [reader.column()]
    while reader.took(","):
        names.append(reader.column())
    if reader.word.kind != "end":
        raise reader.misread("une virgule, ou la fin")
    return tuple(dict.fromkeys(names))


def orders(text: str, columns: Sequence[str]) -> tuple[Order, ...]:
    """The orders that ``$orderby`` names: ``COLUMN``, ``COLUMN asc``, ``COLUMN desc``; ten at most."""
    reader = Reader(text, columns, "$orderby")
    found = [_order(reader)]
    while reader.took(","):
        found.append(_order(reader))
    if reader.word.kind != "end" or len(found) > _MOST_ORDERS:
        raise reader.misread(f"une virgule, ou la fin ; {_MOST_ORDERS} colonnes au plus")
    return tuple(found)


def _order(reader: Reader) -> Order:
    """One column and its way."""
    return Order(reader.column(), reader.took_name("asc", "desc") == "desc")


def number(option: str, text: str) -> int:
    """A whole number, zero or more: as large as one likes, since pages bound what is given."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Unknown(
            f"{option} n'est pas un nombre de lignes",
            given=text[:40],
            expected="zéro ou plus, en chiffres",
            advice=f"par exemple {option}=100",
        )
    return int(text)


def truth(option: str, text: str) -> bool:
    """``true`` or ``false``."""
    if text not in {"true", "false"}:
        raise Unknown(f"{option} se dit true ou false", given=text[:40], expected="true, false", advice="corriger")
    return text == "true"


def detail_of(text: str) -> Detail:
    """How much of the metadata goes with the rows, as ``$format``, or ``Accept``, asks; JSON is the only form of rows.

    ``odata.metadata=full`` is answered as ``minimal``, and the answer's type says so.

    >>> detail_of("application/json;odata.metadata=none"), detail_of("json")
    ('none', 'minimal')
    """
    media, *parameters = [part.strip().lower() for part in text.split(";")]
    if media not in {"", "json", _JSON}:
        raise Unknown(
            "les lignes ne sont données qu'en JSON",
            given=text[:80],
            expected="$format=json",
            advice="retirer $format, ou demander json",
        )
    return "none" if {"odata.metadata=none", "metadata=none"} & set(parameters) else "minimal"


def _refused(name: str, allowed: Sequence[str]) -> Unknown:
    """The error for an option that is not read here."""
    shown = name[:40]
    if f"${name}" in allowed:
        return Unknown(
            f"l'option « {shown} » s'écrit « ${shown} »", given=shown, expected=f"${shown}", advice="ajouter le $"
        )
    return Unknown(
        f"l'option « {shown} » n'est pas lue ici",
        given=shown,
        expected=", ".join(allowed) or "aucune option",
        advice="la retirer de l'adresse",
    )
