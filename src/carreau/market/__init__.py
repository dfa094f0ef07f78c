"""The market: what a Release becomes once it is someone's. Today the delivery of files; offers and contracts follow."""

from __future__ import annotations

from carreau.market.delivery import Delivery, delivered

__all__ = ["Delivery", "delivered"]
