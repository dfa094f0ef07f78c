"""Official files as published, read into typed tables: one folder is one source, discovered and never listed."""

from __future__ import annotations

from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Published, Source, Sourced

__all__ = ["Fetched", "Published", "Source", "Sourced", "catalogue", "read"]
