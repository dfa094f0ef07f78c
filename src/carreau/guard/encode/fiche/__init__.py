"""The fiche of one station: what its page says, and how the page is set."""

from __future__ import annotations
