"""The server: the application that shows what is served, and how it is run."""

from __future__ import annotations

from carreau.counters.app.application import application
from carreau.counters.app.options import Options
from carreau.counters.app.run import serve

__all__ = ["Options", "application", "serve"]
