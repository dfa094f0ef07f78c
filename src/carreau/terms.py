"""The words that every room shares: Column, Schema, Provenance, Territory, Role, and the questions one may ask.

All are frozen, slotted and checked at construction: what exists is valid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, get_args

from carreau.errors import Broken, Unknown

ColumnType = Literal["text", "integer", "number", "boolean", "date", "geometry"]
TerritoryKind = Literal["france", "dep", "com", "epci", "circo", "bv"]


class Role(StrEnum):
    """What a column is for: a key, a place, a count, the margin of another column…"""

    KEY = "key"
    PLACE = "place"
    PERIOD = "period"
    COUNT = "count"
    MEASURE = "measure"
    SHARE = "share"
    MARGIN = "margin"
    SENSITIVE = "sensitive"
    PERSONAL = "personal"
    WEIGHT = "weight"
    GEOMETRY = "geometry"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure comes from: source identifier and title, vintage, method, status of the file.

    ``status`` is the standing of the bytes read: ``original``, ``extract``, ``facsimile``, ``compiled``,
    ``synthetic`` or ``unknown``. A figure made from several files carries the least official of them.
    """

    source: str
    vintage: str = ""
    method: str = ""
    status: str = "original"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: name, type, unit, role, and a description that is never empty.

    ``of`` names the denominator of a share, or the column that a margin or a status qualifies.
    """

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    role: Role = Role.MEASURE
    of: str = ""
    nullable: bool = True
    title: str = ""
    theme: str = ""
    provenance: Provenance = field(default_factory=lambda: Provenance("carreau"))

    def __post_init__(self) -> None:
        if not self.description.strip():
            raise Broken(
                f"la colonne « {self.name} » n'a pas de description",
                expected="une phrase qui dit ce qu'elle contient",
            )
        if self.type not in get_args(ColumnType):
            raise Broken(
                f"la colonne « {self.name} » a un type inconnu",
                given=self.type,
                expected=", ".join(get_args(ColumnType)),
            )


@dataclass(frozen=True, slots=True)
class Schema:
    """Ordered columns and the sentence that says what one row is: « une ligne par … »."""

    rows: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if not self.rows.strip():
            raise Broken("un schéma ne dit pas ce qu'est une ligne", expected="« une ligne par … »")
        names = self.names
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise Broken("des colonnes portent le même nom", given=", ".join(twice), expected="des noms uniques")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called ``name``; :class:`~carreau.errors.Unknown` with near names when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise Unknown.named(name, "colonne", self.names, "reprendre l'un des noms de la table")


_PATTERNS: Final[dict[TerritoryKind, str]] = {
    "france": r"",
    "dep": r"(\d{2}|2[AB]|9[78]\d|ZZ)",
    "com": r"(\d{2}|2[AB])\d{3}|ZZ\d{3}",
    "epci": r"\d{9}",
    "circo": r"(\d{2}|2[AB]|9[78]\d|ZZ)-?\d{2}",
    "bv": r"[0-9A-Z]{5}_\S{1,8}",
}
_EXAMPLES: Final = "france, dep:69, com:69123, epci:200046977, circo:6901, bv:69123_0101"


@dataclass(frozen=True, slots=True)
class Territory:
    """A place that a reader names: the whole of France, a department, a commune, down to one station.

    >>> Territory.parse("69123")
    Territory(kind='com', code='69123')
    >>> str(Territory.parse("bv:69123_101"))
    'bv:69123_0101'
    """

    kind: TerritoryKind
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Territory:
        """The territory named by ``text``; a bare ``69123`` is a commune, a bare ``69`` a department.

        Raises :class:`~carreau.errors.Unknown` when the word or the code does not have the right form.
        """
        given = text.strip()
        kind, colon, code = given.partition(":")
        if not colon:
            kind, code = ("france", "") if given.lower() == "france" else _bare(given)
        kind = kind.lower()
        if kind not in _PATTERNS and not colon:
            raise Unknown(
                f"« {given} » n'est pas le code d'un territoire",
                given=given,
                expected=f"un code, par exemple {_EXAMPLES}",
                advice=f"chercher le lieu par son nom : carreau territoires « {given} »",
            )
        if kind not in _PATTERNS:
            raise Unknown.named(kind, "territoire", _PATTERNS, f"écrire par exemple {_EXAMPLES}")
        code = code.upper()
        if not re.fullmatch(_PATTERNS[kind], code):
            raise Unknown(
                f"« {given} » n'est pas un territoire",
                given=given,
                expected=f"l'une des formes {_EXAMPLES}",
                advice="corriger le code, ou chercher la commune : carreau territoires NOM",
            )
        if kind == "bv":
            commune, _, station = code.partition("_")
            code = f"{commune}_{station.zfill(4)}"
        return cls(kind, code.replace("-", "") if kind == "circo" else code)

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else self.kind


def _bare(given: str) -> tuple[str, str]:
    """The kind and code of a territory written without its kind."""
    for kind in ("com", "dep", "bv"):
        if re.fullmatch(_PATTERNS[kind], given.upper()):
            return kind, given
    return given, ""


Value = str | int | float | bool | None
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "startswith", "endswith", "contains"]
Method = Literal["sum", "average", "min", "max", "count", "countdistinct"]


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a value (a tuple of values for ``in``); ``eq`` and ``ne`` with None ask whether it is empty.

    As in SQL, an empty cell is neither equal to, nor different from, nor below a value: such a row is not kept.
    """

    column: str
    operator: Operator
    value: Value | tuple[Value, ...]

    def __post_init__(self) -> None:
        if self.operator not in get_args(Operator):
            raise Unknown.named(str(self.operator), "opérateur", get_args(Operator), "reprendre l'un de ces opérateurs")


@dataclass(frozen=True, slots=True)
class Every:
    """All of the conditions hold; with none, every row is kept."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the conditions holds; with none, no row is kept."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold; where it is neither true nor false (an empty cell), the row is not kept."""

    condition: Condition


Condition = Compare | Every | Either | Not


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by; empty cells come last whichever the way."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """What is asked of a table: which columns (None: all), which rows, in which order, from which one, how many."""

    columns: tuple[str, ...] | None = None
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    offset: int = 0
    limit: int | None = None

    def __post_init__(self) -> None:
        for what, number in (("décalage", self.offset), ("nombre de lignes", self.limit or 0)):
            if number < 0:
                raise Unknown(f"un {what} ne peut pas être négatif", given=str(number), expected="zéro ou plus")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure per group: the method, the column it is made from (empty for ``count``), the name it is given."""

    method: Method
    column: str
    name: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rows grouped by the values of columns (none: one group of all), and the figures made of each group."""

    by: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    where: Condition | None = None
