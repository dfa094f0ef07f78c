"""Formulas over source columns: sums, differences and products of ``alias.COLUMN`` and numbers, and nothing else.

A formula is evaluated on the zones of the source, before anything is carried: what it gives is a count that a
crosswalk can carry. Division between columns is left to the indicator (``nombre`` over ``base``), so that a share
is always a ratio of carried sums and never an average of shares.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.errors import Broken

Values = npt.NDArray[np.float64]
Lookup = Callable[[str, str], Values]

_OPERATIONS: Final = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FORM: Final = "des sommes, différences et produits de alias.COLONNE et de nombres, par exemple « a.X + a.Y »"
_LARGEST: Final = 1e15  # over it a whole number is no longer exact, and a product may overflow


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula: its text, and the source columns it reads as (alias, column) pairs in order of appearance.

    >>> Formula.parse("revenu.TP60 * population.P_POP / 100").columns
    (('revenu', 'TP60'), ('population', 'P_POP'))
    """

    text: str
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Formula:
        """The formula written ``text``; :class:`~carreau.errors.Broken` when it holds anything but the allowed form."""
        try:
            tree = ast.parse(text.strip(), mode="eval")
            columns = tuple(dict.fromkeys(_columns_read(tree.body, text)))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise Broken("une formule ne se lit pas", given=text[:200], expected=_FORM) from error
        if not columns:
            raise Broken("une formule ne lit aucune colonne", given=text, expected=_FORM)
        return cls(text, columns)

    def values(self, lookup: Lookup) -> Values:
        """The value on every zone; ``lookup(alias, column)`` gives the column, NaN where it is missing."""
        return np.asarray(_evaluated(ast.parse(self.text.strip(), mode="eval").body, lookup), dtype=np.float64)


def _columns_read(node: ast.expr, text: str) -> Iterator[tuple[str, str]]:
    """The columns that ``node`` reads, from left to right; raise where it leaves the allowed form."""
    match node:
        case ast.Attribute(value=ast.Name(id=alias), attr=column):
            yield alias, column
        case ast.Constant(value=number) if _is_number(number):
            return
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            yield from _columns_read(left, text)
            yield from _columns_read(right, text)
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=number)) if _is_number(number) and number:
            yield from _columns_read(left, text)
        case _:
            raise Broken(
                "une formule sort de la forme permise",
                given=text,
                expected=_FORM,
                advice="diviser par une colonne : mettre celle-ci dans « base »",
            )


def _is_number(value: object) -> bool:
    """Whether a constant is a plain number: neither a truth value, nor too large to count with."""
    return type(value) in {int, float} and abs(value) < _LARGEST  # type: ignore[arg-type] # one of the two


def _evaluated(node: ast.expr, lookup: Lookup) -> Values | float:
    """The value of one checked node."""
    if isinstance(node, ast.BinOp):
        left, right = _evaluated(node.left, lookup), _evaluated(node.right, lookup)
        result: Values | float = _OPERATIONS[type(node.op)](left, right)
        return result
    if isinstance(node, ast.Attribute):
        return lookup(ast.unparse(node.value), node.attr)
    return float(ast.literal_eval(node))
