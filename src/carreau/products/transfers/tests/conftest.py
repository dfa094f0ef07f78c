"""The makers of readings that the tests of transfers share with those of crossings."""

from __future__ import annotations

from carreau.products.crossings.tests.conftest import ballots, limits, reading

__all__ = ["ballots", "limits", "reading"]
