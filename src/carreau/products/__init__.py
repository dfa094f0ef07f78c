"""Products: pure functions from refined tables to a Draft; one folder is one product, discovered and never listed."""

from __future__ import annotations

from carreau.products.catalogue import catalogue
from carreau.products.declare import Draft, Handed, Hands, Input, Keep, Policy, Product
from carreau.products.wanted import Wanted, inputs_of

__all__ = [
    "Draft",
    "Handed",
    "Hands",
    "Input",
    "Keep",
    "Policy",
    "Product",
    "Wanted",
    "catalogue",
    "inputs_of",
]
