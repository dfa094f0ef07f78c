"""A file that somebody brings, read as a table: nothing in it is believed, run, followed or unfolded without bounds.

:func:`read_apart` reads it in a process of its own, whose memory and time are bounded: a file made to exhaust the
machine ends that process, and nobody else's. :func:`table_in` is what is read there.
"""

from __future__ import annotations

from carreau.sources.brought.apart import read_apart
from carreau.sources.brought.bounds import BOUNDS, Bounds
from carreau.sources.brought.reading import table_in

__all__ = ["BOUNDS", "Bounds", "read_apart", "table_in"]
