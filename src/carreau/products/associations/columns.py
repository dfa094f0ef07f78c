"""The columns of an answer: each figure beside its margin, its grade, its reason and the voters it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.products.arrays import number_array, provenance_read, text_array
from carreau.products.associations.ground import Floats
from carreau.products.declare import Reading
from carreau.terms import Column, ColumnType, Provenance, Role

Texts = npt.NDArray[np.object_]
Described = tuple[Column, pa.Array]
THEME: Final = "associations"
METHOD: Final = "régression pénalisée (ridge), interrogée sur des lieux laissés de côté"
UNTOLD: Final = "trop peu de bureaux pour le dire"
_LETTERS: Final = np.array(["A", "B", "C", "D", "E"], dtype=np.object_)


@dataclass(frozen=True, slots=True)
class Words:
    """What names a column and says what it holds."""

    name: str
    title: str
    what: str
    unit: str = "%"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of each row (NaN where there is none), its margin, the voters it rests on, why it is missing.

    A figure whose margin nobody can tell is not shown.
    """

    values: Floats
    margins: Floats
    base: Floats
    reasons: Texts | None = None

    @property
    def shown(self) -> Floats:
        """The figures that have a margin, NaN elsewhere."""
        return np.where(np.isfinite(self.margins), self.values, np.nan)

    @property
    def status(self) -> Texts:
        """The reason of each empty cell; empty where a figure is shown."""
        said = np.full(len(self.values), UNTOLD, dtype=np.object_) if self.reasons is None else self.reasons
        said = np.where(np.isfinite(self.values), UNTOLD, said)
        return np.where(np.isfinite(self.shown), "", said).astype(np.object_)


@dataclass(frozen=True, slots=True)
class Maker:
    """What all the columns of an answer share: where figures come from, and the limits of the grades."""

    provenance: Provenance
    grades: tuple[float, ...]

    def key(self, name: str, title: str, what: str, texts: Iterable[str]) -> Described:
        """A column that is part of what names a row."""
        return self._column(Words(name, title, what, ""), Role.KEY), pa.array(list(texts), pa.string())

    def place(self, name: str, title: str, what: str, texts: Iterable[str]) -> Described:
        """A column of words that says what a row is about."""
        return self._column(Words(name, title, what, ""), Role.PLACE), pa.array(list(texts), pa.string())

    def whole(self, words: Words, values: Sequence[int]) -> Described:
        """A column of whole numbers that names a row."""
        column = replace(self._column(words, Role.KEY), type="integer")
        return column, pa.array(values, pa.int64())

    def beside(self, words: Words, values: Floats, of: str) -> Described:
        """A number that says more of the figure ``of``, and is hidden with it."""
        return self._column(words, Role.MEASURE, of), number_array(values)

    def margin(self, words: Words, values: Floats, of: str) -> Described:
        """The half-width of a number beside the figure ``of``, hidden with it."""
        return self._column(words, Role.MARGIN, of), number_array(values)

    def said(self, words: Words, texts: Texts, of: str) -> Described:
        """A text that says more of the figure ``of``, and is hidden with it."""
        return self._column(words, Role.STATUS, of), text_array(texts)

    def figure(self, words: Words, figure: Figure) -> Iterator[Described]:
        """A figure, its margin, grade, reason and base."""
        name, title = words.name, words.title
        shown = np.isfinite(figure.shown)
        margins = np.where(shown, figure.margins, np.nan)
        yield self._column(words, Role.MEASURE), number_array(figure.shown)
        what = f"{title} : demi-largeur de l'intervalle à 90 %"
        yield self._column(Words(f"{name}_marge", "Marge", what, words.unit), Role.MARGIN, name), number_array(margins)
        rank = np.searchsorted(np.array(self.grades), np.nan_to_num(margins, nan=np.inf))
        what = f"{title} : note de A (sûr) à E (fragile), selon la marge"
        letters = np.where(shown, _LETTERS[rank], "").astype(np.object_)
        yield self._column(Words(f"{name}_note", "Note", what, ""), Role.MARGIN, name), text_array(letters)
        what = f"{title} : pourquoi le chiffre manque ; vide s'il est montré"
        yield self._column(Words(f"{name}_statut", "Statut", what, ""), Role.STATUS, name), text_array(figure.status)
        what = f"{title} : électeurs sur qui porte le chiffre"
        base = self._column(Words(f"{name}_base", "Base", what, "électeurs"), Role.COUNT, name)
        yield base, number_array(figure.base)

    def _column(self, words: Words, role: Role, of: str = "") -> Column:
        """A column of this answer: a number when it has a unit or measures something, else a text."""
        number = role in {Role.MEASURE, Role.COUNT} or (role is Role.MARGIN and words.unit != "")
        kind: ColumnType = "number" if number else "text"
        column = Column(words.name, kind, words.what, words.unit, role, of, role not in {Role.KEY, Role.PLACE})
        return replace(column, title=words.title, theme=THEME, provenance=self.provenance)


def maker_of(profile: Reading, read: Iterable[str], facts: Mapping[str, Any]) -> Maker:
    """The maker of columns for figures that were made from the columns ``read`` of the profile."""
    provenance = provenance_read(profile, read, METHOD)
    return Maker(provenance, tuple(float(facts["grades"]["points"][letter]) for letter in "ABCD"))
