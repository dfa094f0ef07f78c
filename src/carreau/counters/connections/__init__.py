"""Connections: what Excel, Power BI, a notebook or DuckDB are given so that they open the feeds by themselves."""

from __future__ import annotations

from carreau.counters.connections.doors import routes

__all__ = ["routes"]
