"""Products: pure functions from refined tables to a Draft; one folder is one product, discovered and never listed."""

from __future__ import annotations

from carreau.products.declare import Draft, Input, Policy, Product

__all__ = ["Draft", "Input", "Policy", "Product"]
