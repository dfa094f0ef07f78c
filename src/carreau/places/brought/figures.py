"""The figures of a table: which columns are numbers, and how those of several rows make one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.places.brought.words import WORDS, word_of, words_of
from carreau.sources.tidy import SECRECY_CODES

Rule = Literal["somme", "moyenne"]
Kind = Literal["integer", "number", "text", "date", "boolean", "key"]
Floats = npt.NDArray[np.float64]

_ENOUGH: Final = 0.9  # of the filled cells
_SPACES: Final = " \u00a0\u202f"
_NUMBER: Final = (
    rf"^[+-]?((\d{{1,3}}([{_SPACES}]\d{{3}})+|\d+)([.,]\d*)?|[.,]\d+)([eE][+-]?\d{{1,3}})?[{_SPACES}]*%?$"
)
_DATE: Final = r"^(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4})([ T].*)?$"
_BLANK: Final = pa.array([*SECRECY_CODES, "", "-", "n/a", "na", "nan", "null", "none", "…", "..."])
_KEYS: Final = tuple(WORDS["keys"].values())
_MARKED: Final = 1e15  # beyond, a number is a code


@dataclass(frozen=True, slots=True)
class Figures:
    """One column as it was read: its kind, its numbers (NaN where there is none) when it is drawn on a map.

    ``rule`` says how several rows make one figure; ``filled`` counts the cells that hold something, ``odd`` those
    that should be numbers and are not.
    """

    name: str
    kind: Kind
    filled: int
    odd: int = 0
    rule: Rule | None = None
    numbers: Floats | None = None


def figures_of(name: str, column: pa.ChunkedArray) -> Figures:
    """How the column ``name`` is read: numbers of any French or English form, dates, truths, or text.

    A column is numbers when nine in ten of its filled cells are; secrecy marks (s, ns, nd, so) count as blank.
    """
    if pa.types.is_boolean(column.type):
        return Figures(name, "boolean", len(column) - column.null_count)
    if not pa.types.is_string(column.type):
        numbers = np.asarray(pc.fill_null(column.cast(pa.float64()), float("nan")).to_numpy(), dtype=np.float64)
        numbers = np.where(np.abs(numbers) < _MARKED, numbers, np.nan)
        return _numbers(name, numbers, (len(column) - column.null_count, 0))
    text = pc.utf8_trim(column.combine_chunks(), _SPACES + "\t")
    blank = pc.or_(pc.is_null(text), pc.is_in(pc.utf8_lower(text), value_set=_BLANK))
    filled = len(text) - (pc.sum(blank).as_py() or 0)
    if not filled:
        return Figures(name, "text", 0)
    shaped = pc.and_(pc.fill_null(pc.match_substring_regex(text, _NUMBER), False), pc.invert(blank))
    right = pc.sum(shaped).as_py() or 0
    if right < _ENOUGH * filled or _is_code(text.filter(shaped)):
        dated = pc.sum(pc.fill_null(pc.match_substring_regex(text, _DATE), False)).as_py() or 0
        return Figures(name, "date" if dated >= _ENOUGH * filled else "text", filled)
    percent = bool(pc.any(pc.ends_with(text.filter(shaped), "%")).as_py())
    return _numbers(name, _read(text, shaped), (filled, filled - right), percent=percent)


def weight_among(figures: list[Figures]) -> Figures | None:
    """The column that says how much each row weighs in a mean; None when none does."""
    weights = set(WORDS["figures"]["weight"])
    found = (one for one in figures if one.numbers is not None and weights & set(words_of(one.name)))
    return next((one for one in found if np.nanmin(_some(one)) >= 0), None)


def _some(figures: Figures) -> Floats:
    """The numbers of a column, or one negative number when it has none."""
    numbers = figures.numbers
    return numbers if numbers is not None and not np.isnan(numbers).all() else np.array([-1.0])


def _read(text: pa.Array, shaped: pa.Array) -> Floats:
    """The numbers of a text column, NaN where a cell is none."""
    kept = pc.if_else(shaped, text, pa.scalar(None, pa.string()))
    for sign in (*_SPACES, "%", "+"):
        kept = pc.replace_substring(kept, sign, "")
    numbers = pc.replace_substring(kept, ",", ".").cast(pa.float64())
    return np.asarray(pc.fill_null(numbers, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_code(texts: pa.Array) -> bool:
    """Whether these numbers are codes: one starts with a zero and goes on, as no figure does."""
    return bool(pc.any(pc.match_substring_regex(texts, r"^0\d")).as_py())


def _is_label(name: str) -> bool:
    """Whether a column of numbers names something, as a code or a year does, and counts nothing."""
    first = [word for word in words_of(name)[:1] if word in WORDS["figures"]["left_first"]]
    return bool(first) or word_of(name) in WORDS["figures"]["left"] or any(word_of(name) in key for key in _KEYS)


def _numbers(name: str, numbers: Floats, counted: tuple[int, int], *, percent: bool = False) -> Figures:
    """A column of numbers, with the rule that its name and its values tell."""
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    some = numbers[~np.isnan(numbers)]
    whole = bool(np.all(some == np.floor(some)))
    filled, odd = counted
    if _is_label(name):
        return Figures(name, "integer" if whole else "number", filled, odd)
    mean = percent or "%" in name or bool(set(WORDS["figures"]["mean"]) & set(words_of(name)))
    rule: Rule = "moyenne" if mean or not whole or bool(np.any(some < 0)) else "somme"
    return Figures(name, "integer" if whole else "number", filled, odd, rule, numbers)
