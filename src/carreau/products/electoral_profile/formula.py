"""Formulas over source columns: sums, differences and products of ``alias.COLUMN`` and numbers, and nothing else.

A formula is evaluated on the zones of the source, before anything is carried: what it gives is a count that a
crosswalk can carry. Division between columns is left to the indicator (``nombre`` over ``base``), so that a share
is always a ratio of carried sums and never an average of shares.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
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
            tree = ast.parse(text, mode="eval")
        except SyntaxError as error:
            raise Broken("une formule ne se lit pas", given=text, expected=_FORM) from error
        for node in ast.walk(tree):
            _refuse_others(node, text)
        pairs = [
            (n.value.id, n.attr)
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
        ]
        ordered = sorted(set(pairs), key=lambda pair: text.index(".".join(pair)))
        return cls(text, tuple(ordered))

    def values(self, lookup: Lookup) -> Values:
        """The value on every zone; ``lookup(alias, column)`` gives the column, NaN where it is missing."""
        return np.asarray(_evaluated(ast.parse(self.text, mode="eval").body, lookup), dtype=np.float64)


def _refuse_others(node: ast.AST, text: str) -> None:
    """Raise when ``node`` is not part of the allowed form."""
    allowed = (ast.Expression, ast.BinOp, ast.Attribute, ast.Name, ast.Load, *_OPERATIONS)
    number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    divided_by_column = (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not isinstance(node.right, ast.Constant)
    )
    if divided_by_column or not (number or isinstance(node, allowed)):
        raise Broken(
            "une formule sort de la forme permise",
            given=text,
            expected=_FORM,
            advice="diviser par une colonne : mettre celle-ci dans « base »",
        )


def _evaluated(node: ast.expr, lookup: Lookup) -> Values | float:
    """The value of one checked node."""
    if isinstance(node, ast.BinOp):
        result: Values | float = _OPERATIONS[type(node.op)](
            _evaluated(node.left, lookup), _evaluated(node.right, lookup)
        )
        return result
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return lookup(node.value.id, node.attr)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    raise Broken("une formule sort de la forme permise", given=ast.unparse(node), expected=_FORM)
