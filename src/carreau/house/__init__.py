"""The house: the composition root. It calls the rooms one after the other and keeps what they make (ADR 0001)."""

from __future__ import annotations

from carreau.house.home import Home, open_home
from carreau.house.watch import SILENT, Watcher

__all__ = ["SILENT", "Home", "Watcher", "open_home"]
