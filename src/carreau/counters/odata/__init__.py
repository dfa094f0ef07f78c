"""OData v4: the same tables for Excel, Power BI and whatever speaks it; an address, a token, rows a page at a time."""

from __future__ import annotations

from carreau.counters.odata.feed import routes

__all__ = ["routes"]
