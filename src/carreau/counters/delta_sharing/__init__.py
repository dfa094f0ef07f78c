"""Delta Sharing: whole tables for notebooks and Power BI, by its own protocol, to unmodified readers."""

from __future__ import annotations

from carreau.counters.delta_sharing.share import routes

__all__ = ["routes"]
