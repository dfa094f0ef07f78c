"""What ``$filter`` asks, as a Condition on columns of a list; nothing else can be named, and no query text is made.

Read: ``eq ne lt le gt ge in``, ``and or not``, parentheses, ``startswith endswith contains``, ``null true false``,
numbers, texts between apostrophes (doubled inside). Empty cells are those of OData 4 (URL Conventions, 5.1.1.1): an
empty cell is equal to ``null`` alone, different from any value, never below or above one; a function of it is neither
true nor false. All the rest of the language is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, get_args

from carreau.counters.odata.words import Word, misread, words_of
from carreau.errors import Unknown
from carreau.terms import Compare, Condition, Either, Every, Not, Operator, Value

DEEPEST: Final = 30
COMPARISONS: Final = ("eq", "ne", "lt", "le", "gt", "ge")
FUNCTIONS: Final = ("startswith", "endswith", "contains")
_TURNED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_CONSTANTS: Final[dict[str, Value]] = {"null": None, "true": True, "false": False}
_VALUE: Final = "une valeur : un nombre, un texte entre apostrophes, null, true ou false"


def condition_of(text: str, columns: Collection[str], option: str = "$filter") -> Condition:
    """The condition that ``text`` states on ``columns``; :class:`~carreau.errors.Unknown` for all that is not read.

    >>> condition_of("inscrits gt 1000", ["inscrits"])
    Compare(column='inscrits', operator='gt', value=1000)
    >>> condition_of("note in ('A','B')", ["note"])
    Compare(column='note', operator='in', value=('A', 'B'))
    """
    reader = Reader(text, columns, option)
    condition = reader.condition()
    reader.ended()
    return condition


class Reader:
    """Reads an expression from left to right; ``negated`` counts the ``not`` that stand around the present word."""

    def __init__(self, text: str, columns: Collection[str], option: str) -> None:
        self.text, self.columns, self.option = text, columns, option
        self._words = words_of(text, option)
        self._place = 0
        self._depth = 0
        self._negated = 0

    @property
    def word(self) -> Word:
        """The word to be read now."""
        return self._words[self._place]

    def taken(self) -> Word:
        """The word that was to be read; the next one now is."""
        word = self.word
        self._place += word.kind != "end"
        return word

    def took(self, mark: str) -> bool:
        """Whether ``mark`` was to be read; it now is."""
        if not self.word.is_mark(mark):
            return False
        self.taken()
        return True

    def need(self, mark: str) -> None:
        """Read ``mark``, and nothing else."""
        if not self.took(mark):
            raise self.misread(f"« {mark} »")

    def took_name(self, *names: str) -> str:
        """Which of ``names`` was to be read (it now is), or an empty text."""
        return self.taken().text if self.word.is_name(*names) else ""

    def misread(self, expected: str) -> Unknown:
        """The error for a word that is not the ``expected`` one."""
        return misread(self.option, self.text, self.word.at, expected)

    def ended(self) -> None:
        """Nothing, when all was read."""
        if self.word.kind != "end":
            raise self.misread("la fin, ou « and » ou « or »")

    def column(self) -> str:
        """The name of a column of the list; near names are proposed for any other."""
        if self.word.kind != "name":
            raise self.misread("le nom d'une colonne")
        name = self.taken().text
        if self.word.is_mark("/"):
            raise self.misread("une colonne de cette table : il n'y a pas de lien vers une autre")
        if name not in self.columns:
            raise Unknown.named(name, "colonne", self.columns, "reprendre l'un des noms de $metadata")
        return name

    def condition(self) -> Condition:
        """Conditions joined by ``or``."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.misread(f"au plus {DEEPEST} conditions imbriquées")
        parts = [self._every()]
        while self.took_name("or"):
            parts.append(self._every())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Condition:
        """Conditions joined by ``and``."""
        parts = [self._single()]
        while self.took_name("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _single(self) -> Condition:
        """One condition: negated, between parentheses, a function, or a comparison."""
        if self.took_name("not"):
            return self._not()
        if self.took("("):
            inner = self.condition()
            self.need(")")
            return inner
        if self.word.is_name(*FUNCTIONS) and self._words[self._place + 1].is_mark("("):
            return self._function()
        return self._comparison()

    def _not(self) -> Condition:
        """What does not hold; several ``not`` in a row count as so many levels."""
        self._negated += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.misread(f"au plus {DEEPEST} conditions imbriquées")
        inner = self._single()
        self._depth -= 1
        self._negated -= 1
        return Not(inner)

    def _function(self) -> Condition:
        """A search in a text; ``eq true`` or ``eq false`` may follow, as some programs write."""
        operator = self.taken().text
        self.need("(")
        column = self.column()
        self.need(",")
        if self.word.kind != "text":
            raise self.misread("un texte entre apostrophes")
        found = Compare(column, _operator(operator), self.taken().text)
        self.need(")")
        if not self.took_name("eq"):
            return found
        said = self.took_name("true", "false")
        if not said:
            raise self.misread("« true » ou « false »")
        return found if said == "true" else Not(found)

    def _comparison(self) -> Condition:
        """A column against a value, in this order or the other."""
        if self._is_value():
            value = self.value()
            operator = self._comparator(COMPARISONS)
            return self._compared(self.column(), _TURNED.get(operator, operator), value)
        column = self.column()
        operator = self._comparator((*COMPARISONS, "in"))
        return self._compared(column, operator, self._list() if operator == "in" else self.value())

    def _comparator(self, known: tuple[str, ...]) -> str:
        """The name of a comparison."""
        operator = self.took_name(*known)
        if not operator:
            raise self.misread(f"une comparaison : {', '.join(known)}")
        return operator

    def _compared(self, column: str, operator: str, value: Value | tuple[Value, ...]) -> Condition:
        """The comparison, with empty cells as OData has them (under a ``not``, they must be told apart)."""
        compare = Compare(column, _operator(operator), value)
        if value is None and operator not in {"eq", "ne"}:
            return Either(())
        if isinstance(value, tuple):
            return self._among(column, value)
        if operator == "ne" and value is not None:
            return Either((Compare(column, "eq", None), compare))
        if not self._negated or value is None:
            return compare
        return Every((Compare(column, "ne", None), compare))

    def _among(self, column: str, values: tuple[Value, ...]) -> Condition:
        """Whether the column is one of ``values``, where ``null`` stands for an empty cell."""
        given = Compare(column, "in", tuple(value for value in values if value is not None))
        if None in values:
            return Either((Compare(column, "eq", None), given))
        return Every((Compare(column, "ne", None), given)) if self._negated else given

    def _list(self) -> tuple[Value, ...]:
        """A list of values between parentheses, of one value or more."""
        self.need("(")
        values = [self.value()]
        while self.took(","):
            values.append(self.value())
        self.need(")")
        return tuple(values)

    def _is_value(self) -> bool:
        """Whether the word to be read now is a value."""
        return self.word.kind in {"text", "number"} or self.word.is_name(*_CONSTANTS)

    def value(self) -> Value:
        """A number, a text, ``null``, ``true`` or ``false``."""
        if not self._is_value():
            raise self.misread(_VALUE)
        word = self.taken()
        if word.kind == "text":
            return word.text
        if word.kind == "name":
            return _CONSTANTS[word.text]
        whole = word.text.lstrip("+-").isdigit()
        return int(word.text) if whole and len(word.text) < 20 else float(word.text)


def _operator(name: str) -> Operator:
    """The operator of the terms that is called ``name``."""
    return next(operator for operator in get_args(Operator) if operator == name)
