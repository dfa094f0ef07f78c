"""The makers of readings that the tests of votes share with those of crossings."""

from __future__ import annotations

from carreau.products.crossings.tests.conftest import ballots, figure, limits, reading

__all__ = ["ballots", "figure", "limits", "reading"]
