"""What the workbook of a selection is about: its columns, its places, its totals."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from carreau.guard.content import Content
from carreau.guard.encode.picture.around import key_of
from carreau.guard.encode.words import Words
from carreau.guard.presentation import Presentation
from carreau.terms import Column, Role

BESIDE = ("_marge", "_note")
_NUMBERS = ("number", "integer")


@cache
def texts() -> Mapping[str, Any]:
    """The sentences of ``words.toml``."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection: its content, how it is to be shown, and the words of the reader's language."""

    content: Content
    shown: Presentation
    words: Words
    own: Mapping[str, Any]

    @classmethod
    def of(cls, content: Content, shown: Presentation) -> Chosen:
        """The selection ``content`` as it is to be ``shown``."""
        return cls(content, shown, Words.of(content, shown), texts()[shown.language])

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns of the slice, by name."""
        return {column.name: column for column in self.content.schema.columns}

    @property
    def title(self) -> str:
        """The title of the workbook."""
        return self.shown.title or str(self.content.document["title"])

    def leading(self) -> list[Column]:
        """The columns that say which place a row is, and how large."""
        shown = {column.name for column in self.indicators()}
        columns = self.columns
        return [c for c in columns.values() if c.name not in shown and not _beside(c, columns)]

    def indicators(self) -> list[Column]:
        """The columns of figures: those of the analysis first, in its order."""
        columns, order = self.columns, {name: place for place, name in enumerate(self.shown.columns)}
        figures = [c for c in columns.values() if c.type in _NUMBERS and not _beside(c, columns)]
        wanted = {*order, self.shown.indicator}
        chosen = [c for c in figures if c.name in wanted or f"{c.name}_statut" in columns or c.role is Role.SHARE]
        return sorted(chosen or figures, key=lambda column: order.get(column.name, len(order)))

    def with_beside(self, column: Column) -> list[Column]:
        """A figure, then its margin and its grade where the slice has them."""
        beside = (f"{column.name}{suffix}" for suffix in BESIDE)
        return [column, *(self.columns[name] for name in beside if name in self.columns)]

    def values(self, name: str) -> list[Any]:
        """The values of a column; None for each row when the slice does not have it."""
        if name not in self.columns:
            return [None] * self.content.table.num_rows
        return list(self.content.table[name].to_pylist())

    def names(self) -> list[str]:
        """The name of each place in the charts: its own, and its code when several bear it."""
        key = key_of(self.content) or next((column.name for column in self.leading()), "")
        keys = self.values(key) if key else list(range(1, self.content.table.num_rows + 1))
        label = next((name for name in ("libelle", "libelle_commune") if name in self.columns), "")
        towns = [str(value or "") for value in self.values(label)] if label else [""] * len(keys)
        many = len(set(towns)) > 1
        short = [str(key).rpartition("_")[2] for key in keys]
        if label == "libelle":
            return [town or str(key) for town, key in zip(towns, keys, strict=True)]
        return [f"{town} {code}".strip() if many else code for town, code in zip(towns, short, strict=True)]

    def total(self, column: Column) -> float | None:
        """The figure of the whole selection: the sum of a count, a share made again of its numbers; else None."""
        table = self.content.table
        if column.role is Role.COUNT:
            return _sum(table, column.name)
        number, base = (f"{column.name}{suffix}" for suffix in ("_nombre", "_base"))
        if column.role is not Role.SHARE or number not in self.columns or base not in self.columns:
            return None
        full = table.filter(pc.and_(table[number].is_valid(), table[base].is_valid()))
        over, under = _sum(full, number), _sum(full, base)
        return None if not over and not under else 100 * (over or 0.0) / under if under else None

    def parts(self) -> list[Column]:
        """The shares that make a whole: those of the analysis, when there are two at least."""
        shares = [self.columns[name] for name in self.shown.columns if name in self.columns]
        shares = [column for column in shares if column.role is Role.SHARE]
        return shares if len(shares) > 1 else []


def _sum(table: Any, name: str) -> float | None:
    """The sum of a column, None when all of it is empty."""
    total = pc.sum(table[name]).as_py()
    return None if total is None else float(total)


def _beside(column: Column, columns: Mapping[str, Column]) -> bool:
    """Whether a column qualifies another one that is there: its margin, its grade, its numerator…"""
    return column.of in columns and column.name.startswith(f"{column.of}_")


def ranked(values: Sequence[float | None], most: int) -> list[int]:
    """The places of the largest values, largest first, empty ones left out."""
    known = [place for place, value in enumerate(values) if value is not None]
    return sorted(known, key=lambda place: (-(values[place] or 0.0), place))[:most]
